"""What a catalogue writes wrongly is refused with its place and with what to write instead."""

from pathlib import Path

import pytest

from vigie.catalogue import load
from vigie.errors import CatalogueError
from vigie.probing import MODELS

# ruff: noqa: E501 - each message as it is printed, on one line

STREAMS = r"""
services:
  - key: shop
    name: Shop
    endpoints:
      - key: cache
        tcp: cache.shop.example
        tsl: true
        dialogue:
          - send: 'PING\r\n'
          - expect: "/(/"
          - expcet: +PONG
          - {send: a, expect: b}
          - starttls: yes
      - key: twice
        tcp: cache.shop.example:6379
        tls: true
        dialogue: [{starttls: true}]
      - key: certificate
        tls: shop.example:443
        verify: false
        expect: {protocol: TLSv1.1, certificate_days: 0}
      - key: mail
        smtp: mail.shop.example:smtp
        tls: starttsl
        expect: {extensions: ["A\tB"]}
      - key: database
        postgres: db.shop.example
        password: hunter2
        sslmode: prefer
        query: ""
      - key: unverified
        postgres: db.shop.example/shop
        user: me
        sslmode: require
        expect: {value: 1}
      - key: both
        tls: shop.example:443
        tcp: shop.example:443
      - key: three
        smtp: a.example
        postgres: b.example/c
        tls: true
"""
REFUSED = r"""
probes/bad.yaml:6:14: services[0].endpoints[0].tcp: "cache.shop.example" has no port (write cache.shop.example:443)
probes/bad.yaml:7:9: services[0].endpoints[0].tsl: "tsl" is not a known key (write tls)
probes/bad.yaml:9:19: services[0].endpoints[0].dialogue[0].send: "PING\r\n" ends with a backslash and a letter, not with the end of a line (write it in double quotes: "PING\r\n")
probes/bad.yaml:10:21: services[0].endpoints[0].dialogue[1].expect: "(" is not a regular expression: missing ), unterminated subpattern at position 0 (write "ok|ready")
probes/bad.yaml:11:13: services[0].endpoints[0].dialogue[2].expcet: "expcet" is not a known key (write expect)
probes/bad.yaml:12:13: services[0].endpoints[0].dialogue[3]: a step is one thing, this one is send, expect (write send: or expect: alone)
probes/bad.yaml:13:23: services[0].endpoints[0].dialogue[4].starttls: "yes" begins no TLS (write true)
probes/bad.yaml:14:9: services[0].endpoints[1]: TLS is begun twice (write tls: true, or one step starttls: true)
probes/bad.yaml:20:17: services[0].endpoints[2].verify: the certificate is checked unless a reason is given (write {disabled: "why"})
probes/bad.yaml:21:28: services[0].endpoints[2].expect.protocol: "TLSv1.1" is not a known word (write TLSv1.3)
probes/bad.yaml:21:55: services[0].endpoints[2].expect.certificate_days: 0 is out of range (write at least 1)
probes/bad.yaml:23:15: services[0].endpoints[3].smtp: "mail.shop.example:smtp" is not a host and a port (write host, or host:port)
probes/bad.yaml:24:14: services[0].endpoints[3].tls: "starttsl" is not a known word (write starttls)
probes/bad.yaml:25:31: services[0].endpoints[3].expect.extensions[0]: "A\tB" is not an extension of SMTP (write PIPELINING, or AUTH PLAIN)
probes/bad.yaml:26:9: services[0].endpoints[4]: "user" is missing (write user: vigie)
probes/bad.yaml:27:19: services[0].endpoints[4].postgres: "db.shop.example" is not a host and a database (write host:5432/database)
probes/bad.yaml:28:19: services[0].endpoints[4].password: a secret in the catalogue would be kept in the database (write ${env:NAME} or ${file:PATH})
probes/bad.yaml:29:18: services[0].endpoints[4].sslmode: "prefer" is not a known word (write one of disable, require, verify-full)
probes/bad.yaml:30:16: services[0].endpoints[4].query: "" is not a query (write select 1)
probes/bad.yaml:31:9: services[0].endpoints[5]: sslmode: require is what checks no certificate (write verify-full, or sslmode: require with verify: {disabled: "why"})
probes/bad.yaml:37:14: services[0].endpoints[6].tls: "shop.example:443" is neither true nor false (write true)
probes/bad.yaml:39:9: services[0].endpoints[7]: has several targets, smtp, postgres, tls (write one; make an endpoint of each)
"""


def test_mistakes_in_what_runs_over_tcp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("probes").mkdir()
    Path("probes/bad.yaml").write_text(STREAMS.lstrip(), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load(Path(), MODELS)

    assert REFUSED.strip().splitlines() == caught.value.problems
