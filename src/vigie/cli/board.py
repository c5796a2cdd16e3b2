"""What the screen shows while probing: one row per endpoint, told by the results as they come."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

from vigie.probing import Attempt, Outcome, Result

HISTORY = 20  # results shown as marks
PHASES = ("dns", "connect", "tls", "answer", "total ms")
MARKS = {Outcome.UP: "·", Outcome.DOWN: "\N{MULTIPLICATION SIGN}", Outcome.UNKNOWN: "?"}
COLOURS = {Outcome.UP: "green", Outcome.DOWN: "red", Outcome.UNKNOWN: "yellow"}


@dataclass(slots=True, kw_only=True)
class Row:
    """What is known of one endpoint since the start."""

    label: str
    last: Result | None = None
    failed: Attempt | None = None  # the last one that was not up
    counts: Counter[Outcome] = field(default_factory=Counter)
    history: deque[Outcome] = field(default_factory=lambda: deque(maxlen=HISTORY))

    def take(self, result: Result) -> None:
        """Count *result* in."""
        self.last = result
        self.counts[result.outcome] += 1
        self.history.append(result.outcome)
        if result.outcome is not Outcome.UP and result.attempts:
            self.failed = result.attempts[-1]


class Board:
    """The rows of all endpoints."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.rows = {key: Row(label=label) for key, label in labels.items()}

    def take(self, result: Result) -> None:
        """Count *result* in; the table shows it at its next turn."""
        self.rows[result.endpoint].take(result)

    def table(self, availability: Mapping[str, str] | None = None) -> Table:
        """Return the table; *availability*, when known, is text of SQL by endpoint."""
        table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
        table.add_column("endpoint", overflow="ellipsis", no_wrap=True, ratio=1, min_width=20)
        table.add_column("outcome", no_wrap=True)
        for name in (*PHASES, "up", "down", "?"):
            table.add_column(name, justify="right")
        if availability is not None:
            table.add_column("so far", justify="right")
        table.add_column("newest right", no_wrap=True, justify="right")
        for key, row in self.rows.items():
            share = [] if availability is None else [availability.get(key, "…")]
            table.add_row(*_cells(row), *share, _marks(row.history))
        return table

    def lines(self) -> Iterable[str]:
        """Yield one line per endpoint, for output that is no terminal."""
        for row in self.rows.values():
            up, down, unknown = (str(row.counts[outcome]) for outcome in Outcome)
            state = ", ".join(filter(None, (_state(row).plain, _took(row.last))))
            yield f"{row.label}: {state}; {up} up, {down} down, {unknown} unknown"

    def problem(self) -> str | None:
        """Return the newest failure as a line, or None."""
        failures = [(row.failed.started, row) for row in self.rows.values() if row.failed]
        if not failures:
            return None
        started, row = max(failures, key=lambda failure: failure[0])
        detail = row.failed and (row.failed.detail or row.failed.reason)
        return f"{started:%H:%M:%S} {row.label}: {detail}"


def _cells(row: Row) -> list[Text | str]:
    counts = [str(row.counts[outcome]) for outcome in Outcome]
    return [row.label, _state(row), *_phases(row.last), *counts]


def _phases(result: Result | None) -> list[str]:
    """Return the milliseconds of the phases of the last attempt, as far as it came."""
    if result is None or not result.attempts:
        return ["" for _ in PHASES]
    last = result.attempts[-1]
    spans = (last.dns_us, last.connect_us, last.tls_us, last.first_byte_us, last.duration_us)
    return ["" if span is None else f"{span / 1000:.1f}" for span in spans]


def _state(row: Row) -> Text:
    if row.last is None:
        return Text("waiting", "dim")
    reason = f" ({row.last.reason})" if row.last.reason else ""
    return Text(f"{row.last.outcome}{reason}", COLOURS[row.last.outcome])


def _took(result: Result | None) -> str:
    if result is None or not result.attempts:
        return ""
    return f"{result.attempts[-1].duration_us / 1000:.1f} ms"


def _marks(history: Iterable[Outcome]) -> Text:
    return Text.assemble(*((MARKS[outcome], COLOURS[outcome]) for outcome in history))
