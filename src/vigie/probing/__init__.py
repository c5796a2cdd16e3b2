"""Probing: slots are hit, targets are asked, and each slot gives a result."""

from vigie.probing.agent import run_agent
from vigie.probing.beats import Beats, Known, listened, stored
from vigie.probing.checked import Checked
from vigie.probing.counts import Counts, Histogram
from vigie.probing.explained import Explained, explain
from vigie.probing.heard import Heard, Signal, signal_of
from vigie.probing.heartbeat import arm
from vigie.probing.http import HttpEndpoint
from vigie.probing.judge import Judge
from vigie.probing.kinds import KINDS, MODELS, Kind, kind_of
from vigie.probing.result import UNKNOWN_REASONS, Attempt, BlindEdge, Outcome, Reason, Result
from vigie.probing.schedule import next_slot, offset_ms, slot_at
from vigie.probing.target import Target

__all__ = [
    "KINDS",
    "MODELS",
    "UNKNOWN_REASONS",
    "Attempt",
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
    "Outcome",
    "Reason",
    "Result",
    "Signal",
    "Target",
    "arm",
    "explain",
    "kind_of",
    "listened",
    "next_slot",
    "offset_ms",
    "run_agent",
    "signal_of",
    "slot_at",
    "stored",
]
