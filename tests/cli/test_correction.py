"""`correction` as it is typed."""

import json
import re

import pytest
from tests.cli.typed import Typed

KEY = "c-20260312-1"
SPAN = ("--starts", "2026-03-12T03:00:00+01:00", "--ends", "2026-03-12T04:00:00+01:00")
WORDS = ("--effect", "up", "--reason", "the probe's cable")


def add(typed: Typed, *more: str, target: str = "shop") -> tuple[int, str, str]:
    return typed("correction", "add", target, *SPAN, *WORDS, *more)


def test_correction_is_added_approved_withdrawn_and_listed(typed: Typed) -> None:
    assert typed("correction", "list") == (0, "No correction is recorded.\n", "")
    assert add(typed, "--by", "alice") == (0, f"{KEY}\n", "")
    assert "waits for approval" in typed("correction", "list")[1]
    assert typed("correction", "approve", KEY, "--by", "bob") == (0, f"{KEY} is approved.\n", "")
    assert "approved by bob" in typed("correction", "list")[1]
    assert typed("correction", "withdraw", KEY, "--reason", "wrong day", "--by", "bob") == (
        0, f"{KEY} is withdrawn.\n", ""
    )  # fmt: skip
    assert "withdrawn 20" in typed("correction", "list")[1]


def test_json_tells_who_when_and_why(typed: Typed) -> None:
    add(typed, "--by", "alice", "--evidence", "ticket 7", target="one")
    [one] = json.loads(typed("correction", "list", "--json")[1])

    assert (one["service"], one["endpoint"]) == (None, "one")
    assert (one["starts"], one["ends"]) == ("2026-03-12T02:00:00Z", "2026-03-12T03:00:00Z")
    assert (one["recorded_by"], one["evidence"]) == ("alice", "ticket 7")
    assert (one["effective"], one["approved_by"]) == (False, None)


def test_mistakes_end_in_one_line(typed: Typed) -> None:
    add(typed, "--by", "alice")
    backwards = ("--starts", "2026-03-12T03:00Z", "--ends", "2026-03-12T02:00Z", *WORDS)
    future = ("--starts", "2026-03-12T03:00Z", "--ends", "2199-03-12T02:00Z", *WORDS)
    other = (*SPAN, "--effect", "down", "--reason", "it was down")
    said = [
        typed("correction", "approve", KEY, "--by", "alice"),
        typed("correction", "approve", "c-20260312-2", "--by", "bob"),
        add(typed, target="shup"),
        typed("correction", "add", "shop", *backwards),
        typed("correction", "add", "shop", *future),
        typed("correction", "add", "shop", *other),
        typed("correction", "add", "shop", *SPAN, "--effect", "up", "--reason", " "),
    ]

    assert [
        f"vigie: {KEY}: was recorded by alice (another person must approve it)\n",
        f'vigie: there is no correction "c-20260312-2" (write {KEY})\n',
        'vigie: there is no service or endpoint "shup" (write shop)\n',
        "vigie: ends: is not after the start (write a later end)\n",
        "vigie: ends: lies in the future (correct what is over)\n",
        f"vigie: {KEY} says otherwise of a part of this span (withdraw it first)\n",
        "vigie: reason: is empty (write why, in a few words)\n",
    ] == [error for _, _, error in said]
    assert {1} == {status for status, _, _ in said}


def test_second_approval_and_second_withdrawal_are_refused(typed: Typed) -> None:
    add(typed, "--by", "alice")
    typed("correction", "approve", KEY, "--by", "bob")
    again = typed("correction", "approve", KEY, "--by", "carol")
    typed("correction", "withdraw", KEY, "--reason", "wrong")
    late = typed("correction", "withdraw", KEY, "--reason", "wrong")

    assert again == (1, "", f"vigie: {KEY}: was approved by bob already\n")
    assert late[2].startswith(f"vigie: {KEY}: was withdrawn at 20")


def test_another_spelling_is_no_other_person(typed: Typed) -> None:
    add(typed, "--by", "  Ann  Lee ")
    said = [typed("correction", "approve", KEY, "--by", name) for name in ("ann lee", " ", "")]

    assert [
        f"vigie: {KEY}: was recorded by Ann Lee (another person must approve it)\n",
        "vigie: by: is empty (write who does it)\n",
        "vigie: by: is empty (write who does it)\n",
    ] == [error for _, _, error in said]
    assert not typed.query("select effective from sla.correction")


def test_author_under_the_name_of_the_rota_is_no_other_person(typed: Typed) -> None:
    add(typed, "--by", "ann")
    spec = '{"people": {"ann": {"name": "Ann Lee", "roles": [], "reach": []}}, "levels": []}'
    typed.query(f"insert into fact.rota (spec, recorded_at) values ('{spec}', now())")
    said = typed("correction", "approve", KEY, "--by", "Ann Lee")
    stranger = typed("correction", "approve", KEY, "--by", "bob")

    assert said[2] == f"vigie: {KEY}: was recorded by ann (another person must approve it)\n"
    assert stranger[0] == 0


def test_approval_by_the_author_keeps_nobody_else_from_it(typed: Typed) -> None:
    """An older program let other spellings pass."""
    add(typed, "--by", "ann")
    typed.query("alter table fact.correction_event disable trigger another_person_approves")
    typed.query(
        "insert into fact.correction_event (correction_id, action, recorded_by, recorded_at)"
        " select correction_id, 'approved', 'Ann', now() from fact.correction"
    )

    assert typed("correction", "approve", KEY, "--by", "bob")[0] == 0
    assert typed.query("select approved_by from sla.correction") == "bob"


def test_recorded_text_is_one_line(typed: Typed) -> None:
    add(typed, "--by", "alice")
    two = ("--reason", "one\ntwo", "--by", "bob")
    said = [
        add(typed, "--evidence", "a\tb"),
        typed("correction", "approve", KEY, *two),
        typed("correction", "withdraw", KEY, *two),
    ]

    assert [
        'vigie: evidence: "a\\tb" has control characters (write one line of text)\n',
        'vigie: reason: "one two" has control characters (write one line of text)\n',
        'vigie: reason: "one two" has control characters (write one line of text)\n',
    ] == [error for _, _, error in said]


def test_list_is_cut_nowhere_on_a_narrow_terminal(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    add(typed, "--by", "alice")

    lines = typed("correction", "list")[1].splitlines()
    recorded = lines.pop(2)

    assert re.fullmatch(r"  recorded by alice \d{4}-\d\d-\d\d \d\d:\d\dZ", recorded)
    assert lines == [
        f"{KEY}  shop  up",
        "  2026-03-12 02:00Z to 2026-03-12 03:00Z",
        "  waits for approval",
        "  reason: the probe's cable",
    ]
