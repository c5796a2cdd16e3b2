"""What is kept of an answer that was not as expected: a little of its body, and no secret.

Headers are never kept. A body may repeat them, as debug pages do: their values are masked too.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from vigie.probing.hiding import MASK, hidden

KEPT = 1024  # bytes, in UTF-8
LOOKED_AT = 8 * KEPT  # bytes; masks make a text shorter
CREDENTIALS = re.compile(
    # A header in whatever notation: HTTP, JSON, a dictionary, a row of a table.
    r"""(?<![a-z])((?:proxy.)?authorization|(?:set.)?cookie)(?![a-z])
        ((?:&quot;|[\\"'])*\s*(?:=>|[:=])\s* | \s*(?:<[^<>\n]{0,200}>\s*)+)
        (?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[^\n]*)""",
    re.IGNORECASE | re.VERBOSE,
)
COOKIE_VALUE = re.compile(r"=\s*([^;,\s]+)")
COOKIES_MOST = 100  # values, attributes such as a path included


class Answer(Protocol):
    """What came, as far as it came."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers by name, in lower case."""

    def text(self, most: int) -> str | None:
        """Return the first *most* bytes of the body, decoded; None where it cannot be read."""


def excerpt(answer: Answer, secrets: Sequence[str]) -> str | None:
    """Return the printable beginning of the body without *secrets*; None: there is none.

    Nor is there one beside more cookies than a browser keeps: to look for each takes seconds.
    """
    text = answer.text(LOOKED_AT)
    cookies = set(COOKIE_VALUE.findall(answer.headers.get("set-cookie", "")))
    if not text or len(cookies) > COOKIES_MOST:
        return None
    text = hidden(text, (*secrets, *cookies), cut=True)
    text = CREDENTIALS.sub(rf"\1\2{MASK}", text.replace("\r\n", "\n"))
    line = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
    return line.encode()[:KEPT].decode(errors="ignore")
