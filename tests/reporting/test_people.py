"""Names and times as people know them; the figures stay exact in report.json."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from tests.reporting import samples
from tests.reporting.notices import announced
from tests.reporting.test_html import page, text
from tests.reporting.test_notice import page as notice
from tests.sql.world import World, minute

from vigie.reporting import Asked, Figures, figures


def called(figures: Figures, name: str) -> Figures:
    return replace(figures, contract=replace(figures.contract, plan_name=name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lengow Premium", "acme, plan Lengow Premium, terms in force since 1 Jan 2026"),
        ("", "acme, plan lengow-premium, terms in force since 1 Jan 2026"),
    ],
)
def test_a_plan_is_called_by_its_name_where_it_has_one(name: str, expected: str) -> None:
    assert expected in text(page(called(samples.busy(), name)))


def test_a_notice_calls_the_plan_by_its_name() -> None:
    found = announced(plan_name="Lengow Premium")

    assert "plan Lengow Premium" in text(notice(found, found.starts - timedelta(days=3)))


async def test_the_name_of_a_plan_comes_with_the_terms(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service()
    await world.contract(plan="hours", terms=json.dumps({"plan_name": "Business hours"}))
    await world.rolled_up_to(minute(1440))

    found = await figures(
        connection,
        contract="acme",
        asked=Asked("month", date(2026, 5, 1)),
        now=datetime(2026, 6, 2, tzinfo=UTC),
    )

    assert ("hours", "Business hours") == (found.contract.plan, found.contract.plan_name)


def test_what_happened_in_a_crisis_is_told_to_the_second() -> None:
    busy = samples.busy()
    odd = timedelta(microseconds=22770)
    crises = tuple(
        replace(
            one,
            opened=one.opened + odd,
            told=tuple(replace(told, sent=told.sent and told.sent + odd) for told in one.told),
        )
        for one in busy.contents.crises
    )

    shown = page(replace(busy, contents=replace(busy.contents, crises=crises)))

    assert crises
    assert ".02277" not in shown
    assert "02277" in str(crises[0].opened)
