"""Keep what was measured in PostgreSQL: the only package that speaks to it."""

from vigie.storing.catalogue import Changes, apply_catalogue, plan_catalogue
from vigie.storing.csv import Imported, import_results
from vigie.storing.embedded import Embedded
from vigie.storing.migrate import migrate
from vigie.storing.pool import open_database
from vigie.storing.psql import run_psql
from vigie.storing.queries import query
from vigie.storing.rollup import roll_up, run_rollup
from vigie.storing.shipper import Shipper
from vigie.storing.spool import Spool
from vigie.storing.state import State, read_state

__all__ = [
    "Changes",
    "Embedded",
    "Imported",
    "Shipper",
    "Spool",
    "State",
    "apply_catalogue",
    "import_results",
    "migrate",
    "open_database",
    "plan_catalogue",
    "query",
    "read_state",
    "roll_up",
    "run_psql",
    "run_rollup",
]
