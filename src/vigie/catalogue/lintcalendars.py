"""What the calendars of a contract leave open."""

import re
from collections.abc import Iterator

from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.model import Calendar

_FIXED = "Etc/GMT"
# Taken literally, these are offsets that stay as they are in summer; "CET/CEST" names both.
_LITERAL = re.compile(r"(UTC|GMT)[+-]\d|\b(MEZ|CET|EET|WET|EST|PST|AEST)\b(?!/)")
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
        if _LITERAL.search(text) and not calendar.timezone.startswith(_FIXED):
            yield it.in_calendar(
                calendar.key,
                "timezone",
                f'the text says "{text}", which taken literally never changes to summer time',
                f"local time, {calendar.timezone}",
                "a fixed offset such as timezone: UTC+1 to take it literally",
            )


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
