"""A calendar's hours in words."""

from datetime import date, timedelta

from vigie.catalogue.hours import WEEKDAYS, Range, is_named, is_of_one_year
from vigie.catalogue.model import Calendar, Hours

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
# Not strftime, which follows the locale.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def week_text(calendar: Calendar) -> str:
    """Return hours, zone, holidays and other days: `mon-fri 09:00-17:00; Europe/Paris; …`."""
    spans = [it for it in calendar.hours if it.closes > 2 * _DAY]
    days = {day: _day_text(calendar, day) for day in range(1, 8)}
    parts = [f"{name} {text}" for name, text in _grouped(days)]
    parts += [_span_text(it) for it in spans]
    said = [", ".join(parts), calendar.timezone, _holidays(calendar), *_own_days(calendar)]
    return "; ".join(said)


def _holidays(calendar: Calendar) -> str:
    """Return the public holidays, with the hours on them: `holidays 0.109 CA, open 07:00-12:00`."""
    rule = calendar.yearly
    if rule.holidays is None:
        return "no public holidays"
    # After a comma the source names the days that the calendar names itself.
    source = (calendar.holidays_source or "").partition(",")[0]
    return f"{source}, open {_hours_text(rule.hours)}" if rule.hours else source


def _own_days(calendar: Calendar) -> list[str]:
    """Return the days that the calendar closes, and those of special hours, each as written."""
    rule = calendar.yearly
    special = (f"{_day(day)} {_hours_text(hours)}" for day, hours in rule.special)
    named = {"closed": ", ".join(map(_day, rule.closed)), "special hours": ", ".join(special)}
    return [f"{word} {days}" for word, days in named.items() if days]


def _day(written: str) -> str:
    """Return `25 December` of `12-25`; a name, or a date with its year, stays as it is."""
    if is_named(written) or is_of_one_year(written):
        return written
    day = date.fromisoformat(f"2000-{written}")  # a leap year
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _hours_text(hours: tuple[Range, ...]) -> str:
    return " ".join(f"{clock(opens)}-{_closing(closes)}" for opens, closes in hours)


def _day_text(calendar: Calendar, weekday: int) -> str:
    hours = (it for it in calendar.hours if it.weekday == weekday and it.closes <= 2 * _DAY)
    return _hours_text(tuple((it.opens, it.closes) for it in hours))


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
