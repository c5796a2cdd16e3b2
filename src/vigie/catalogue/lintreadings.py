"""Words that two people read differently. One reading is computed; a contract may accept it."""

from collections.abc import Iterator
from datetime import timedelta

from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.holidays import differs_by_region
from vigie.catalogue.model import Calendar

_SATURDAY = 6
_DAY = timedelta(days=1)


def _period(it: Looking) -> Iterator[Finding]:
    """A month needs no second reading: reports are monthly, and it is the shortest period."""
    terms = it.contract.terms
    if terms.target is not None and terms.basis != "month":
        yield it.finding(
            "availability.basis",
            f"whether a {terms.basis} is one of the calendar, and whether a shorter period is held"
            " to the target too, is not said",
            f"the {terms.basis} of the calendar is judged, other periods are indicators",
            "the judged period into the contract's text",
            code="AMB-1",
        )


def _saturday(it: Looking) -> Iterator[Finding]:
    """Werktag and jour ouvrable are Monday to Saturday; Arbeitstag and jour ouvré are not."""
    terms = it.contract.terms
    calendar = it.catalogue.calendars.get(terms.notice_calendar or "")
    if terms.notice_working_days and calendar and not _opens(calendar, _SATURDAY):
        yield it.finding(
            "maintenance.notice",
            'whether a Saturday is a "working day" (Werktag, jour ouvrable) is not said',
            f"it is none, as {calendar.key} has no hours on it",
            "a calendar with hours on Saturday",
            code="AMB-4",
        )


def _opens(calendar: Calendar, weekday: int) -> bool:
    return any(
        it.weekday <= weekday and it.closes > (weekday - it.weekday) * _DAY for it in calendar.hours
    )


def _notice(it: Looking) -> Iterator[Finding]:
    days = it.contract.terms.notice_working_days
    if days:
        yield it.finding(
            "maintenance.notice",
            f"whether {days} working days are whole days or as many times 24 hours is not said",
            "whole working days strictly between the days of announcement and start",
            "the way of counting into the contract's text",
            code="AMB-7",
        )


def _regions(it: Looking) -> Iterator[Finding]:
    for key in it.calendars():
        calendar = it.catalogue.calendars[key]
        asked = calendar.yearly.holidays
        if asked and not asked.subdivision and differs_by_region(asked, max(calendar.years)):
            yield it.in_calendar(
                key,
                "holidays",
                f"whether the holidays of a region of {asked.country} count is not said",
                "those of the whole country only",
                f"holidays: {{country: {asked.country}, subdivision: …}}",
                code="AMB-11",
            )


def _started_unit(it: Looking) -> Iterator[Finding]:
    support = it.contract.words.get("support")
    points = support.get("points") if isinstance(support, dict) else None
    if isinstance(points, dict) and points.get("point") and not points.get("rounding"):
        shown = points["point"]
        yield it.finding(
            "support.points",
            f"whether a point is used up by every {shown} begun or by every {shown} full is not"
            " said",
            "by every one begun",
            "terms: {support: {points: {rounding: started-unit}}}, or full-unit",
            code="AMB-12",
        )


RULES = (_period, _saturday, _notice, _regions, _started_unit)
