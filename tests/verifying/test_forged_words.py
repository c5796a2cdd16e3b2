"""What somebody swapped for another word, or gave to somebody else, against the file's figures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.verifying.reports import NOW, checked, genuine, month
from tests.verifying.test_every_number import doubts

from vigie import clock
from vigie.reporting import Figures, Zone

END = datetime(2026, 5, 31, 22, tzinfo=UTC)
COUNTED = ("future_s", "up_s", "down_s", "worst_down_s", "due_s", "covered_s")
LONG = Decimal(60)  # seconds: shorter than each outage of the month


def first(name: str, **changes: Any) -> Figures:
    """Return the report with *changes* to the first row of a list."""
    figures = month()
    row, *rest = getattr(figures, name)
    return replace(figures, **{name: (replace(row, **changes), *rest)})  # type: ignore[arg-type]


def further(name: str, *rows: Any) -> Figures:
    figures = month()
    changes: dict[str, Any] = {name: rows}
    return replace(figures, contents=replace(figures.contents, **changes))


def terms(figures: Figures, **changes: Any) -> Figures:
    return replace(figures, contract=replace(figures.contract, **changes))


def told(figures: Figures) -> str:
    return "; ".join(doubts(figures))


def test_an_outage_that_ended_is_not_still_down() -> None:
    assert "figures.outages[0].open: True said" in told(first("outages", open=True))


def test_an_outage_up_to_what_is_known_is_still_down() -> None:
    found = month()
    _, _, last = found.outages
    known = replace(found, period=replace(found.period, as_of=last.ends))

    assert "figures.outages[2].open: False said" in told(known)
    assert "outages[2].open" not in told(
        replace(known, outages=(*found.outages[:2], replace(last, open=True)))
    )


def test_a_crisis_is_longer_than_the_terms_say() -> None:
    # 120 s, and the terms say 600
    assert "figures.outages[0].crisis: True said of 120 s" in told(first("outages", crisis=True))
    assert "crisis" not in told(terms(first("outages", crisis=True), crisis_longer_than_s=LONG))
    assert "crisis: True" in told(terms(first("outages", crisis=True), crisis_longer_than_s=None))


def test_a_long_outage_that_hits_one_customer_is_a_crisis_where_one_suffices() -> None:
    alone = terms(month(), crisis_longer_than_s=LONG, crisis_customers=1)

    assert "figures.outages[1].crisis: False said of 300 s" in told(alone)
    assert "crisis" not in told(terms(month(), crisis_longer_than_s=LONG, crisis_customers=2))


@pytest.mark.parametrize("services", [("orders",), ("crawler",), ("nobody",), ()])
def test_a_window_excuses_its_own_services(services: tuple[str, ...]) -> None:
    found = told(first("maintenance", services=services))

    assert "figures.maintenance: excuses 0 s of api, 1200 said" in found
    if services:
        excused = "excused_s: says 1200, its services were planned for 0 s"
        assert f"figures.maintenance[0].{excused}" in found


def test_a_window_over_two_services_may_excuse_one() -> None:
    assert "" == told(first("maintenance", services=("api", "orders")))


def test_time_is_planned_inside_its_window() -> None:
    window = month().maintenance[0]
    later = first("maintenance", starts=window.starts + timedelta(seconds=1))

    assert "figures.contents.spells[2]: planned, and in no window that is valid" in told(later)


SECURITY = {"kind": "security", "forbidden_s": None, "cap_s": None, "cap_used_s": None}
WINDOWS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"kind": "security"}, "kind: security uses no cap"),
    ({"why": "not announced"}, "valid: True said, and why not: not announced"),
    ({"valid": False, "excused_s": Decimal(0)}, "valid: False said, and why not: None"),
    ({"announced_at": None, "notice_days": None}, "why: says None"),
    ({"channel": None, "recipient": None, "evidence": ""}, "why: says None"),
    ({"announced_at": END, "notice_days": 0}, "why: says None"),
    ({"remark": "60 s inside hours without maintenance"}, "remark: says 60 s"),
    ({"forbidden_s": Decimal(60)}, "remark: says None"),
    ({"remark": "it was fine"}, "remark: says it was fine"),
)


@pytest.mark.parametrize(("changes", "expected"), WINDOWS)
def test_a_window_says_what_its_rules_give(changes: dict[str, Any], expected: str) -> None:
    assert f"figures.maintenance[0].{expected}" in told(first("maintenance", **changes))


INVALID = {"valid": False, "excused_s": Decimal(0)}


@pytest.mark.parametrize(
    ("why", "beside"),
    [
        ("withdrawn", {}),
        ("not announced", {"announced_at": None, "notice_days": None}),
        ("no proof of the announcement", {"channel": " ", "recipient": None, "evidence": None}),
        ("announced after its start", {"announced_at": END, "notice_days": 0}),
        (
            "60.5 s inside hours without maintenance",
            {
                "forbidden_s": Decimal("60.5"),
                "remark": "60.5 s inside hours without maintenance; 21600 s of its quarter"
                " allowed, used up at 2026-05-19T21:00:00Z, 21700.000000 s used",
                "cap_used_s": Decimal(21700),
            },
        ),
        ("the 21600 s of its quarter were used up", {}),
    ],
)
def test_a_window_may_break_each_rule(why: str, beside: dict[str, Any]) -> None:
    terms = replace(
        month().contract, enforced=("outside", "cap"), cap_per="quarter", night_opens="22:00"
    )

    def says(why: str) -> str:
        found = first("maintenance", why=why, **INVALID, **beside)
        return told(replace(found, contract=terms))

    assert "figures.maintenance[0].why" not in says(why)
    assert "figures.maintenance[0].remark" not in says(why)
    assert "figures.maintenance[0].why" in says(why.replace("6", "7") + "!")


def test_security_needs_no_notice() -> None:
    plain = {"announced_at": None, "notice_days": None, "channel": None}

    assert "" == told(first("maintenance", **SECURITY, **plain, recipient=None, evidence=None))


def test_a_cause_is_a_failure_that_was_counted() -> None:
    for cause in (
        "orders-status: timeout",
        "api-health: status 200",
        "api-health: connect_refused",
    ):
        assert "" == told(first("outages", cause=cause))
    for cause in ("orders-status: body", "other: timeout", "timeout", "orders-status: status x"):
        assert "figures.outages[0].cause: says" in told(first("outages", cause=cause))


def test_each_reason_is_counted_once_and_the_most_frequent_first() -> None:
    status, refused, timeout = month().contents.failures
    again = replace(refused, reason="timeout")

    assert "a reason is there twice" in told(further("failures", status, again, timeout))
    assert "are out of order" in told(further("failures", refused, status, timeout))


def test_a_hole_is_of_an_endpoint_that_was_probed() -> None:
    [gap] = month().contents.gaps

    elsewhere = further("gaps", replace(gap, endpoint="other"))
    assert "figures.contents.gaps[0].endpoint: other was not probed" in told(elsewhere)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"service": "other"}, "figures.probes[0].service: other is none"),
        ({"timeout": "11s"}, "figures.probes[0].timeout: says 11s"),
        ({"timeout": "a while"}, "figures.probes[0].timeout: says a while"),
        ({"endpoint": "orders-status"}, "figures.probes: an endpoint is there twice"),
    ],
)
def test_probes_say_what_was_probed(changes: dict[str, Any], expected: str) -> None:
    assert expected in told(first("probes", **changes))


def test_a_timeout_may_be_in_any_unit() -> None:
    assert "timeout:" not in told(first("probes", timeout="10000ms"))


def test_outages_of_one_service_are_its_own_downtime() -> None:
    # 120 s of orders given to api: 120 + 300 + 120 s of 420, and 120 s are left of 240
    assert "those of orders last 120 s, 240 s" in told(first("outages", services=("api",)))
    one, two, three = month().outages
    found = replace(month(), outages=(one, replace(two, services=("orders",)), three))
    assert "figures.outages: those of orders alone last 420 s, 240 s unplanned said" in told(found)


def test_essential_services_are_those_of_the_solution() -> None:
    def essential(**flags: bool) -> str:
        found = month()
        named = (replace(one, essential=flags[one.scope]) for one in found.services)
        return told(replace(found, services=tuple(named)))

    day = 31 * 86400
    assert f"{3 * day} s due of the essential ones, {2 * day} s said" in essential(
        api=True, orders=True, crawler=True
    )
    assert "" == essential(api=True, orders=True, crawler=False)


def test_excluded_time_lies_in_a_correction_that_was_applied() -> None:
    spells = month().contents.spells
    outside = replace(spells[0], kind="excluded")

    found = told(further("spells", outside, *spells[1:]))
    assert "figures.contents.spells[0]: excluded, and no correction did it" in found


def test_without_a_correction_that_is_applied_the_figure_without_them_is_the_same() -> None:
    kept, refused = month().contents.corrections
    withdrawn = replace(kept, state="withdrawn")

    found = told(further("corrections", withdrawn, refused))
    assert "none is applied, and without them it is another figure" in found
    approved = replace(refused, approved_by="bob")
    assert "corrections[1]: is not approved, and somebody did" in told(
        further("corrections", kept, approved)
    )


def test_terms_that_do_not_change_count_each_scope_once() -> None:
    found = month()
    assert found.evidence is not None
    solution, *others = found.evidence.parts
    nothing: dict[str, Any] = dict.fromkeys(COUNTED, Decimal(0))
    parts = (solution, replace(solution, **nothing), *others)
    split = replace(found, evidence=replace(found.evidence, parts=parts))

    says = "figures.evidence.parts: a scope has two, and the terms do not change"
    assert says in told(split)
    assert says not in told(terms(split, version_from=END.date()))


def test_a_service_of_earlier_terms_is_not_judged_by_the_last_ones() -> None:
    """It counted unknown time as up, 60 s, and the terms in force since count none."""
    found = month()
    assert found.evidence is not None
    solution, *others = found.evidence.parts
    api, *rest = found.services
    held = replace(api.seconds, up=api.seconds.up - 60, unknown=Decimal(60), unmeasured=Decimal(60))
    moved = replace(
        terms(found, version_from=END.date()),
        services=(replace(api, seconds=held), *rest),
        evidence=replace(found.evidence, parts=(solution, solution, *others)),
    )

    assert "services[0].seconds: up and unplanned" not in told(moved)


def test_a_zone_of_the_same_clocks_hides_no_month() -> None:
    moved = told(terms(month(), timezone="Europe/Berlin"))

    assert "figures.contract.timezone: Europe/Berlin, its zones give Europe/Paris" in moved
    zones = tuple(
        Zone(timezone=f"Europe/{name}", first_day=day)
        for name, day in (("Paris", None), ("Berlin", END.date()))
    )
    since = terms(month(), timezone="Europe/Berlin", version_from=END.date())
    assert "timezone" not in told(replace(since, zones=zones))


@pytest.mark.parametrize(
    ("ahead", "holds"), [(timedelta(minutes=59), True), (timedelta(days=365 * 50), False)]
)
def test_a_report_of_a_day_to_come_is_told(
    ahead: timedelta,
    holds: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now: Callable[[], datetime] = lambda: NOW - ahead  # noqa: E731
    monkeypatch.setattr(clock, "now", now)

    checks = checked(genuine(), tmp_path)

    if holds:
        assert "clock" not in checks
    else:
        said = "made at 2026-06-03T06:00:00Z, and it is 1976-06-15T06:00:00Z here"
        assert (None, True) == (checks["clock"].holds, checks["clock"].is_due)
        assert said in checks["clock"].says
