"""Vigie measures whether a service kept its availability promise, and proves it.

For notebooks, `vigie.connect(url_or_directory)` gives the figures of schema `sla` as pandas
frames: see `vigie.Connection`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigie.analysis import Connection, connect

__all__ = ["Connection", "__version__", "connect"]
__version__ = "0.1.0"


if not TYPE_CHECKING:  # which would take any misspelt name for an object

    def __getattr__(name: str) -> object:
        """Import what notebooks use when it is asked for: pandas would slow every command down."""
        if name not in {"Connection", "connect"}:
            raise AttributeError(f"module 'vigie' has no attribute '{name}'")
        from vigie import analysis

        return getattr(analysis, name)
