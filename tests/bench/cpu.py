"""Wall time, and CPU of this process and of a PostgreSQL backend on this machine."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Seconds, since some instant or between two."""

    wall: float = 0
    python: float = 0
    backend: float = 0  # nan where it does not run on this machine

    @classmethod
    def now(cls, backend: int) -> Self:
        """Return what was used until now, by this process and by the process *backend*."""
        return cls(wall=time.perf_counter(), python=time.process_time(), backend=cpu_of(backend))

    def __add__(self, other: "Used") -> "Used":
        """Return both together."""
        return Used(
            wall=self.wall + other.wall,
            python=self.python + other.python,
            backend=self.backend + other.backend,
        )

    def __sub__(self, earlier: "Used") -> "Used":
        """Return what was used after *earlier*."""
        return Used(
            wall=self.wall - earlier.wall,
            python=self.python - earlier.python,
            backend=self.backend - earlier.backend,
        )

    def told(self, rows: int) -> str:
        """Return it in words; machines are busy, so CPU says more than wall time."""
        load = os.getloadavg()[0]
        return (
            f"{self.wall:.1f} s ({rows / self.wall:,.0f} rows/s), CPU {self.python:.1f} s here"
            f" and {self.backend:.1f} s in PostgreSQL, load {load:.1f}"
        )


def cpu_of(process: int) -> float:
    """Return the CPU seconds of a process of this machine, nan where it is none."""
    try:
        told = stat_of(process)
    except FileNotFoundError:
        return float("nan")
    return (int(told[11]) + int(told[12])) * _TICK_S  # utime and stime


def cpu_of_ended_children(process: int) -> float:
    """Return the CPU seconds of the children of *process* that ended."""
    told = stat_of(process)
    return (int(told[13]) + int(told[14])) * _TICK_S  # cutime and cstime


def stat_of(process: int) -> list[str]:
    """Return what proc(5) tells of *process*, from its state on."""
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
