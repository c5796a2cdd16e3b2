"""The documents beside the report: a dispute's annex and an incident report are checked as well."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from tests.reporting import crises, samples
from tests.reporting.test_dispute_annex import disputed
from tests.verifying.reports import NOW, NOWHERE, checked, edited, failing, month

from vigie.errors import ReportError
from vigie.reporting import (
    Compared,
    Comparison,
    Effect,
    IncidentReport,
    Line,
    comparison_pdf,
    make_incident_report,
)
from vigie.verifying.annexes import compared
from vigie.verifying.incidents import lasted


def span(start: int, seconds: int, ours: str, theirs: str, *, agrees: bool | None) -> Line:
    starts = samples.START + timedelta(seconds=start)
    return Line(
        service="api",
        starts=starts,
        ends=starts + timedelta(seconds=seconds),
        seconds=Decimal(seconds),
        ours=ours,
        theirs=theirs,
        agrees=agrees,
        first_line=2,
        last_line=3,
        reasons=None,
    )


def summed(service: str | None) -> Compared:
    """Return what the five spans below come to: 600 of 700 s agree."""
    return Compared(
        service=service,
        told_s=Decimal(1000),
        compared_s=Decimal(700),
        agree_s=Decimal(600),
        agree_percent="85.7142",
        ours_down_s=Decimal(0),
        theirs_down_s=Decimal(100),
        ours_unknown_s=Decimal(0),
        theirs_unknown_s=Decimal(200),
        uncounted_s=Decimal(100),
        spans=1,
    )


def annex() -> Comparison:
    """Return a dispute that adds up: 100 s more were down, which misses the month by more."""
    base = month()
    of = base.availability

    def effect(taken: str, more: int, percent: str) -> Effect:
        return Effect(
            taken=taken,
            percent=percent,
            unplanned_s=Decimal(540 + more),
            unplanned_more_s=Decimal(more),
            committed_s=of.seconds.committed,
            target="99.98",
            verdict="missed",
        )

    lines = (
        span(0, 500, "up", "up", agrees=True),
        span(500, 100, "up", "down", agrees=False),
        span(600, 100, "planned", "down", agrees=True),
        span(700, 200, "up", "unknown", agrees=None),
        span(900, 100, "excluded", "up", agrees=None),
    )
    return replace(
        disputed(),
        figures=base,
        lines=lines,
        services=(summed("api"),),
        total=summed(None),
        effects=(
            effect("nothing", 0, "99.9798"),
            effect("down", 100, "99.9760"),  # (2677200 - 640) / 2677200 = 0.99976094…
            effect("up", 0, "99.9798"),
            effect("down and up", 100, "99.9760"),
            effect("everything", 100, "99.9760"),
        ),
    )


def crisis() -> IncidentReport:
    return crises.CASES["approved"]()


@cache
def annex_pdf(found: Comparison | None = None) -> bytes:
    return comparison_pdf(found or annex(), directory=NOWHERE, now=NOW, language="en")


@cache
def crisis_pdf() -> bytes:
    return make_incident_report(crisis(), directory=NOWHERE, now=NOW)


@pytest.mark.parametrize(
    ("make", "arithmetic"),
    [
        (annex_pdf, "5 spans and 5 effects, computed again"),
        (crisis_pdf, "duration, 3 budgets and 7 events add up"),
    ],
)
def test_a_genuine_document_holds_and_another_digit_on_its_pages_is_caught(
    tmp_path: Path, make: Callable[[], bytes], arithmetic: str
) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = "2027"

    found = checked(make(), tmp_path)

    assert {} == {name: check.says for name, check in found.items() if check.holds is False}
    assert ["arithmetic", "data", "files", "pages", "seal"] == sorted(found)
    assert (True, arithmetic) == (found["arithmetic"].holds, found["arithmetic"].says)
    assert "byte for byte those of the data" == found["pages"].says
    assert "metadata /Title" in failing(edited(make(), turn), tmp_path)["pages"]


def corrected(found: Comparison, number: int, measured: str | None, keys: str | None) -> Comparison:
    """Return an annex, one span of which has something else measured before corrections."""
    lines = list(found.lines)
    lines[number] = replace(lines[number], measured=measured, corrections=keys)
    return replace(found, lines=tuple(lines))


def test_what_a_correction_took_out_is_computed_again() -> None:
    def taken(seconds: int) -> Comparison:
        found = corrected(annex(), 1, "down", "c-1")  # 100 s, that only the customer calls down
        [service], total = found.services, found.total
        more = Decimal(seconds)
        return replace(
            found,
            services=(replace(service, measured_down_s=more),),
            total=replace(total, measured_down_s=more),
        )

    assert [] == list(compared(taken(100)))
    assert [
        "comparison.services[0].measured_down_s: says 99, the spans give 100",
        "comparison.total.measured_down_s: says 99, the spans give 100",
    ] == list(compared(taken(99)))
    # An excluded span differs from nothing, whatever was measured.
    assert [] == list(compared(corrected(annex(), 4, "down", "c-1")))


@pytest.mark.parametrize(
    ("number", "measured", "keys"),
    [(0, "down", None), (0, None, "c-1"), (0, "up", "c-1"), (3, "planned", "c-1")],
)
def test_what_was_measured_is_told_only_where_a_correction_says_otherwise(
    number: int, measured: str | None, keys: str | None
) -> None:
    [said] = list(compared(corrected(annex(), number, measured, keys)))

    assert said.startswith(f"comparison.lines[{number}].measured: {measured} said of")


def test_a_forged_annex_that_was_made_again_contradicts_itself(tmp_path: Path) -> None:
    [service] = annex().services
    forged = replace(annex(), services=(replace(service, agree_percent="85.7143"),))

    found = failing(annex_pdf(forged), tmp_path)

    says = "comparison.services[0].agree_percent: says 85.7143, the spans give 85.7142"
    assert {"arithmetic": says} == found


NUMBERS = [
    ("told_s", Decimal(1001)),
    ("compared_s", Decimal(701)),
    ("agree_s", Decimal(601)),
    ("agree_percent", "85.7141"),
    ("ours_down_s", Decimal(1)),
    ("theirs_down_s", Decimal(99)),
    ("ours_unknown_s", Decimal(1)),
    ("theirs_unknown_s", Decimal(201)),
    ("uncounted_s", Decimal(99)),
    ("spans", 2),
    ("measured_down_s", Decimal(1)),
]


@pytest.mark.parametrize(("name", "value"), NUMBERS)
def test_every_sum_of_an_annex_is_computed_again(name: str, value: object) -> None:
    found = annex()
    total = replace(found.total, **{name: value})  # type: ignore[arg-type] # a test's own fields

    problems = list(compared(replace(found, total=total)))

    assert [f"comparison.total.{name}:"] == [one.split(" ")[0] for one in problems]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("percent", "99.9761"),
        ("unplanned_s", Decimal(641)),
        ("unplanned_more_s", Decimal(99)),
        ("committed_s", Decimal(3000000)),
        ("target", "99.97"),
        ("verdict", "met"),
    ],
)
def test_every_number_of_an_effect_is_computed_again(name: str, value: object) -> None:
    found = annex()
    first, down, *rest = found.effects
    other = replace(down, **{name: value})  # type: ignore[arg-type] # a test's own fields

    problems = list(compared(replace(found, effects=(first, other, *rest))))

    assert problems
    assert all(one.startswith("comparison.effects[1]") for one in problems)
    assert [] == list(compared(found))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"duration": "43 min 0 s"}, "incident.duration"),
        ({"duration": "long"}, "incident.duration"),
        ({"downtime": "42 min 1 s"}, "incident.downtime"),
        ({"timeline": crisis().timeline[::-1]}, "incident.timeline"),
        ({"budgets": (replace(crisis().budgets[0], used="42 min 1 s"),)}, "budgets[0].over"),
        ({"budgets": (replace(crisis().budgets[1], left="54 min 7 s"),)}, "budgets[0].left"),
        ({"budgets": (replace(crisis().budgets[2], allowed="x"),)}, "budgets[0]: has what is no"),
    ],
)
def test_every_duration_of_an_incident_report_is_computed_again(
    change: dict[str, object], says: str
) -> None:
    changed = replace(crisis(), **change)  # type: ignore[arg-type] # a test's own fields
    [problem] = lasted(changed, NOW)

    assert says in problem
    assert [] == list(lasted(crisis(), NOW))


def going_on() -> IncidentReport:
    """Return a crisis that went on for 6 min 14.6 s when its report was made."""
    return replace(
        crisis(), ended=None, approval=None, duration="6 min 14.6 s", downtime="1 min 2 s"
    )


def test_a_crisis_that_goes_on_lasted_until_its_report_was_made(tmp_path: Path) -> None:
    # Made 6 * 60 + 14 s after it began: instants have no parts of a second.
    pdf = make_incident_report(
        going_on(),
        directory=NOWHERE,
        now=crisis().started + timedelta(seconds=374, milliseconds=600),
    )

    found = checked(pdf, tmp_path)

    assert {} == {name: check.says for name, check in found.items() if check.holds is False}


@pytest.mark.parametrize(
    ("duration", "says"),
    [
        (
            "6 min 12 s",
            "incident.duration: says 6 min 12 s, its start and when the report was made",
        ),
        (
            "6 min 16 s",
            "incident.duration: says 6 min 16 s, its start and when the report was made",
        ),
        ("1 min 1 s", "incident.downtime: says 1 min 2 s of 1 min 1 s"),
        ("not long", "incident.duration: cannot be read"),
    ],
)
def test_another_duration_of_a_crisis_that_goes_on_fails(duration: str, says: str) -> None:
    made_at = crisis().started + timedelta(seconds=374)

    problems = list(lasted(replace(going_on(), duration=duration), made_at))

    assert any(problem.startswith(says) for problem in problems)
    assert [] == list(lasted(replace(going_on(), duration="6 min 13.2 s"), made_at))


def test_another_pdf_is_named_as_what_it_is_not(tmp_path: Path) -> None:
    files = {
        "report.json": b'{"window": "m-1"}',
        "manifest.json": json.dumps({"files": {}, "made_with": {}}).encode(),
    }
    takes = "verify takes a report, a summary, a dispute annex, an incident report or a maintenance"

    for held, says in (({}, "nothing in it can be checked"), (files, "of no document that")):
        target = io.BytesIO()
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            for name, content in held.items():
                pdf.attachments[name] = content
            pdf.save(target)
        with pytest.raises(ReportError, match=says) as caught:
            checked(target.getvalue(), tmp_path)
        assert takes in str(caught.value)
        assert "\n" not in str(caught.value)
