"""Keep what was measured in PostgreSQL: the only package that speaks to it."""

from vigie.storing.agents import (
    AgentSeen,
    AgentState,
    Place,
    add_agent,
    attend,
    list_agents,
    read_targets,
    remove_agent,
    report_agent,
)
from vigie.storing.analysts import Analyst, add_analyst, list_analysts, remove_analyst
from vigie.storing.catalogue import (
    Changes,
    apply_catalogue,
    plan_catalogue,
    renew_calendars,
)
from vigie.storing.corrections import (
    Correction,
    add_correction,
    approve_correction,
    list_corrections,
    withdraw_correction,
)
from vigie.storing.csv import import_results
from vigie.storing.csvfile import Imported
from vigie.storing.csvmaintenance import import_maintenance
from vigie.storing.depth import Depth, spool_depth
from vigie.storing.embedded import Embedded
from vigie.storing.explain import explained, refusals
from vigie.storing.feed import Coming, coming_maintenance
from vigie.storing.instant import later, read_instant
from vigie.storing.leading import run_leading
from vigie.storing.migrate import migrate, mismatch
from vigie.storing.pool import open_database
from vigie.storing.psql import run_psql
from vigie.storing.queries import query
from vigie.storing.recurrence import Recurrence
from vigie.storing.registry import (
    Listed,
    Recorded,
    Series,
    add_maintenance,
    add_series,
    close_maintenance,
    is_series,
    list_maintenance,
    plan_maintenance,
    withdraw_maintenance,
    withdraw_series,
)
from vigie.storing.retention import Dropped, days_to_drop, drop_days
from vigie.storing.rollup import roll_up, run_rollup
from vigie.storing.shipper import Shipper
from vigie.storing.spool import Spool
from vigie.storing.state import State, read_state
from vigie.storing.trouble import DATABASE_TROUBLE
from vigie.storing.window import Window, check_text

__all__ = [
    "DATABASE_TROUBLE",
    "AgentSeen",
    "AgentState",
    "Analyst",
    "Changes",
    "Coming",
    "Correction",
    "Depth",
    "Dropped",
    "Embedded",
    "Imported",
    "Listed",
    "Place",
    "Recorded",
    "Recurrence",
    "Series",
    "Shipper",
    "Spool",
    "State",
    "Window",
    "add_agent",
    "add_analyst",
    "add_correction",
    "add_maintenance",
    "add_series",
    "apply_catalogue",
    "approve_correction",
    "attend",
    "check_text",
    "close_maintenance",
    "coming_maintenance",
    "days_to_drop",
    "drop_days",
    "explained",
    "import_maintenance",
    "import_results",
    "is_series",
    "later",
    "list_agents",
    "list_analysts",
    "list_corrections",
    "list_maintenance",
    "migrate",
    "mismatch",
    "open_database",
    "plan_catalogue",
    "plan_maintenance",
    "query",
    "read_instant",
    "read_state",
    "read_targets",
    "refusals",
    "remove_agent",
    "remove_analyst",
    "renew_calendars",
    "report_agent",
    "roll_up",
    "run_leading",
    "run_psql",
    "run_rollup",
    "spool_depth",
    "withdraw_correction",
    "withdraw_maintenance",
    "withdraw_series",
]
