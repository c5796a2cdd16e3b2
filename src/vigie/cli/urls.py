"""A catalogue made of URLs: what `vigie watch` probes, and what `--save` writes."""

import ipaddress
import re
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import SplitResult, urlsplit

from vigie.catalogue import Catalogue, duration_text
from vigie.errors import UsageError

PLAN = "reports/plans/watch.yaml"
CONTRACT = "reports/contracts/watch.yaml"
PROBES = "probes/watch.yaml"
WRITTEN = "# Written by `vigie watch --save`; it is yours to edit."
LONG = timedelta(seconds=33)  # from here on the usual timeout and retries fit into a slot


def services(urls: Sequence[str], known: Catalogue | None) -> dict[str, str]:
    """Return a new service key for each URL; raises UsageError for what is no URL."""
    taken = {service.key for service in known.services} if known else set()
    taken |= {e.key for service in known.services for e in service.endpoints} if known else set()
    keys: dict[str, str] = {}
    for url in dict.fromkeys(urls):
        key = _free(_key(_split(url)), taken)
        taken.add(key)
        keys[key] = url
    return keys


def contract_key(known: Catalogue | None) -> str:
    """Return a contract key that the catalogue does not use."""
    return _free("watch", {contract.key for contract in known.contracts} if known else set())


def texts(keys: Mapping[str, str], contract: str, every: timedelta, today: date) -> dict[str, str]:
    """Return the files of a catalogue that probes the URLs and promises nothing."""
    return {
        PROBES: "\n".join(_probes(keys, every)),
        PLAN: f"{WRITTEN}\n# It promises nothing: figures, and no verdict.\nkey: {contract}\n",
        CONTRACT: "\n".join(_contract(keys, contract, today)),
    }


def _probes(keys: Mapping[str, str], every: timedelta) -> Iterator[str]:
    yield from (WRITTEN, "services:")
    for key, url in keys.items():
        yield f"  - key: {key}"
        yield f"    name: {_quoted(_name(url))}"
        if allowed := _allowed(_split(url)):
            yield f"    allow: [{', '.join(allowed)}]"
        yield "    endpoints:"
        yield f"      - key: {key}"
        yield f"        http: {_quoted(url)}"
        yield from (f"        {line}" for line in _pace(every))
    yield ""


def _pace(every: timedelta) -> Iterator[str]:
    yield f"every: {duration_text(every)}"
    if every < LONG:
        # One retry, and room for both attempts to time out before the next slot.
        share = duration_text(every * 2 // 5)
        yield f"edge_every: {duration_text(every)}"
        yield f"timeout: {share}"
        yield f"retries: [{share}]"


def _contract(keys: Iterable[str], contract: str, today: date) -> Iterator[str]:
    yield from (
        WRITTEN,
        f"key: {contract}",
        f"customer: {{key: {contract}, name: Us, language: en}}",
        f"plan: {contract}",
        "timezone: UTC",
        f"from: {today.replace(day=1)}",
        f"services: {{essential: [{', '.join(keys)}]}}",
        "",
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    hint = f"https://{url}" if re.fullmatch(r"[\w.-]+\.\w+(/\S*)?", url) else "https://example.com/"
    raise UsageError(f'"{url}" is no http address (write {hint})')


def _key(parts: SplitResult) -> str:
    port = f"-{parts.port}" if parts.port else ""
    words = f"{parts.hostname}{port}{parts.path}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words)[:60].strip("-")


def _free(key: str, taken: set[str]) -> str:
    if key not in taken:
        return key
    number = 2
    while f"{key}-{number}" in taken:
        number += 1
    return f"{key}-{number}"


def _name(url: str) -> str:
    return url.split("://", 1)[1].rstrip("/")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _allowed(parts: SplitResult) -> tuple[str, ...]:
    """Return what the service must allow: who types a private address means it."""
    addresses = [ipaddress.ip_address(address) for address in _addresses(str(parts.hostname))]
    found = []
    if any(address.is_loopback for address in addresses):
        found.append("loopback")
    if any(address.is_private and not address.is_loopback for address in addresses):
        found.append("private")
    return tuple(found)


def _addresses(host: str) -> set[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()  # the probe will say so
    return {str(address[0]).partition("%")[0] for *_, address in found}
