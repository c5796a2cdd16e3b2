"""Windows of maintenance, as their notices tell of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from vigie.reporting import Happened, MaintenanceNotice

BEGIN = datetime(2026, 5, 12, 20, tzinfo=UTC)  # 22:00 in Paris
END = BEGIN + timedelta(hours=2)
BEFORE, DURING, AFTER = (BEGIN + timedelta(hours=hours) for hours in (-1, 1, 3))
HOSTILE = "=<script>alert(1)</script> {{7*7}} " + "a long reason " * 900


def announced(**more: Any) -> MaintenanceNotice:
    """Return a window that was announced in time."""
    told: dict[str, Any] = {
        "key": "m-20260512-1",
        "contract": "acme",
        "customer_key": "acme-sa",
        "customer": "Acme SA",
        "language": "fr",
        "plan": "gold",
        "timezone": "Europe/Paris",
        "convention": "downtime",
        "asked": 2,
        "notice_calendar": "office",
        "notice_timezone": "Europe/Paris",
        "working_days": (date(2026, 5, 7), date(2026, 5, 8), date(2026, 5, 11)),
        "demonstration": False,
        "kind": "planned",
        "reason": "Database upgrade",
        "starts": BEGIN,
        "ends": END,
        "announced_ends": END,
        "announced_at": BEGIN - timedelta(days=6),
        "channel": "email",
        "recipient": "ops@acme.example",
        "evidence": "mail.eml sha256:" + "5e" * 32,
        "notice_days": 3,
        "valid": True,
        "why": None,
        "forbidden_s": Decimal(0),
        "down_s": Decimal(1200),
        "excused_s": Decimal(1200),
        "series": None,
        "rule": None,
        "recorded_at": BEGIN - timedelta(days=6),
        "announced_s": Decimal(7200),
        "lasts_s": Decimal(7200),
        "essential": ("Public API",),
        "other": ("Crawler",),
        "names": ("Crawler", "Public API"),
        "as_of": BEGIN + timedelta(hours=3),
        "sla_version": "1",
        "events": (),
    }
    return MaintenanceNotice(**(told | more))


def event(action: str) -> Happened:
    at = BEGIN + timedelta(minutes=30)
    return Happened(action=action, at=at, reason="done sooner", recorded_at=at)


def closed() -> MaintenanceNotice:
    return announced(
        ends=BEGIN + timedelta(minutes=30), lasts_s=Decimal(1800), events=(event("closed"),)
    )


def withdrawn() -> MaintenanceNotice:
    events = (event("withdrawn"),)
    return announced(events=events, valid=False, why="withdrawn", excused_s=Decimal(0))


def late() -> MaintenanceNotice:
    return announced(
        announced_at=BEGIN - timedelta(days=1),
        working_days=(),
        notice_days=0,
        valid=False,
        why="announced 0 whole working days ahead, 2 asked",
        excused_s=Decimal(0),
    )


def hostile() -> MaintenanceNotice:
    many = tuple(f"Service {number} with a name of many words" for number in range(40))
    return announced(reason=HOSTILE, customer="A" * 60, essential=many, other=(HOSTILE,))


CASES: dict[str, Callable[[], MaintenanceNotice]] = {
    "closed": closed,
    "withdrawn": withdrawn,
    "late": late,
    "announced": announced,
}
