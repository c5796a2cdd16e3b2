"""Keep what was measured in PostgreSQL: the only package that speaks to it."""

from vigie.storing.embedded import Embedded
from vigie.storing.migrate import migrate
from vigie.storing.pool import open_database
from vigie.storing.queries import query
from vigie.storing.shipper import Shipper
from vigie.storing.spool import Spool

__all__ = ["Embedded", "Shipper", "Spool", "migrate", "open_database", "query"]
