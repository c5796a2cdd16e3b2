"""Figures as people of one language read them. Nothing here rounds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal, get_decimal_symbol

NARROW = "\u202f"  # no-break thin space, before a percent sign
SPACE = "\u00a0"  # no-break space, before a unit
DASH = "\u2013"
UNGROUPED = 3  # digits; what has more is grouped
A_SECOND = 1000  # milliseconds
MOST_APART = timedelta(hours=26)  # midnight of one date, in Kiribati and in the Aleutians


@dataclass(frozen=True, slots=True)
class Formats:
    """How one language writes numbers, durations and dates of one time zone."""

    language: str  # en, fr, de_AT …
    timezone: str

    @property
    def _locale(self) -> Locale:
        """The CLDR locale of the language; templates have no use for it."""
        return Locale.parse(self.language, sep="-" if "-" in self.language else "_")

    @property
    def _ordinal(self) -> str:
        """The pattern of a day of the month."""
        return "d." if self._locale.language == "de" else "d"

    def percent(self, text: str | None) -> str:
        """Return an exact percentage (`99.9798`) with the language's signs; None: a dash."""
        if text is None:
            return DASH
        whole, point, fraction = text.partition(".")
        if len(whole) > UNGROUPED:
            whole = self.number(int(whole))
        return whole + self.decimals(point + fraction) + NARROW + "%"

    def decimals(self, text: str) -> str:
        """Return decimal digits, none of them touched, with the language's decimal sign."""
        return text.replace(".", get_decimal_symbol(self._locale))

    def number(self, value: int) -> str:
        """Return a whole number, grouped: `43,200`."""
        return format_decimal(value, locale=self._locale)

    def seconds(self, value: Decimal | None) -> str:
        """Return exact seconds, grouped: `2,677,200 s`."""
        return DASH if value is None else f"{self.amount(value)}{SPACE}s"

    def amount(self, value: Decimal) -> str:
        """Return an exact number, grouped, whose unit stands elsewhere: `2,677,200`."""
        plain = value.normalize() + 0  # 540.000 is 540
        return format_decimal(plain, locale=self._locale, decimal_quantization=False)

    def milliseconds(self, value: Decimal) -> str:
        """Return exact milliseconds, or seconds from one second on: `85.2 ms`, `1.5 s`."""
        if value < A_SECOND:
            return f"{self.decimals(plain(value))}{SPACE}ms"
        return f"{self.decimals(plain(value.scaleb(-3)))}{SPACE}s"

    def duration(self, value: Decimal | None) -> str:
        """Return exact hours, minutes and seconds, from the first that is not zero: `9 min 0 s`."""
        if value is None:
            return DASH
        whole, rest = divmod(value, 60)
        hours, minutes = divmod(int(whole), 60)
        parts = [(hours, "h"), (minutes, "min")]
        first = next((i for i, (amount, _) in enumerate(parts) if amount), len(parts))
        shown = [f"{amount}{SPACE}{unit}" for amount, unit in parts[first:]]
        return SPACE.join([*shown, f"{self.decimals(plain(rest))}{SPACE}s"])

    def limit(self, value: Decimal | None) -> str:
        """Return a promised duration without its empty parts: `2 h`."""
        if value is None:
            return DASH
        empty = [f"{SPACE}0{SPACE}s", f"{SPACE}0{SPACE}min"]
        text = self.duration(value)
        for part in empty:
            text = text.removesuffix(part)
        return text

    def written(self, text: str | None) -> str:
        """Return a duration of the catalogue (`2s`, `1m`) with its unit apart: `2 s`, `1 min`."""
        if text is None:
            return DASH
        number, unit = text.rstrip("smhd"), text.lstrip("0123456789")
        return f"{number}{SPACE}{'min' if unit == 'm' else unit}"

    def day(self, value: date) -> str:
        """Return a date: `12 May 2026`."""
        return self._date(value, f"{self._ordinal} MMM y")

    def day_month(self, value: date) -> str:
        """Return a date without its year: `12 May`."""
        return self._date(value, f"{self._ordinal} MMM")

    def month(self, value: date) -> str:
        """Return the name of a month: `May 2026`."""
        name = self._date(value, "LLLL y")
        return name[:1].upper() + name[1:]

    def _date(self, value: date, pattern: str) -> str:
        return format_date(_known(value), pattern, self._locale)

    def month_inside(self, value: date) -> str:
        """Return a month as it is written inside a sentence: `mayo de 2026`."""
        return format_skeleton("yMMMM", _known(value), locale=self._locale)

    def month_short(self, value: date, with_year: bool = False) -> str:  # noqa: FBT001, FBT002
        """Return a month in little room: `May`, and in January or if asked `May 26`."""
        return self._date(value, "LLL yy" if with_year or value.month == 1 else "LLL")

    def period(self, kind: str, start: datetime) -> str:
        """Return the name of the local period that begins at *start*: `May 2026`."""
        patterns = {"month": "LLLL y", "quarter": "QQQ y", "year": "y"}
        if kind not in patterns:
            return self.date_of(start)
        name = format_date(self._within(start), patterns[kind], self._locale)
        return name[:1].upper() + name[1:]

    def period_inside(self, kind: str, start: datetime) -> str:
        """Return the name of the period that begins at *start* as it is written inside a sentence.

        Only English and German write a month with a capital there.
        """
        if kind == "month":
            return self.month_inside(self._within(start))
        return self.period(kind, start)

    def _within(self, start: datetime) -> date:
        """Return a day of the month that begins at *start*, be it on the clocks of another zone."""
        return self.local(start + MOST_APART).date()

    def span(self, start: datetime, end: datetime) -> str:
        """Return the name of any span, the date of its end only when it is another day."""
        same = self.local(start).date() == self.local(end).date()
        return f"{self.moment(start)} \N{EN DASH} {self.time_of(end) if same else self.moment(end)}"

    def local(self, at: datetime) -> datetime:
        """Return the same instant on the clocks of the time zone."""
        return at.astimezone(ZoneInfo(self.timezone))

    def date_of(self, at: datetime) -> str:
        """Return the local date of an instant."""
        return self.day(self.local(at).date())

    def time_of(self, at: datetime) -> str:
        """Return the local time of day of an instant, to its last digit: `03:00:12.5`.

        A time that the clocks show twice has its offset: `02:30:00+02:00`.
        """
        local = self.local(at)
        return self.decimals(clock(local)) + (local.isoformat()[-6:] if is_repeated(local) else "")

    def moment(self, at: datetime) -> str:
        """Return the local date and time of an instant."""
        return f"{self.date_of(at)} {self.time_of(at)}"

    def weekdays(self) -> list[str]:
        """Return the short names of the days of the week, Monday first."""
        names = get_day_names("abbreviated", locale=self._locale)
        return [names[number] for number in range(7)]

    def listing(self, words: list[str] | tuple[str, ...]) -> str:
        """Return *words* as a list in prose: `api, orders and crawler`."""
        return format_list(words, locale=self._locale)


def _known(value: date) -> date:
    if not isinstance(value, date):  # of None, Babel would make today
        raise TypeError(f"{value!r} is no date")
    return value


def plain(value: Decimal) -> str:
    """Return the digits of *value* without an exponent and without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def clock(at: datetime) -> str:
    """Return hours, minutes, seconds and, if there is one, the fraction of a second."""
    return plain_fraction(at.strftime("%H:%M:%S"), at.microsecond)


def is_repeated(local: datetime) -> bool:
    """Return whether the clocks show the time of *local* twice, as summer time ends."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def plain_fraction(text: str, microsecond: int) -> str:
    """Append a fraction of a second to *text* unless it is zero."""
    return f"{text}.{microsecond:06d}".rstrip("0") if microsecond else text


def utc(at: datetime) -> str:
    """Return an instant in RFC 3339, UTC: `2026-04-30T22:00:00Z`."""
    moment = at.astimezone(ZoneInfo("UTC"))
    return plain_fraction(moment.strftime("%Y-%m-%dT%H:%M:%S"), moment.microsecond) + "Z"


def utc_second(at: datetime) -> str:
    """Return an instant in RFC 3339, UTC, its fraction of a second cut off."""
    return utc(at.replace(microsecond=0))
