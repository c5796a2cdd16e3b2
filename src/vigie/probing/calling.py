"""For a stage that calls out as probes do: the same guard on addresses, the same trust.

`Failed` stays inside this package; what a caller meets is `NotReached`.
"""

import ssl
from collections.abc import Sequence

from vigie.probing.address import Purpose, refusal, resolve
from vigie.probing.failure import Failed
from vigie.probing.result import Reason
from vigie.probing.trust import context

CALLING = Purpose("called", "reports/rota.yaml")


class NotReached(Exception):  # noqa: N818 - it ends a call, it is no error of ours
    """A host has no address that may be called: *why*, in one line.

    *lasting*: it was refused, and asking again would end the same.
    """

    def __init__(self, why: str, *, lasting: bool) -> None:
        super().__init__(why)
        self.why = why
        self.lasting = lasting


async def callable_addresses(host: str, port: int, allow: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of *host* that may be called; connect to exactly one of these.

    Raises:
        NotReached: the name has no address, the resolver failed, or every address is refused.
    """
    try:
        return await resolve(host, port, allow, purpose=CALLING)
    except Failed as failure:
        lasting = failure.reason is Reason.ADDRESS_REFUSED
        raise NotReached(failure.detail, lasting=lasting) from None


def call_refusal(address: str, allow: Sequence[str]) -> str | None:
    """Return why the IP *address* may not be called, None when it may; raises ValueError."""
    return refusal(address, tuple(allow), CALLING)


def trusted_tls() -> ssl.SSLContext:
    """Return the shared TLS settings: the system's authorities, or those of `SSL_CERT_FILE`."""
    return context(verify=True)
