"""Working time, notice and latency, computed again from hours, days and counts that are carried."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from vigie.reporting import Evidence, Figures, Planned, Window, reason
from vigie.verifying.enforced import judged_by_terms
from vigie.verifying.numbers import seconds

SHARES = {"p50_ms": Fraction(50, 100), "p95_ms": Fraction(95, 100), "p99_ms": Fraction(99, 100)}
TENTH = Decimal("0.1")
SMALL = re.compile(r"\d{1,9}", re.ASCII)
MOST_CELLS = 400  # 8 to a doubling: 400 reach beyond a thousand years


def worked(figures: Figures) -> Iterator[str]:
    """Yield what hours, working days and counted answers do not give."""
    evidence = figures.evidence
    if evidence is None:
        return
    yield from _working(figures, evidence)
    yield from _notices(figures, evidence)
    yield from _latencies(figures, evidence)


def _working(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Compare working time with the calendar's hours."""
    if figures.contract.interruption_calendar is None:
        return
    if any(after.starts < before.ends for before, after in pairwise(evidence.hours)):
        yield "figures.evidence.hours: two of them overlap, or are out of order"
    for number, outage in enumerate(figures.outages):
        shared = (
            min(outage.ends, one.ends) - max(outage.starts, one.starts)
            for one in evidence.hours
            if one.starts < outage.ends and one.ends > outage.starts
        )
        found = sum(map(seconds, shared), Fraction(0))
        if outage.working_s != found:
            place = f"figures.outages[{number}].working_s"
            yield f"{place}: says {outage.working_s}, the calendar's hours give {found}"


def _notices(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Compare the notice of windows that the terms of the report judge."""
    zone, contract = evidence.notice_timezone, figures.contract
    if zone not in available_timezones():
        return
    listed: dict[str, tuple[Window | Planned, ...]] = {
        "maintenance": figures.maintenance,
        "contents.ahead": figures.contents.ahead,
    }
    for name, windows in listed.items():
        for number, window in enumerate(windows):
            if window.announced_at is None or not judged_by_terms(figures, window.starts):
                continue
            found = _days_between(evidence, window.announced_at, window.starts)
            place = f"figures.{name}[{number}]"
            if window.notice_days != found:
                yield f"{place}.notice_days: says {window.notice_days}, the calendar gives {found}"
            asked, why = contract.notice_working_days, reason(window.why or "")
            if why.rule == "notice" and (why.given, why.asked) != (found, asked):
                yield f"{place}.why: says {window.why}"
            if window.valid and window.kind == "planned" and asked is not None and found < asked:
                yield f"{place}.valid: said of {found} working days of notice, {asked} asked"


def _days_between(evidence: Evidence, announced: datetime, starts: datetime) -> int:
    zone = ZoneInfo(str(evidence.notice_timezone))
    first, last = announced.astimezone(zone).date(), starts.astimezone(zone).date()
    return sum(first < day < last for day in evidence.working_days)


def _latencies(figures: Figures, evidence: Evidence) -> Iterator[str]:
    counted = {one.day: one.cells for one in evidence.answers}
    said = [one.day for one in figures.contents.latencies]
    if said != [one.day for one in evidence.answers]:
        yield "figures.contents.latencies: are not of the days that were counted"
        return
    for number, one in enumerate(figures.contents.latencies):
        place, cells = f"figures.contents.latencies[{number}]", _cells(counted[one.day])
        results = sum(count for _, count in cells)
        if one.results != results:
            yield f"{place}.results: says {one.results}, {results} were counted"
        for name, share in SHARES.items():
            found = _percentile(cells, share)
            if getattr(one, name) != found:
                yield f"{place}.{name}: says {getattr(one, name)}, the counts give {found}"


def _cells(text: str) -> list[tuple[int, int]]:
    """Return bucket and count of `120x5 121x40`; nothing where it is none."""
    pairs = [cell.partition("x")[::2] for cell in text.split()]
    if not all(SMALL.fullmatch(a) and SMALL.fullmatch(b) and int(a) < MOST_CELLS for a, b in pairs):
        return []
    return sorted((int(bucket), int(count)) for bucket, count in pairs)


def _percentile(cells: list[tuple[int, int]], share: Fraction) -> Decimal | None:
    """Return the upper edge, in milliseconds, of the bucket that reaches the share."""
    whole, so_far = sum(count for _, count in cells), 0
    for bucket, count in cells:
        so_far += count
        if so_far >= share * whole:
            edge = Decimal(2) ** (Decimal(bucket + 1) / 8) / 1000
            return edge.quantize(TENTH, ROUND_HALF_UP)
    return None
