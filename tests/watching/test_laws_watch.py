"""Whatever happens, who is called agrees with the figures that are printed later."""

from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
from hypothesis import Phase, example, given
from hypothesis import strategies as st
from tests.sql.scenario import law, undone
from tests.sql.world import EARLY, minutes, span
from tests.watching.lookout import Lookout

LENGTH = 45
ALL = span(-60, LENGTH + 60)

# Mostly runs, as outages are: a letter and how long it lasts.
pieces = st.lists(
    st.tuples(st.sampled_from("UUDDD?."), st.integers(1, 12)), min_size=4, max_size=10
)
windows = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15), st.booleans()), max_size=2)


def letters(told: list[tuple[str, int]]) -> str:
    """Return a result a minute, good at both ends."""
    return ("UU" + "".join(letter * count for letter, count in told))[:LENGTH] + "UUU"


async def _told(lookout: Lookout, planned: list[tuple[int, int, bool]], join: int) -> None:
    world = lookout.world
    await world.service()
    await world.service("orders", endpoints=("o",))
    terms: dict[str, Any] = {
        "crisis_longer_than": timedelta(minutes=5),
        "crisis_customers": 2,
        "join_within": timedelta(minutes=join),
    }
    await world.contract("acme", essential=("api", "orders"), **terms)
    await world.contract("bolt", essential=("api",), **terms)
    for first, length, announced in planned:
        when = EARLY if announced else None
        await world.window(first, first + length, services=("api",), announced=when)


async def _outages(lookout: Lookout) -> list[dict[str, Any]]:
    """Return what the contracts count, every scope of each."""
    rows = []
    for contract, scope in (("acme", "solution"), ("acme", "orders"), ("bolt", "api")):
        rows += await lookout.world.outages(ALL, scope, contract)
    return rows


def _inside(outage: dict[str, Any], incidents: list[Any]) -> bool:
    return any(
        set(outage["services"]) <= set(services)
        and first <= minutes(outage["started"])
        and (last is None or minutes(outage["ended"]) <= last)
        for services, first, last, _ in incidents
    )


def _held(outage: dict[str, Any], called: list[Any]) -> bool:
    """Tell whether a crisis about all its services was called before: no cell is ever dissolved."""
    return any(
        set(outage["services"]) <= set(services) and first <= minutes(outage["started"])
        for services, first, _, _ in called
    )


# A look takes longer than a question: shrinking would take many minutes.
@partial(law, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(api=pieces, orders=pieces, planned=windows, join=st.integers(0, 3))
@example(  # one fails again as the other begins: whichever is looked at first
    api=[("U", 8), (".", 7), (".", 8), ("U", 1), ("D", 8), ("U", 12), ("D", 7)],
    orders=[("D", 8), ("D", 10), ("U", 5), ("D", 1)],
    planned=[],
    join=1,
)
@example(  # one joins what is open, after an incident of its own that is over
    api=[("U", 8), ("D", 5), ("U", 23), ("D", 33)],
    orders=[("D", 1), ("U", 20), ("D", 5), ("?", 11), ("U", 11)],
    planned=[(34, 11, False), (1, 11, False)],
    join=3,
)
@example(  # a cell works on what fails again, in an incident of something else
    api=[("?", 1), ("D", 7), ("U", 1), (".", 6), ("?", 5), ("D", 10), (".", 5), ("D", 15)],
    orders=[("U", 13), ("D", 7), ("?", 6), (".", 7), ("?", 4), ("U", 10)],
    planned=[(34, 13, False), (19, 7, True)],
    join=3,
)
async def test_incidents_and_crises_agree_with_the_figures(
    connection: asyncpg.Connection,
    api: list[tuple[str, int]],
    orders: list[tuple[str, int]],
    planned: list[tuple[int, int, bool]],
    join: int,
) -> None:
    async with undone(connection) as world:
        lookout = Lookout(world=world)
        await _told(lookout, planned, join)
        await lookout.watch()
        await lookout.run(until=LENGTH + 4, step=3.5, a=letters(api), o=letters(orders))
        await lookout.settle(LENGTH + 6)
        outages, incidents = await _outages(lookout), await lookout.incidents()
        rows = await connection.fetch(
            "select i.* from sla.incident as i where i.crisis is not null"
        )

    assert [] == [outage for outage in outages if not _inside(outage, incidents)]
    crises = [outage for outage in outages if outage["crisis"]]
    called = [
        (
            tuple(row["services"]),
            minutes(row["started"]),
            row["ended"] and minutes(row["ended"]),
            "",
        )
        for row in rows
    ]
    assert [] == [outage for outage in crises if not _held(outage, called)]
    assert [] == [one for one in called if not any(_inside(outage, [one]) for outage in crises)]
