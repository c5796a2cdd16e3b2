"""When an endpoint is probed: a fixed grid of slots, in whole milliseconds since the Unix epoch.

The grid depends on the endpoint's key alone, so it survives restarts, is the same at every
location, and spreads the endpoints evenly. Integers only: a float would drift.
"""

from binascii import crc32


def offset_ms(key: str, every_ms: int) -> int:
    """Return where in each interval of *every_ms* the endpoint *key* is due."""
    return crc32(key.encode()) % every_ms


def slot_at(t_ms: int, every_ms: int, offset: int) -> int:
    """Return the newest slot that is not after *t_ms*."""
    return (t_ms - offset) // every_ms * every_ms + offset


def next_slot(t_ms: int, every_ms: int, offset: int) -> int:
    """Return the first slot after *t_ms*."""
    return slot_at(t_ms, every_ms, offset) + every_ms
