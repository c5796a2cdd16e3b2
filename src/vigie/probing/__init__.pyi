from .agent import (
    run_agent,
)
from .beats import (
    Beats,
    Known,
    listened,
    stored,
)
from .calling import (
    NotReached,
    call_refusal,
    callable_addresses,
    trusted_tls,
)
from .checked import (
    Checked,
)
from .counts import (
    Counts,
    Histogram,
)
from .explained import (
    Explained,
    explain,
)
from .filling import (
    filled,
)
from .heard import (
    Heard,
    Signal,
    signal_of,
)
from .heartbeat import (
    arm,
)
from .hiding import (
    hidden,
)
from .http import (
    HttpEndpoint,
)
from .judge import (
    Judge,
)
from .kinds import (
    KINDS,
    MODELS,
    Kind,
    kind_of,
)
from .request import (
    BadUrl,
    Url,
    ascii_host,
    parse_url,
)
from .result import (
    UNKNOWN_REASONS,
    Attempt,
    BlindEdge,
    Outcome,
    Reason,
    Result,
)
from .schedule import (
    next_slot,
    offset_ms,
    slot_at,
)
from .target import (
    Target,
)

__all__ = [
    "KINDS",
    "MODELS",
    "UNKNOWN_REASONS",
    "Attempt",
    "BadUrl",
    "Beats",
    "BlindEdge",
    "Checked",
    "Counts",
    "Explained",
    "Heard",
    "Histogram",
    "HttpEndpoint",
    "Judge",
    "Kind",
    "Known",
    "NotReached",
    "Outcome",
    "Reason",
    "Result",
    "Signal",
    "Target",
    "Url",
    "arm",
    "ascii_host",
    "call_refusal",
    "callable_addresses",
    "explain",
    "filled",
    "hidden",
    "kind_of",
    "listened",
    "next_slot",
    "offset_ms",
    "parse_url",
    "run_agent",
    "signal_of",
    "slot_at",
    "stored",
    "trusted_tls",
]
