"""Facts of messages, full and hostile, and what a reader sees of a page."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

from vigie import paths
from vigie.watching import Rendered, render
from vigie.watching.wording import CUSTOMER, TEAM

NOW = datetime(2026, 5, 12, 1, 11, tzinfo=UTC)
LANGUAGES = ("de", "en", "es", "fr", "it")
WORDS = paths.REPORTS / "templates" / "messages" / "words"

FULL: Mapping[str, object] = {
    "crisis": "crisis-3",
    "incident": "incident-7",
    "services": [{"key": "api", "name": "Public API"}, {"key": "orders", "name": "Orders"}],
    "started": "2026-05-12T01:00:00Z",
    "opened": "2026-05-12T01:10:02.25Z",
    "trigger": "outage",
    "customers": [{"key": "acme", "name": "Acme SA"}, {"key": "beta", "name": "Beta GmbH"}],
    "cause": "api-health: status 503",
    "state": "mitigating",
    "level": 1,
    "round": 2,
    "text": "The database lost its primary node.\nWe are switching over.",
    "by": "alice",
    "late": False,
    "name": "Alice Martin",
    "timezone": "Europe/Paris",
    "missing": ["no support manager"],
    "due": "2026-05-12T01:45:00Z",
    "provider": "Vendor SAS",
    "ack_url": "https://vigie.vendor.example/ack/abc",
}
EVIL = "<script>alert(1)</script>\r\nBcc: all@evil.example\x1b[2J\u202e{{ 7*7 }} | # \ud800"
HOSTILE: Mapping[str, object] = {
    "crisis": EVIL,
    "incident": EVIL,
    "services": [{"name": EVIL}, {"key": EVIL}, EVIL, None, {}, 7, {"name": "x" * 9000}],
    "started": "yesterday",
    "opened": "0001-01-01T00:00:00+14:00",
    "ended": "9999-12-31T23:59:59Z",
    "due": 12,
    "trigger": EVIL,
    "customers": [{"name": EVIL}] * 1000,
    "cause": EVIL * 100,
    "state": EVIL,
    "level": EVIL,
    "round": None,
    "text": EVIL,
    "by": EVIL,
    "late": "no",
    "name": EVIL,
    "timezone": "../../etc/passwd",
    "missing": EVIL,
    "provider": EVIL,
    "language": "../team",
    "ack_url": "javascript:alert(1)",
    "dead": EVIL,
}
FACTS = {"full": FULL, "minimal": {}, "hostile": HOSTILE}
EVERY = [(kind, language) for kind in CUSTOMER for language in LANGUAGES]
EVERY += [(kind, "en") for kind in TEAM]


def made(kind: str, **changes: object) -> Rendered:
    return of(kind, FULL, **changes)


def of(kind: str, facts: Mapping[str, object], **changes: object) -> Rendered:
    return render(kind, {**facts, **changes}, now=NOW)


class Elements(HTMLParser):
    """Collects the elements of a page and what they do."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def seen(html: str) -> str:
    """Return what a reader of the page sees, on one line."""
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", html)
    return " ".join(unescape(body).split())
