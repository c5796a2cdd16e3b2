from .addresses import (
    forbidden,
    literal_address,
)
from .comparing import (
    compare,
    same_figures,
)
from .files import (
    FileState,
    file_state,
)
from .finding import (
    Finding,
)
from .leftopen import (
    LeftOpen,
    left_open,
)
from .linting import (
    lint,
)
from .loading import (
    load,
)
from .model import (
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
    Reference,
    Service,
    Terms,
    Written,
    Yearly,
)
from .placeholders import (
    Secret,
    secret,
)
from .references import (
    UNRELATED,
    are_enough,
    reference_note,
    references_at,
)
from .rotagrammar import (
    CHANNELS,
    ROLES,
    Mail,
    Person,
    Reach,
    Rota,
    Updates,
)
from .rotanotes import (
    pre_alert_note,
    rota_note,
)
from .scalars import (
    DownWhen,
    Duration,
    Instant,
    Key,
    Zone,
    duration_text,
    refusal,
)
from .schema import (
    schemas,
)
from .services import (
    Kinds,
)
from .telling import (
    Told,
    tell,
)
from .words import (
    advice,
    shown,
)
from .yearly import (
    is_short,
    renewed,
)

__all__ = [
    "CHANNELS",
    "ROLES",
    "UNRELATED",
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
    "Mail",
    "Model",
    "Origin",
    "Person",
    "PublicHolidays",
    "Reach",
    "Reference",
    "Rota",
    "Secret",
    "Service",
    "Terms",
    "Told",
    "Updates",
    "Written",
    "Yearly",
    "Zone",
    "advice",
    "are_enough",
    "compare",
    "duration_text",
    "file_state",
    "forbidden",
    "is_short",
    "left_open",
    "lint",
    "literal_address",
    "load",
    "pre_alert_note",
    "reference_note",
    "references_at",
    "refusal",
    "renewed",
    "rota_note",
    "same_figures",
    "schemas",
    "secret",
    "shown",
    "tell",
]
