"""A crisis from its opening to its review: what is done, and what is refused."""

import json

import asyncpg
import pytest
from tests.sql.crisis import ROLES, SECTIONS, Cell, brought_to, cell_of, hashed, outage, reach, rota
from tests.sql.world import World, minute


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
        **dict.fromkeys(("ended", "workaround")),
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
