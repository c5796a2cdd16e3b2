"""What a crisis does by the clock: escalation, overdue updates, relapse, clocks of the law."""

import asyncpg
import pytest
from tests.sql.crisis import ROLES, Cell, brought_to, cell_of, outage, rota
from tests.sql.world import World

CELL = sorted(ROLES.values())


@pytest.fixture
async def cell(world: World) -> Cell:
    return await cell_of(world)


async def pages_until(cell: Cell, last: int, step: float = 1) -> list[str]:
    minute = 10.0
    while minute <= last:
        await cell.turn(minute)
        minute += step
    return await cell.keys("page")


async def test_unanswered_call_goes_to_the_next_level_and_begins_again(cell: Cell) -> None:
    pages = await pages_until(cell, 26)

    # Opened at minute 10; every 5 minutes the next level.
    assert [
        "page/1/1/alice", "page/1/1/bob", "page/1/2/carol", "page/2/1/alice", "page/2/1/bob",
        "page/2/2/carol",
    ] == pages  # fmt: skip


async def test_next_level_is_called_when_its_time_is_full(cell: Cell) -> None:
    await cell.turn(14.999)
    before = await cell.keys("page")
    await cell.turn(15)

    assert (2, 3) == (len(before), len(await cell.keys("page")))


async def test_answer_ends_the_calls(cell: Cell) -> None:
    assert await cell.acknowledge(at=12, by="bob")
    await pages_until(cell, 60, step=5)

    assert 2 == len(await cell.keys("page"))
    assert not await cell.acknowledge(at=13, by=" BOB")
    assert not await cell.acknowledge(at=13, by="Bob Martin")
    assert await cell.acknowledge(at=14, by="carol")
    assert ("bob", 2) == (
        (await cell.now(15))["acknowledged_by"], (await cell.kinds()).count("acknowledged")
    )  # fmt: skip


async def test_filled_role_ends_the_calls(cell: Cell) -> None:
    await cell.staff(roles={"incident_manager": "alice"})
    await pages_until(cell, 60, step=5)

    assert 2 == len(await cell.keys("page"))


async def test_answer_to_a_crisis_that_is_over_is_no_error(cell: Cell) -> None:
    await brought_to(cell, "cancelled")

    assert not await cell.acknowledge(at=40)


async def test_watcher_that_slept_calls_one_level_and_goes_on_in_step(cell: Cell) -> None:
    await cell.turn(60)
    await cell.turn(60)
    await cell.turn(64)
    woken = await cell.keys("page")
    await cell.turn(65)

    assert (["page/1/2/carol"], 5) == (woken[2:], len(await cell.keys("page")))


async def test_rota_that_comes_later_is_called_at_once(world: World) -> None:
    await world.service("api")
    cell = Cell(world=world, incident=await outage(world))
    await cell.open()
    await rota(world)
    await cell.turn(11)

    assert ["page/1/1/alice", "page/1/1/bob"] == await cell.keys()


async def test_level_without_people_is_passed_over(world: World) -> None:
    await world.service("api")
    await rota(world, levels=[[], ["carol"]])
    cell = Cell(world=world, incident=await outage(world))
    await cell.open()

    assert ["page/1/2/carol"] == await cell.keys()


async def test_person_without_a_channel_is_written_down(world: World) -> None:
    await world.service("api")
    await rota(world, people={"alice": {"name": "Alice", "roles": [], "reach": []}},
               levels=[["alice"]])  # fmt: skip
    cell = Cell(world=world, incident=await outage(world))
    await cell.open()

    assert [] == await cell.keys()
    assert '["alice"]' == await cell.value(
        "select detail ->> 'without_channel' from fact.crisis_event where kind = 'paged'"
    )


async def test_turn_is_the_same_a_thousand_times(cell: Cell) -> None:
    await cell.turn(30)
    before = (await cell.kinds(), await cell.keys())
    await cell.value(
        "select count(fact.crisis_turn(n.now)) from (select '2026-05-04 00:30+00'::timestamptz"
        " as now from generate_series(1, 1000)) as n"
    )

    assert before == (await cell.kinds(), await cell.keys())


async def test_first_message_to_customers_that_is_late_alarms_those_who_were_called(
    cell: Cell,
) -> None:
    await cell.acknowledge()
    for at in (24.99, 25, 30, 34.99, 35, 46):
        await cell.turn(at)

    assert [
        f"overdue/1/{number}/{person}" for number in (1, 2, 3) for person in ("alice", "bob")
    ] == await cell.keys("overdue_update")


async def test_late_message_alarms_every_level_that_was_called_and_who_answered(
    cell: Cell,
) -> None:
    await cell.turn(15)
    await cell.acknowledge(at=16, by="dave")
    await cell.turn(25)

    assert [f"overdue/1/1/{person}" for person in ("alice", "bob", "carol", "dave")] == (
        await cell.keys("overdue_update")
    )


async def test_alarm_ends_with_the_message_and_comes_back_on_cadence(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await cell.turn(26)
    await cell.update(at=27)
    for at in (28, 56.9):
        await cell.turn(at)
    quiet = await cell.keys("overdue_update")
    await cell.turn(57)

    assert [f"overdue/1/1/{person}" for person in CELL] == sorted(quiet)
    assert [f"overdue/2/2/{person}" for person in CELL] == sorted(
        (await cell.keys("overdue_update"))[5:]
    )


async def test_cadence_is_slower_while_monitoring(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await cell.update(at=14)
    before = (await cell.now(15))["update_due"]
    await cell.workaround(at=20)
    after = (await cell.now(21))["update_due"]

    assert ("00:44", "01:14") == (f"{before:%H:%M}", f"{after:%H:%M}")


async def test_promised_time_is_when_the_next_is_due(cell: Cell) -> None:
    await cell.update(at=14, due=200)
    promised = (await cell.now(15))["update_due"]

    assert "03:20" == f"{promised:%H:%M}"
    assert "the next update would be due at 2026-05-04T00:14:00Z, which is past" in (
        await cell.refused(cell.update(at=15, text="More.", due=14))
    )


async def test_same_words_are_sent_once(cell: Cell) -> None:
    first = await cell.update()
    again = await cell.update(at=15, text=" we work on  it.")
    other = await cell.update(at=16, text="It is the gateway.")

    assert [(1, 3, []), (1, 0, []), (2, 3, [])] == [first, again, other]
    assert 3 == len(await cell.keys("customer_opened"))
    assert 3 == len(await cell.keys("customer_update"))


async def test_crisis_that_hits_nobody_owes_nobody_a_message(world: World) -> None:
    await world.service("api")
    await rota(world)
    cell = Cell(world=world, incident=await outage(world))
    await cell.open()
    await cell.acknowledge()
    await cell.turn(60)

    assert [] == await cell.keys("overdue_update")


async def test_good_again_is_monitored_and_a_relapse_is_the_same_crisis(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await cell.update(at=14)
    await cell.happened("recovered", 20)
    await cell.turn(21)
    good = await cell.state()
    await cell.happened("relapsed", 30)
    await cell.turn(31)
    due = (await cell.now(31))["update_due"]

    assert ("monitoring", "mitigating") == (good, await cell.state())
    assert [f"relapse/1/{person}" for person in CELL] == sorted(await cell.keys("relapse"))
    assert "00:46" == f"{due:%H:%M}"  # 15 minutes after it was noticed


async def test_workaround_holds_while_the_probes_still_fail(cell: Cell) -> None:
    await brought_to(cell, "monitoring")
    await cell.turn(21)

    assert "monitoring" == await cell.state()


async def test_relapse_soon_after_the_resolution_takes_it_back(cell: Cell) -> None:
    await brought_to(cell, "reporting")  # good since minute 25
    await cell.happened("relapsed", 55)
    await cell.turn(56)

    assert "mitigating" == await cell.state()
    await cell.happened("recovered", 60)
    await cell.resolve(at=75, text="Now it is.")
    assert 3 == len([key for key in await cell.keys() if key.startswith("resolved/2/")])
    await cell.turn(76)
    assert "resolved" == await cell.state()  # the first notices prove nothing now


async def test_relapse_of_what_was_resolved_calls_from_the_first_level_until_answered(
    cell: Cell,
) -> None:
    await cell.acknowledge(by="alice")
    await brought_to(cell, "reporting")
    await cell.happened("relapsed", 50)
    for at in (51, 55.9, 56):
        await cell.turn(at)
    pages = (await cell.keys("page"))[2:]
    unanswered = (await cell.now(57))["acknowledged_at"]
    answered = await cell.acknowledge(at=58, by="alice")
    for at in (62, 70):
        await cell.turn(at)

    assert ["page/2/1/alice", "page/2/1/bob", "page/2/2/carol"] == pages
    assert (None, True, 5) == (unanswered, answered, len(await cell.keys("page")))
    assert not await cell.acknowledge(at=71, by="alice")


async def test_relapse_before_the_cell_is_there_calls_again(cell: Cell) -> None:
    await cell.acknowledge(at=11, by="alice")
    await cell.happened("recovered", 12)
    await cell.turn(12.5)
    await cell.happened("relapsed", 13)
    for at in (14, 14.5, 19):
        await cell.turn(at)

    assert "open" == await cell.state()
    assert ["page/2/1/alice", "page/2/1/bob", "page/2/2/carol"] == (await cell.keys("page"))[2:]
    assert ["relapse/1/alice", "relapse/1/bob"] == await cell.keys("relapse")


async def test_relapse_under_the_hands_of_a_cell_calls_nobody_further(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await cell.happened("recovered", 20)
    await cell.turn(21)
    await cell.happened("relapsed", 30)
    for at in (31, 60):
        await cell.turn(at)

    assert 2 == len(await cell.keys("page"))


@pytest.mark.parametrize(
    ("promised", "expected"),
    [(None, "01:06"), (20, "01:06"), (60, "01:00"), (90, "01:06")],
)
async def test_customers_hear_soon_after_a_relapse(
    cell: Cell, promised: float | None, expected: str
) -> None:
    if promised:
        await cell.update(at=14, due=promised)
    await brought_to(cell, "reporting")
    await cell.happened("relapsed", 50)
    await cell.turn(51)
    due = (await cell.now(51))["update_due"]

    assert expected == f"{due:%H:%M}"


async def test_failing_again_and_again_does_not_put_the_message_off(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await cell.update(at=14)
    for at in (20, 30, 40):
        await cell.happened("recovered", at)
        await cell.turn(at + 1)
        await cell.happened("relapsed", at + 2)
        await cell.turn(at + 3)
    due = (await cell.now(44))["update_due"]

    assert "00:38" == f"{due:%H:%M}"  # 15 minutes after minute 23


async def test_waiver_and_approval_of_before_a_relapse_count_no_more(cell: Cell) -> None:
    await brought_to(cell, "monitoring")
    await cell.waive("globex-customer", at=22)
    await cell.happened("recovered", 25)
    await cell.resolve(at=40)
    await cell.report(at=41)
    await cell.approve(at=42)
    await cell.happened("relapsed", 45)
    await cell.turn(46)
    await cell.happened("recovered", 50)
    await cell.resolve(at=60)
    said = await cell.refused(cell.dissolve(at=61))

    assert "globex-customer (queued)" in said
    assert "not approved" in said
    assert await cell.waive("globex-customer", at=62)


async def test_failure_long_after_the_resolution_is_another_outage(cell: Cell) -> None:
    await brought_to(cell, "reporting")
    await cell.happened("relapsed", 55.1)
    await cell.turn(56)

    assert "reporting" == await cell.state()


async def test_service_that_joins_brings_its_customers_until_the_list_is_frozen(
    cell: Cell,
) -> None:
    world = cell.world
    for service, contract in (("shop", "initech"), ("cart", "umbrella")):
        await world.service(service, endpoints=[f"{service}-1"])
        await world.contract(contract, essential=[service])

    async def joins(service: str, at: float) -> tuple[list[str], int]:
        await world.connection.execute(
            "insert into fact.incident_service values ($1, $2, now(), now())",
            cell.incident, world.ids[service],
        )  # fmt: skip
        await cell.turn(at)
        listed = await cell.value("select count(*) from fact.crisis_customer")
        return (await cell.now(at))["services"], listed

    assert (["api", "shop"], 3) == await joins("shop", 11)
    await cell.staff()
    assert (["api", "cart", "shop"], 3) == await joins("cart", 13)


@pytest.mark.parametrize(
    ("clocks", "at", "expected"),
    [
        ([], 100_000, []),
        (["nis2"], 10 + 12 * 60 - 1, []),
        (["nis2"], 10 + 12 * 60, ["nis2/early warning"]),
        (["nis2"], 10 + 36 * 60, ["nis2/early warning", "nis2/incident notification"]),
        (["dora"], 10 + 2 * 60, ["dora/initial notification"]),
        (
            ["dora"],
            10 + 36 * 60,
            [
                "dora/initial notification",
                "dora/initial notification, last moment",
                "dora/intermediate report",
            ],
        ),
    ],
)
async def test_clocks_of_the_law_remind_once_where_the_rota_names_them(
    world: World, clocks: list[str], at: float, expected: list[str]
) -> None:
    cell = await cell_of(world, clocks=clocks)
    await cell.acknowledge()
    for moment in (at, at + 0.5):
        await cell.turn(moment)
    told = {key.removeprefix("reminder/").rpartition("/")[0] for key in await cell.keys("reminder")}

    assert sorted(expected) == sorted(told)
    assert 2 * len(expected) == len(await cell.keys("reminder"))  # alice and bob


async def test_person_who_left_the_rota_breaks_nothing(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await rota(cell.world, people={}, levels=[])
    await cell.turn(100)
    await cell.happened("recovered", 101)
    await cell.turn(102)
    await cell.happened("relapsed", 103)
    await cell.turn(104)

    assert "mitigating" == await cell.state()
    with pytest.raises(asyncpg.RaiseError, match=r"the incident manager, alice \(alice\)"):
        await cell.resolve(at=105, by="bob")
