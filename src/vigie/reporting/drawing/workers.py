"""Documents are drawn in processes of their own, with limits of time and memory.

A template is somebody's program: one that loops for ever, or wants all memory, ends its worker,
and no more than its own document.
"""

import asyncio
import gc
import multiprocessing
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path

from vigie.errors import ReportError, VigieError

TIMEOUT_S = 60.0  # for a document; a year with 500 outages takes a tenth
START_S = 120.0  # for the libraries, which a loaded machine reads slowly
MEMORY = 512 * 2**20  # bytes that documents may take, beside what the libraries have
DOCUMENTS = 100  # then a worker gives way to a new one: what libraries keep only grows

# What documents are drawn with.
LIBRARIES = ("vigie.reporting.drawing.html", "vigie.reporting.drawing.pdf")

Job = Callable[[], bytes]  # a `functools.partial` of a module's function: it travels
Answer = tuple[bytes | None, str | None]  # the document, or what is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What became of one job."""

    number: int  # its place among the jobs, from 0
    pdf: bytes | None  # None: `error` says why
    error: str | None  # one line

    def content(self) -> bytes:
        """Return the document; raise ReportError where there is none."""
        if self.pdf is None:
            raise ReportError(self.error)
        return self.pdf


async def draw(job: Job, *, timeout: float = TIMEOUT_S, memory: int = MEMORY) -> bytes:  # noqa: ASYNC109
    """Return the document of one *job*, drawn in a process of its own.

    Raises:
        ReportError: the job's own, or that it took more than *timeout* seconds or *memory* bytes.
    """
    worker = Worker(timeout, memory)
    try:
        drawn = await asyncio.to_thread(worker.draw, job)
    finally:  # also when we are interrupted: the thread then meets a closed pipe
        worker.close()
    return drawn.content()


def draw_many(
    jobs: Iterable[Job],
    *,
    processes: int = 2,
    timeout: float = TIMEOUT_S,
    memory: int = MEMORY,
    documents: int = DOCUMENTS,
    libraries: Sequence[str] = LIBRARIES,
) -> Iterator[Drawn]:
    """Yield what became of each of *jobs* as it is ready, in any order; a failure stops no other.

    At most *processes* are drawn at once, and no job is asked for before it can begin.
    """
    upcoming = enumerate(jobs)
    idle: list[Worker] = []
    busy: list[Worker] = []
    try:
        task = next(upcoming, None)
        while busy or task:
            while task and len(busy) < processes:
                worker = idle.pop() if idle else Worker(timeout, memory, libraries)
                busy.append(worker)
                worker.give(*task)
                task = next(upcoming, None)
            for worker in _due(busy):
                drawn = worker.take()
                if drawn is None:
                    continue
                busy.remove(worker)
                if worker.drawn < documents and worker.alive:
                    idle.append(worker)
                else:
                    worker.close()
                yield drawn
    finally:
        for worker in idle + busy:
            worker.close()


def _due(busy: Sequence["Worker"]) -> list["Worker"]:
    """Wait for workers that have answered, died or run out of time."""
    patience = min(worker.left for worker in busy)
    answered = wait([worker.pipe for worker in busy], max(0.0, patience))
    return [worker for worker in busy if worker.pipe in answered or worker.left <= 0]


class Worker:
    """A process that draws one document after the other."""

    def __init__(self, timeout: float, memory: int, libraries: Sequence[str] = LIBRARIES) -> None:
        self.number = self.drawn = 0
        self._timeout, self._memory = timeout, memory
        self._begun, self._deadline = False, 0.0
        context = multiprocessing.get_context("spawn")  # nothing of ours is open in it
        self.pipe, theirs = context.Pipe()
        terms = (theirs, timeout, memory, libraries)
        self._process = context.Process(target=_serve, args=terms, daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe ends when the worker does

    @property
    def left(self) -> float:
        """Seconds until its job must be done."""
        return self._deadline - time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether it can draw another document."""
        return self._process.is_alive()

    def draw(self, job: Job) -> Drawn:
        """Do one job and wait for it."""
        self.give(0, job)
        while True:
            _due([self])
            if drawn := self.take():
                return drawn

    def give(self, number: int, job: Job) -> None:
        """Let it begin a job; `take` tells what became of it."""
        self.number = number
        self._deadline = time.monotonic() + (self._timeout if self._begun else START_S)
        with suppress(BrokenPipeError):  # it died; `take` will notice
            self.pipe.send(job)

    def take(self) -> Drawn | None:
        """Return what became of its job, None while it works; end it when its time is over."""
        answer = self._answer()
        if answer is None:
            return None
        self.drawn += 1
        pdf, error = answer
        return Drawn(number=self.number, pdf=pdf, error=error)

    def _answer(self) -> Answer | None:
        try:
            if self.pipe.poll():
                return self._heard(self.pipe.recv())
        except (EOFError, OSError):
            self._process.join()
            return None, _died(self._process.exitcode, self._memory)
        if self.left > 0:
            return None
        self._process.kill()
        self._process.join()
        return None, f"the document took longer than {self._timeout:g} s (correct the template)"

    def _heard(self, answer: Answer | None) -> Answer | None:
        if answer is None:  # its libraries are there: now the document's time begins
            self._begun = True
            self._deadline = time.monotonic() + self._timeout
        return answer

    def close(self) -> None:
        """End it, whatever it does."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()
        self.pipe.close()


def _died(code: int | None, memory: int) -> str:
    if code == -signal.SIGXCPU:
        return "the document took too much of the processor's time (correct the template)"
    how = signal.Signals(-code).name if code and code < 0 else f"status {code}"
    return f"the process that drew the document ended with {how}; {_too_much(memory)}"


def _too_much(memory: int) -> str:
    return f"a document may take {memory // 2**20} MiB of memory (correct the template)"


def _serve(pipe: Connection, timeout: float, memory: int, libraries: Sequence[str]) -> None:
    """Draw what comes until nobody sends any more: what a worker does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us ends us
    for name in libraries:
        import_module(name)
    gc.disable()  # a document is made and thrown away whole
    gc.freeze()
    _limit_memory(memory)
    with suppress(EOFError, BrokenPipeError):
        pipe.send(None)  # ready
        while True:
            job = pipe.recv()
            _limit_time(timeout)
            pipe.send(_done(job, memory))
            gc.collect()


def _limit_memory(memory: int) -> None:
    """Limit what documents may take beside what is there already."""
    status = Path("/proc/self/statm")  # pages; only Linux tells, and only there the limit works
    held = int(status.read_text().split()[0]) * resource.getpagesize() if status.exists() else 0
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_AS, held + memory)


def _limit_time(timeout: float) -> None:
    """Let the system end us, too: whoever started us may be gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + timeout) + 5)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (allowed, hard))


def _done(job: Job, memory: int) -> Answer:
    try:
        return job(), None
    except VigieError as error:
        return None, str(error)
    except MemoryError:
        pass  # outside, what was drawn so far is forgotten
    except RecursionError:
        return None, "the document is nested too deeply (correct the template)"
    except Exception as error:  # noqa: BLE001 - told below, with its place
        traceback.print_exc()
        return None, f"a defect: {type(error).__name__}: {' '.join(str(error).split())}"
    return None, _too_much(memory)
