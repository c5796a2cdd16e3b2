"""The kinds of endpoints: one line here and one file beside it for each."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vigie.catalogue import Endpoint
from vigie.probing import (
    dns,
    grpc,
    heartbeat,
    http,
    icmp,
    postgres,
    smtp,
    steps,
    tcp,
    tls,
    websocket,
)
from vigie.probing.result import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A way of probing."""

    name: str  # the YAML key that holds the target
    model: type[Endpoint]
    # (endpoint of that model, *, number: int, allow: Sequence[str])
    probe: Callable[..., Awaitable[Attempt]]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(name="http", model=http.HttpEndpoint, probe=http.probe),
            Kind(name="steps", model=steps.StepsEndpoint, probe=steps.probe),
            Kind(name="tcp", model=tcp.TcpEndpoint, probe=tcp.probe),
            Kind(name="dns", model=dns.DnsEndpoint, probe=dns.probe),
            Kind(name="icmp", model=icmp.IcmpEndpoint, probe=icmp.probe),
            Kind(name="tls", model=tls.TlsEndpoint, probe=tls.probe),
            Kind(name="smtp", model=smtp.SmtpEndpoint, probe=smtp.probe),
            Kind(name="websocket", model=websocket.WebsocketEndpoint, probe=websocket.probe),
            Kind(name="heartbeat", model=heartbeat.HeartbeatEndpoint, probe=heartbeat.probe),
            Kind(name="postgres", model=postgres.PostgresEndpoint, probe=postgres.probe),
            Kind(name="grpc", model=grpc.GrpcEndpoint, probe=grpc.probe),
        )
    }
)
MODELS: Mapping[str, type[Endpoint]] = MappingProxyType(
    {name: kind.model for name, kind in KINDS.items()}
)


def kind_of(endpoint: Endpoint) -> Kind:
    """Return the kind of *endpoint*; raise TypeError when its model is not registered."""
    for kind in KINDS.values():
        if isinstance(endpoint, kind.model):
            return kind
    raise TypeError(f"no kind for {type(endpoint).__name__}")
