"""The printed figures against those that the database gives today."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from vigie import storing
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
from vigie.verifying.differing import unequal
from vigie.verifying.settled import Over, over, past_of_annex, past_of_report, past_of_summary

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
PAST = (
    "; that was over when it was made: the file was changed, or late results came since (no "
    "correction and no maintenance that was recorded since explains it)"
)
SAME = "the same ones are stored"
KINDS = {"month", "quarter", "year"}


async def compare_with_database(
    held: Carried, settings: Settings, *, now: datetime, is_kept: bool = False
) -> tuple[Check, ...]:
    """Return whether SQL gives the printed figures, and the same raw results are stored.

    *is_kept*: it is the very file that is kept, so what differs came after it, and does not fail.
    """
    made_at = held.made.made_at
    match held.told:
        case Incident():
            says = "an incident report holds what people wrote; vigie crisis show has the rest"
            return (Check(name="database", holds=None, says=says),)
        case Annex(comparison=comparison):
            return (await _annex(comparison, settings, now, made_at),)
        case SummaryFile(summary=summary):
            return (await _summary(summary, settings, now, made_at),)
        case NoticeFile(maintenance=window):
            return (await _notice(window, settings, now),)
        case report:
            figures = report["figures"]
            if is_kept or figures.period.complete:
                return await _report(figures, settings, now, is_kept=is_kept)
            return await _running_report(figures, settings, now, made_at)


async def _annex(
    printed: Comparison, settings: Settings, now: datetime, made_at: datetime
) -> Check:
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
    differing = unequal(printed, today, "comparison")
    if figures.period.complete:
        return judged("database", differing, well=WELL)
    known = over(figures.period.as_of, await _since(settings, figures.contract.key, made_at))
    return _running(past_of_annex(printed, today, known), differing, known, well=WELL)


async def _summary(printed: Summary, settings: Settings, now: datetime, made_at: datetime) -> Check:
    if printed.kind not in KINDS:
        return Check(name="database", holds=False, says="no summary is of such a period")
    asked = Asked(printed.kind, printed.noon.astimezone(UTC).date())
    today = await read_summary(settings, asked=asked, now=now)
    well = f"{WELL} of contracts, shared outages and windows; the rest goes on"
    differing = unequal(printed, today, "summary")
    if printed.complete:
        return judged("database", differing, well=well)
    known = over(printed.as_of, await _since(settings, None, made_at))
    return _running(past_of_summary(printed, today, known), differing, known, well=well)


async def _notice(printed: MaintenanceNotice, settings: Settings, now: datetime) -> Check:
    today = await read_notice(settings, key=printed.key, now=now, contract=printed.contract)
    return judged("database", unequal(printed, today, "maintenance"), well=WELL)


async def _since(
    settings: Settings, contract: str | None, made_at: datetime
) -> tuple[storing.Addition, ...]:
    async with storing.open_database(settings) as pool, pool.acquire() as connection:
        return await storing.recorded_since(connection, contract, made_at)


def _running(
    past: Iterable[str], differing: Iterable[str], known: Over, *, well: str, name: str = "database"
) -> Check:
    """Return a check of what goes on: it fails where the *past*, which was over, differs."""
    if found := list(past):
        return judged(name, found, well=well, why=PAST)
    return later(name, differing, well=well, why=RUNNING + _named(known.since))


def _named(since: Sequence[storing.Addition]) -> str:
    keys = ", ".join(one.key for one in since)
    return f"; recorded since then: {keys}" if keys else ""


async def _report(
    printed: Figures, settings: Settings, now: datetime, *, is_kept: bool
) -> tuple[Check, ...]:
    judge, why = (later, SINCE) if is_kept else (judged, CHANGED)
    today = await _today(printed, settings, now)
    changed, aside = _results(printed, today)
    return (
        judge("database", unequal(printed, today, "figures"), well=WELL, why=why),
        _told(printed, judge("results", map(_other, changed), well=f"{SAME}{aside}")),
    )


async def _running_report(
    printed: Figures, settings: Settings, now: datetime, made_at: datetime
) -> tuple[Check, ...]:
    today = await _today(printed, settings, now)
    known = over(printed.period.as_of, await _since(settings, printed.contract.key, made_at))
    changed, aside = _results(printed, today)
    # No correction changes a result.
    past = [(endpoint, day) for endpoint, day in changed if known.is_past(day)]
    differing, well = map(_other, changed), f"{SAME}{aside}"
    return (
        _running(
            past_of_report(printed, today, known),
            unequal(printed, today, "figures"),
            known,
            well=WELL,
        ),
        _told(printed, _running(map(_other, past), differing, known, well=well, name="results")),
    )


async def _today(printed: Figures, settings: Settings, now: datetime) -> Figures:
    return await read(
        settings,
        contract=printed.contract.key,
        asked=_asked(printed),
        now=now,
        scope=printed.availability.scope,
        readings=bool(printed.readings),
        evidence=printed.evidence is not None,
    )


def _asked(printed: Figures) -> Asked | Span:
    period = printed.period
    if period.kind in KINDS and printed.days:
        return Asked(period.kind, printed.days[0].day)
    return Span(period.starts, period.ends)


def _results(printed: Figures, today: Figures) -> tuple[list[tuple[str, date]], str]:
    """Return the endpoint days of other results, and what is said of those that were dropped."""
    old, new = (
        {(one.endpoint, one.day): one for one in (of.evidence.results if of.evidence else ())}
        for of in (printed, today)
    )
    dropped = {key for key in {*old} & {*new} if _was_dropped(old[key], new[key])}
    changed = [key for key in sorted({*old, *new} - dropped) if old.get(key) != new.get(key)]
    aside = f"; {len(dropped)} endpoint days are older than the retention now" if dropped else ""
    return changed, aside


def _was_dropped(then: ResultsDay, today: ResultsDay) -> bool:
    """Whether what is kept of a day can be left of what it had; nothing dropped ever comes back."""
    return (then.covers, today.covers) == ("all", "evidence") and then.results >= today.results


def _other(changed: tuple[str, date]) -> str:
    endpoint, day = changed
    return f"{endpoint} {day}: other results are stored now"


def _told(printed: Figures, check: Check) -> Check:
    if printed.evidence is None:
        return Check(name="results", holds=None, says="the report carries no digest of them")
    return check
