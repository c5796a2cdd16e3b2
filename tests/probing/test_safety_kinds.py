"""The address guard in the kinds besides http: no spelling of a metadata address is probed."""

import pytest
from pydantic import ValidationError
from tests.probing.test_safety import EVERYTHING, METADATA

from vigie.probing import KINDS, Attempt, Outcome, Reason

TARGETS = {
    "tcp": "{}:80",
    "tls": "{}:443",
    "smtp": "{}:25",
    "websocket": "ws://{}/feed",
    "grpc": "{}:50051",
    "icmp": "{}",
}


async def ask(kind: str, host: str) -> Attempt | None:
    """Probe *host* once; None where `vigie check` refuses it already."""
    bare = host.strip("[]") if kind == "icmp" else host
    try:
        made = KINDS[kind].model.model_validate({"key": "a", kind: TARGETS[kind].format(bare)})
    except ValidationError:
        return None
    return await KINDS[kind].probe(made, number=1, allow=EVERYTHING)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("host", METADATA)
async def test_metadata_is_never_asked_whatever_is_allowed(kind: str, host: str) -> None:
    attempt = await ask(kind, host)

    if attempt is None:
        assert "%" in host or not host.isascii()
        return
    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert (None, None) == (attempt.address, attempt.connect_us)


@pytest.mark.parametrize(
    "resolver", ["169.254.169.254", "[::ffff:169.254.169.254]:53", "fd00:ec2::254"]
)
async def test_metadata_is_no_resolver(resolver: str) -> None:
    spec = {"key": "a", "dns": "shop.example", "resolver": resolver}
    made = KINDS["dns"].model.model_validate(spec)
    attempt = await KINDS["dns"].probe(made, number=1, allow=EVERYTHING)

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert attempt.address is None
