"""Vigie measures whether a service kept its availability promise, and proves it."""

__version__ = "0.1.0"
