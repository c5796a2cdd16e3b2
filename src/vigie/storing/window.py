"""A maintenance window before it is recorded: what it says, and whether that makes sense."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from unicodedata import category

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.legible import steers

KINDS = ("planned", "security")
NOTHING = "it excuses nothing"
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol that print as nothing
_PROOFS = {
    "channel": "how customers were told, such as email",
    "recipient": "who was told",
    "evidence": "what proves it, such as a message id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """An announced window, before it is recorded; instants are aware."""

    services: tuple[str, ...] = ()  # keys; none with every_service
    every_service: bool = False  # also those that are added later
    kind: str
    starts: datetime
    ends: datetime
    reason: str
    announced: datetime | None = None
    channel: str | None = None
    recipient: str | None = None
    evidence: str | None = None  # text, or the digest of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A window that is in the registry, and what is remarkable about it."""

    key: str
    remarks: tuple[str, ...] = ()
    known: bool = False  # it was there before


def check_window(window: Window, known: Sequence[str], now: datetime) -> None:
    """Raise UsageError where *window* makes no sense; *known* are the keys of the services."""
    _check_services(window, known)
    if window.kind not in KINDS:
        raise UsageError(f"kind: there is no {shown(window.kind)} ({advice(window.kind, KINDS)})")
    if window.ends <= window.starts:
        raise UsageError(
            f"ends: {utc_text(window.ends)} is not after the start {utc_text(window.starts)}"
            " (write a later end)"
        )
    if window.announced and window.announced > now:
        raise UsageError(
            f"announced: {utc_text(window.announced)} lies in the future"
            " (record the window when customers have been told)"
        )
    check_reason(window.reason)
    for name in _PROOFS:
        check_proof(name, getattr(window, name))


def _check_services(window: Window, known: Sequence[str]) -> None:
    if window.every_service and window.services:
        raise UsageError("services: some are named besides all (write one or the other)")
    if not window.services and not window.every_service:
        raise UsageError("services: none is named (write one, several joined by ;, or * for all)")
    for service in window.services:
        if service not in known:
            raise UsageError(f"services: there is no {shown(service)} ({advice(service, known)})")


def remarks_on(window: Window) -> list[str]:
    """Say what no contract that asks for notice will accept, and what proves it badly.

    It happened, so it is recorded.
    """
    if window.kind == "security":
        return []
    if window.announced is None:
        return [f"it was not announced: {NOTHING}"]
    if window.announced > window.starts:
        return [f"it was announced after its start: {NOTHING}"]
    if window.recipient or window.evidence:
        return []
    if window.channel:
        return ["its proof is the channel only: add --recipient and --evidence"]
    return [f"there is no proof of the announcement: {NOTHING}"]


def check_reason(reason: str) -> None:
    """Raise UsageError where *reason* says nothing."""
    if is_blank(reason):
        raise UsageError("reason: is empty (write why, in a few words)")
    check_text("reason", reason)


def check_proof(name: str, text: str | None) -> None:
    """Raise UsageError where *text*, a kind of proof, is there and says nothing."""
    if text is not None and is_blank(text):
        raise UsageError(f"{name}: is blank (write {_PROOFS[name]}, or leave it out)")
    check_text(name, text)


def is_blank(text: str) -> bool:
    """Return whether nobody can see anything of *text*."""
    return not any(category(one)[0] in "LNPS" and one not in _FILLERS for one in text)


def check_text(name: str, text: str | None) -> None:
    """Raise UsageError where *text* is more than a line, or would steer the reader's terminal."""
    if text and steers(text):
        raise UsageError(f"{name}: {shown(text)} has control characters (write one line of text)")


def utc_text(instant: datetime) -> str:
    """Return *instant* in RFC 3339, in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
