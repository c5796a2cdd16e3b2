"""What the team reads."""

import pytest
from tests.watching.wordings import Elements, made, seen


def test_a_subject_begins_with_the_crisis_else_with_the_incident() -> None:
    assert "crisis-3: Public API, Orders down, please acknowledge" == made("page").subject
    assert (
        "incident-7: Public API, Orders down, may become a crisis"
        == made("pre_alert", crisis=None).subject
    )
    assert (
        "Vigie: we are blind, no outage would be seen"
        == made("blind", crisis=None, incident=None).subject
    )


@pytest.mark.parametrize(
    ("dead", "command"),
    [
        ({"message": 12}, "vigie outbox retry 12"),
        ({"message": "12; rm -rf /"}, "vigie outbox retry MESSAGE"),
        (None, "vigie outbox retry MESSAGE"),
    ],
)
def test_a_dead_letter_names_the_message_to_send_again(dead: object, command: str) -> None:
    assert f"    {command}" in made("dead_letter", dead=dead).text.splitlines()


def test_a_relapse_says_when_it_failed_again() -> None:
    text = made("relapse").text.replace("\xa0", " ")

    assert "Failed again: 12 May 2026, 03:45 Europe/Paris (01:45 UTC)" in text.splitlines()


def test_a_reminder_says_in_its_subject_of_what() -> None:
    assert (
        "crisis-3: reminder: action-4 is overdue"
        == made("reminder", text="action-4 is overdue\nIts owner is Bob.").subject
    )
    assert "crisis-3: reminder" == made("reminder", text=None).subject


def test_a_subject_with_many_services_says_how_many_are_left_out() -> None:
    services = [{"key": f"s{n}", "name": f"Service number {n}"} for n in range(1000)]

    page = made("page", services=services)

    assert (
        "crisis-3: Service number 0, Service number 1, Service number 2 (+997) down,"
        " please acknowledge"
    ) == page.subject
    assert "Service number 19 … (+980)" in page.text


def test_the_page_is_read_in_one_glance() -> None:
    assert [
        "Public API, Orders down",
        "",
        "Duration: 11 min so far",
        "Since: 12 May 2026, 03:00 Europe/Paris (01:00 UTC)",
        "Customers: 2: Acme SA and Beta GmbH",
        "Cause: api-health: status 503",
        "Missing: no support manager",
        "",
        "    The database lost its primary node.",
        "    We are switching over.",
        "",
        "Until somebody acknowledges, the next levels are called.",
        "Acknowledge: https://vigie.vendor.example/ack/abc",
        "",
        "    vigie crisis show crisis-3",
        "",
        "Services: Public API and Orders",
        "Opened: 12 May 2026, 03:10 Europe/Paris (01:10 UTC)",
        "Trigger: by the clock: an outage passed the limit",
        "Next update: 12 May 2026, 03:45 Europe/Paris (01:45 UTC)",
        "State: mitigating",
        "By: alice",
        "To: Alice Martin, level 1, round 2",
        "Incident: incident-7",
        "Crisis: crisis-3",
    ] == made("page").text.replace("\xa0", " ").splitlines()


def test_without_a_link_the_page_names_the_command() -> None:
    page = made("page", ack_url=None)

    assert "\n    vigie crisis ack crisis-3 --by YOU\n" in page.text
    assert "vigie crisis ack crisis-3 --by YOU" in seen(page.html)
    assert "vigie crisis ack" not in made("page").text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    page = made("page", ack_url=url)

    assert "a" not in Elements(page.html).tags
    assert url not in page.text


def test_a_link_cannot_leave_its_attribute() -> None:
    page = made("page", ack_url='https://x.example/"onclick="alert(1)')

    assert ("href", 'https://x.example/"onclick="alert(1)') in Elements(page.html).attributes


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"trigger": "anomaly"}, "crisis-3: Blocking anomaly: Public API, Orders"),
        ({"trigger": "hand"}, "crisis-3: Crisis opened by hand: Public API, Orders"),
        ({"late": True}, "crisis-3: Public API, Orders were down, seen late"),
    ],
)
def test_a_page_says_why_there_is_a_crisis(changes: dict[str, object], subject: str) -> None:
    page = made("page", **changes)

    assert f"{subject}, please acknowledge" == page.subject


def test_what_was_over_when_it_was_found_does_not_go_on() -> None:
    assert "so far" not in made("page", late=True).text
    assert "Found late: the outage was over when its results came" in made("page", late=True).text


@pytest.mark.parametrize(
    ("timezone", "shown"),
    [
        ("Europe/Paris", "Since: 12 May 2026, 00:30 Europe/Paris (11 May 2026, 22:30 UTC)"),
        ("UTC", "Since: 11 May 2026, 22:30 UTC"),
        ("Asia/Kolkata", "Since: 12 May 2026, 04:00 Asia/Kolkata (11 May 2026, 22:30 UTC)"),
        ("Europe/London", "Since: 11 May 2026, 23:30 Europe/London (22:30 UTC)"),
        ("Nowhere/Land", "Since: 11 May 2026, 22:30 UTC"),
        (None, "Since: 11 May 2026, 22:30 UTC"),
    ],
)
def test_an_instant_is_local_and_utc(timezone: str | None, shown: str) -> None:
    page = made("page", started="2026-05-11T22:30:59Z", timezone=timezone)

    assert shown in page.text.replace("\xa0", " ").splitlines()


@pytest.mark.parametrize(
    ("started", "shown"),
    [
        ("2026-05-12T01:10:30Z", "Duration: < 1 min so far"),
        ("2026-05-12T01:00:01Z", "Duration: 10 min so far"),
        ("2026-05-11T23:06:00Z", "Duration: 2 h 5 min so far"),
    ],
)
def test_a_duration_is_cut_to_the_minute(started: str, shown: str) -> None:
    assert shown in made("page", started=started).text.splitlines()


def test_what_begins_in_the_future_has_no_duration() -> None:
    assert "Duration" not in made("page", started="2026-05-12T02:00:00Z").text
