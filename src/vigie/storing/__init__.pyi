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
from .analysts import (
    Analyst,
    add_analyst,
    list_analysts,
    remove_analyst,
)
from .anomalies import (
    Anomaly,
    list_anomalies,
    report_anomaly,
    withdraw_anomaly,
)
from .briefing import (
    Briefing,
    Budget,
    list_crises,
    read_briefing,
)
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
from .crises import (
    ToldCustomers,
    acknowledge_crisis,
    add_action,
    affect_customer,
    approve_incident_report,
    cancel_crisis,
    dissolve_crisis,
    end_action,
    is_of_rota,
    merge_crisis,
    note_workaround,
    open_crisis,
    plan_crisis,
    resolve_crisis,
    review_crisis,
    staff_crisis,
    update_crisis,
    waive_customer,
    write_section,
)
from .csv import (
    import_results,
)
from .csvfile import (
    Imported,
)
from .csvmaintenance import (
    import_maintenance,
)
from .depth import (
    Depth,
    spool_depth,
)
from .embedded import (
    Embedded,
)
from .explain import (
    explained,
    refusals,
)
from .feed import (
    Coming,
    coming_maintenance,
)
from .incidents import (
    Incident,
    IncidentEvent,
    ask_to_watch,
    assign_incident,
    close_incident,
    list_incidents,
    look,
    note_incident,
    show_incident,
)
from .instant import (
    later,
    read_instant,
)
from .leading import (
    run_leading,
)
from .migrating import (
    migrate,
    mismatch,
)
from .outbox import (
    MESSAGE_STATES,
    Acknowledged,
    Claimed,
    Question,
    Terms,
    acknowledge_message,
    attempt_message,
    claim_messages,
    dead_messages,
    fail_message,
    find_message,
    finish_message,
    list_messages,
    mark_message,
    message_events,
    read_message,
    read_question,
    renew_leases,
    retry_message,
    sending_terms,
)
from .pool import (
    open_database,
)
from .psql import (
    run_psql,
)
from .queries import (
    query,
)
from .recurrence import (
    Recurrence,
)
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
from .retention import (
    Dropped,
    days_to_drop,
    drop_days,
)
from .rollup import (
    roll_up,
    run_rollup,
)
from .rota import (
    Level,
    Rostered,
    RotaSeen,
    show_rota,
)
from .shipper import (
    Shipper,
)
from .spool import (
    Spool,
)
from .state import (
    State,
    read_state,
)
from .trouble import (
    DATABASE_TROUBLE,
    Trouble,
)
from .window import (
    Recorded,
    Window,
    check_proof,
    check_text,
    is_blank,
)

__all__ = [
    "DATABASE_TROUBLE",
    "MESSAGE_STATES",
    "Acknowledged",
    "AgentSeen",
    "AgentState",
    "Analyst",
    "Anomaly",
    "Briefing",
    "Budget",
    "Changes",
    "Claimed",
    "Coming",
    "Correction",
    "Depth",
    "Dropped",
    "Embedded",
    "Imported",
    "Incident",
    "IncidentEvent",
    "Level",
    "Listed",
    "Place",
    "Question",
    "Recorded",
    "Recurrence",
    "Rostered",
    "RotaSeen",
    "Series",
    "Shipper",
    "Spool",
    "State",
    "Terms",
    "ToldCustomers",
    "Trouble",
    "Window",
    "acknowledge_crisis",
    "acknowledge_message",
    "add_action",
    "add_agent",
    "add_analyst",
    "add_correction",
    "add_maintenance",
    "add_series",
    "affect_customer",
    "apply_catalogue",
    "approve_correction",
    "approve_incident_report",
    "ask_to_watch",
    "assign_incident",
    "attempt_message",
    "attend",
    "cancel_crisis",
    "check_proof",
    "check_text",
    "claim_messages",
    "close_incident",
    "close_maintenance",
    "coming_maintenance",
    "days_to_drop",
    "dead_messages",
    "dissolve_crisis",
    "drop_days",
    "end_action",
    "explained",
    "fail_message",
    "find_message",
    "finish_message",
    "import_maintenance",
    "import_results",
    "is_blank",
    "is_of_rota",
    "is_series",
    "later",
    "list_agents",
    "list_analysts",
    "list_anomalies",
    "list_corrections",
    "list_crises",
    "list_incidents",
    "list_maintenance",
    "list_messages",
    "look",
    "mark_message",
    "merge_crisis",
    "message_events",
    "migrate",
    "mismatch",
    "note_incident",
    "note_workaround",
    "open_crisis",
    "open_database",
    "plan_catalogue",
    "plan_crisis",
    "plan_maintenance",
    "query",
    "read_briefing",
    "read_instant",
    "read_message",
    "read_question",
    "read_state",
    "read_targets",
    "refusals",
    "remove_agent",
    "remove_analyst",
    "renew_calendars",
    "renew_leases",
    "report_agent",
    "report_anomaly",
    "resolve_crisis",
    "retry_message",
    "review_crisis",
    "roll_up",
    "run_leading",
    "run_psql",
    "run_rollup",
    "sending_terms",
    "show_incident",
    "show_rota",
    "spool_depth",
    "staff_crisis",
    "update_crisis",
    "waive_customer",
    "withdraw_anomaly",
    "withdraw_correction",
    "withdraw_maintenance",
    "withdraw_series",
    "write_section",
]
