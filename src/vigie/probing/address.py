"""Which addresses may be probed: decided on the resolved address, never on the name.

Names are resolved once and the connection goes to exactly the address that was checked,
so a name that changes its answer in between gains nothing.
"""

import asyncio
import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal, NamedTuple

from vigie.probing.failure import Failed
from vigie.probing.result import Reason

Address = IPv4Address | IPv6Address
IpVersion = Literal["any", 4, 6]


class Purpose(NamedTuple):
    """Why an address is asked for, in the words of a refusal."""

    done: str  # to what is allowed
    where: str  # others are allowed


PROBING = Purpose("probed", "the service")

THIS_NETWORK = IPv4Network("0.0.0.0/8")  # Linux connects 0.0.0.0 to itself
NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
CARRY_IPV4 = (  # in their last 32 bits
    IPv6Network("64:ff9b::/96"),
    NAT64_LOCAL,
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated
    IPv6Network("::/96"),  # IPv4-compatible; ::1 is not
)
PUBLIC = IPv6Network("2000::/3")  # all else is somebody's own, whatever it is called one day
# Services that hand out a cloud machine's credentials outside the link-local ranges.
METADATA = frozenset(
    map(
        ip_address,
        (
            "100.100.100.200",  # Alibaba Cloud
            "168.63.129.16",  # Azure
            "192.0.0.192",  # Oracle Cloud
            "fd00:ec2::254",  # AWS
            "fd00:ec2::23",  # AWS, to containers
            "fd20:ce::254",  # Google Cloud
        ),
    )
)
NOT_FOUND = frozenset(
    {
        socket.EAI_NONAME,
        # No address, or none of the version that was asked for; not every system has them.
        getattr(socket, "EAI_NODATA", socket.EAI_NONAME),
        getattr(socket, "EAI_ADDRFAMILY", socket.EAI_NONAME),
    }
)
FAMILIES = {"any": socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}


async def resolve(
    host: str,
    port: int,
    allow: Sequence[str],
    *,
    ip: IpVersion = "any",
    whole: bool = False,
    purpose: Purpose = PROBING,
) -> tuple[str, ...]:
    """Return the addresses of *host* that may be probed, in the system's order of preference.

    *ip* is the version they must have: any, 4 or 6. *whole*: every address must be allowed,
    because somebody else will choose among them.

    Raises:
        Failed: the name does not exist or has no address of that version (down), the resolver
            did not answer or no address may be probed (unknown).
    """
    found = _literal(host) or await _look_up(host, port, ip)
    if ip != "any":
        found = _of_version(found, ip, host)
    refusals = [refusal(address, tuple(allow), purpose) for address in found]
    allowed = tuple(a for a, no in zip(found, refusals, strict=True) if no is None)
    if not allowed or (whole and len(allowed) < len(found)):
        raise Failed(Reason.ADDRESS_REFUSED, next(filter(None, refusals)))
    return allowed


def _of_version(found: Sequence[str], ip: IpVersion, host: str) -> tuple[str, ...]:
    """Return the addresses of version *ip*; an IPv4-mapped one is reached over IPv4."""
    fitting = tuple(a for a in found if _version(ip_address(a)) == ip)
    if not fitting:
        raise _not_found(host, ip)
    return fitting


def _version(address: Address) -> int:
    return 4 if isinstance(address, IPv4Address) or address.ipv4_mapped else 6


def _not_found(host: str, ip: IpVersion) -> Failed:
    kind = "address in DNS" if ip == "any" else f"IPv{ip} address"
    return Failed(Reason.DNS_NOT_FOUND, f"{host} has no {kind}")


@lru_cache(maxsize=4096)
def _literal(host: str) -> tuple[str, ...]:
    try:
        # Without a zone: it says by which interface, and hides the address from comparison.
        return (str(ip_address(host)).partition("%")[0],)
    except ValueError:
        return ()


def literal_refusal(host: str, allow: tuple[str, ...]) -> str | None:
    """Return why *host* may not be probed if it is an address itself, None when it may."""
    return next((refusal(address, allow) for address in _literal(host)), None)


async def _look_up(host: str, port: int, ip: IpVersion) -> tuple[str, ...]:
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(host, port, family=FAMILIES[ip], type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in NOT_FOUND:
            raise _not_found(host, ip) from error
        raise Failed(
            Reason.DNS_FAILED, f"the resolver failed for {host}: {error.strerror}"
        ) from error
    except UnicodeError as error:
        raise Failed(Reason.DNS_NOT_FOUND, f"{host} is not a host name") from error
    return tuple(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in infos))


@lru_cache(maxsize=65536)
def refusal(address: str, allow: tuple[str, ...], purpose: Purpose = PROBING) -> str | None:
    """Return why *address* may not be probed, None when it may."""
    for inner in _meanings(ip_address(address)):
        kind = _never(inner)
        if kind:
            return f"{address} is {kind}, which is never {purpose.done}"
        need = _needs(inner)
        if need and need not in allow:
            return f"{address} is a {need} address (write allow: [{need}] in {purpose.where})"
    return None


def _meanings(address: Address) -> list[Address]:
    """Return *address* and the IPv4 addresses that a router would take it for."""
    if isinstance(address, IPv4Address):
        return [address]
    inner: list[Address] = [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        inner.append(address.sixtofour)
    if address.teredo:
        inner.extend(address.teredo)
    if int(address) > 1 and any(address in network for network in CARRY_IPV4):
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return inner


def _never(address: Address) -> str | None:
    if address in METADATA:
        return "a metadata address"
    if address.is_link_local:
        return "a link-local address"
    if address.is_unspecified or address in THIS_NETWORK:
        return "no address of a host"
    if address.is_multicast:
        return "a multicast address"
    if isinstance(address, IPv4Address) and address.is_reserved:
        return "a reserved address"
    return None


def _needs(address: Address) -> str | None:
    """Return the word that the service must allow for *address*, None for a public one."""
    if address.is_loopback:
        return "loopback"
    if isinstance(address, IPv4Address):
        return None if address.is_global else "private"
    if address in NAT64_LOCAL:
        return "private"
    return None if (address in PUBLIC and address.is_global) or _carries(address) else "private"


def _carries(address: Address) -> bool:
    """Tell whether *address* only carries an IPv4 address, which is judged on its own."""
    return len(_meanings(address)) > 1
