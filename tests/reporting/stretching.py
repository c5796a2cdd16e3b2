"""Records whose durations and names are as long as can be."""

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

LONGEST = Decimal("35999999.99")
PRINTED = "9999\u00a0h\u00a059\u00a0min\u00a059.99\u00a0s"
TEXTS = {"duration", "downtime", "used", "allowed", "left", "over"}  # of an incident report
NAMES = {
    "approved_by", "author", "customer", "customers", "endpoint", "essential", "made_by", "name",
    "other", "owner", "plan", "recipient", "recorded_by", "title", "who",
}  # fmt: skip


def stretched(value: Any, *, name: str | None = None, field: str = "") -> Any:
    """Return a record with the longest durations, and *name* for each name of its people."""
    if isinstance(value, Decimal) and (field.endswith("_s") or field == "seconds"):
        return LONGEST
    if isinstance(value, tuple):
        return tuple(stretched(one, name=name, field=field) for one in value)
    if isinstance(value, str) and field in TEXTS:
        return PRINTED
    if isinstance(value, str) and name and field in NAMES:
        return name
    return _record(value, name) if is_dataclass(value) else value


def _record(value: Any, name: str | None) -> Any:
    kept = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
    if "kind" in kept:
        kept.pop("name", None)  # a period's, which nobody chooses
    return replace(
        value,
        **{field: stretched(one, name=name, field=field) for field, one in kept.items()},
    )
