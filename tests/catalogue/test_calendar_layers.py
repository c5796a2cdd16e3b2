"""Calendars that change others, by key and by region; days by name; zones and fixed offsets."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vigie import paths
from vigie.catalogue import Calendar, Catalogue, Hours

Good = Callable[[Mapping[str, str]], Catalogue]
Bad = Callable[[Mapping[str, str]], list[str]]
Range = tuple[timedelta, timedelta]

OFFICE = """\
key: office
timezone: Europe/Paris
hours: {mon-fri: ["09:00-17:00"]}
holidays: {country: FR}
closed: ["12-24"]
variants:
  AE: {timezone: Asia/Dubai, hours: {sun-thu: ["09:00-17:00"]}, holidays: {country: AE}}
"""
GOLD = 'key: gold\nextends: office\nadd: {sat: ["09:00-12:00"], holiday: ["10:00-12:00"]}\n'
CONTRACT = """\
key: acme
customer: {key: acme, name: Acme SA, language: fr}
plan: lengow-premium
timezone: Europe/Paris
from: 2026-01-01
services: {essential: [api]}
"""


def hours(weekday: int, opens: float, closes: float) -> Hours:
    return Hours(weekday=weekday, opens=timedelta(hours=opens), closes=timedelta(hours=closes))


def span(opens: int, closes: int) -> Range:
    return timedelta(hours=opens), timedelta(hours=closes)


def calendar(good: Good, key: str, *texts: str) -> Calendar:
    """Return calendar *key*, which a contract uses, so that shipped ones and variants are read."""
    used = f"{CONTRACT}terms: {{support: {{calendar: {key}}}}}\n"
    files = {"reports/contracts/acme.yaml": used, "reports/calendars/own.yaml": "---\n".join(texts)}
    return good(files).calendars[key]


def shipped(good: Good, key: str) -> Calendar:
    return calendar(good, key, "")


def names(found: Calendar, year: int) -> dict[date, str]:
    return {it.day: it.name for it in found.holidays if it.day.year == year}


def week(*days: int, opens: float, closes: float) -> tuple[Hours, ...]:
    return tuple(hours(day, opens, closes) for day in days)


def test_calendar_that_extends_another_keeps_what_it_does_not_write(good: Good) -> None:
    found = calendar(good, "late", OFFICE, "key: late\nextends: office\ntimezone: Asia/Tokyo\n")
    office = calendar(good, "office", OFFICE)

    assert ("late", "Asia/Tokyo") == (found.key, found.timezone)
    assert (office.hours, office.holidays) == (found.hours, found.holidays)


def test_added_hours_stand_beside_those_below(good: Good) -> None:
    found = calendar(good, "gold", OFFICE, GOLD)

    assert (*week(1, 2, 3, 4, 5, opens=9, closes=17), hours(6, 9, 12)) == found.hours


def test_added_holiday_hours_open_holidays_but_not_closed_days(good: Good) -> None:
    found = {it.day: it.hours for it in calendar(good, "gold", OFFICE, GOLD).holidays}

    assert (span(10, 12),) == found[date(2026, 7, 14)]
    assert () == found[date(2026, 12, 24)]


def test_written_week_replaces_the_week_below_and_what_was_added_to_it(good: Good) -> None:
    night = 'key: night\nextends: gold\nspans: [{from: "mon 20:00", to: "tue 06:00"}]\n'
    found = calendar(good, "night", OFFICE, GOLD, night)

    assert (hours(1, 20, 24 + 6),) == found.hours


def test_null_takes_holidays_and_closed_days_away(good: Good) -> None:
    bare = "key: bare\nextends: office\nholidays: null\nclosed: []\n"

    assert () == calendar(good, "bare", OFFICE, bare).holidays
    assert calendar(good, "bare", OFFICE, bare).holidays_source is None


def test_variant_of_a_region_is_a_calendar_of_its_own(good: Good) -> None:
    found = calendar(good, "office-ae", OFFICE)

    assert ("office-ae", "Asia/Dubai") == (found.key, found.timezone)
    assert {7, 1, 2, 3, 4} == {it.weekday for it in found.hours}
    assert "holidays 0.109 AE" == found.holidays_source
    assert "Closed" == names(found, 2026)[date(2026, 12, 24)]


def test_what_extends_a_calendar_has_its_variants_too(good: Good) -> None:
    found = calendar(good, "gold-ae", OFFICE, GOLD)

    assert (*week(1, 2, 3, 4, opens=9, closes=17), hours(6, 9, 12), hours(7, 9, 17)) == found.hours
    assert (span(10, 12),) == {it.day: it.hours for it in found.holidays}[date(2026, 12, 2)]


def test_variant_can_be_extended(good: Good) -> None:
    dubai = "key: dubai\nextends: office-ae\nclosed: []\n"

    assert "Asia/Dubai" == calendar(good, "dubai", OFFICE, dubai).timezone


def test_variant_that_nothing_uses_is_not_kept(good: Good) -> None:
    found = good({"reports/calendars/own.yaml": OFFICE})

    assert ["office"] == list(found.calendars)


def test_hours_added_to_a_shipped_calendar_must_not_overlap_it(bad: Bad) -> None:
    text = 'key: mine\nextends: ima-europe-gold\nadd: {sat: ["12:00-20:00"]}\n'
    shipped = f"{paths.REPORTS}/calendars/ima-europe-gold.yaml:6"
    what = f"overlaps the hours at {shipped} (write hours that do not overlap)"

    assert [f"reports/calendars/own.yaml:3:13: add.sat[0]: {what}"] == bad(
        {"reports/calendars/own.yaml": text}
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Good Friday", [date(2025, 4, 18), date(2026, 4, 3)]),
        ("Easter Monday", [date(2025, 4, 21), date(2026, 4, 6)]),
        ("Ascension Day", [date(2025, 5, 29), date(2026, 5, 14)]),
        ("Pentecost Monday", [date(2025, 6, 9), date(2026, 5, 25)]),
        ("US Labor Day", [date(2025, 9, 1), date(2026, 9, 7)]),  # the first Monday of September
        ("CA Labor Day", [date(2025, 9, 1), date(2026, 9, 7)]),
        ("DE-BY Assumption Day", [date(2025, 8, 15), date(2026, 8, 15)]),  # not public everywhere
    ],
)
def test_closed_day_may_be_a_holiday_by_name(good: Good, text: str, days: list[date]) -> None:
    bare = f'key: bare\ntimezone: UTC\nhours: {{mon: ["09:00-17:00"]}}\nclosed: [{text}]\n'
    found = calendar(good, "bare", bare)

    assert days == [it.day for it in found.holidays if it.day.year < 2027]
    assert {text.removeprefix("US ").removeprefix("CA ").removeprefix("DE-BY ")} == {
        it.name for it in found.holidays
    }
    assert f"holidays 0.109, {text}" == found.holidays_source


def test_holiday_by_name_may_have_special_hours(good: Good) -> None:
    text = f'{OFFICE}special: {{Easter Monday: ["10:00-11:00"]}}\n'
    found = {it.day: it for it in calendar(good, "office", text).holidays}

    assert (span(10, 11),) == found[date(2026, 4, 6)].hours
    assert "holidays 0.109 FR, Easter Monday" == calendar(good, "office", text).holidays_source


def test_estimated_dates_say_so(good: Good) -> None:
    found = names(shipped(good, "ima-middle-east-ae"), 2028)

    assert "Eid al-Fitr (estimated)" == found[date(2028, 2, 26)]


@pytest.mark.parametrize(
    ("text", "zone"),
    [("UTC+1", "Etc/GMT-1"), ("UTC-5", "Etc/GMT+5"), ("UTC+01:00", "Etc/GMT-1"), ("UTC+0", "UTC")],
)
def test_fixed_offset_becomes_the_zone_that_every_system_reads_alike(
    good: Good, text: str, zone: str
) -> None:
    bare = f'key: bare\ntimezone: {text}\nhours: {{mon: ["09:00-17:00"]}}\n'

    assert zone == calendar(good, "bare", bare).timezone


def test_fixed_offset_is_the_same_in_summer_and_winter() -> None:
    zone = ZoneInfo("Etc/GMT-1")

    assert {timedelta(hours=1)} == {
        datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)
    }


@pytest.mark.parametrize(
    ("key", "day", "name"),
    [
        ("lengow-support", date(2026, 7, 14), "National Day"),
        ("ima-europe-fr-57", date(2026, 12, 26), "Saint Stephen's Day"),  # Alsace-Moselle
        ("ima-europe", date(2026, 6, 2), "Republic Day"),
        ("ima-europe-es", date(2026, 10, 12), "National Day"),
        ("ima-europe-de", date(2026, 10, 3), "German Unity Day"),
        ("leifos", date(2026, 12, 31), "Closed"),
        ("leifos-de-by", date(2026, 11, 1), "All Saints' Day"),
        ("leifos-de-by", date(2026, 12, 24), "Closed"),
        ("ol-nl", date(2026, 4, 27), "King's Day"),
        ("ol-uk", date(2026, 8, 31), "Late Summer Bank Holiday"),
        ("ol-uk-gb-sct", date(2026, 11, 30), "Saint Andrew's Day"),
        ("ol-americas", date(2026, 11, 26), "Thanksgiving Day"),
        ("ol-americas-ca", date(2026, 7, 1), "Canada Day"),
        ("ol-au", date(2026, 11, 3), "Melbourne Cup Day"),
        ("ol-my", date(2026, 8, 31), "National Day"),
        ("ol-jp", date(2026, 5, 5), "Children's Day"),
        ("ima-middle-east-ae", date(2026, 12, 2), "National Day"),
        ("ima-middle-east-gold-ae", date(2026, 12, 2), "National Day"),
        ("ol-24x5", date(2026, 9, 7), "Labor Day"),
        ("ol-24x7", date(2026, 4, 3), "Good Friday"),
    ],
)
def test_shipped_calendar_knows_its_holidays(good: Good, key: str, day: date, name: str) -> None:
    assert name == names(shipped(good, key), 2026).get(day)


WORKDAYS = (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("key", "zone", "expected"),
    [
        ("lengow-office", "Europe/Paris", week(*WORKDAYS, opens=9, closes=18.5)),
        ("ima-americas", "America/New_York", week(*WORKDAYS, opens=7, closes=17)),
        (
            "ima-americas-gold",
            "America/New_York",
            (*week(*WORKDAYS, opens=7, closes=17), hours(6, 7, 12)),
        ),
        ("ima-europe-gold", "Europe/Rome", week(*WORKDAYS, 6, opens=9, closes=18)),
        ("ima-middle-east", "Asia/Dubai", week(1, 2, 3, 4, 7, opens=9, closes=18)),
        ("ima-middle-east-ae", "Asia/Dubai", week(*WORKDAYS, opens=9, closes=18)),
        (
            "ima-middle-east-gold-ae",
            "Asia/Dubai",
            (*week(*WORKDAYS, opens=9, closes=18), hours(6, 12, 18)),
        ),
        ("ol-americas", "America/New_York", week(*WORKDAYS, opens=9, closes=20)),
        ("ol-uk", "Europe/London", week(*WORKDAYS, opens=9, closes=17)),
        ("ol-fr", "Europe/Paris", week(*WORKDAYS, opens=9, closes=17)),
        ("ol-nl", "Europe/Amsterdam", week(*WORKDAYS, opens=9, closes=17)),
        ("ol-au", "Australia/Melbourne", week(*WORKDAYS, opens=9, closes=19)),
        ("ol-my", "Asia/Kuala_Lumpur", week(*WORKDAYS, opens=9, closes=17)),
        ("ol-jp", "Asia/Tokyo", week(*WORKDAYS, opens=9, closes=17)),
        ("ol-24x5", "America/New_York", (hours(7, 18, 5 * 24 + 18),)),
        ("ol-24x7", "America/New_York", week(*WORKDAYS, 6, 7, opens=0, closes=24)),
        ("leifos", "Europe/Berlin", week(*WORKDAYS, opens=9, closes=17)),
    ],
)
def test_shipped_calendar_has_the_hours_of_its_document(
    good: Good, key: str, zone: str, expected: tuple[Hours, ...]
) -> None:
    found = shipped(good, key)

    assert (zone, expected) == (found.timezone, found.hours)


def test_mez_taken_literally_has_the_same_hours_in_a_fixed_offset(good: Good) -> None:
    found = shipped(good, "lengow-support-utc1")

    assert "Etc/GMT-1" == found.timezone
    assert shipped(good, "lengow-support").hours == found.hours


@pytest.mark.parametrize("key", ["ol-24x5", "ol-24x7"])
def test_extended_support_is_closed_on_the_named_days_only(good: Good, key: str) -> None:
    assert [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 9, 7),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ] == sorted(names(shipped(good, key), 2026))


def test_gold_answers_on_bank_holidays(good: Good) -> None:
    found = {it.day: it.hours for it in shipped(good, "ima-middle-east-gold-ae").holidays}

    assert (span(12, 18),) == found[date(2026, 12, 2)]
