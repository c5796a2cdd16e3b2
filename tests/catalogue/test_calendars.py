"""Hours, holidays and closed days are spelled out."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest

from vigie.catalogue import Calendar, Catalogue, Holiday, Hours

Good = Callable[[Mapping[str, str]], Catalogue]

HOURS = 'hours: {mon-fri: ["09:00-17:00"]}\n'
ALSACE = "holidays: {country: FR, subdivision: Alsace}\n"
BAVARIA = "holidays: {country: DE, subdivision: BY, categories: [public, catholic]}\n"


def calendar(good: Good, text: str) -> Calendar:
    text = f"key: office\ntimezone: Europe/Paris\n{text}"
    return good({"reports/calendars/office.yaml": text}).calendars["office"]


def hours(weekday: int, opens: float, closes: float) -> Hours:
    return Hours(weekday=weekday, opens=timedelta(hours=opens), closes=timedelta(hours=closes))


def test_break_makes_two_spans_on_each_weekday(good: Good) -> None:
    found = calendar(good, 'hours: {mon-tue: ["14:00-18:30", "09:00-12:30"]}')

    assert (
        hours(1, 9, 12.5),
        hours(1, 14, 18.5),
        hours(2, 9, 12.5),
        hours(2, 14, 18.5),
    ) == found.hours


def test_range_of_weekdays_may_go_over_sunday(good: Good) -> None:
    found = calendar(good, 'hours: {sat-mon: ["09:00-10:00"]}')

    assert {6, 7, 1} == {it.weekday for it in found.hours}


def test_night_ends_on_the_next_day(good: Good) -> None:
    assert (hours(7, 22, 24 + 6),) == calendar(good, 'hours: {sun: ["22:00-06:00"]}').hours


def test_whole_week_touches_itself_without_overlapping(good: Good) -> None:
    assert 7 == len(calendar(good, 'hours: {mon-sun: ["00:00-24:00"]}').hours)


def test_span_lasts_for_days(good: Good) -> None:
    found = calendar(good, 'spans: [{from: "sun 18:00", to: "fri 18:00"}]')

    assert (hours(7, 18, 5 * 24 + 18),) == found.hours


def test_holidays_are_spelled_out_for_the_years_needed(good: Good) -> None:
    found = calendar(good, HOURS + "holidays: {country: FR}\n")

    # now is 2026: the year before, and two years after
    assert {2025, 2026, 2027, 2028} == {holiday.day.year for holiday in found.holidays}
    assert 4 * 11 == len(found.holidays)
    assert Holiday(day=date(2026, 7, 14), name="National Day") in found.holidays
    assert "holidays 0.109 FR" == found.holidays_source


def test_holidays_reach_back_to_the_year_before_the_first_contract(good: Good) -> None:
    contract = """\
key: acme
customer: {key: acme, name: Acme SA, language: fr}
plan: lengow-premium
timezone: Europe/Paris
from: 2023-05-01
services: {essential: [api]}
"""
    found = good({"reports/contracts/acme.yaml": contract}).calendars["lengow-support"]

    assert date(2022, 1, 1) == found.holidays[0].day
    assert date(2028, 12, 25) == found.holidays[-1].day


def test_names_are_in_the_language_asked_for_whatever_the_locale(
    good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "th")
    found = calendar(good, HOURS + "holidays: {country: FR, language: fr}\n")

    assert "Fête nationale" in {holiday.name for holiday in found.holidays}


@pytest.mark.parametrize(
    ("text", "day", "source"),
    [
        (ALSACE, date(2026, 12, 26), "holidays 0.109 FR-Alsace"),
        (BAVARIA, date(2026, 8, 15), "holidays 0.109 DE-BY public+catholic"),
    ],
)
def test_regional_holidays_are_included(good: Good, text: str, day: date, source: str) -> None:
    found = calendar(good, HOURS + text)

    assert day in {holiday.day for holiday in found.holidays}
    assert source == found.holidays_source


def test_holidays_may_have_hours(good: Good) -> None:
    found = calendar(good, HOURS + 'holidays: {country: FR, hours: ["09:00-12:00"]}\n')

    assert {((timedelta(hours=9), timedelta(hours=12)),)} == {it.hours for it in found.holidays}


def test_closed_day_is_of_every_year_or_of_one(good: Good) -> None:
    found = calendar(good, HOURS + 'closed: ["12-24", "2026-05-15", "02-29"]\n')

    assert [
        date(2025, 12, 24),
        date(2026, 5, 15),
        date(2026, 12, 24),
        date(2027, 12, 24),
        date(2028, 2, 29),  # the only leap year among them
        date(2028, 12, 24),
    ] == [holiday.day for holiday in found.holidays]
    assert {()} == {holiday.hours for holiday in found.holidays}


def test_closed_day_that_is_a_holiday_keeps_the_holidays_name(good: Good) -> None:
    found = calendar(good, HOURS + 'holidays: {country: FR}\nclosed: ["12-25"]\n')

    assert {"Christmas Day"} == {it.name for it in found.holidays if it.day.month == 12}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('special: {"2026-12-24": ["09:00-11:00"], "12-24": ["09:00-10:00"]}', 2),
        ('special: {"12-24": ["09:00-10:00"], "2026-12-24": ["09:00-11:00"]}', 2),
        ('closed: ["2026-12-24"]\nspecial: {"12-24": ["09:00-10:00"]}', 0),
        ('closed: ["12-24"]\nspecial: {"2026-12-24": ["09:00-10:00"]}', 1),
    ],
)
def test_date_with_its_year_wins_over_every_year(good: Good, text: str, expected: int) -> None:
    found = calendar(good, f"{HOURS}{text}\n")
    (eve,) = [it for it in found.holidays if it.day == date(2026, 12, 24)]

    assert timedelta(hours=expected) == sum((end - start for start, end in eve.hours), timedelta())


def test_special_hours_win_over_a_holiday(good: Good) -> None:
    special = 'special: {"2026-12-25": ["14:00-16:00", "09:00-12:00"]}\n'
    found = calendar(good, HOURS + "holidays: {country: FR}\n" + special)
    (christmas,) = [it for it in found.holidays if it.day == date(2026, 12, 25)]

    assert (
        (timedelta(hours=9), timedelta(hours=12)),
        (timedelta(hours=14), timedelta(hours=16)),
    ) == christmas.hours
