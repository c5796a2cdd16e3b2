"""What an attempt has measured so far; a failure keeps the phases that were reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter_ns

from vigie import clock
from vigie.catalogue import duration_text
from vigie.probing.evidence import Answer, excerpt
from vigie.probing.hiding import hidden
from vigie.probing.result import UNKNOWN_REASONS, Attempt, Outcome, Reason

GRACE = timedelta(seconds=2)  # after an attempt's timeout; what takes longer is our own fault
HELD_UP = timedelta(milliseconds=250)
NO_LIMIT = timedelta(days=1)  # longer than anything that is waited for
RESOLVING = "resolving the name"
CONNECTING = "connecting"
SECURING = "the TLS handshake"
WAITING = "waiting for the answer"
PROXY = "waiting for the proxy"
TIMEOUTS = {
    RESOLVING: Reason.DNS_FAILED,
    CONNECTING: Reason.CONNECT_TIMEOUT,
    PROXY: Reason.NETWORK,  # its silence says nothing of the target
}
PHASES = ("dns_us", "connect_us", "tls_us", "first_byte_us")
SHOWN_MAX = 80  # characters of a value in a detail
DETAIL_MAX = 300  # characters: a hostile answer must not fill the database


@dataclass(slots=True, kw_only=True)
class Trace:
    """The phases of one attempt, filled in as they end; over redirects they add up."""

    number: int
    limit: timedelta = NO_LIMIT  # of the attempt; whoever made the trace sees to it
    first_of_several: bool = False  # a failure is followed by another attempt
    started: datetime = field(default_factory=clock.now)
    began_ns: int = field(default_factory=perf_counter_ns)
    phase: str = RESOLVING  # what a timeout interrupts
    secrets: list[str] = field(default_factory=list)  # never to appear in a detail
    variables: Mapping[str, str] | None = None  # what `{{name}}` stands for
    label: str = ""  # which part of the attempt: "step 2 (fetch): "
    dns_us: int | None = None
    connect_us: int | None = None
    tls_us: int | None = None
    first_byte_us: int | None = None
    status: int | None = None
    address: str | None = None
    certificate_expires: datetime | None = None
    tls_by: str | None = None
    answer: Answer | None = None  # what came last
    keeps_body: bool = True  # of the answer, if the attempt fails: its beginning

    def elapsed_us(self) -> int:
        """Return the microseconds since the attempt began."""
        return (perf_counter_ns() - self.began_ns) // 1000

    def left(self) -> timedelta:
        """Return what is left of the limit; less than nothing when it is over."""
        return self.limit - timedelta(microseconds=self.elapsed_us())

    def up(self) -> Attempt:
        """Return the attempt as good."""
        return self._attempt(Outcome.UP, None, None)

    def failed(self, reason: Reason, detail: str) -> Attempt:
        """Return the attempt as failed: unknown where *reason* is not the target's, else down."""
        outcome = Outcome.UNKNOWN if reason in UNKNOWN_REASONS else Outcome.DOWN
        body = excerpt(self.answer, self.secrets) if self.answer and self.keeps_body else None
        return self._attempt(outcome, reason, self.label + self.printable(detail), body)

    def timed_out(self) -> Attempt:
        """Return the attempt as not over within its limit, by what it was waiting for."""
        text = f"nothing within {duration_text(self.limit)}: {self.phase}"
        if self.left() < -HELD_UP:
            # Our own timer came late, so the answer may have been there in time.
            return self.failed(Reason.DEADLINE, f"the prober was held up; {text}")
        return self.failed(TIMEOUTS.get(self.phase, Reason.TIMEOUT), text)

    def add(self, part: "Trace") -> None:
        """Take in a *part* of the attempt: phases add up, and what it saw last is the last."""
        for name in PHASES:
            took = getattr(part, name)
            if took is not None:
                setattr(self, name, (getattr(self, name) or 0) + took)
        self.phase, self.label = part.phase, part.label
        self.status, self.address, self.answer = part.status, part.address, part.answer
        self.keeps_body, self.tls_by = part.keeps_body, part.tls_by or self.tls_by
        ends = (self.certificate_expires, part.certificate_expires)
        self.certificate_expires = min(filter(None, ends), default=None)

    def hidden(self, text: str) -> str:
        """Return *text* without the secrets that this attempt used; call it before cutting."""
        return hidden(text, self.secrets)

    def seen(self, text: str) -> str:
        """Return what the target said, for a detail: without secrets, then short."""
        return short(self.hidden(text))

    def printable(self, detail: str) -> str:
        """Return *detail* on one short line and without any secret."""
        line = "".join(c if c.isprintable() else " " for c in self.hidden(detail))
        return line if len(line) <= DETAIL_MAX else line[: DETAIL_MAX - 1] + "…"

    def _attempt(
        self, outcome: Outcome, reason: Reason | None, detail: str | None, body: str | None = None
    ) -> Attempt:
        return Attempt(
            number=self.number,
            started=self.started,
            outcome=outcome,
            reason=reason,
            detail=detail,
            duration_us=self.elapsed_us(),
            dns_us=self.dns_us,
            connect_us=self.connect_us,
            tls_us=self.tls_us,
            first_byte_us=self.first_byte_us,
            status=self.status,
            address=self.address,
            certificate_expires=self.certificate_expires,
            tls_by=self.tls_by,
            body=body,
        )


def short(text: str) -> str:
    """Return *text* as far as it fits into a detail."""
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def since_us(ns: int) -> int:
    """Return the microseconds since the `perf_counter_ns` reading *ns*."""
    return (perf_counter_ns() - ns) // 1000
