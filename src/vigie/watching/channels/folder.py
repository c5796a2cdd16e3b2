"""The channel folder: the files of a message, put into a folder of this computer.

What is there already is never written over: the same bytes are what an earlier attempt put, and
others are somebody else's.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from vigie import wholefile
from vigie.watching.message import Attached, Message, NotSent, Sent, Transport


async def send(
    target: Mapping[str, str],
    message: Message,
    transport: Transport,  # noqa: ARG001 - as every channel
) -> Sent:
    """Put the files of *message* into the folder *to*, each whole or not at all.

    The folder is not made: where a disk is not mounted, files would lie below it.
    """
    folder = Path(target["to"])
    try:
        await asyncio.to_thread(_put, folder, message.files)
    except OSError as error:
        raise NotSent(f"{folder}: {error.strerror}", temporary=True) from error
    return Sent(reference=", ".join(one.name for one in message.files) or None)


def _put(folder: Path, files: tuple[Attached, ...]) -> None:
    if not folder.is_dir():
        raise NotSent(f"{folder}: there is no such folder (make it, or mount it)", temporary=True)
    for one in files:
        there = folder / one.name
        try:
            wholefile.put(there, one.content, over=False)
        except FileExistsError as error:
            if not _is_same(there, one.content):
                why = f"{there} is there with other bytes, and is not written over (move it)"
                raise NotSent(why, temporary=False) from error


def _is_same(there: Path, content: bytes) -> bool:
    same_size = there.is_file() and there.stat().st_size == len(content)
    return same_size and there.read_bytes() == content
