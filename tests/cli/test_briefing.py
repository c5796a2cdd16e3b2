"""`crisis show`: a crisis as a briefing."""

import json
import re

from tests.cli.cell import ROLES, said
from tests.cli.typed import Typed


def test_briefing_says_what_is_down_who_is_told_and_what_to_type(crisis: Typed) -> None:
    text = said(crisis, "show", "crisis-1")
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\dZ", "AT", text)
    text = re.sub(r"(\d+ h )?\d+ min [\d.]+ s", "TIME", text)

    assert text == (
        "crisis-1  open since AT\n"
        "  services: shop, not seen by probes\n"
        "  began: AT\n"
        "  opened: AT by hand, ann: no orders\n"
        "\n"
        "Missing\n"
        "  nobody has acknowledged it\n"
        "  for staffed: role support_agent is not filled\n"
        "  for staffed: role incident_manager is not filled\n"
        "  for staffed: role support_manager is not filled\n"
        "  for staffed: role infrastructure is not filled\n"
        "  for staffed: role development is not filled\n"
        "  update 1 to the customers, due AT\n"
        "  an address of globex-sa (write recipients in its contract, then vigie apply)\n"
        "\n"
        "Next\n"
        "  vigie crisis ack crisis-1 --by PERSON\n"
        "  vigie crisis staff crisis-1 development=erin incident_manager=alice"
        " infrastructure=dave support_agent=bob support_manager=carol --by PERSON\n"
        "  vigie crisis update crisis-1 --text …\n"
        "\n"
        "Customers\n"
        "  acme-sa: not told yet\n"
        "  globex-sa: NO ADDRESS\n"
        "\n"
        "Budget left before the contract is breached\n"
        "  acme: month TIME, quarter TIME, year (contractual) TIME\n"
        "  globex: month TIME, quarter TIME, year (contractual) TIME\n"
        "\n"
        "Cell\n"
        "  development: nobody\n"
        "  incident_manager: nobody\n"
        "  infrastructure: nobody\n"
        "  support_agent: nobody\n"
        "  support_manager: nobody\n"
        "\n"
        "Called\n"
        "  AT  page  alice by email  queued\n"
        "\n"
        "What happened\n"
        "  AT  ann  opened: no orders\n"
        "  AT  vigie  level 1 is called, round 1\n"
    )


def test_briefing_names_the_next_command_of_each_state(crisis: Typed) -> None:
    def following() -> list[str]:
        text = said(crisis, "show", "crisis-1")
        return re.findall(r"^  vigie crisis (\w+)", text, re.MULTILINE)

    roles = [f"{role}={who}" for role, who in ROLES.items()]
    sections = ("summary", "analysis", "corrective", "preventive")
    seen = [following()]
    for arguments in (
        ("staff", "crisis-1", *roles, "--by", "alice"),
        ("plan", "crisis-1", "--text", "by mail"),
        ("resolve", "crisis-1", "--text", "Repaired.", "--by", "alice"),
        *(("report", "crisis-1", "--section", one, "--text", "x") for one in sections),
        ("approve", "crisis-1", "--by", "carol"),
    ):
        said(crisis, *arguments)
        seen.append(following())
    crisis.query("update fact.outbox set state = 'sent' returning 1")
    said(crisis, "waive", "crisis-1", "globex-sa", "--reason", "told")
    said(crisis, "dissolve", "crisis-1")

    assert [
        ["ack", "staff", "update"],
        ["plan", "update"],
        ["resolve", "update"],
        ["waive", *["report"] * 4],
        ["waive", *["report"] * 3],
        ["waive", *["report"] * 2],
        ["waive", "report"],
        ["waive", "approve"],
        ["waive", "dissolve"],
        ["review"],
    ] == [*seen, following()]


def test_json_has_what_the_briefing_says(crisis: Typed) -> None:
    found = json.loads(said(crisis, "show", "crisis-1", "--json"))
    [listed] = json.loads(said(crisis, "list", "--json"))

    assert ("crisis-1", "open", "hand") == tuple(
        found["now"][name] for name in ("key", "state", "trigger")
    )
    assert ["acme-sa", "globex-sa"] == [one["customer"] for one in found["customers"]]
    assert ["month", "quarter", "year"] == [one["kind"] for one in found["budgets"][0]["periods"]]
    assert ("crisis-1", 2) == (listed["key"], listed["customers"])
    assert found["now"]["opened_at"] == listed["opened_at"]
    assert said(crisis, "list").startswith("crisis-1  open  shop  opened 20")


def test_crisis_of_an_incident_says_what_is_down(crisis: Typed) -> None:
    crisis.query(
        "with s as (insert into fact.service (key, name) values ('cart', 'Cart')"
        " returning service_id), i as (insert into fact.incident (started, opened_at, late)"
        " values (now() - interval '1 hour', now(), false) returning *), j as"
        " (insert into fact.incident_service select i.incident_id, s.service_id, i.started, now()"
        " from i, s) insert into fact.incident_event (incident_id, kind, at, actor)"
        " select incident_id, 'opened', started, 'vigie' from i returning 1"
    )
    wrong = said(crisis, "open", "incident-7", "--reason", "x", status=1)
    opened = said(crisis, "open", "incident-1", "--reason", "calls")
    text = said(crisis, "show", "crisis-2")

    assert wrong == 'vigie: there is no incident "incident-7" (write incident-1)\n'
    assert opened == "crisis-2\n"
    assert re.search(r"services: cart, DOWN since \S+ \S+Z\n  began: \S+ \S+Z \(incident-1\)", text)
    assert "Customers\n" not in text


def test_each_service_that_is_down_has_its_own_beginning(crisis: Typed) -> None:
    crisis.query(
        "with s as (insert into fact.service (key, name) values ('cart', 'Cart'), ('mail', 'Mail')"
        " returning service_id, key), i as (insert into fact.incident (started, opened_at, late)"
        " values ('2026-05-04 00:00Z', now(), false) returning *), j as"
        " (insert into fact.incident_service select i.incident_id, s.service_id,"
        " case s.key when 'cart' then i.started else i.started + interval '1 minute' end, now()"
        " from i, s) insert into fact.incident_event (incident_id, kind, at, actor)"
        " select incident_id, 'opened', started, 'vigie' from i returning 1"
    )
    said(crisis, "open", "incident-1", "--reason", "calls")
    line = said(crisis, "show", "crisis-2").splitlines()[1]

    assert line == (
        "  services: cart, mail, DOWN: cart since 2026-05-04 00:00Z, mail since 2026-05-04 00:01Z"
    )
