"""What an agent is told to probe."""

from dataclasses import dataclass

from vigie.catalogue import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One endpoint of one service."""

    service: str  # key
    endpoint: Endpoint
    allow: tuple[str, ...] = ()  # "loopback", "private": what the service may be probed at
