"""Documents are drawn in processes of their own, with limits of time and memory.

A template is somebody's program: one that loops for ever, or wants all memory, ends its worker,
and no more than its own document.
"""

import asyncio
import gc
import multiprocessing
import os
import resource
import signal
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from vigie.errors import ReportError, VigieError
from vigie.reporting.drawing.orphans import leave_with
from vigie.reporting.drawing.stack import in_one_piece

TIMEOUT_S = 60.0  # for a document; a year with 500 outages takes a tenth
START_S = 120.0  # for the libraries, which a loaded machine reads slowly
MEMORY = 512 * 2**20  # bytes that documents may take, beside what the libraries have
DOCUMENTS = 100  # then a worker gives way to a new one: what libraries keep only grows

# What documents are drawn with.
LIBRARIES = ("vigie.reporting.drawing.html", "vigie.reporting.drawing.pdf")

Job = Callable[[], bytes]  # a `functools.partial` of a module's function: it travels
Answer = tuple[bytes | None, str | None]  # the document, or what is wrong


async def draw(job: Job, *, timeout: float = TIMEOUT_S, memory: int = MEMORY) -> bytes:  # noqa: ASYNC109
    """Return the document of one *job*, drawn in a process of its own.

    Raises:
        ReportError: the job's own, or that it took more than *timeout* seconds or *memory* bytes.
    """
    async with open_workers(timeout=timeout, memory=memory) as workers:
        return await workers.draw(job)


@asynccontextmanager
async def open_workers(
    processes: int = 1,
    *,
    timeout: float = TIMEOUT_S,  # noqa: ASYNC109 - of a document, in its worker
    memory: int = MEMORY,
    documents: int = DOCUMENTS,
    libraries: Sequence[str] = LIBRARIES,
    quiet: bool = False,
) -> AsyncIterator["Workers"]:
    """Give at most so many *processes* that draw; they end with the context.

    Each may take *timeout* seconds and *memory* bytes for a document, and draws so many
    *documents* before it gives way to a new one. *quiet*: errors are told by one line alone.
    """
    begun = partial(Worker, timeout, memory, libraries, quiet=quiet)
    workers = Workers(processes, begun, documents)
    try:
        yield workers
    finally:
        workers.close()


class Workers:
    """Processes that are started when they are needed, and stay warm for the next document."""

    def __init__(self, processes: int, begun: Callable[[], "Worker"], documents: int) -> None:
        self._begun, self._documents = begun, documents
        self._free = asyncio.Semaphore(processes)
        self._threads = ThreadPoolExecutor(processes)  # a job may be larger than a pipe
        self._idle: list[Worker] = []

    async def draw(self, job: Job) -> bytes:
        """Return the document of *job* as soon as a worker has drawn it.

        Raises:
            ReportError: as `draw` does; no other document suffers.
        """
        async with self._free:
            worker = self._idle.pop() if self._idle else self._begun()
            drawing = asyncio.get_running_loop().run_in_executor(self._threads, worker.draw, job)
            try:
                pdf, error = await asyncio.shield(drawing)
            finally:
                if not drawing.done():
                    # Nobody waits for it any more: its thread meets a closed pipe.
                    worker.kill()
                    await asyncio.wait([drawing])
                self._keep(worker)
        if pdf is None:
            raise ReportError(error)
        return pdf

    def _keep(self, worker: "Worker") -> None:
        if worker.alive and worker.drawn < self._documents:
            self._idle.append(worker)
        else:
            worker.close()

    def close(self) -> None:
        """End every worker."""
        for worker in self._idle:
            worker.close()
        self._threads.shutdown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a process works by."""

    timeout: float  # seconds of a document
    memory: int  # bytes
    libraries: Sequence[str]
    quiet: bool
    scratch: str  # its folder for temporary files


class Worker:
    """A process that draws one document after the other."""

    def __init__(
        self,
        timeout: float,
        memory: int,
        libraries: Sequence[str] = LIBRARIES,
        *,
        quiet: bool = False,
    ) -> None:
        self.drawn = 0
        self._timeout, self._memory = timeout, memory
        self._begun = False
        context = multiprocessing.get_context("spawn")  # nothing of ours is open in it
        self._pipe, theirs = context.Pipe()
        # WeasyPrint keeps fonts in a folder there, which nobody removes when it is killed.
        self._scratch = tempfile.TemporaryDirectory(prefix="vigie-drawing-")
        terms = Terms(
            timeout=timeout,
            memory=memory,
            libraries=libraries,
            quiet=quiet,
            scratch=self._scratch.name,
        )
        self._process = context.Process(target=_serve, args=(theirs, terms), daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe ends when the worker does

    @property
    def alive(self) -> bool:
        """Whether it can draw another document."""
        return self._process.is_alive()

    def draw(self, job: Job) -> Answer:
        """Do one job and wait for what becomes of it; end the process when its time is over."""
        self.drawn += 1
        try:
            if not self._begun:
                self._said(START_S)  # its libraries are there: now documents' time counts
                self._begun = True
            self._pipe.send(job)
            answer: Answer = self._said(self._timeout)
        except TimeoutError:
            self.kill()
            return None, f"the document took longer than {self._timeout:g} s (correct the template)"
        except (EOFError, OSError):
            self._process.join()
            return None, _died(self._process.exitcode, self._memory)
        return answer

    def _said(self, seconds: float) -> Any:  # noqa: ANN401 - None once, then answers
        if not self._pipe.poll(seconds):
            raise TimeoutError
        return self._pipe.recv()

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()
        self._process.join()

    def close(self) -> None:
        """End it, and forget it."""
        self.kill()
        self._process.close()
        self._pipe.close()
        self._scratch.cleanup()


def _died(code: int | None, memory: int) -> str:
    if code == -signal.SIGXCPU:
        return "the document took too much of the processor's time (correct the template)"
    how = signal.Signals(-code).name if code and code < 0 else f"status {code}"
    return f"the process that drew the document ended with {how}; {_too_much(memory)}"


def _too_much(memory: int) -> str:
    return f"a document may take {memory // 2**20} MiB of memory (correct the template)"


def _serve(pipe: Connection, terms: Terms) -> None:
    """Draw what comes until nobody sends any more: what a worker does."""
    if terms.quiet:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)  # libraries write there, too
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us ends us
    tempfile.tempdir = terms.scratch
    leaving = leave_with(pipe, terms.scratch)
    os.environ["TZ"] = "UTC"  # no page may depend on where it is drawn
    time.tzset()
    for name in terms.libraries:
        import_module(name)
    gc.disable()  # a document is made and thrown away whole
    gc.freeze()
    _limit_memory(terms.memory)
    with suppress(EOFError, BrokenPipeError):
        pipe.send(None)  # ready
        while True:
            job = pipe.recv()
            _limit_time(terms.timeout)
            pipe.send(_done(job, terms.memory))
            gc.collect()
    leaving.join()  # it ends us


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
        return in_one_piece(job), None
    except VigieError as error:
        return None, str(error)
    except (MemoryError, SystemError):  # the interpreter itself stumbles where memory ends
        pass  # outside, what was drawn so far is forgotten
    except RecursionError:
        return None, "the document is nested too deeply (correct the template)"
    except Exception as error:  # noqa: BLE001 - told below, with its place
        traceback.print_exc()
        return None, f"a defect: {type(error).__name__}: {' '.join(str(error).split())}"
    return None, _too_much(memory)
