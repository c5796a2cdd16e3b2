"""A worker whose starter is gone ends, and takes its files with it: nobody else can."""

import os
import select
from multiprocessing.connection import Connection
from shutil import rmtree
from threading import Thread


def leave_with(pipe: Connection, folder: str) -> Thread:
    """End this process, and remove *folder*, as soon as nobody holds the other end of *pipe*.

    Also in the midst of a document: a starter that was killed can say nothing any more.
    """
    thread = Thread(target=_leave, args=(pipe.fileno(), folder), daemon=True)
    thread.start()
    return thread


def _leave(descriptor: int, folder: str) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)  # what comes through is not ours, only that it ended
    poll.poll()
    try:
        rmtree(folder, ignore_errors=True)
    finally:  # memory may be at its end
        os._exit(0)  # whatever is being drawn
