"""What the process takes from its environment."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The environment's answers, read once at start."""

    database_url: str | None  # None: the embedded PostgreSQL
    home: Path  # what this installation keeps beside its catalogue: database, spool


def read(directory: Path) -> Settings:
    """Return the settings for the catalogue in *directory* (`VIGIE_DATABASE_URL`, `VIGIE_HOME`)."""
    home = os.environ.get("VIGIE_HOME")
    return Settings(
        database_url=os.environ.get("VIGIE_DATABASE_URL") or None,
        home=Path(home).expanduser().resolve() if home else directory.resolve() / ".vigie",
    )
