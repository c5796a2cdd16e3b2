"""Rows of PostgreSQL as pandas columns, with the right type even when there are none."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import pandas as pd

# Seconds as float64 are exact to the microsecond for centuries.
_TYPES = {
    "bool": "boolean",
    "int2": "Int64",
    "int4": "Int64",
    "int8": "Int64",
    "numeric": "float64",
    "text": "str",
    "timestamptz": "datetime64[us, UTC]",
}


def frame(
    columns: Sequence[asyncpg.Attribute], rows: Sequence[asyncpg.Record], timezone: str
) -> pd.DataFrame:
    """Return *rows* as a frame, times in *timezone*."""
    return pd.DataFrame(
        {
            column.name: _series([row[place] for row in rows], column.type.name, timezone)
            for place, column in enumerate(columns)
        }
    )


def _series(values: list[Any], kind: str, timezone: str) -> "pd.Series[Any]":
    made: pd.Series[Any] = pd.Series(values, dtype=_TYPES.get(kind, "object"))
    return made.dt.tz_convert(timezone) if kind == "timestamptz" else made
