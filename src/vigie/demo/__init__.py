"""The demonstration: a shop with scripted faults, its catalogue, and a month of made-up results."""

from vigie.demo.month import last_month, write_maintenance, write_results
from vigie.demo.place import Shop, by_minute, lay_out, open_shop
from vigie.demo.script import LASTS, MAINTAINED, WINDOW, happening

__all__ = [
    "LASTS",
    "MAINTAINED",
    "WINDOW",
    "Shop",
    "by_minute",
    "happening",
    "last_month",
    "lay_out",
    "open_shop",
    "write_maintenance",
    "write_results",
]
