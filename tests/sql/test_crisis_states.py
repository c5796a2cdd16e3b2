"""Every command in every state: allowed, or refused with the state and where it is possible."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import asyncpg
import pytest
from tests.sql.crisis import Cell, brought_to, cell_of, outage
from tests.sql.world import World, minute

STATES = (
    "open", "staffed", "mitigating", "monitoring", "resolved", "reporting", "dissolved",
    "reviewed", "cancelled", "merged",
)  # fmt: skip

WRONG = ("early", "late")

# What it answers in each state, in their order: . allowed, ! refused for what is missing,
# x not in this state.
ANSWERS = {
    "staff": "......xxxx",
    "plan": "x...xxxxxx",
    "update": "......xxxx",
    "affect": "......xxxx",
    "waive": ".....!xxxx",
    "workaround": "xx..xxxxxx",
    "resolve": "!!..xxxxxx",
    "report": "x.....xxxx",
    "approve": "xxxx!!xxxx",
    "dissolve": "!!!!!!xxxx",
    "review": "xxxxxx.xxx",
    "action": "........xx",
    "cancel": "....xxxxxx",
    "merge": "....xxxxxx",
}


async def _merge(cell: Cell) -> None:
    other = await cell.value(
        "select fact.open_crisis($1, 'hand', 'bob', 'also', $2)",
        await outage(cell.world), minute(11),
    )  # fmt: skip
    ask = "select fact.merge_crisis($1, $2, 'bob', 'the same', $3)"
    await cell.value(ask, cell.crisis, other, minute(12))


COMMANDS: dict[str, Callable[[Cell], Awaitable[Any]]] = {
    "staff": lambda cell: cell.staff(at=200),
    "plan": lambda cell: cell.plan(at=200),
    "update": lambda cell: cell.update(at=200),
    "affect": lambda cell: cell.affect("acme-customer", at=200),
    "waive": lambda cell: cell.waive(at=200),
    "workaround": lambda cell: cell.workaround(at=200),
    "resolve": lambda cell: cell.resolve(at=200),
    "report": lambda cell: cell.report(at=200),
    "approve": lambda cell: cell.approve(at=200),
    "dissolve": lambda cell: cell.dissolve(at=200),
    "review": lambda cell: cell.review(at=200),
    "action": lambda cell: cell.action(date(2026, 6, 1)),
    "cancel": lambda cell: cell.cancel("bob", at=200),
    "merge": _merge,
}


async def answer(cell: Cell, command: str, state: str) -> str:
    """Return how *command* ends, and undo it."""
    transaction = cell.connection.transaction()
    await transaction.start()
    try:
        await COMMANDS[command](cell)
    except asyncpg.RaiseError as error:
        too = (f"crisis-{cell.crisis}: is {state}, too {how} for {command}" for how in WRONG)
        return "x" if error.args[0] in too else "!"
    else:
        return "."
    finally:
        await transaction.rollback()


@pytest.mark.parametrize("state", STATES)
async def test_command_is_possible_in_its_states_only(world: World, state: str) -> None:
    cell = await cell_of(world)
    await cell.happened("recovered", 5)
    await brought_to(cell, state)
    place = STATES.index(state)
    expected = {command: answers[place] for command, answers in ANSWERS.items()}

    assert expected == {command: await answer(cell, command, state) for command in COMMANDS}


async def test_refusal_names_the_states_in_which_it_is_possible(world: World) -> None:
    cell = await cell_of(world)

    assert await cell.refused(cell.workaround()) == (
        f"crisis-{cell.crisis}: is open, too early for workaround (possible while it is"
        f" mitigating, monitoring; vigie crisis show crisis-{cell.crisis} tells how it becomes"
        " mitigating)"
    )
    await brought_to(cell, "cancelled")
    assert await cell.refused(cell.workaround()) == (
        f"crisis-{cell.crisis}: is cancelled, too late for workaround"
        " (possible while it is mitigating, monitoring)"
    )


async def test_unknown_crisis_is_refused(world: World) -> None:
    cell = Cell(world=world, incident=0, crisis=77)

    assert "there is no crisis-77 (vigie crisis list)" == await cell.refused(cell.staff())
