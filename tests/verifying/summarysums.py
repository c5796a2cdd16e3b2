"""A summary and a notice in which every number is what the others give."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.reporting import summaries
from tests.reporting.notices import AFTER, closed
from tests.verifying import furthersums

from vigie.reporting import (
    MaintenanceNotice,
    NoticeFile,
    Risk,
    Standing,
    Summary,
    WrittenNotice,
)

AT = datetime(2026, 5, 12, 1, tzinfo=UTC)


def contracts() -> tuple[Standing, ...]:
    """Return one that missed, one that is judged by the quarter, one that met, one of nothing."""
    missed = summaries.standing(
        0,
        "missed",
        customer=summaries.HOSTILE,
        outages=2,
        longest_working_s=Decimal(7201),
        longest_elapsed_s=Decimal(9000),
        crises=1,
    )
    # 270 of 535.68 s are 50.4032… %, and (2678400 - 270) / 2678400 is 99.98991… %
    by_quarter = summaries.standing(
        1,
        basis="quarter",
        contractual=False,
        percent="99.9899",
        used_s=Decimal(270),
        left_s=Decimal("265.68"),
        used_share="50.41",
        unplanned_s=Decimal(270),
        outages=1,
        longest_working_s=Decimal(270),
        longest_elapsed_s=Decimal(270),
    )
    nothing = dict.fromkeys(("target", "budget_s", "used_share", "confidence"))
    free = summaries.standing(3, "not_applicable", **nothing, left_s=Decimal(0))
    return missed, by_quarter, summaries.standing(2), free


def risk() -> Risk:
    """Return the quarter that the furthersums describe, which its contract is judged by."""
    _, quarter, _ = furthersums.outlooks()
    told = {field.name: getattr(quarter, field.name) for field in fields(quarter)}
    noon = datetime(2026, 4, 1, 12, tzinfo=UTC)
    return Risk(**told, contract="contract-0001", noon=noon)


def overview() -> Summary:
    """Return May 2026 of four contracts in which everything happened."""
    base = summaries.busy()
    [crisis], [window] = base.crises, base.broken
    first = replace(
        base.shared[0],
        customers=2,
        contracts=2,
        contract_keys=("contract-0000", "contract-0001"),
    )
    starts = AT + timedelta(minutes=1)
    later = replace(first, service="svc-1", starts=starts, elapsed_s=Decimal(480))
    whole = contracts()
    keys, why = [one.contract for one in whole], window.contract_whys[0]
    overdue = replace(base.reports[0], due=summaries.END)
    alone: dict[str, Any] = {
        "contracts": 1,
        "broken": 1,
        "down_s": Decimal(0),
        "contract_keys": (keys[0],),
        "contract_whys": (why,),
    }
    return replace(
        base,
        contracts=whole,
        shared=(first, later),
        crises=(crisis,),
        broken=(
            replace(
                window,
                contracts=3,
                broken=2,
                contract_keys=tuple(keys[:2]),
                contract_whys=(why, why),
            ),
            replace(window, key="m-20260520-2", **alone),
        ),
        reports=(overdue, *(replace(base.reports[1], contract=key) for key in keys[1:])),
        risks=(risk(),),
    )


def window() -> NoticeFile:
    """Return the notice of a window that was closed early, made after it."""
    return noticed(closed())


def noticed(found: MaintenanceNotice, **more: Any) -> NoticeFile:
    made: dict[str, Any] = {
        "document": "maintenance-notice",
        "language": "en",
        "made_at": AFTER,
        "program": "0",
        "state": found.state(AFTER),
        "contact": None,
    }
    return NoticeFile(report=WrittenNotice(**(made | more)), maintenance=found)
