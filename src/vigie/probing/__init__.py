"""Probing: slots are hit, targets are asked, and each slot gives a result."""

from vigie.probing.agent import run_agent
from vigie.probing.http import HttpEndpoint
from vigie.probing.kinds import KINDS, MODELS, Kind
from vigie.probing.result import UNKNOWN_REASONS, Attempt, Outcome, Reason, Result
from vigie.probing.schedule import next_slot, offset_ms, slot_at
from vigie.probing.target import Target

__all__ = [
    "KINDS",
    "MODELS",
    "UNKNOWN_REASONS",
    "Attempt",
    "HttpEndpoint",
    "Kind",
    "Outcome",
    "Reason",
    "Result",
    "Target",
    "next_slot",
    "offset_ms",
    "run_agent",
    "slot_at",
]
