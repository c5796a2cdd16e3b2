"""Which addresses are nobody's business: decided on the address, never on a name."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

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


def forbidden(address: str, allow: Sequence[str]) -> tuple[str, str | None] | None:
    """Return what *address* is when *allow* does not let it through, and the word that would.

    None: it may be connected to. A word of None: nothing lets it through.
    """
    for inner in _meanings(ip_address(address)):
        kind = _never(inner)
        if kind:
            return kind, None
        need = _needs(inner)
        if need and need not in allow:
            return f"a {need} address", need
    return None


def literal_address(host: str) -> str | None:
    """Return the address that *host* is, without a zone; None for a name."""
    try:
        # Without a zone: it says by which interface, and hides the address from comparison.
        return str(ip_address(host)).partition("%")[0]
    except ValueError:
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
    """Return the word that must be allowed for *address*, None for a public one."""
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
