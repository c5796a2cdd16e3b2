"""What messages of a crisis say: as it is when they are queued."""

import json
from typing import Any

import pytest
from tests.sql.crisis import Cell, brought_to, cell_of, reach
from tests.sql.world import World, minute


@pytest.fixture
async def cell(world: World) -> Cell:
    cell = await cell_of(world)
    await reach(world, "acme-customer", "fr", "sla@acme.example")
    return cell


async def facts(cell: Cell, kind: str) -> dict[str, Any]:
    """Return what the last message of a kind says."""
    said = await cell.value(
        "select facts from fact.outbox where kind = $1 order by message_id desc limit 1", kind
    )
    found: dict[str, Any] = json.loads(said)
    return found


async def test_customers_read_that_it_is_down_while_it_is(cell: Cell) -> None:
    await cell.update(15, "We look into it.")

    said = await facts(cell, "customer_opened")
    assert (None, None) == (said["ended"], said["workaround"])


async def test_customers_read_since_when_it_is_good(cell: Cell) -> None:
    await cell.happened("recovered", 14)
    await cell.update(15, "We look into it.")

    assert "2026-05-04T00:14:00Z" == (await facts(cell, "customer_opened"))["ended"]


async def test_customers_read_of_the_workaround_while_it_still_fails(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await cell.workaround(text="Use the second gateway.")
    await cell.update(21, "Not repaired yet.")
    failing = await facts(cell, "customer_opened")
    await cell.happened("recovered", 22)
    await cell.update(23, "Repaired.")
    good = await facts(cell, "customer_update")

    assert (None, "Use the second gateway.") == (failing["ended"], failing["workaround"])
    assert ("2026-05-04T00:22:00Z", None) == (good["ended"], good["workaround"])


async def test_next_level_reads_that_it_is_good_again(cell: Cell) -> None:
    await cell.happened("recovered", 14)
    await cell.turn(15)  # nobody has answered

    assert "2026-05-04T00:14:00Z" == (await facts(cell, "page"))["ended"]


async def test_whoever_was_called_hears_that_it_was_a_false_alarm(cell: Cell) -> None:
    await cell.turn(15)  # nobody has answered: the second level is called, too
    await cell.happened("excused", 20)
    for who in ("alice", "bob"):
        await cell.cancel(who)

    told = await cell.keys("cancelled")
    assert ["cancelled/alice", "cancelled/bob", "cancelled/carol"] == told
    said = await facts(cell, "cancelled")
    assert ("bob", "a false alarm") == (said["by"], said["text"])


async def test_whoever_was_called_hears_where_it_goes_on(cell: Cell) -> None:
    await brought_to(cell, "merged")

    assert ["merged/alice", "merged/bob"] == await cell.keys("merged")
    assert f"crisis-{cell.crisis + 1}" == (await facts(cell, "merged"))["into"]


@pytest.mark.parametrize("said", ["…", "...", " … ", "\u200b…"])
async def test_dots_of_a_proposed_command_say_nothing(cell: Cell, said: str) -> None:
    assert "text: is empty (write it in a few words)" == await cell.refused(cell.update(15, said))


async def test_next_update_is_promised_for_a_day_at_most(cell: Cell) -> None:
    ask = "select fact.crisis_update($1, 'alice', 'We look into it.', $2, $3)"
    tomorrow = 15 + 24 * 60
    refused = await cell.refused(cell.value(ask, cell.crisis, minute(tomorrow + 1), minute(15)))
    await cell.value(ask, cell.crisis, minute(tomorrow), minute(15))

    assert refused.endswith("at 2026-05-05T00:16:00Z only (write a time within 24 hours)")
    assert minute(tomorrow) == (await cell.now(16))["update_due"]


async def test_person_has_one_name_in_the_history(cell: Cell) -> None:
    await cell.staff(by="Alice  MARTIN")

    assert {"alice", "vigie"} == set(
        await cell.value(
            "select array_agg(actor) from fact.crisis_event where crisis_id = $1", cell.crisis
        )
    )
