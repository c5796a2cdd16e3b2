from .addresses import (
    forbidden,
    literal_address,
)
from .brand import (
    brand_as_written,
    load_brand,
)
from .brandfiles import (
    KINDS,
    digit_width,
    picture_problem,
)
from .brandgrammar import (
    Brand,
    Colours,
    Logo,
    Typeface,
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
    "KINDS",
    "ROLES",
    "UNRELATED",
    "Brand",
    "Calendar",
    "Catalogue",
    "Colours",
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
    "Logo",
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
    "Typeface",
    "Updates",
    "Written",
    "Yearly",
    "Zone",
    "advice",
    "are_enough",
    "brand_as_written",
    "compare",
    "digit_width",
    "duration_text",
    "file_state",
    "forbidden",
    "is_short",
    "left_open",
    "lint",
    "literal_address",
    "load",
    "load_brand",
    "picture_problem",
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
