"""What was over when a document of a running period was made: nothing that comes later changes it.

Only a correction or a window does that was recorded since, and late results, of which no database
knows.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from vigie.reporting import Comparison, Figures, Standing, Summary
from vigie.storing import Addition
from vigie.verifying.differing import unequal

REACH = timedelta(minutes=90)  # how far a result can matter to another: fact.reach() in SQL
A_DAY = timedelta(days=1)
NEVER = datetime(1990, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=33)  # a day before its first one, for zones, and 32 from then on
GROWING = ("unplanned_s", "planned_s", "unmeasured_s", "committed_s")

Rows: TypeAlias = Mapping[Hashable, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """Up to when all was over and rolled up, but for what was recorded since."""

    until: datetime
    since: Sequence[Addition]

    def holds(self, starts: datetime, ends: datetime) -> bool:
        """Whether nothing can have changed between two instants."""
        return ends <= self.until and not self.is_touched(starts, ends)

    def is_touched(self, starts: datetime, ends: datetime) -> bool:
        """Whether what was recorded since then touches what lies between two instants."""
        # Also what it only meets: both may be one span now.
        return any(one.starts <= ends and starts <= one.ends for one in self.since)

    def holds_day(self, day: date) -> bool:
        """Whether nothing can have changed on a UTC day."""
        return self.holds(_midnight(day), _midnight(day) + A_DAY)

    def is_past(self, day: date) -> bool:
        """Whether a UTC day was over, whatever was recorded since."""
        return _midnight(day) + A_DAY <= self.until

    def spans(self, rows: Iterable[Any], join: Decimal = Decimal(0), of: str = "") -> Rows:
        """Return the rows that were over, by what they are *of* and their start."""
        near = timedelta(seconds=int(join))
        return {
            (getattr(one, of, None), one.starts): one
            for one in rows
            if self.holds(one.starts - near, one.ends + near)
        }

    def dated(self, rows: Iterable[Any]) -> Rows:
        """Return the rows of UTC days that were over."""
        return {one.day: one for one in rows if self.holds_day(one.day)}

    def months(self, rows: Iterable[Any]) -> Rows:
        """Return the availabilities of months that were over.

        No interruptions: one that began in the month is told whole, and may go on.
        """
        return {
            (one.scope, one.month): one
            for one in rows
            if one.indicator == "availability"
            and one.complete
            and self._holds_month(_midnight(one.month) - A_DAY)
        }

    def _holds_month(self, starts: datetime) -> bool:
        return self.holds(starts, starts + MONTH)


def over(as_of: datetime | None, since: Sequence[Addition]) -> Over:
    """Return what was over where results were known up to an instant."""
    return Over(until=(as_of or NEVER) - REACH, since=since)


def past_of_report(printed: Figures, today: Figures, known: Over) -> Iterator[str]:
    """Yield what differs in the rows of a running report that were over when it was made."""
    for name, rows in _LISTS.items():
        yield from _unequal(rows(printed, known), rows(today, known), f"figures.{name}")
    mine, others = (known.months(one.contents.kept) for one in (printed, today))
    # The thirteen months end with the one in which they are asked for.
    both = mine.keys() & others.keys()
    yield from _unequal(_only(mine, both), _only(others, both), "figures.contents.kept")


def _outages(figures: Figures, known: Over) -> Rows:
    # How long one may have been depends on the next good result, which may have come since.
    rows = [replace(one, possible_s=Decimal(0)) for one in figures.outages]
    return known.spans(rows, figures.contract.join_within_s)


_LISTS: Mapping[str, Callable[[Figures, Over], Rows]] = {
    "days": lambda figures, known: known.spans(figures.days),
    "outages": _outages,
    "contents.spells": lambda figures, known: known.spans(figures.contents.spells),
    "contents.latencies": lambda figures, known: known.dated(figures.contents.latencies),
    "evidence.answers": lambda figures, known: known.dated(
        figures.evidence.answers if figures.evidence else ()
    ),
}


def past_of_annex(printed: Comparison, today: Comparison, known: Over) -> Iterator[str]:
    """Yield what differs in an annex of a running period: the log, and the spans that were over."""
    yield from unequal(printed.dispute, today.dispute, "comparison.dispute")
    mine, others = (known.spans(one.lines, of="service") for one in (printed, today))
    yield from _unequal(mine, others, "comparison.lines")
    for problem in past_of_report(printed.figures, today.figures, known):
        yield f"comparison.{problem}"


def past_of_summary(printed: Summary, today: Summary, known: Over) -> Iterator[str]:
    """Yield what differs of the contracts and shared outages that were over when it was made.

    The seconds of other contracts may have grown by the time that went by, and by no more.
    """
    now = {one.contract: one for one in today.contracts}
    for one in printed.contracts:
        place = f"summary.contracts[{one.contract}]"
        if one.contract not in now:
            yield f"{place}: printed, and there is none today"
        elif known.is_touched(one.starts, one.ends):
            continue
        elif one.complete:
            yield from unequal(one, now[one.contract], place)
        else:
            yield from _grown(one, now[one.contract], _between(printed, today), place)
    # Of one that is over, people may call a crisis later.
    shared = ([replace(one, crisis=None) for one in of.shared] for of in (printed, today))
    mine, others = (known.spans(rows, of="service") for rows in shared)
    yield from _unequal(mine, others, "summary.shared")


def _between(printed: Summary, today: Summary) -> timedelta:
    then, now = printed.as_of, today.as_of
    return now - then if then and now else timedelta(0)


def _grown(then: Standing, now: Standing, by: timedelta, place: str) -> Iterator[str]:
    edge = int(REACH.total_seconds())
    for name in GROWING:
        said, found = getattr(then, name), getattr(now, name)
        if not -edge <= found - said <= by.total_seconds() + edge:
            yield f"{place}.{name}: {said} printed, {found} today"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _only(rows: Rows, keys: Iterable[Hashable]) -> Rows:
    return {key: rows[key] for key in keys}


def _unequal(mine: Rows, others: Rows, place: str) -> Iterator[str]:
    for key in sorted(mine.keys() | others.keys(), key=str):
        if key not in others:
            yield f"{place}[{_said(key)}]: printed, and there is none today"
        elif key not in mine:
            yield f"{place}[{_said(key)}]: not printed, and there is one today"
        else:
            yield from unequal(mine[key], others[key], f"{place}[{_said(key)}]")


def _said(key: Hashable) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    return " ".join(str(part) for part in parts if part is not None)
