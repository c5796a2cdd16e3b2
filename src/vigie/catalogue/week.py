"""A calendar's hours in words."""

from collections import Counter
from datetime import timedelta

from vigie.catalogue.hours import WEEKDAYS
from vigie.catalogue.model import Calendar, Hours

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def week_text(calendar: Calendar) -> str:
    """Return the hours, the zone and the holidays: `mon-fri 09:00-17:00, Europe/Paris, …`."""
    spans = [it for it in calendar.hours if it.closes > 2 * _DAY]
    days = {day: _day_text(calendar, day) for day in range(1, 8)}
    parts = [f"{name} {text}" for name, text in _grouped(days)]
    parts += [_span_text(it) for it in spans]
    source = calendar.holidays_source or "no holidays"
    return f"{', '.join(parts)}; {calendar.timezone}; {source}{_on_holidays(calendar)}"


def _on_holidays(calendar: Calendar) -> str:
    """Return the hours that every holiday has; days of their own hours do not count as such."""
    found = Counter(it.hours for it in calendar.holidays if it.hours)
    most = found.most_common(1)
    if not most or most[0][1] == 1:
        return ""
    hours = (f"{clock(opens)}-{_closing(closes)}" for opens, closes in most[0][0])
    return f", open {' '.join(hours)}"


def _day_text(calendar: Calendar, weekday: int) -> str:
    hours = (it for it in calendar.hours if it.weekday == weekday and it.closes <= 2 * _DAY)
    return " ".join(f"{clock(it.opens)}-{_closing(it.closes)}" for it in hours)


def _grouped(days: dict[int, str]) -> list[tuple[str, str]]:
    """Return runs of weekdays with the same hours, under one name each."""
    runs: list[tuple[int, int, str]] = []
    for day, text in days.items():
        if runs and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], day, text)
        else:
            runs.append((day, day, text))
    return [(_name(first, last), text) for first, last, text in runs if text]


def _name(first: int, last: int) -> str:
    ends = (WEEKDAYS[first - 1], WEEKDAYS[last - 1])
    return ends[0] if first == last else "-".join(ends)


def _span_text(span: Hours) -> str:
    opens, closes = WEEKDAYS[span.weekday - 1], (span.weekday - 1 + span.closes.days) % 7
    return f"{opens} {clock(span.opens)} to {WEEKDAYS[closes]} {clock(span.closes % _DAY)}"


def _closing(closes: timedelta) -> str:
    return clock(closes if closes <= _DAY else closes - _DAY)


def clock(time: timedelta) -> str:
    """Return the time of day, *time* after midnight: `09:00`, and `24:00` for its end."""
    hours, minutes = divmod(time // _MINUTE, 60)
    return f"{hours:02}:{minutes:02}"
