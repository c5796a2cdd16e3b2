from .comparing import compare, same_figures
from .files import FileState, file_state
from .finding import Finding
from .leftopen import LeftOpen, left_open
from .linting import lint
from .loading import load
from .model import (
    Calendar,
    Catalogue,
    Contract,
    Customer,
    Endpoint,
    Holiday,
    Hours,
    Model,
    Origin,
    PublicHolidays,
    Reference,
    Service,
    Terms,
    Written,
    Yearly,
)
from .references import UNRELATED, are_enough, reference_note, references_at
from .scalars import DownWhen, Duration, Instant, Key, Zone, duration_text, refusal
from .schema import schemas
from .services import Kinds
from .telling import Told, tell
from .words import advice, shown
from .yearly import is_short, renewed

__all__ = [
    "UNRELATED",
    "Calendar",
    "Catalogue",
    "Contract",
    "Customer",
    "DownWhen",
    "Duration",
    "Endpoint",
    "FileState",
    "Finding",
    "Holiday",
    "Hours",
    "Instant",
    "Key",
    "Kinds",
    "LeftOpen",
    "Model",
    "Origin",
    "PublicHolidays",
    "Reference",
    "Service",
    "Terms",
    "Told",
    "Written",
    "Yearly",
    "Zone",
    "advice",
    "are_enough",
    "compare",
    "duration_text",
    "file_state",
    "is_short",
    "left_open",
    "lint",
    "load",
    "reference_note",
    "references_at",
    "refusal",
    "renewed",
    "same_figures",
    "schemas",
    "shown",
    "tell",
]
