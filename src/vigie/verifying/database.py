"""The printed figures against those that the database gives today."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from vigie.reporting import (
    Annex,
    Asked,
    Comparison,
    Figures,
    Incident,
    MaintenanceNotice,
    NoticeFile,
    ResultsDay,
    Span,
    Summary,
    SummaryFile,
    read,
    read_comparison,
    read_notice,
    read_summary,
)
from vigie.settings import Settings
from vigie.verifying.carried import Carried
from vigie.verifying.checks import Check, judged, later

WELL = "gives the same figures today"
SINCE = (
    "; corrections or late results since it was made change figures: vigie report list shows later "
    "revisions"
)
CHANGED = (
    "; the file was changed, or corrections or late results came since it was made (vigie "
    "correction list and vigie report list show them)"
)
RUNNING = "; its period was not over when it was made, and the figures go on"
KINDS = {"month", "quarter", "year"}
# The raw results are compared by themselves: older ones than the retention are told apart there.
MOVING = {
    "figures.evidence.results",
    "figures.evidence.sha256",
    "maintenance.as_of",
    # What people do after it was made.
    "summary.as_of",
    "summary.crises",
    "summary.disputes",
    "summary.reports",
    "summary.risks",
}
# Results are rolled up ever further: today as far as then, or beyond.
GROWING = {"figures.period.as_of"}


async def compare_with_database(
    held: Carried, settings: Settings, *, now: datetime, is_kept: bool = False
) -> tuple[Check, ...]:
    """Return whether SQL gives the printed figures, and the same raw results are stored.

    *is_kept*: it is the very file that is kept, so what differs came after it, and does not fail.
    """
    match held.told:
        case Incident():
            says = "an incident report holds what people wrote; vigie crisis show has the rest"
            return (Check(name="database", holds=None, says=says),)
        case Annex(comparison=comparison):
            return (await _annex(comparison, settings, now),)
        case SummaryFile(summary=summary):
            return (await _summary(summary, settings, now),)
        case NoticeFile(maintenance=window):
            return (await _notice(window, settings, now),)
        case report:
            return await _report(report["figures"], settings, now, is_kept=is_kept)


async def _annex(printed: Comparison, settings: Settings, now: datetime) -> Check:
    figures = printed.figures
    if figures.period.kind not in KINDS or not figures.days:
        return Check(name="database", holds=False, says="no annex is of such a period")
    today = await read_comparison(
        settings,
        key=printed.dispute.key,
        asked=Asked(figures.period.kind, figures.days[0].day),
        now=now,
        scope=figures.availability.scope,
    )
    return judged("database", unequal(printed, today, "comparison"), well=WELL)


async def _summary(printed: Summary, settings: Settings, now: datetime) -> Check:
    if printed.kind not in KINDS:
        return Check(name="database", holds=False, says="no summary is of such a period")
    asked = Asked(printed.kind, printed.noon.astimezone(UTC).date())
    today = await read_summary(settings, asked=asked, now=now)
    well = f"{WELL} of contracts, shared outages and windows; the rest goes on"
    return judged("database", unequal(printed, today, "summary"), well=well)


async def _notice(printed: MaintenanceNotice, settings: Settings, now: datetime) -> Check:
    today = await read_notice(settings, key=printed.key, now=now, contract=printed.contract)
    return judged("database", unequal(printed, today, "maintenance"), well=WELL)


async def _report(
    printed: Figures, settings: Settings, now: datetime, *, is_kept: bool
) -> tuple[Check, ...]:
    has_evidence = printed.evidence is not None
    is_running = not printed.period.complete
    judge = later if is_kept or is_running else judged
    why = RUNNING if is_running else SINCE if is_kept else CHANGED
    today = await read(
        settings,
        contract=printed.contract.key,
        asked=_asked(printed),
        now=now,
        scope=printed.availability.scope,
        readings=bool(printed.readings),
        evidence=has_evidence,
    )
    return (
        judge("database", unequal(printed, today, "figures"), well=WELL, why=why),
        _results(printed, today, judge),
    )


def _asked(printed: Figures) -> Asked | Span:
    period = printed.period
    if period.kind in KINDS and printed.days:
        return Asked(period.kind, printed.days[0].day)
    return Span(period.starts, period.ends)


def unequal(printed: Any, today: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - any record
    """Yield every value that is not the same in both, by its place."""
    kind = place.removeprefix("comparison.")
    if printed == today or kind in MOVING or (kind in GROWING and _grew(printed, today)):
        return
    if is_dataclass(printed) and is_dataclass(today):
        for field in fields(printed):
            mine, other = getattr(printed, field.name), getattr(today, field.name)
            yield from unequal(mine, other, f"{place}.{field.name}")
    elif isinstance(printed, tuple) and isinstance(today, tuple) and len(printed) == len(today):
        for number, (mine, other) in enumerate(zip(printed, today, strict=True)):
            yield from unequal(mine, other, f"{place}[{number}]")
    elif isinstance(printed, tuple) and isinstance(today, tuple):
        yield f"{place}: {len(printed)} rows printed, {len(today)} today"
    else:
        yield f"{place}: {printed} printed, {today} today"


def _grew(then: datetime | None, today: datetime | None) -> bool:
    return then is None or (today is not None and then < today)


def _results(printed: Figures, today: Figures, judge: Callable[..., Check]) -> Check:
    if printed.evidence is None or today.evidence is None:
        return Check(name="results", holds=None, says="the report carries no digest of them")
    old = {(one.endpoint, one.day): one for one in printed.evidence.results}
    new = {(one.endpoint, one.day): one for one in today.evidence.results}
    dropped = {key for key in {*old} & {*new} if _was_dropped(old[key], new[key])}
    changed = [
        f"{endpoint} {day}: other results are stored now"
        for endpoint, day in sorted({*old, *new} - dropped)
        if old.get((endpoint, day)) != new.get((endpoint, day))
    ]
    aside = f"; {len(dropped)} endpoint days are older than the retention now" if dropped else ""
    return judge("results", changed, well=f"the same ones are stored{aside}")


def _was_dropped(then: ResultsDay, today: ResultsDay) -> bool:
    """Whether what is kept of a day can be left of what it had; nothing dropped ever comes back."""
    return (then.covers, today.covers) == ("all", "evidence") and then.results >= today.results
