"""`incident` as it is typed."""

import json

from tests.cli.typed import Typed

OPENED = (
    "select fact.open_incident(s.service_id,"
    " tstzrange('2026-03-12 02:00+00', '2026-03-12 02:05+00'), {late}, '2026-03-12 02:05+00')"
    " from fact.service as s"
)
RECOVERED = "select fact.incident_happened({number}, 'recovered', '2026-03-12 02:05+00')"


def opened(typed: Typed, *, late: bool = False) -> int:
    number: int = typed.query(OPENED.format(late=late))
    return number


def test_there_is_none_at_first(typed: Typed) -> None:
    assert typed("incident", "list") == (0, "There was no incident.\n", "")
    assert typed("incident", "list", "--open") == (0, "No incident is open.\n", "")


def test_story_is_written_and_shown(typed: Typed) -> None:
    opened(typed)
    note = typed("incident", "note", "incident-1", "the disk is full", "--by", "ann")
    assigned = typed("incident", "assign", "incident-1", "Bob", "--by", "ann")
    typed.query(RECOVERED.format(number=1))

    assert (0, "incident-1 has the note.\n", "") == note
    assert (0, "incident-1 is handled by Bob.\n", "") == assigned
    _, shown, _ = typed("incident", "show", "incident-1")
    assert [
        "incident-1  recovered  shop",
        "  2026-03-12 02:00Z to 2026-03-12 02:05Z, 300 s",
        "  cause: its results are gone",
        "  handled by Bob",
        "  2026-03-12 02:00:00Z  opened: the first confirmed failure was seen",
    ] == shown.splitlines()[:5]
    assert "note: the disk is full by ann" in shown
    assert "assigned: Bob by ann" in shown
    assert "2026-03-12 02:05:00Z  good again" in shown


def test_json_has_the_same(typed: Typed) -> None:
    opened(typed, late=True)

    [one] = json.loads(typed("incident", "list", "--json")[1])
    shown = json.loads(typed("incident", "show", "incident-1", "--json")[1])

    assert ("incident-1", ["shop"], "open", True) == (
        one["incident"], one["services"], one["state"], one["late"]
    )  # fmt: skip
    assert ["opened"] == [event["kind"] for event in shown["events"]]
    assert "2026-03-12T02:00:00Z" == shown["started"]


def test_incident_that_is_measured_no_more_is_closed_by_hand(typed: Typed) -> None:
    opened(typed)

    closed = typed("incident", "close", "incident-1", "--reason", "retired", "--by", "ann")
    again = typed("incident", "close", "incident-1", "--reason", "retired", "--by", "ann")

    assert (0, "incident-1 is closed.\n", "") == closed
    assert (
        1,
        "",
        'vigie: incident "incident-1": it is closed already (nothing is left to do)\n',
    ) == (again)


def test_every_step_answers_in_json(typed: Typed) -> None:
    opened(typed)
    told = [
        json.loads(typed("incident", *step, "--by", "ann", "--json")[1])
        for step in (
            ("note", "incident-1", "the disk is full"),
            ("assign", "incident-1", "Bob"),
            ("close", "incident-1", "--reason", "retired"),
        )
    ]

    assert [
        {"incident": "incident-1", "note": "the disk is full"},
        {"incident": "incident-1", "assigned_to": "Bob"},
        {"incident": "incident-1", "state": "closed"},
    ] == told


def test_mistakes_end_in_one_line(typed: Typed) -> None:
    opened(typed)
    said = [
        typed("incident", "show", "incident-7"),
        typed("incident", "note", "incident-7", "x", "--by", "ann"),
        typed("incident", "note", "incident-1", " ", "--by", "ann"),
        typed("incident", "assign", "incident-1", " ", "--by", "ann"),
        typed("incident", "close", "incident-1", "--reason", "", "--by", "ann"),
    ]

    unknown = 'vigie: incident "incident-7": there is none of this key'
    hint = "(List them with: vigie incident list.)"
    assert [
        f"{unknown} {hint}\n",
        f"{unknown} {hint}\n",
        "vigie: reason: is empty (write why, in a few words)\n",
        "vigie: person: is empty (write who handles it)\n",
        "vigie: reason: is empty (write why, in a few words)\n",
    ] == [error for _, _, error in said]
    assert {1} == {status for status, _, _ in said}
