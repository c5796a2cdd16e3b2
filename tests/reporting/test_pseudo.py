"""A language that nobody speaks shows what is not translated."""

import gettext
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from tests.reporting import samples
from tests.reporting.splits import by_hand

from vigie.reporting.drawing import html as pages
from vigie.reporting.drawing.html import to_html
from vigie.templating import roots

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
OPEN, CLOSE = "\u27e6", "\u27e7"
# Names of data, of files, formats and units, and what CLDR says of the dates: they stay.
KEPT = re.compile(
    r"(?i)\b(utc|vigie|json|csv|sql|sha256|sha|psql|main|min|max|http\w*|status|api|orders|crawler"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)\b"
)


class Pseudo(gettext.NullTranslations):
    """Puts every text into brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002
        return self.ngettext(msgid1, msgid2, n)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "words", lambda _language: Pseudo())


def outside(html: str) -> Iterator[str]:
    """Yield the words that a reader sees and that no translation gave."""
    body = re.sub(r"(?s)<(style|title)\b.*?</\1>", " ", html)
    body = re.sub(
        r'(?s)<div class="formula sql".*?</div>|<span class="soft">[=(].*?</span>', " ", body
    )
    shown = unescape(re.sub(r"(?s)<[^>]+>", " ", body))
    depth, left = 0, []
    for letter in shown:
        depth += (letter == OPEN) - (letter == CLOSE)
        left.append(letter if depth == 0 and letter != CLOSE else " ")
    yield from re.findall(r"[A-Za-z]{3,}", KEPT.sub(" ", "".join(left)))


def texts(value: object) -> Iterator[str]:
    """Yield the texts of the data: names and keys, which nobody translates."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


CASES = {
    **{case: samples.CASES[case]() for case in ("busy", "empty", "running")},
    "other terms": by_hand(samples.busy(), unknown="up", maintenance="window", hours="ima-europe"),
    "no target before": by_hand(samples.running(), before=None, basis="month", cap_s=None),
}


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("case", CASES)
def test_no_word_of_a_report_is_left_in_english(case: str) -> None:
    figures = CASES[case]
    html = to_html(figures, folders=roots(Path("/nonexistent")), now=NOW, language="en")

    told = " ".join(texts(asdict(figures)))
    assert [] == sorted({word for word in outside(html) if word not in told})


def test_a_word_that_nobody_translates_is_found() -> None:
    assert ["Left", "over"] == list(outside(f"<p>{OPEN}Right {OPEN}in{CLOSE}{CLOSE} Left over</p>"))
