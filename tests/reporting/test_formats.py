"""Numbers, durations and dates as people read them: exact, never rounded."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from vigie.reporting.formats import Formats, utc

EN, FR = Formats("en", "Europe/Paris"), Formats("fr", "Europe/Paris")
HOUR, MINUTE = 3600, 60


@pytest.mark.parametrize(
    ("formats", "text", "expected"),
    [
        (EN, "99.9798", "99.9798\u202f%"),
        (FR, "99.9798", "99,9798\u202f%"),
        (EN, "99.9999", "99.9999\u202f%"),  # CLDR's own pattern would say 100
        (FR, "100", "100\u202f%"),
        (EN, "1000.50", "1,000.50\u202f%"),
        (FR, "104166.67", "104\u202f166,67\u202f%"),
        (EN, None, "\u2013"),
    ],
)
def test_percentages_keep_every_digit(formats: Formats, text: str | None, expected: str) -> None:
    assert expected == formats.percent(text)


@pytest.mark.parametrize(
    ("formats", "value", "expected"),
    [
        (EN, Decimal("2677200.000"), "2,677,200\u00a0s"),
        (FR, Decimal(2677200), "2\u202f677\u202f200\u00a0s"),
        (EN, Decimal("535.44"), "535.44\u00a0s"),
        (FR, Decimal("0.000001"), "0,000001\u00a0s"),
        (EN, Decimal(0), "0\u00a0s"),
        (EN, None, "\u2013"),
    ],
)
def test_seconds_are_exact(formats: Formats, value: Decimal | None, expected: str) -> None:
    assert expected == formats.seconds(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal(0), "0 s"),
        (Decimal(59), "59 s"),
        (Decimal(9 * MINUTE), "9 min 0 s"),
        (Decimal("535.44"), "8 min 55.44 s"),
        (Decimal(26 * HOUR + 3 * MINUTE), "26 h 3 min 0 s"),  # never "1 day"
        (Decimal(2 * HOUR + 1), "2 h 0 min 1 s"),
        (Decimal(744 * HOUR), "744 h 0 min 0 s"),
    ],
)
def test_durations_are_exact(value: Decimal, expected: str) -> None:
    assert expected == EN.duration(value).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal(2 * HOUR), "2 h"),
        (Decimal(10 * MINUTE), "10 min"),
        (Decimal(HOUR + 30 * MINUTE), "1 h 30 min"),
        (Decimal(HOUR + 5), "1 h 0 min 5 s"),
        (Decimal(0), "0 s"),
        (None, "\u2013"),
    ],
)
def test_limits_leave_out_empty_parts(value: Decimal | None, expected: str) -> None:
    assert expected == EN.limit(value).replace("\u00a0", " ")


def test_instants_are_local_to_their_last_digit() -> None:
    at = datetime(2026, 3, 29, 1, 0, 0, 500_000, tzinfo=UTC)  # the clocks have just changed

    assert "29 Mar 2026 03:00:00.5" == EN.moment(at)
    assert "29 mars 2026 03:00:00,5" == FR.moment(at)


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (-1, "25 Oct 2026 01:59:00"),
        (0, "25 Oct 2026 02:00:00+02:00"),
        (30, "25 Oct 2026 02:30:00+02:00"),
        (60, "25 Oct 2026 02:00:00+01:00"),
        (119, "25 Oct 2026 02:59:00+01:00"),
        (120, "25 Oct 2026 03:00:00"),
    ],
)
def test_time_of_the_repeated_hour_has_its_offset(minute: int, expected: str) -> None:
    assert expected == EN.moment(datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=minute))


def test_span_over_the_repeated_hour_tells_its_ends_apart() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

    assert EN.span(first, second) == "25 Oct 2026 02:30:00+02:00 \u2013 02:30:00+01:00"


def test_other_times_have_no_offset() -> None:
    """In spring the clocks leave an hour out; Lord Howe's go back by half an hour."""
    lord_howe = Formats("en", "Australia/Lord_Howe")
    ends = datetime(2026, 4, 4, 15, tzinfo=UTC)

    assert EN.moment(datetime(2026, 3, 29, 1, tzinfo=UTC)) == "29 Mar 2026 03:00:00"
    assert EN.moment(datetime(2026, 3, 29, 0, 30, tzinfo=UTC)) == "29 Mar 2026 01:30:00"
    assert lord_howe.time_of(ends - timedelta(minutes=15)) == "01:45:00+11:00"
    assert lord_howe.time_of(ends + timedelta(minutes=15)) == "01:45:00+10:30"
    assert lord_howe.time_of(ends + timedelta(minutes=30)) == "02:00:00"


def test_utc_is_written_as_rfc_3339() -> None:
    assert "2026-04-30T22:00:00Z" == utc(datetime(2026, 4, 30, 22, tzinfo=UTC))
    assert "2026-04-30T22:00:00.25Z" == utc(datetime(2026, 4, 30, 22, 0, 0, 250_000, tzinfo=UTC))


def test_periods_are_named_in_the_language() -> None:
    may = datetime(2026, 4, 30, 22, tzinfo=UTC)

    assert "May 2026" == EN.period("month", may)
    assert "Mai 2026" == FR.period("month", may)
    assert "2026" == EN.period("year", datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert "12 mai" == FR.day_month(date(2026, 5, 12))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "May 2026"),
        ("de", "Mai 2026"),
        ("es", "mayo de 2026"),
        ("fr", "mai 2026"),
        ("it", "maggio 2026"),
    ],
)
def test_a_month_inside_a_sentence_is_written_as_the_language_does(
    language: str, expected: str
) -> None:
    formats = Formats(language, "Europe/Paris")
    may = datetime(2026, 4, 30, 22, tzinfo=UTC)

    assert expected == formats.month_inside(date(2026, 5, 1))
    assert expected == formats.period_inside("month", may)
    assert formats.period("year", may) == formats.period_inside("year", may)


def test_weeks_begin_on_monday() -> None:
    assert ["Mon", "Sun"] == [EN.weekdays()[0], EN.weekdays()[6]]


def test_german_days_are_ordinals() -> None:
    german = Formats("de", "Europe/Berlin")

    assert ("12. Mai 2026", "12. Mai") == (
        german.day(date(2026, 5, 12)),
        german.day_month(date(2026, 5, 12)),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10s", "10\u00a0s"),
        ("500ms", "500\u00a0ms"),
        ("1m", "1\u00a0min"),
        ("2h", "2\u00a0h"),
        (None, "\u2013"),
    ],
)
def test_durations_of_the_catalogue_have_their_unit_apart(text: str | None, expected: str) -> None:
    assert expected == EN.written(text)
