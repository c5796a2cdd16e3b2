"""The header that says who asks."""

from base64 import b64encode

from vigie.probing.failure import Failed
from vigie.probing.httpoptions import Auth, Basic
from vigie.probing.placeholder import resolved
from vigie.probing.result import Reason
from vigie.probing.trace import Trace


def authorization(auth: Auth, trace: Trace) -> tuple[str, str]:
    """Return the header for the target; *trace* will hide its value."""
    if auth.basic:
        return "Authorization", basic(auth.basic, trace)
    return "Authorization", f"Bearer {resolved(auth.bearer or '', trace)}"


def basic(who: Basic, trace: Trace) -> str:
    """Return the value of RFC 7617 for *who*, in UTF-8; *trace* will hide it."""
    user, password = resolved(who.user, trace), resolved(who.password, trace)
    if ":" in user:
        raise Failed(Reason.INTERNAL, "with its placeholders: the user's name holds a colon")
    value = b64encode(f"{user}:{password}".encode()).decode("ascii")
    trace.secrets.append(value)
    return f"Basic {value}"
