from .brands import check_brand
from .checks import Check
from .container import Container, open_report
from .database import compare_with_database
from .keptfiles import compare_with_kept
from .opening import open_within_limits
from .whole import check_file, left_to_the_database

__all__ = [
    "Check",
    "Container",
    "check_brand",
    "check_file",
    "compare_with_database",
    "compare_with_kept",
    "left_to_the_database",
    "open_report",
    "open_within_limits",
]
