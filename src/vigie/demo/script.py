"""What goes wrong in the demonstration, and when."""

from dataclasses import dataclass
from typing import Literal

LASTS = 60  # seconds

Kind = Literal["slow", "unavailable", "refuse", "stall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One part of the shop misbehaves from *starts* to *ends*, seconds after the start."""

    part: str
    kind: Kind
    starts: float
    ends: float
    says: str  # what a person who watches is told


FAULTS = (
    Fault(
        part="orders",
        kind="unavailable",
        starts=10,
        ends=20,
        says="orders answers 503: an outage that nothing excuses",
    ),
    Fault(
        part="crawler",
        kind="slow",
        starts=24,
        ends=31,
        says="crawler answers, but later than promised",
    ),
    Fault(
        part="api",
        kind="refuse",
        starts=36,
        ends=46,
        says="api refuses connections, inside its announced maintenance",
    ),
    Fault(
        part="crawler",
        kind="stall",
        starts=50,
        ends=55,
        says="crawler accepts connections and never answers",
    ),
)
MAINTAINED = "api"
WINDOW = (34, 48)  # seconds after the start


def happening(elapsed: float) -> str:
    """Return what a person should look at *elapsed* seconds after the start."""
    for fault in FAULTS:
        if fault.starts <= elapsed < fault.ends:
            return fault.says
    return "every part of the shop works"
