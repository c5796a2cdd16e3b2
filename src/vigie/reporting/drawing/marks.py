"""A document without notes and lists does without their marks, which cost it time.

WeasyPrint's own style sheet gives every element five marks of notes (`::footnote-call` and others)
and one of lists, each a style to compute, whether or not anything is a note or in a list.
"""

import re
from functools import cache
from typing import Any

import weasyprint
from weasyprint.html import UA, UA_COUNTER_STYLE

from vigie.reporting.drawing.fonts import ELSEWHERE

# WeasyPrint has no types.
_HTML: Any = weasyprint.HTML
_CSS: Any = weasyprint.CSS

# The rules of WeasyPrint's style sheet, and what makes a document need them.
_MARKS = (
    (r"::(?:foot)?note-[a-z]+\s*\{[^}]*\}", r"footnote|note\("),
    (r"::marker\s*\{[^}]*\}", r"<li\b|<summary|list-item"),
)


@cache
def _without(rules: tuple[str, ...]) -> Any:  # noqa: ANN401 - untyped
    sheet = re.sub("|".join(rules), "", UA) if rules else UA
    return _CSS(string=sheet, counter_style=UA_COUNTER_STYLE)


def _unneeded(html: str) -> tuple[str, ...]:
    def needed(signs: str) -> bool:
        return re.search(f"{ELSEWHERE}|{signs}", html, re.IGNORECASE) is not None

    return tuple(rule for rule, signs in _MARKS if not needed(signs))


class Page(_HTML):  # type: ignore[misc]
    """A `weasyprint.HTML` of a text; its pages are the same, sooner."""

    def __init__(self, html: str, url_fetcher: object) -> None:
        super().__init__(string=html, url_fetcher=url_fetcher)
        self._own = _without(_unneeded(html))

    def _ua_stylesheets(self, *forms: object) -> list[Any]:
        return [self._own, *super()._ua_stylesheets(*forms)[1:]]
