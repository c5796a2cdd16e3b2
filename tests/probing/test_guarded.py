"""A target that is written as an address which is never probed is refused with the catalogue."""

from pathlib import Path
from textwrap import indent

import pytest

from vigie.catalogue import load
from vigie.errors import CatalogueError
from vigie.probing import MODELS

SHOP = """\
services:
  - key: api
    name: Public API
    allow: [{allow}]
    endpoints:
      - key: health
{target}
"""
LOOPBACK = "is a loopback address (write allow: [loopback] in the service)"
METADATA = "is a link-local address, which is never probed"


def problem(folder: Path, target: str, allow: str = "") -> str:
    """Return what is wrong with an endpoint at *target*, without its place; empty: nothing."""
    (folder / "probes").mkdir(exist_ok=True)
    text = SHOP.format(allow=allow, target=indent(target, " " * 8))
    (folder / "probes" / "shop.yaml").write_text(text)
    try:
        load(folder, MODELS)
    except CatalogueError as error:
        [line] = str(error).splitlines()
        return line.partition("endpoints[0].")[2]
    return ""


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("http: http://169.254.169.254/latest/", "http"),
        ("http: http://[fe80::1]:8080/", "http"),
        ("tcp: 169.254.169.254:80", "tcp"),
        ("tls: 169.254.169.254:443", "tls"),
        ("smtp: 169.254.169.254", "smtp"),
        ("grpc: 169.254.169.254:443", "grpc"),
        ("websocket: wss://169.254.169.254/", "websocket"),
        ("postgres: 169.254.169.254/shop\nuser: vigie", "postgres"),
        ("icmp: fe80::1", "icmp"),
        ("dns: shop.example\nresolver: 169.254.169.254:53", "resolver"),
        (
            "steps: [{url: 'https://shop.example/'}, {url: 'https://169.254.169.254/'}]",
            "steps[1].url",
        ),
    ],
)
def test_address_that_is_never_probed_is_refused(tmp_path: Path, target: str, where: str) -> None:
    found, _, what = problem(tmp_path, target, "loopback, private").partition(": ")

    assert found == where
    assert what.endswith(METADATA)


@pytest.mark.parametrize(
    ("address", "allow", "what"),
    [
        ("10.1.2.3", "", "10.1.2.3 is a private address (write allow: [private] in the service)"),
        ("10.1.2.3", "private", ""),
        (
            "127.0.0.1",
            "private",
            "127.0.0.1 is a loopback address (write allow: [loopback] in the service)",
        ),
        ("127.0.0.1", "loopback", ""),
        ("[::1]", "", "::1 is a loopback address (write allow: [loopback] in the service)"),
        ("192.0.2.1.nip.example", "", ""),
        ("${env:HOST}", "", ""),
        ("8.8.8.8", "", ""),
    ],
)
def test_other_addresses_need_to_be_allowed(
    tmp_path: Path, address: str, allow: str, what: str
) -> None:
    found = problem(tmp_path, f"http: 'http://{address}/'", allow)

    assert found == (f"http: {what}" if what else "")
