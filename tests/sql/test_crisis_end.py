"""How a crisis ends: reviewed, set aside or merged, and what is reminded of afterwards."""

import json
from datetime import date, timedelta

import pytest
from tests.sql.crisis import ROLES, SECTIONS, Cell, brought_to, cell_of, hashed, outage, reach
from tests.sql.world import START, World, minute


@pytest.fixture
async def cell(world: World) -> Cell:
    return await cell_of(world)


async def test_report_of_three_sections_cannot_be_approved(cell: Cell) -> None:
    await brought_to(cell, "reporting")
    await cell.report(sections=SECTIONS[:3])

    assert await cell.refused(cell.approve()) == (
        f"crisis-{cell.crisis}: the report cannot be approved: empty sections of the report:"
        f" preventive (vigie crisis show crisis-{cell.crisis} tells what to do next)"
    )


async def test_review_needs_analysis_and_a_plan_or_why_none(cell: Cell) -> None:
    await brought_to(cell, "dissolved")
    nothing = await cell.refused(cell.review("", "", ""))
    both = await cell.refused(cell.review("seen", "more probes", "none"))
    no_action = await cell.refused(cell.review("seen", "more probes", ""))
    await cell.action(date(2026, 6, 1))
    await cell.review("seen", "more probes", "")

    assert "management analysis is empty; neither an improvement plan nor why none" in nothing
    assert "contradict" in both
    assert "the plan has no action with owner and due date" in no_action
    assert "reviewed" == await cell.state()


async def test_crisis_of_what_is_down_is_no_false_alarm(cell: Cell) -> None:
    said = await cell.refused(cell.cancel("alice"))
    await cell.happened("excused", 20)
    await cell.cancel("alice")
    await cell.happened("relapsed", 31)
    late = await cell.refused(cell.cancel("bob"))

    assert said == (
        f"crisis-{cell.crisis}: cannot be cancelled: api is down since 2026-05-04T00:00:00Z"
        " (what is measured wrongly is corrected first (vigie correction add), and then cancelled)"
    )
    assert "api is down since 2026-05-04T00:31:00Z" in late


async def test_services_that_are_down_have_each_their_own_beginning(cell: Cell) -> None:
    world = cell.world
    for service, started in (("shop", 0.0), ("cart", 4.0)):
        await world.service(service, endpoints=[f"{service}-1"])
        await world.connection.execute(
            "insert into fact.incident_service values ($1, $2, $3, $3)",
            cell.incident, world.ids[service], minute(started),
        )  # fmt: skip
    await cell.happened("joined", 4)
    await cell.turn(11)

    assert minute(0) == (await cell.now(12))["down_since"]
    assert (
        "api, shop are down since 2026-05-04T00:00:00Z; cart is down since 2026-05-04T00:04:00Z"
        in await cell.refused(cell.cancel("alice"))
    )


async def test_crisis_that_is_over_says_nothing_of_a_later_failure(cell: Cell) -> None:
    await brought_to(cell, "reviewed")  # good since minute 25
    await cell.happened("relapsed", 300)
    over = await cell.now(301)

    assert (None, minute(25), 25 * 60) == (
        over["down_since"], over["good_since"], over["lasted_s"]
    )  # fmt: skip


async def test_false_alarm_says_nothing_of_a_later_failure(cell: Cell) -> None:
    await brought_to(cell, "cancelled")
    await cell.happened("relapsed", 300)
    over = await cell.now(301)

    assert [None] * 3 == [over[name] for name in ("down_since", "good_since", "lasted_s")]


async def test_relapse_is_down_since_it_failed_again(cell: Cell) -> None:
    await cell.happened("recovered", 11)
    await cell.happened("relapsed", 13)

    assert minute(13) == (await cell.now(14))["down_since"]


async def test_false_alarm_needs_two_persons(cell: Cell) -> None:
    await cell.happened("excused", 29)
    asked = await cell.cancel("Alice Martin")
    said = await cell.refused(cell.cancel("Alice "))
    await cell.refused(cell.cancel("alice martin"))

    assert "open" == asked
    assert said == (
        f"crisis-{cell.crisis}: alice asked to cancel it at 2026-05-04T00:30:00Z"
        " (another person must agree)"
    )
    assert "cancelled" == await cell.cancel("bob")
    assert cell.crisis == await cell.open()  # the outage goes on; the clock opens no second one


async def test_person_who_opens_a_crisis_that_is_over_is_told_so(cell: Cell) -> None:
    await brought_to(cell, "cancelled")
    first = cell.crisis

    assert await cell.refused(cell.open(trigger="hand")) == (
        f"incident-{cell.incident}: its crisis-{first} is cancelled"
        " (for a further one name the services instead)"
    )
    further = await cell.value(
        "select fact.open_crisis_of($1, 'hand', $2, 'ann', 'no false alarm', $2)",
        [cell.world.ids["api"]], minute(40),
    )  # fmt: skip
    assert further != first
    assert "open" == await cell.value("select fact.crisis_state($1)", further)


async def test_merged_crisis_gives_its_services_and_customers_away(cell: Cell) -> None:
    world = cell.world
    await world.service("shop", endpoints=["s"])
    await world.contract("initech", essential=["shop"])
    first = cell.crisis
    cell.incident = await outage(world, ["shop"])
    second = await cell.open()
    ask = "select fact.merge_crisis($1, $2, 'bob', 'the same cause', $3)"
    itself = await cell.refused(cell.value(ask, second, second, minute(12)))
    await cell.value(ask, second, first, minute(12))

    assert "merged" == await cell.state()
    assert itself.startswith(f"crisis-{second}: cannot become part of itself")
    cell.crisis = first
    assert ["api", "shop"] == (await cell.now(13))["services"]
    assert 3 == await cell.value(
        "select count(*) from fact.crisis_customer where crisis_id = $1", first
    )


async def test_nameless_actor_is_refused_everywhere(cell: Cell) -> None:
    for work in (cell.staff(by=" "), cell.cancel("\u200b"), cell.acknowledge(by="")):
        assert "by: is empty (write who does it)" == await cell.refused(work)


async def test_customer_added_after_the_resolution_is_told_of_it(cell: Cell) -> None:
    await cell.world.service("shop", endpoints=["s"])
    await cell.world.contract("initech", essential=["shop"])
    await reach(cell.world, "initech-customer", "en", "it@initech.example")
    await brought_to(cell, "reporting")

    assert await cell.affect("initech-customer", at=45)
    assert not await cell.affect("initech-customer", at=46)
    assert f"resolved/1/initech-customer/{hashed('it@initech.example')}" in await cell.keys()
    assert (
        "not told of the resolution: initech-customer (queued)" in (await cell.now(46))["missing"]
    )


async def test_hand_opens_the_crisis_of_the_incident_that_takes_the_services_down(
    world: World,
) -> None:
    await world.service("api")
    await world.service("shop", endpoints=["s"])
    incident = await outage(world)
    ask = "select fact.open_crisis_of($1, 'hand', $2, 'ann', 'calls', $2)"
    made = [
        await world.connection.fetchval(ask, [world.ids[service]], minute(3))
        for service in ("api", "shop", "shop")
    ]
    rows = await world.connection.fetch(
        "select crisis_id, incident_id, trigger, started from fact.crisis order by 1"
    )

    assert [
        (made[0], incident, "hand", minute(0)), (made[1], None, "hand", minute(3))
    ] == [tuple(row) for row in rows]  # fmt: skip
    assert made[1] == made[2]


async def test_hand_takes_the_beginning_of_what_is_down_with_other_services(world: World) -> None:
    await world.service("api")
    await world.service("shop", endpoints=["s"])
    incident = await outage(world, started=2)
    moved = {"incident_id": incident, "kind": "moved", "at": minute(1), "actor": "vigie"}
    await world.insert("incident_event", moved)
    ask = "select fact.open_crisis_of($1, 'hand', $2, 'ann', 'calls', $2)"
    both = [world.ids[service] for service in ("api", "shop")]
    crisis = await world.connection.fetchval(ask, both, minute(30))

    assert minute(1) == await world.connection.fetchval(
        "select started from fact.crisis where crisis_id = $1", crisis
    )


async def test_action_is_reminded_of_daily_until_it_is_done(cell: Cell) -> None:
    await brought_to(cell, "reviewed")
    number = await cell.action(START.date(), owner="Dave Martin")
    days = [1440 - 1, 1440, 1440 + 600, 2 * 1440 + 5]
    for at in days:
        await cell.turn(at)
    ask = "select fact.end_action($1, $2, 'dave', 'built', $3)"
    assert await cell.value(ask, cell.crisis, number, minute(3000))
    assert not await cell.value(ask, cell.crisis, number, minute(3001))
    await cell.turn(4 * 1440)

    assert [
        f"reminder/action/{number}/2026-05-05/dave",
        f"reminder/action/{number}/2026-05-06/dave",
    ] == await cell.keys("reminder")


async def test_reminder_of_an_action_names_its_day_and_no_hour(cell: Cell) -> None:
    await brought_to(cell, "reviewed")
    number = await cell.action(START.date())
    await cell.turn(1440)
    facts = json.loads(await cell.value("select facts from fact.outbox where kind = 'reminder'"))

    assert (f"Action {number} of dave was due 2026-05-04: a second line", None) == (
        facts["text"], facts["due"]
    )  # fmt: skip


async def test_action_that_is_due_in_the_past_is_refused(cell: Cell) -> None:
    assert "due: 2026-05-02 is past (write today, or a later day)" == await cell.refused(
        cell.action(START.date() - timedelta(days=2))
    )
    assert await cell.action(START.date())


async def test_report_and_review_that_are_late_are_reminded_of(cell: Cell) -> None:
    await brought_to(cell, "reporting")
    five = timedelta(days=5) // timedelta(minutes=1)
    await cell.turn(40 + five - 1)
    nothing = await cell.keys("reminder")
    await cell.turn(40 + five)
    await cell.report(at=41 + five)
    await cell.approve(at=42 + five)
    await cell.dissolve(at=43 + five)
    await cell.turn(43 + five * 2)

    assert [] == nothing
    assert sorted(
        f"reminder/{about}/{person}"
        for about in ("report/2026-05-09", "review/2026-05-14")
        for person in ROLES.values()
    ) == sorted(await cell.keys("reminder"))
