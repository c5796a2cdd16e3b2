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
        says="orders answer 503: an outage, and nothing excuses it",
    ),
    Fault(
        part="search",
        kind="slow",
        starts=24,
        ends=31,
        says="search takes 0.9 s, which is longer than promised",
    ),
    Fault(
        part="storefront",
        kind="refuse",
        starts=36,
        ends=46,
        says="the storefront refuses connections, inside announced maintenance",
    ),
    Fault(
        part="search",
        kind="stall",
        starts=50,
        ends=55,
        says="search accepts connections and never answers",
    ),
)
WINDOW = (34.0, 48.0)  # the maintenance of the storefront


def happening(elapsed: float) -> str:
    """Return what a person should look at *elapsed* seconds after the start."""
    for fault in FAULTS:
        if fault.starts <= elapsed < fault.ends:
            return fault.says
    return "every part of the shop works"
