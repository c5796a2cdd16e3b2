"""Secrets taken out of a text that somebody will read, whatever a target made of them."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "***"
WHOLE_WORD = 4  # characters; what is shorter occurs everywhere by chance, "80" inside "1800"


def hidden(text: str, secrets: Iterable[str], *, cut: bool = False) -> str:
    """Return *text* with *secrets* masked, also percent-encoded, escaped or in other case.

    With *cut*, its end may be the beginning of a secret: that goes too.
    """
    forms = sorted({f for s in secrets for f in _forms(s)}, key=len, reverse=True)
    if not forms:
        return text
    text = re.sub("|".join(map(_pattern, forms)), MASK, text, flags=re.IGNORECASE)
    return _without_tail(text, forms) if cut else text


def _forms(secret: str) -> Iterator[str]:
    """Yield *secret* and what it looks like in a URL, in JSON and in HTML."""
    if secret:
        yield secret
        # A value from the environment may be no UTF-8.
        yield from (quote(secret, safe=kept, errors="replace") for kept in ("/", ""))
        yield quote_plus(secret, errors="replace")
        yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
        yield html.escape(secret)


def _pattern(form: str) -> str:
    literal = re.escape(form)
    return rf"(?<!\w){literal}(?!\w)" if len(form) < WHOLE_WORD else literal


def _without_tail(text: str, forms: Iterable[str]) -> str:
    folded = text.lower()
    for form in map(str.lower, forms):
        for length in range(min(len(form) - 1, len(folded)), WHOLE_WORD - 1, -1):
            if folded.endswith(form[:length]):
                return text[: len(text) - length] + MASK
    return text
