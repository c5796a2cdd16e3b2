"""What a report says of itself as a revision, each word of it forged by itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.verifying.reports import NOW, NOWHERE, month

from vigie.reporting import (
    Change,
    Figures,
    Past,
    Revision,
    frozen_text,
    make_pdf,
    report_file,
)
from vigie.reporting.evidence.reportfile import made_of
from vigie.verifying import open_report
from vigie.verifying.carried import Carried, carried
from vigie.verifying.revisions import check_revision

JUNE_2 = datetime(2026, 6, 2, 6, tzinfo=UTC)
JUNE_8 = datetime(2026, 6, 8, 6, tzinfo=UTC)
DIGEST = "5e" * 32
# As PostgreSQL prints them: keys in its own order, blanks behind commas and colons.
GONE = Change(figure="outages[2026-05-01T00:00:00Z]", before='{"open": false}', after=None)
CHANGES = (
    Change(figure="availability.percent", before="97.1200", after="99.9798"),
    Change(figure="availability.seconds.unplanned", before="600", after="540"),
    Change(figure="services[api].verdict", before="missed", after="met"),
    Change(figure="services[crawler].essential", before="true", after="false"),
    Change(figure="outages[2026-05-12T01:00:00Z].open", before=None, after="false"),
    Change(figure="days[2026-05-03].seconds.unplanned", before="0", after="120"),
    GONE,
)


def revision(**other: Any) -> Revision:
    first = Past(number=1, made_at=JUNE_2, made_by="alice", reason=None, issued_at=None)
    said = Revision(
        key="acme/2026-05/r2",
        number=2,
        made_at=NOW,
        made_by="alice",
        reason="A correction",
        objections_until=JUNE_8,
        changes=CHANGES,
        past=(first,),
        before="acme/2026-04/r1",
        before_digest=DIGEST,
    )
    return replace(said, **other)


def saying(said: Revision | None, figures: Figures | None = None) -> list[tuple[Any, str]]:
    """Return whether a report that says this holds, and what is told of it."""
    found = figures or month()
    made = made_of(found, language="en", now=NOW, revision=said)
    held = Carried(told=report_file(found, made), listed={}, made_with={})
    return [(check.holds, check.says) for check in check_revision(held)]


def test_a_revision_that_is_what_it_says_holds() -> None:
    well = "is of this contract and period"

    more = ", and what it says has changed are its own figures"
    assert [(True, f"acme/2026-05/r2 {well}{more}")] == saying(revision())
    first = revision(key="acme/2026-05/r1", number=1, reason=None, changes=(), past=())
    assert [(True, f"acme/2026-05/r1 {well}")] == saying(first)
    alone = replace(first, before=None, before_digest=None)
    assert [(True, f"acme/2026-05/r1 {well}")] == saying(alone)


@pytest.mark.parametrize(
    "other",
    [
        {"before": "acme/2026-05/r1"},
        {"before": "acme/api/2026-05/r7"},
        {"before": "acme/2026-Q1/r1"},
        {"before": "acme/2025/r3"},
        {"past": (Past(number=1, made_at=JUNE_2, made_by="a", reason=None, issued_at=JUNE_2),)},
        # It was issued while this one was drawn.
        {"past": (Past(number=1, made_at=JUNE_2, made_by="a", reason=None, issued_at=NOW),)},
    ],
)
def test_a_revision_follows_any_report_that_was_kept(other: dict[str, Any]) -> None:
    [(holds, says)] = saying(revision(**other))

    assert holds, says


def test_a_report_that_nobody_keeps_says_nothing_of_itself() -> None:
    assert [] == saying(None)


FIRST = Past(number=1, made_at=JUNE_2, made_by="alice", reason=None, issued_at=None)
YEAR = timedelta(days=365)


def issued(at: datetime) -> Past:
    return replace(FIRST, issued_at=at)


FORGED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"key": "other/2019-01/r9"}, "key: says other/2019-01/r9, this is acme/2026-05/r2"),
    ({"key": "acme/2026-05/r3"}, "key: says acme/2026-05/r3, this is acme/2026-05/r2"),
    ({"number": 3, "key": "acme/2026-05/r3"}, "past: does not tell of the revisions before 3"),
    ({"number": 10**18, "key": f"acme/2026-05/r{10**18}"}, "past: does not tell of"),
    ({"past": ()}, "past: does not tell of the revisions before 2"),
    ({"past": (replace(FIRST, reason="because"),)}, "only the first revision has no reason"),
    ({"past": (replace(FIRST, made_at=JUNE_8),)}, "past: a revision was made after one that"),
    ({"reason": None}, "only the first revision has no reason, 2 is not so"),
    ({"made_at": JUNE_2}, "made_at: says 2026-06-02 06:00:00+00:00, the report was made 2026-06"),
    ({"objections_until": JUNE_2}, "objections_until: 2026-06-02 06:00:00+00:00 was before it"),
    ({"before": None, "before_digest": None}, "before: does not name the report before it"),
    ({"before_digest": None}, "before: does not name the report before it with its digest"),
    ({"before_digest": "AB" * 32}, f"before_digest: {'AB' * 32} is no SHA-256"),
    ({"before": "globex/2026-04/r1"}, "before: globex/2026-04/r1 is of another contract"),
    ({"before": "acme/2026-05/r9"}, "before: acme/2026-05/r9 is not the revision before 2"),
    ({"before": "acme/2026-05/r2"}, "before: acme/2026-05/r2 is not the revision before 2"),
    ({"before": "acme/2031-07/r5"}, "the period of acme/2031-07/r5 was not over at 2026-06-03"),
    ({"before": "acme/api/2026-Q2/r1"}, "the period of acme/api/2026-Q2/r1 was not over"),
    ({"before": "acme/2026/r1"}, "the period of acme/2026/r1 was not over"),
    ({"before": "acme/2026-13/r1"}, "before: acme/2026-13/r1 is the key of no report"),
    ({"before": "acme/2026-05/r0"}, "before: acme/2026-05/r0 is the key of no report"),
    ({"before": "acme/2026-05"}, "before: acme/2026-05 is the key of no report"),
    ({"past": (issued(JUNE_2 - YEAR),)}, "past[0].issued_at: 2025-06-02 06:00:00+00:00 said"),
    ({"past": (issued(NOW + YEAR),)}, "past[0].issued_at: 2027-06-03 06:00:00+00:00 said"),
    (
        {"key": "acme/2026-05/r1", "number": 1, "reason": None, "past": ()},
        "changes: a first revision changes nothing",
    ),
    ({"changes": (*CHANGES, CHANGES[0])}, "changes: a figure is listed twice"),
)


@pytest.mark.parametrize(("other", "expected"), FORGED)
def test_a_revision_that_is_not_what_it_says_fails(other: dict[str, Any], expected: str) -> None:
    [(holds, says)] = saying(revision(**other))

    assert holds is False
    assert says.startswith("report.revision")
    assert expected in says


@pytest.mark.parametrize("number", range(len(CHANGES)))
@pytest.mark.parametrize("after", ["22.2222", None, "null", "[", "[" * 9999, "true"])
def test_a_change_to_what_is_no_figure_of_the_report_fails(number: int, after: str | None) -> None:
    change = replace(CHANGES[number], after=after)
    if change == CHANGES[number]:
        return

    [(holds, says)] = saying(revision(changes=(change,)))

    assert (False, True) == (holds, f"report.revision.changes: {change.figure}" in says)


def test_a_change_that_changes_nothing_fails() -> None:
    same = replace(CHANGES[0], before="99.9798")

    assert [
        (False, "report.revision.changes: availability.percent: is the same before and after")
    ] == saying(revision(changes=(same,)))


def test_a_row_that_is_new_may_have_fewer_columns_than_today() -> None:
    """Its report may have been made by an older program; what it has must be so."""
    place = "outages[2026-05-12T01:00:00Z]"
    row = {"starts": "2026-05-12T01:00:00Z", "services": ["api"], "open": False}

    def listed(**other: object) -> object:
        text = json.dumps(row | other)
        [(holds, _)] = saying(
            revision(changes=(Change(figure=place, before=None, after=text),)), month()
        )
        return holds

    assert [True, False, False] == [listed(), listed(services=["api", "orders"]), listed(open=0)]


def test_a_service_and_a_running_month_are_named_as_such() -> None:
    figures = month()
    of_api = replace(figures, availability=replace(figures.availability, scope="api"))
    running = replace(figures, period=replace(figures.period, complete=False))

    [(_, service)] = saying(revision(), of_api)
    [(_, early)] = saying(revision(), running)

    assert "key: says acme/2026-05/r2, this is acme/api/2026-05/r2" in service
    assert "no report is kept of such a period, or before it is over" in early


def test_rows_of_one_name_are_counted() -> None:
    figures = month()
    again = replace(figures.days[0], seconds=replace(figures.days[0].seconds, unplanned=Decimal(7)))
    twice = replace(figures, days=(figures.days[0], again))
    place = "days[2026-05-01#2].seconds.unplanned"

    [(holds, _)] = saying(revision(changes=(Change(figure=place, before="0", after="7"),)), twice)

    assert holds


async def test_every_change_that_sql_finds_is_a_figure_of_the_report(
    connection: asyncpg.Connection,
) -> None:
    figures = month()
    before = json.loads(frozen_text(figures))
    for name in ("outages", "maintenance", "steps"):
        before[name] = before[name][1:]
    before["services"][0] = dict.fromkeys(before["services"][0], None)
    before["days"] = [one | {"seconds": None} for one in reversed(before["days"])]
    before["contents"] = {name: [] for name in before["contents"]}
    before["contract"] = dict.fromkeys(before["contract"], "other")
    before["period"]["as_of"] = None
    rows = await connection.fetch(
        "select path as figure, before, after from fact.figure_changes($1::jsonb, $2::jsonb)",
        json.dumps(before),
        frozen_text(figures),
    )
    changes = tuple(Change(**row) for row in rows)

    [(holds, says)] = saying(revision(changes=changes))

    assert holds, says
    parts = {"contract", "services", "outages", "maintenance", "days", "steps", "contents"}
    assert parts == {one.part for one in changes}


def test_a_revision_that_was_drawn_is_read_back_and_holds(tmp_path: Any) -> None:
    path = tmp_path / "report.pdf"
    pdf = make_pdf(month(), directory=NOWHERE, now=NOW, language="en", revision=revision())
    path.write_bytes(pdf)

    [check] = check_revision(carried(open_report(path)))

    assert check.holds, check.says
