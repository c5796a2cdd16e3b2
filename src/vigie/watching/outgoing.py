"""A queued message made ready to leave: worded, with its link, its placeholders filled in."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from vigie.probing import filled
from vigie.storing import Claimed, Terms
from vigie.watching.handing import Handed
from vigie.watching.links import link
from vigie.watching.message import Mail, Message, NotSent, Sent, Transport

ASKS = frozenset({"page", "pre_alert"})  # kinds whose recipient is asked to answer
EVENTS = {  # of others: trigger
    "reminder": "update",
    "customer_update": "update",
    "customer_resolved": "resolve",
    "dissolved": "resolve",
    "cancelled": "resolve",
    "merged": "resolve",
}

log = structlog.get_logger()


class Wording(Protocol):
    """A message in words."""

    @property
    def subject(self) -> str:
        """One line."""

    @property
    def text(self) -> str:
        """Plain."""

    @property
    def html(self) -> str | None:
        """The same in HTML."""


Send = Callable[[Mapping[str, str], Message, Transport], Awaitable[Sent]]
Render = Callable[[str, Mapping[str, Any]], Wording]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What a channel is given."""

    target: Mapping[str, str]
    message: Message
    transport: Transport


def prepare(
    claimed: Claimed,
    terms: Terms,
    render: Render,
    secrets: list[str],
    now: datetime,
    *,
    handed: Handed | None = None,
) -> Outgoing:
    """Return *claimed* as its channel takes it; what placeholders held is added to *secrets*.

    *handed*: the files that go with it, None where it is about none.

    Raises:
        PlaceholderError: a placeholder of the target, or of the mail server, cannot be filled in.
        NotSent: it is for a customer and cannot be worded.
    """
    target = {name: filled(value, secrets) for name, value in claimed.target.items()}
    # A password of the mail server that is missing must not keep a webhook from being called.
    mail = _mail(terms.rota, secrets) if target.get("channel") == "email" else None
    transport = Transport(mail=mail, allow=tuple(terms.rota.get("allow") or ()))
    facts = {**claimed.facts, **_ack_url(claimed, terms, now), **_files(handed)}
    files = handed.files if handed else ()
    message = replace(_message(claimed, facts, render), files=files)
    return Outgoing(target=target, message=message, transport=transport)


def _files(handed: Handed | None) -> dict[str, Any]:
    if handed is None:
        return {}
    until = handed.until.isoformat() if handed.until else None
    linked = [asdict(one) for one in handed.linked]
    return {"attached": bool(handed.files), "linked": linked, "linked_until": until}


def _mail(rota: Mapping[str, Any], secrets: list[str]) -> Mail | None:
    spec = rota.get("mail")
    if not spec:
        return None
    known = {field.name for field in fields(Mail)}
    given: dict[str, Any] = {
        name: filled(value, secrets) if isinstance(value, str) else value
        for name, value in spec.items()
        if name in known and value is not None
    }
    return Mail(**given)


def _ack_url(claimed: Claimed, terms: Terms, now: datetime) -> dict[str, str]:
    public_url = terms.rota.get("public_url")
    if claimed.kind not in ASKS or not public_url:
        return {}
    return {"ack_url": link(public_url, terms.secret, claimed.message_id, now)}


def _message(claimed: Claimed, facts: Mapping[str, Any], render: Render) -> Message:
    # A crisis keeps the thread of its incident, which was pre-alerted.
    thread = facts.get("incident") or facts.get("crisis") or claimed.key
    words = _words(claimed.kind, facts, thread, render)
    return Message(
        key=claimed.key,
        subject=words.subject,
        text=words.text,
        html=words.html,
        thread=thread,
        urgent=claimed.urgent,
        event=EVENTS.get(claimed.kind, "trigger"),
        data={"kind": claimed.kind, **facts},
    )


def _words(kind: str, facts: Mapping[str, Any], thread: str, render: Render) -> Wording:
    """Return the words of *render*, or the facts: a broken template must not silence a page."""
    try:
        return render(kind, facts)
    except Exception as error:
        why = f"its words cannot be made: {type(error).__name__}: {error}"
        if kind.startswith("customer_"):
            raise NotSent(why, temporary=True) from error
        # No traceback: it would show the link.
        log.error("outbox: only facts are sent", kind=kind, why=why, do="correct its template")  # noqa: TRY400
        return _Plain(subject=f"Vigie: {kind} {thread}", text=json.dumps(facts, indent=2))
