from .agents import (
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
from .analysts import Analyst, add_analyst, list_analysts, remove_analyst
from .catalogue import (
    Changes,
    apply_catalogue,
    plan_catalogue,
    renew_calendars,
)
from .corrections import (
    Correction,
    add_correction,
    approve_correction,
    list_corrections,
    withdraw_correction,
)
from .csv import import_results
from .csvfile import Imported
from .csvmaintenance import import_maintenance
from .depth import Depth, spool_depth
from .embedded import Embedded
from .explain import explained, refusals
from .feed import Coming, coming_maintenance
from .instant import later, read_instant
from .leading import run_leading
from .migrating import migrate, mismatch
from .pool import open_database
from .psql import run_psql
from .queries import query
from .recurrence import Recurrence
from .registry import (
    Listed,
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
from .retention import Dropped, days_to_drop, drop_days
from .rollup import roll_up, run_rollup
from .shipper import Shipper
from .spool import Spool
from .state import State, read_state
from .trouble import DATABASE_TROUBLE
from .window import Recorded, Window, check_proof, check_text, is_blank

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
    "check_proof",
    "check_text",
    "close_maintenance",
    "coming_maintenance",
    "days_to_drop",
    "drop_days",
    "explained",
    "import_maintenance",
    "import_results",
    "is_blank",
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
