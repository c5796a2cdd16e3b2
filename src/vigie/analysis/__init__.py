"""The figures as pandas frames, for notebooks."""

from vigie.analysis.connection import Connection, connect

__all__ = ["Connection", "connect"]
