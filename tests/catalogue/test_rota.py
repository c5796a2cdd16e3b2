"""The rota as people write it, and as the catalogue holds it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from tests.catalogue.conftest import Write

from vigie.catalogue import Catalogue, Origin, Rota, file_state

Good = Callable[[Mapping[str, str]], Catalogue]
Bad = Callable[[Mapping[str, str]], list[str]]
FILE = "reports/rota.yaml"

ROTA = """\
people:
  - key: alice
    name: Alice Martin
    roles: [incident_manager, support_agent]
    reach:
      - webhook: https://hooks.vendor.example/alice
        secret: ${env:HOOK_SECRET}
      - teams: ${file:/run/secrets/teams}
    hours: lengow-support
  - key: bob
    name: Bob
    roles: [support_manager, infrastructure, development]
    reach: [{webhook: "${env:BOB}"}, {webhook: "https://${env:HOST}/bob"}]
    hours: always
levels: [[alice], [bob, alice]]
several_roles: true
"""


def rota_of(found: Catalogue) -> Rota:
    assert found.rota
    return found.rota


def roles(people: Mapping[str, str]) -> str:
    """Return a rota in which each of *people* may hold these roles, one each in a cell."""
    lines = [
        f'  - {{key: {key}, name: N, roles: [{held}], reach: [{{slack: "${{env:S}}"}}]}}\n'
        for key, held in people.items()
    ]
    return f"people:\n{''.join(lines)}levels: [[{', '.join(people)}]]\n"


def test_rota_is_read_with_its_defaults(good: Good) -> None:
    rota = rota_of(good({FILE: ROTA}))

    assert [("alice", "lengow-support"), ("bob", "always")] == [
        (person.key, person.hours) for person in rota.people
    ]
    assert (("alice",), ("bob", "alice")) == rota.levels
    assert timedelta(minutes=5) == rota.acknowledge_within == rota.pre_alert_after
    assert [timedelta(minutes=n) for n in (15, 30, 60)] == [
        rota.updates.first, rota.updates.every, rota.updates.monitoring
    ]  # fmt: skip
    assert [timedelta(minutes=n) for n in (30, 10)] == [rota.relapse_within, rota.good_for]
    assert (None, (), None, None, None, ()) == (
        rota.mail, rota.allow, rota.public_url, rota.test, rota.alive, rota.clocks
    )  # fmt: skip


def test_ways_to_reach_a_person_keep_their_order_and_their_placeholders(good: Good) -> None:
    alice, bob = rota_of(good({FILE: ROTA})).people

    assert [
        ("webhook", "https://hooks.vendor.example/alice", "${env:HOOK_SECRET}"),
        ("teams", "${file:/run/secrets/teams}", None),
    ] == [(it.channel, it.to, it.secret) for it in alice.reach]
    assert ["${env:BOB}", "https://${env:HOST}/bob"] == [it.to for it in bob.reach]


def test_catalogue_without_a_rota_has_none(good: Good) -> None:
    assert good({}).rota is None


@pytest.mark.parametrize("text", ["", "# people: []\n", "---\n---\n"])
def test_file_that_says_nothing_is_no_rota(good: Good, text: str) -> None:
    assert good({FILE: text}).rota is None


def test_shipped_calendar_of_a_person_is_read_with_those_of_contracts(good: Good) -> None:
    assert "lengow-support" not in good({}).calendars
    assert "lengow-support" in good({FILE: ROTA}).calendars


def test_file_of_the_rota_is_among_the_origins(good: Good) -> None:
    origin = Origin(sort="rota", key="rota", file=FILE, shipped=False)

    assert origin in good({FILE: ROTA}).origins


def test_rota_may_end_in_yml(good: Good) -> None:
    assert rota_of(good({"reports/rota.yml": ROTA})).levels[0] == ("alice",)


def test_second_file_of_a_rota_is_refused(bad: Bad) -> None:
    assert bad({FILE: ROTA, "reports/rota.yml": ROTA}) == [
        "reports/rota.yml:1:1: is a second rota, the first is at reports/rota.yaml:1 (keep one)"
    ]


def test_file_that_leads_nowhere_is_told(write: Write, bad: Bad) -> None:
    directory = write({})
    (directory / "reports").mkdir()
    (directory / FILE).symlink_to("gone.yaml")

    assert bad({}) == [f"{FILE}:1:1: cannot be read: No such file or directory (make it readable)"]


@pytest.mark.parametrize("change", ["add", "edit", "remove"])
def test_change_of_the_rota_is_noticed(write: Write, change: str) -> None:
    directory = write({} if change == "add" else {FILE: ROTA})
    (directory / "reports").mkdir(exist_ok=True)
    before = file_state(directory)
    assert before == file_state(directory)

    if change == "remove":
        (directory / FILE).unlink()
    else:
        write({FILE: ROTA + "\n"})

    assert before != file_state(directory)


FIVE = {
    "a": "support_agent, incident_manager",
    "b": "incident_manager, support_manager",
    "c": "support_manager, infrastructure",
    "d": "infrastructure, development",
}


def test_five_people_who_can_take_a_role_each_are_enough(good: Good) -> None:
    # Only as a: agent, b: incident, c: support, d: infrastructure, e: development.
    assert good({FILE: roles(FIVE | {"e": "development"})}).rota


def test_people_whose_roles_can_only_be_filled_by_fewer_are_refused(bad: Bad) -> None:
    # e and f can be but one thing, so that three people are left with four roles.
    people = {
        "a": "support_agent, incident_manager, support_manager, infrastructure",
        "b": "support_agent, incident_manager, support_manager, infrastructure",
        "c": "support_agent, incident_manager, support_manager, infrastructure",
        "e": "development",
        "f": "development",
    }

    expected = (
        "reports/rota.yaml:2:3: people: incident_manager, infrastructure, support_agent and"
        " support_manager are left to a, b and c, and one person may hold one role (write one of"
        " these roles for somebody else too, or several_roles: true)"
    )

    assert [expected] == bad({FILE: roles(people)})


def test_four_people_cannot_take_five_roles(bad: Bad) -> None:
    expected = (
        "reports/rota.yaml:2:3: people: development, incident_manager, infrastructure,"
        " support_agent and support_manager are left to a, b, c and d, and one person may hold"
        " one role (write one of these roles for somebody else too, or several_roles: true)"
    )

    assert [expected] == bad({FILE: roles(FIVE)})


def test_four_people_are_enough_when_one_may_hold_two_roles(good: Good) -> None:
    assert good({FILE: roles(FIVE) + "several_roles: true\n"}).rota


@pytest.mark.parametrize(
    "host", ["hooks.vendor.example", "localhost", "10.0.0.1", "[fd00::1]", "${env:HOST}"]
)
def test_webhook_may_lead_where_it_is_allowed_or_not_known_yet(good: Good, host: str) -> None:
    """A name is judged once it is resolved."""
    text = ROTA.replace("https://hooks.vendor.example/alice", f'"http://{host}/x"')
    rota = rota_of(good({FILE: f"{text}allow: [private]\n"}))

    assert rota.people[0].reach[0].to == f"http://{host}/x"


@pytest.mark.parametrize("host", ["::1", "mail.vendor.example", "${env:MAIL}", "127.0.0.1"])
def test_mail_server_is_a_name_an_address_or_a_placeholder(good: Good, host: str) -> None:
    mail = f'mail: {{host: "{host}", sender: a@vendor.example}}\nallow: [loopback]\n'
    rota = rota_of(good({FILE: ROTA + mail}))

    assert rota.mail
    assert (host, 587, "starttls") == (rota.mail.host, rota.mail.port, rota.mail.tls)
