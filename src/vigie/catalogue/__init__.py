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
    Service,
    Terms,
    Written,
    Yearly,
)
from vigie.catalogue.scalars import DownWhen, Duration, Instant, Key, duration_text, refusal
from vigie.catalogue.schema import schemas
from vigie.catalogue.services import Kinds
from vigie.catalogue.telling import Told, tell
from vigie.catalogue.words import advice, shown
from vigie.catalogue.yearly import is_short, renewed

__all__ = [
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
    "Service",
    "Terms",
    "Told",
    "Written",
    "Yearly",
    "advice",
    "compare",
    "duration_text",
    "file_state",
    "is_short",
    "left_open",
    "lint",
    "load",
    "refusal",
    "renewed",
    "same_figures",
    "schemas",
    "shown",
    "tell",
]
