"""What the calendars of a contract leave open."""

import re
from collections.abc import Iterator

from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.model import Calendar

_FIXED = "Etc/GMT"
# Taken literally, these are offsets that stay as they are in summer; "CET/CEST" names both.
_NAMES = {"MEZ": 1, "CET": 1, "EET": 2, "WET": 0, "EST": -5, "PST": -8, "AEST": 10}
_LITERAL = re.compile(
    r"(?:UTC|GMT)(?P<hours>[+-]\d{1,2})(?::(?P<minutes>\d\d))?"
    rf"|\b(?P<name>{'|'.join(_NAMES)})\b(?!/)"
)
_ESTIMATED = "(estimated)"


def _used(it: Looking) -> list[Calendar]:
    return [it.catalogue.calendars[key] for key in it.calendars()]


def _holidays(it: Looking) -> Iterator[Finding]:
    for calendar in _used(it):
        if not calendar.holidays_said:
            yield it.in_calendar(
                calendar.key,
                "holidays",
                "whether public holidays are working days is not said",
                "they are",
                "holidays: {country: FR}, or holidays: null",
            )


def _fixed_offset(it: Looking) -> Iterator[Finding]:
    for calendar in _used(it):
        if calendar.timezone.startswith(_FIXED) and not it.contract.timezone.startswith(_FIXED):
            zone = it.contract.timezone
            yield it.in_calendar(
                calendar.key,
                "timezone",
                f"a fixed offset, {calendar.timezone}, stays as it is when the clocks of {zone}"
                " change",
                "the offset, all year",
                f"timezone: {zone} if the text means local time",
            )


def _literal_text(it: Looking) -> Iterator[Finding]:
    for calendar in _used(it):
        text = calendar.timezone_text or ""
        literal = _LITERAL.search(text)
        if literal and not calendar.timezone.startswith(_FIXED):
            yield it.in_calendar(
                calendar.key,
                "timezone",
                f'the text says "{text}", which taken literally never changes to summer time',
                f"local time, {calendar.timezone}",
                f"{_fixed(literal)} to take it literally",
                code="AMB-3",
            )


def _fixed(literal: re.Match[str]) -> str:
    """Return what to write for the offset that the text names."""
    if literal["minutes"] not in (None, "00"):
        return "timezone: with a zone that has this offset all year, such as Asia/Kolkata,"
    hours = _NAMES[literal["name"]] if literal["name"] else int(literal["hours"])
    return f"timezone: UTC{hours:+d}"


def _estimates(it: Looking) -> Iterator[Finding]:
    for calendar in _used(it):
        days = [holiday for holiday in calendar.holidays if _ESTIMATED in holiday.name]
        if days:
            first = days[0]
            yield it.in_calendar(
                calendar.key,
                "holidays",
                f"dates such as {first.name}, {first.day}, are not announced yet",
                f"the estimate of {calendar.holidays_source}",
                "the date under closed, or special, once it is known",
            )


RULES = (_holidays, _fixed_offset, _literal_text, _estimates)
