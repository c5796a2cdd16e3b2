"""What a contract leaves open is what `contract lint` finds and another figure answers."""

import asyncpg
import pytest
from tests.catalogue.conftest import CONTRACT, NOW
from tests.catalogue.linting import Good

from vigie.catalogue import LeftOpen, left_open, lint
from vigie.storing import apply_catalogue

ACME = "reports/contracts/acme.yaml"
LENGOW = (
    LeftOpen(
        code="AMB-3",
        term="lengow-support.timezone",
        clause="LEN-03",
        calendar="lengow-support",
        others=("lengow-support-utc1",),
    ),
    LeftOpen(code="AMB-1", term="availability.basis", clause="LEN-01"),
    LeftOpen(
        code="AMB-2",
        term="interruption.calendar",
        clause="LEN-03",
        calendar="lengow-support",
        others=("lengow-office", "always"),
    ),
    LeftOpen(code="AMB-7", term="maintenance.notice", clause="LEN-05"),
    LeftOpen(code="AMB-6", term="maintenance.outside", clause="LEN-05"),
    LeftOpen(code="AMB-6", term="maintenance.cap", clause="LEN-05"),
)
SETTLED = [
    ("accepted: {AMB-7: by mail}", "AMB-7"),
    ("accepted: {maintenance.notice: by mail}", "AMB-7"),
    ("accepted: {AMB-3: by mail}", "AMB-3"),
    ("terms: {availability: {basis: month}}", "AMB-1"),
    ("terms: {interruption: {calendar: always}}", "AMB-2"),
    ("terms: {interruption: null}", "AMB-2"),
    ("terms: {maintenance: {enforce: []}}", "AMB-6"),
    ("terms: {maintenance: {notice: null}}", "AMB-7"),
]


def opened(good: Good, more: str = "") -> tuple[LeftOpen, ...]:
    catalogue = good({ACME: f"{CONTRACT}{more}\n"})
    (contract,) = catalogue.contracts
    named = {one.code for one in lint([contract], catalogue) if not one.accepted}
    found = left_open(contract, catalogue)

    assert {one.code for one in found} <= named
    return found


def test_lengow_leaves_open_what_its_text_leaves_open(good: Good) -> None:
    assert LENGOW == opened(good)


@pytest.mark.parametrize(("more", "code"), SETTLED)
def test_what_is_settled_or_accepted_is_not_open(good: Good, more: str, code: str) -> None:
    assert {one.code for one in LENGOW} - {code} == {one.code for one in opened(good, more)}


def test_hours_of_another_calendar_are_what_that_one_may_mean(good: Good) -> None:
    """The office hours are no reading of themselves; elapsed time always is one."""
    (hours,) = (
        one
        for one in opened(good, "terms: {interruption: {calendar: lengow-office}}")
        if one.code == "AMB-2"
    )

    assert ("lengow-office", ("always",)) == (hours.calendar, hours.others)


def test_a_zone_without_a_literal_calendar_is_not_computed(good: Good) -> None:
    """It is named by `contract lint` all the same."""
    office = (
        'key: office\ntimezone: Europe/Paris\ntimezone_text: MEZ\nhours: {mon: ["09:00-17:00"]}'
    )
    files = {ACME: f"{CONTRACT}terms: {{interruption: {{calendar: office}}}}\n"}
    catalogue = good({**files, "reports/calendars/office.yaml": office})
    found = left_open(catalogue.contracts[0], catalogue)

    assert ["lengow-support"] == [one.calendar for one in found if one.code == "AMB-3"]
    assert any(one.path == "office.timezone" for one in lint(catalogue.contracts, catalogue))


async def test_applied_contracts_offer_their_readings(
    good: Good, connection: asyncpg.Connection
) -> None:
    await apply_catalogue(connection, good({ACME: CONTRACT}), NOW)
    rows = await connection.fetch(
        "select topic, array_agg(reading) as readings, bool_or(agreed) as agreed, min(clause)"
        " from sla.readings('acme', 'solution', sla.period('acme', 'month', '2026-05-01'))"
        " where ambiguity is not null group by topic"
    )

    literal = ["lengow-support", "lengow-support-utc1"] * 2  # for each of two indicators
    assert {
        "period": ["month", "quarter", "year to date", "rolling 12 months", "year"],
        "hours": ["lengow-support", "lengow-office", "elapsed time"],
        "zone": literal,
        "enforcement": ["flagged only", "cap enforced", "hours enforced", "both enforced"],
        "notice": ["2 whole working days", "48 h on working days", "48 h of working time"],
    } == {row["topic"]: row["readings"] for row in rows}
    assert {True} == {row["agreed"] for row in rows}
