"""What is watched and what was promised: a folder of YAML becomes a frozen, checked Catalogue."""

from vigie.catalogue.comparing import compare, same_figures
from vigie.catalogue.files import FileState, file_state
from vigie.catalogue.finding import Finding
from vigie.catalogue.leftopen import LeftOpen, left_open
from vigie.catalogue.lint import lint
from vigie.catalogue.load import load
from vigie.catalogue.model import (
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
from vigie.catalogue.references import UNRELATED, are_enough, reference_note, references_at
from vigie.catalogue.scalars import DownWhen, Duration, Instant, Key, duration_text, refusal
from vigie.catalogue.schema import schemas
from vigie.catalogue.services import Kinds
from vigie.catalogue.telling import Told, tell
from vigie.catalogue.words import advice, shown
from vigie.catalogue.yearly import is_short, renewed

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
