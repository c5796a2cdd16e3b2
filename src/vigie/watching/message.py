"""A message to one recipient, what carries it, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from vigie.legible import one_line

WHY_MAX = 300  # characters
ATTACH_MB = 7  # megabytes; as mail they grow by a third, and servers take 10
Tls = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that goes along."""

    name: str  # acme-2026-05-r1.pdf
    content: bytes = field(repr=False)  # a PDF
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A file that is fetched by a link."""

    name: str
    url: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told to one recipient, rendered."""

    key: str  # the same for every attempt: receivers drop repetitions by it
    subject: str
    text: str  # plain
    html: str | None
    thread: str  # incident-7, crisis-3: what is shown together
    urgent: bool
    event: str  # trigger, update, acknowledge, resolve
    data: Mapping[str, object]  # the facts, as JSON has them
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The server that takes our mail."""

    host: str
    port: int = 587
    tls: Tls = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str  # Vigie <vigie@vendor.example>
    attach_mb: int = ATTACH_MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """What every channel may use; placeholders are resolved."""

    mail: Mail | None
    allow: tuple[str, ...]  # loopback, private: addresses that may be called besides public ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A server took the message."""

    reference: str | None = None  # what the server called it


class NotSent(Exception):  # noqa: N818 - an answer that the worker waits for
    """The message was not taken, as far as we know: *why*, in one line without secrets.

    *temporary*: another attempt may succeed, not before *retry_after* where the server said so.
    """

    def __init__(self, why: str, *, temporary: bool, retry_after: timedelta | None = None) -> None:
        self.why = one_line(why)[:WHY_MAX]
        super().__init__(self.why)
        self.temporary = temporary
        self.retry_after = retry_after
