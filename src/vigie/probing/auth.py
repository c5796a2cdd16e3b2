"""The headers of a request: those of the catalogue, and the one that says who asks."""

from base64 import b64encode
from collections.abc import Mapping

from vigie.probing.failure import Failed
from vigie.probing.httpoptions import Auth, Basic
from vigie.probing.placeholder import resolved
from vigie.probing.request import header_problem
from vigie.probing.result import Reason
from vigie.probing.trace import Trace

Headers = tuple[tuple[str, str], ...]


def header_pairs(headers: Mapping[str, str], auth: Auth | None, trace: Trace) -> Headers:
    """Return *headers* and that of *auth* with their placeholders filled in.

    Raises:
        Failed: a placeholder is missing, or stands for what no header can hold.
    """
    pairs = tuple((name, resolved(value, trace)) for name, value in headers.items())
    pairs = (*pairs, authorization(auth, trace)) if auth else pairs
    for name, value in pairs:
        problem = header_problem(name, value)
        if problem:
            raise Failed(Reason.INTERNAL, f"with its placeholders: {problem[0]}")
    return pairs


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
