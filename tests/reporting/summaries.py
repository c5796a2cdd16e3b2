"""Summaries written by hand, to look at every face of the document."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from vigie.reporting import Summary
from vigie.reporting.documents.summaryrecords import (
    Broken,
    Called,
    Held,
    Kept,
    Risk,
    Shared,
    Standing,
)

START, END = datetime(2026, 4, 30, 22, tzinfo=UTC), datetime(2026, 5, 31, 22, tzinfo=UTC)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOSTILE = '=<script>alert(1)</script> {{7*7}} "quoted" \u202e right to left'


def standing(number: int = 0, verdict: str = "met", **more: Any) -> Standing:
    """Return a contract of 744 hours with a target of 99.98 %."""
    told: dict[str, Any] = {
        "contract": f"contract-{number:04}",
        "customer_key": f"customer-{number:04}",
        "customer": f"Customer {number}",
        "plan": "gold",
        "timezone": "Europe/Paris",
        "basis": "month",
        "contractual": True,
        "demonstration": False,
        "starts": START,
        "ends": END,
        "complete": True,
        "percent": "99.9798" if verdict == "missed" else "100",
        "low": "99.9775",
        "high": "100",
        "coverage": "100",
        "target": "99.98",
        "budget_s": Decimal("535.68"),
        "used_s": Decimal(540 if verdict == "missed" else 0),
        "left_s": Decimal(0) if verdict == "missed" else Decimal("535.68"),
        "over_s": Decimal("4.32") if verdict == "missed" else Decimal(0),
        "used_share": "100.81" if verdict == "missed" else "0.00",
        "committed_s": Decimal(2678400),
        "future_s": Decimal(0),
        "versions": 1,
        "verdict": verdict,
        "confidence": "clear",
        "unplanned_s": Decimal(540 if verdict == "missed" else 0),
        "planned_s": Decimal(0),
        "unmeasured_s": Decimal(0),
        "limit_s": Decimal(7200),
        "crises": 0,
    }
    return Standing(**(told | more))


def empty(number: int = 0) -> Standing:
    """Return a contract of which nothing was measured."""
    nothing = dict.fromkeys(("percent", "low", "high", "coverage", "used_share", "confidence"))
    return standing(number, "not_applicable", **nothing)


def summary(*contracts: Standing, **more: Any) -> Summary:
    """Return a summary of May 2026 that holds nothing but *contracts*."""
    told: dict[str, Any] = {
        "kind": "month",
        "name": "2026-05",
        "noon": NOON,
        "complete": True,
        "as_of": END + timedelta(hours=12),
        "sla_version": "1",
        "contracts": contracts,
        "shared": (),
        "crises": (),
        "broken": (),
        "reports": (),
        "disputes": (),
        "risks": (),
    }
    return Summary(**(told | more))


def busy(contracts: int = 55) -> Summary:
    """Return a summary of many contracts in which everything happened."""
    bad = standing(
        0,
        "missed",
        customer=HOSTILE,
        outages=2,
        longest_working_s=Decimal(7201),
        longest_elapsed_s=Decimal(9000),
        crises=1,
    )
    named = replace(standing(1, "not_provable"), customer="A" * 60)
    judged_later = replace(standing(2, "missed"), basis="year", contractual=False)
    others = (standing(number) for number in range(3, contracts - 2))
    free = replace(standing(998, "not_applicable"), target=None, used_share=None)
    at = datetime(2026, 5, 12, 1, tzinfo=UTC)
    return summary(
        bad,
        named,
        judged_later,
        *others,
        free,
        empty(999),
        shared=tuple(
            Shared(
                service=f"svc-{n}",
                name=f"Service {n}",
                starts=at + timedelta(hours=n),
                ends=at + timedelta(hours=n, minutes=9),
                elapsed_s=Decimal(540),
                customers=50 - n,
                contracts=50 - n,
                contract_keys=("contract-0000", "contract-0001"),
                crisis="crisis-3" if n == 0 else None,
                open=n == 1,
            )
            for n in range(45)
        ),
        crises=(
            Called(
                crisis="crisis-3",
                trigger="outage",
                state="reporting",
                services=("svc-0",),
                customers=50,
                starts=at,
                opened=at + timedelta(minutes=10),
                resolved=at + timedelta(hours=1),
                to_first_message_s=Decimal(300),
                to_resolve_s=Decimal(3000),
                open_actions=2,
            ),
        ),
        broken=(
            Broken(
                key="m-20260520-1",
                services=("svc-1",),
                reason=HOSTILE,
                starts=at + timedelta(days=8),
                ends=at + timedelta(days=8, hours=2),
                announced_at=at + timedelta(days=7),
                notice_days=0,
                asked=2,
                contracts=5,
                broken=3,
                contract_keys=("contract-0000", "contract-0001", "contract-0002"),
                contract_whys=("announced 0 whole working days ahead, 2 asked",) * 3,
                down_s=Decimal(1200),
            ),
        ),
        reports=(
            Kept(
                contract="contract-0000",
                report="contract-0000-2026-05-1",
                state="objected",
                open_objections=1,
                due=END + timedelta(days=3),
                overdue=True,
            ),
            Kept(
                contract="contract-0001",
                report=None,
                state="none",
                open_objections=0,
                due=END + timedelta(days=3),
                overdue=False,
            ),
        ),
        disputes=(
            Held(
                key="d-20260602-1",
                contract="contract-0000",
                results=44640,
                results_down=20,
                first_at=START,
                last_at=END,
            ),
        ),
        risks=(
            Risk(
                contract="contract-0002",
                kind="year",
                starts=datetime(2025, 12, 31, 23, tzinfo=UTC),
                ends=datetime(2026, 12, 31, 23, tzinfo=UTC),
                noon=datetime(2026, 1, 1, 12, tzinfo=UTC),
                target="99.98",
                percent="99.9958",
                budget_s=Decimal("6307.20"),
                used_s=Decimal(5000),
                left_s=Decimal("1307.20"),
                over_s=Decimal(0),
                used_share="79.28",
                to_come_s=Decimal(18489600),
                projected_s=Decimal(12084),
                projected_over_s=Decimal("5776.80"),
                used_up_at=datetime(2026, 7, 9, tzinfo=UTC),
                clean_percent="99.9841",
                known_until=END,
                up_s=Decimal(13041400),
                down_s=Decimal(5000),
                unmeasured_s=Decimal(0),
                pace_up_s=Decimal(13041400),
                pace_down_s=Decimal(5000),
                promised_to_come_s=Decimal(18489600),
                comes_until=datetime(2026, 12, 31, 23, tzinfo=UTC),
                versions=1,
            ),
        ),
    )


def running() -> Summary:
    """Return a month that goes on: no verdict, one contract beyond its budget."""
    over = replace(standing(0, "missed"), verdict="running", complete=False, customer="Over & Sons")
    fine = replace(standing(1), verdict="running", complete=False)
    nothing = Kept(
        contract="contract-0000",
        report=None,
        state="none",
        open_objections=0,
        due=END + timedelta(days=3),
        overdue=False,
    )
    return summary(over, fine, complete=False, as_of=NOON, reports=(nothing,))


def one() -> Summary:
    """Return a summary of one contract of which nothing was measured."""
    return summary(empty())


CASES: dict[str, Callable[[], Summary]] = {
    "busy": busy,
    "running": running,
    "one": one,
}
