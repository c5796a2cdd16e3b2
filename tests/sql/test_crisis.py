"""A crisis from its opening to its review: what is done, and what is refused."""

import hashlib
import json
from datetime import date, timedelta

import asyncpg
import pytest
from tests.sql.crisis import ROLES, SECTIONS, Cell, brought_to, cell_of, outage, reach, rota
from tests.sql.world import START, World, minute


def hashed(address: str) -> str:
    """Return what a key shows of an address."""
    return hashlib.md5(address.encode()).hexdigest()[:8]


@pytest.fixture
async def cell(world: World) -> Cell:
    return await cell_of(world)


async def test_whole_path_in_its_order(cell: Cell) -> None:
    await cell.acknowledge()
    await cell.staff()
    await cell.plan()
    await cell.update()
    await cell.workaround()
    await cell.happened("recovered", 25)
    await cell.turn(26)
    await cell.resolve()
    await cell.sent()
    await cell.turn(42)
    await cell.report()
    await cell.approve()
    await cell.dissolve()
    await cell.review()

    assert ["opened", "paged", "acknowledged", *["filled"] * 5, "staffed", "planned", "updated",
            "workaround", "good_again", "resolved", "informed", *["report_section"] * 4,
            "report_approved", "dissolved", "reviewed"] == await cell.kinds()  # fmt: skip
    assert "reviewed" == await cell.state()


async def test_crisis_opens_once_with_its_customers_and_calls_the_first_level(cell: Cell) -> None:
    again = await cell.open(at=12)
    opened = await cell.now(12)

    assert cell.crisis == again
    assert ["page/1/1/alice", "page/1/1/bob"] == await cell.keys()
    assert ("open", minute(0), minute(10), "outage", ["api"]) == tuple(
        opened[name] for name in ("state", "started", "opened_at", "trigger", "services")
    )
    rows = await cell.connection.fetch(
        "select u.key from fact.crisis_customer join fact.customer as u using (customer_id)"
        " order by 1"
    )
    assert ["acme-customer", "globex-customer"] == [row["key"] for row in rows]


async def test_page_says_who_is_hit_and_since_when(cell: Cell) -> None:
    facts = json.loads(await cell.value("select facts from fact.outbox where recipient = 'alice'"))

    assert {
        "crisis": f"crisis-{cell.crisis}",
        "incident": f"incident-{cell.incident}",
        "services": [{"key": "api", "name": "Api"}],
        "started": "2026-05-04T00:00:00Z",
        "opened": "2026-05-04T00:10:00Z",
        "trigger": "outage",
        "customers": [
            {"key": "acme-customer", "name": "acme-customer"},
            {"key": "globex-customer", "name": "globex-customer"},
        ],
        "state": "open",
        "level": 1,
        "round": 1,
        "late": False,
        "name": "Alice Martin",
        "language": "en",
        "timezone": "UTC",
        **dict.fromkeys(("cause", "text", "by", "missing", "due", "provider")),
    } == facts


async def test_contract_that_ended_before_is_not_affected(world: World) -> None:
    await world.service("api")
    old = asyncpg.Range(minute(-1000), minute(0))
    await world.contract("acme", valid=old)
    await world.contract("globex")
    cell = Cell(world=world, incident=await outage(world, started=1))
    await cell.open()

    assert ["globex-customer"] == [
        row["key"]
        for row in await cell.connection.fetch(
            "select u.key from fact.crisis_customer join fact.customer as u using (customer_id)"
        )
    ]


async def test_crisis_without_a_rota_is_recorded_and_nobody_called(world: World) -> None:
    await world.service("api")
    cell = Cell(world=world, incident=await outage(world))
    await cell.open()
    await cell.turn(60)

    assert ["opened"] == await cell.kinds()
    assert [] == await cell.keys()
    assert (
        f"crisis-{cell.crisis}: no rota is in force (write reports/rota.yaml and vigie apply)"
        " (write role=person, as the rota has them)"
    ) == await cell.refused(cell.staff(roles={"development": "erin"}))


async def test_crisis_of_late_data_is_marked(world: World) -> None:
    await world.service("api")
    await rota(world)
    cell = Cell(world=world, incident=await outage(world, late=True))
    await cell.open()

    assert (await cell.now(10))["late"]
    assert [True] * 2 == [
        row["late"]
        for row in await cell.connection.fetch("select (facts -> 'late')::boolean as late"
                                               " from fact.outbox")
    ]  # fmt: skip


async def test_cell_is_staffed_when_the_fifth_role_is_filled(cell: Cell) -> None:
    first = dict(list(ROLES.items())[:4])

    assert "open" == await cell.staff(roles=first)
    assert ["role development is not filled"] == (await cell.now(12))["missing"]
    assert "staffed" == await cell.staff(at=13, roles={"development": "erin"})
    await cell.staff(at=14)
    assert 5 == (await cell.kinds()).count("filled")
    assert 1 == (await cell.kinds()).count("staffed")


async def test_unfit_people_are_refused_all_at_once(cell: Cell) -> None:
    wrong = {"chief": "alice", "development": "bob", "infrastructure": "nobody"}
    said = await cell.refused(cell.staff(roles=wrong))

    assert said == (
        f"crisis-{cell.crisis}: bob has not the role development in the rota; the rota has no"
        " nobody; there is no role chief (write one of support_agent, incident_manager,"
        " support_manager, infrastructure, development)"
        " (write role=person, as the rota has them)"
    )
    assert 0 == (await cell.kinds()).count("filled")


async def test_one_person_has_two_roles_only_where_the_rota_allows_it(cell: Cell) -> None:
    both = ROLES | {"support_agent": "alice"}
    said = await cell.refused(cell.staff(roles=both))
    await rota(cell.world, several_roles=True)

    assert said == (
        f"crisis-{cell.crisis}: alice would have 2 roles (incident_manager, support_agent), one is"
        " allowed (write role=person, as the rota has them)"
    )
    assert "staffed" == await cell.staff(roles=both)


async def test_second_role_given_later_is_refused_too(cell: Cell) -> None:
    await cell.staff(roles={"incident_manager": "alice"})

    assert "alice would have 2 roles" in await cell.refused(
        cell.staff(roles={"support_agent": "alice"})
    )


async def test_resolving_names_everything_that_is_missing(cell: Cell) -> None:
    await cell.staff(roles={"incident_manager": "alice"})
    said = await cell.refused(cell.resolve(by="bob"))

    assert said == (
        f"crisis-{cell.crisis}: cannot be resolved: role support_agent is not filled;"
        " role support_manager is not filled; role infrastructure is not filled;"
        " role development is not filled; communication plan is not written;"
        " probes are not good since 2026-05-04T00:00:00Z;"
        " the incident manager, Alice Martin (alice), has not confirmed the full fix"
        f" (vigie crisis show crisis-{cell.crisis} tells what to do next)"
    )


async def test_good_for_a_moment_is_not_resolved(cell: Cell) -> None:
    await brought_to(cell, "mitigating")
    await cell.happened("recovered", 25)
    said = await cell.refused(cell.resolve(at=34.99))
    await cell.resolve(at=35, by="ALICE  martin")

    assert said == (
        f"crisis-{cell.crisis}: cannot be resolved: probes are good since 2026-05-04T00:25:00Z"
        " only, enough at 2026-05-04T00:35:00Z"
        f" (vigie crisis show crisis-{cell.crisis} tells what to do next)"
    )
    assert "resolved" == await cell.state()


async def test_a_workaround_is_no_fix(cell: Cell) -> None:
    await brought_to(cell, "monitoring")

    assert "probes are not good" in await cell.refused(cell.resolve(at=60))


async def test_resolution_notice_goes_once_to_every_address(cell: Cell) -> None:
    await brought_to(cell, "monitoring")
    await cell.happened("recovered", 25)

    assert (3, []) == await cell.resolve()
    assert {
        f"resolved/1/acme-customer/{hashed('it@acme.example')}",
        f"resolved/1/acme-customer/{hashed('sla@acme.example')}",
        f"resolved/1/globex-customer/{hashed('ops@globex.example')}",
    } == set(await cell.keys("customer_resolved"))
    facts = json.loads(
        await cell.value(
            "select facts from fact.outbox where targets -> 0 ->> 'to' = 'it@acme.example'"
        )
    )
    assert ("fr", "Europe/Paris", "The cause is removed.", False) == (
        facts["language"], facts["timezone"], facts["text"], "customers" in facts
    )  # fmt: skip


async def test_a_customer_hears_only_of_services_that_it_buys(world: World) -> None:
    await world.service("shop", endpoints=["s"])
    cell = await cell_of(world)
    await world.contract("initech", essential=["shop"])
    await reach(world, "initech-customer", "en", "it@initech.example")
    cell.incident = await outage(world, ["api", "shop"])
    await cell.open()
    await cell.update()
    rows = await cell.connection.fetch(
        "select distinct recipient, facts -> 'services' -> 0 ->> 'key' as first,"
        " jsonb_array_length(facts -> 'services') as number"
        " from fact.outbox where audience = 'customer' order by 1"
    )

    assert [
        ("acme-customer", "api", 1),
        ("globex-customer", "api", 1),
        ("initech-customer", "shop", 1),
    ] == [tuple(row) for row in rows]


async def test_queued_notice_informs_nobody(cell: Cell) -> None:
    await brought_to(cell, "resolved")
    await cell.turn(42)
    queued = await cell.now(42)
    await cell.sent("dead")
    dead = await cell.now(43)

    assert ["not told of the resolution: acme-customer (queued), globex-customer (queued)"] == (
        queued["missing"]
    )
    assert ["not told of the resolution: acme-customer (dead), globex-customer (dead)"] == (
        dead["missing"]
    )
    assert "resolved" == await cell.state()


async def test_customer_without_recipients_is_named_and_waits_for_a_waiver(cell: Cell) -> None:
    await reach(cell.world, "acme-customer", "fr")
    await brought_to(cell, "monitoring")
    told = await cell.update()
    await cell.happened("recovered", 25)
    resolved = await cell.resolve()
    await cell.sent()
    await cell.turn(42)
    before = await cell.now(42)

    assert ((1, 1, ["acme-customer"]), (1, ["acme-customer"])) == (told, resolved)
    assert ["not told of the resolution: acme-customer (no recipients)"] == before["missing"]
    assert await cell.waive()
    assert "reporting" == await cell.state()
    assert not await cell.waive()


async def test_customer_that_was_told_is_not_waived(cell: Cell) -> None:
    await brought_to(cell, "resolved")
    await cell.sent()

    assert await cell.refused(cell.waive()) == (
        f"crisis-{cell.crisis}: acme-customer was told of the resolution by a message"
        " (nothing is left to waive)"
    )


async def test_dissolving_too_early_names_everything(cell: Cell) -> None:
    await brought_to(cell, "resolved")
    await cell.report(sections=["summary"])
    ask = "select fact.dissolve_crisis($1, 'alice', null, $2)"
    said = await cell.refused(cell.value(ask, cell.crisis, minute(45)))

    assert said == (
        f"crisis-{cell.crisis}: cannot be dissolved: not told of the resolution:"
        " acme-customer (queued), globex-customer (queued); empty sections of the report:"
        " analysis, corrective, preventive; report is not approved by another"
        f" person than its authors (vigie crisis show crisis-{cell.crisis} tells what to do next)"
    )


async def test_empty_section_is_refused(cell: Cell) -> None:
    await brought_to(cell, "reporting")

    assert "summary: is empty (write it in a few words)" == await cell.refused(
        cell.report(sections=["summary"], text="  \n\u200b ")
    )
    assert await cell.refused(cell.report(sections=["verdict"])) == (
        f"crisis-{cell.crisis}: a report has no section verdict"
        f" (write one of {', '.join(SECTIONS)})"
    )


async def test_author_cannot_approve_and_a_later_word_needs_a_new_approval(cell: Cell) -> None:
    await brought_to(cell, "reporting")
    await cell.report()
    said = await cell.refused(cell.approve(by=" BOB "))
    await cell.approve()
    await cell.report(at=52, sections=["summary"], text="Shorter.")
    late = await cell.refused(cell.dissolve(at=53))
    await cell.approve(at=54)
    await cell.dissolve(at=55)

    assert "another person must approve" in said
    assert "report is not approved by another person than its authors" in late
    assert "dissolved" == await cell.state()


async def test_one_person_of_the_rota_is_no_two_people_under_two_names(cell: Cell) -> None:
    await brought_to(cell, "reporting")
    await cell.report()
    said = await cell.refused(cell.approve(by="Bob Martin"))
    await cell.approve(by="  carol MARTIN ")

    assert "bob wrote a part of it, another person must approve" in said
    assert "carol" == (await cell.now(52))["report_approved_by"]


async def test_author_under_the_name_of_the_rota_is_its_person(cell: Cell) -> None:
    await brought_to(cell, "reporting")
    await cell.report()
    ask = "select fact.write_report($1, 'summary', 'Shorter.', $2, $3)"
    await cell.value(ask, cell.crisis, "Carol Martin", minute(50))
    await cell.value(ask, cell.crisis, "a guest", minute(51))
    await cell.value(ask, cell.crisis, "Carol Martin", minute(52))

    assert "carol wrote a part of it" in await cell.refused(cell.approve(by="carol", at=53))
    assert ["bob"] * 4 + ["carol", "a guest", "carol"] == await cell.value(
        "select array_agg(actor order by event_id) from fact.crisis_event"
        " where kind = 'report_section'"
    )


async def test_nobody_of_the_rota_may_not_answer_approve_cancel_or_staff(cell: Cell) -> None:
    await cell.happened("excused", 11)
    for work in (
        cell.acknowledge(by="zoe"), cell.staff(by="zoe"), cell.cancel("zoe"),
    ):  # fmt: skip
        assert await cell.refused(work) == (
            'by: "zoe" is nobody of the rota (people of the rota: alice, bob, carol, dave, erin)'
        )
    await brought_to(cell, "mitigating")
    await cell.value(
        "select fact.write_report($1, 'summary', 'As it was.', 'zoe', $2)", cell.crisis, minute(20)
    )
    await cell.resolve(at=30)
    await cell.report(at=31)
    assert 'by: "zoe" is nobody of the rota' in await cell.refused(cell.approve(by="zoe"))


async def test_role_is_given_by_key_or_by_name(cell: Cell) -> None:
    await cell.staff(roles={"incident_manager": "Alice Martin"}, by="BOB martin")

    assert [("bob", "alice")] == [
        tuple(row)
        for row in await cell.connection.fetch(
            "select actor, detail ->> 'person' from fact.crisis_event where kind = 'filled'"
        )
    ]


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
