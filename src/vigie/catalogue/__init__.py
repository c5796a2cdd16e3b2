"""What is watched and what was promised: a folder of YAML becomes a frozen, checked Catalogue."""

from vigie.catalogue.finding import Finding
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
    Service,
    Terms,
    Written,
)
from vigie.catalogue.scalars import DownWhen, Duration, Instant, Key, duration_text, refusal
from vigie.catalogue.schema import schemas
from vigie.catalogue.services import Kinds
from vigie.catalogue.telling import Told, tell
from vigie.catalogue.words import advice, shown

__all__ = [
    "Calendar",
    "Catalogue",
    "Contract",
    "Customer",
    "DownWhen",
    "Duration",
    "Endpoint",
    "Finding",
    "Holiday",
    "Hours",
    "Instant",
    "Key",
    "Kinds",
    "Model",
    "Origin",
    "Service",
    "Terms",
    "Told",
    "Written",
    "advice",
    "duration_text",
    "lint",
    "load",
    "refusal",
    "schemas",
    "shown",
    "tell",
]
