"""No shape of a secret is left in a text."""

import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vigie.probing.hiding import MASK, WHOLE_WORD, hidden

SECRET = 'p4th+S3cret/a&b<c>="d" é\'€'
SHAPES: list[Callable[[str], str]] = [
    str,
    str.upper,
    quote,
    quote_plus,
    html.escape,
    json.dumps,
    lambda s: json.dumps(s, ensure_ascii=False),
    lambda s: quote(s, safe=""),
    lambda s: quote(s, safe="%/:=&?~#+!$,;'@()*[]"),
    lambda s: html.escape(quote(s, safe="&")),
    lambda s: json.dumps(html.escape(s)),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_masked(shape: Callable[[str], str]) -> None:
    said = shape(SECRET).strip('"')

    assert f"you sent {MASK}, didn't you" == hidden(f"you sent {said}, didn't you", [SECRET])


@pytest.mark.parametrize(
    ("text", "secret", "left"),
    [
        ("port 80 of 1800", "80", "port *** of 1800"),
        ("aXbXc", "X", "aXbXc"),
        ("abcabc", "abc", "abcabc"),
        ("abcdabcd", "abcd", f"{MASK}{MASK}"),
        ("nothing", "", "nothing"),
        ("line one\nline two", "line one\nline two", MASK),
    ],
)
def test_what_is_short_is_masked_as_a_word_only(text: str, secret: str, left: str) -> None:
    assert left == hidden(text, [secret])


def test_longer_secret_goes_first() -> None:
    assert MASK == hidden("t0ken-and-more", ["t0ken", "t0ken-and-more"])


@pytest.mark.parametrize("shown", range(16, 64))
def test_beginning_of_a_long_secret_is_masked_wherever_it_was_cut(shown: int) -> None:
    secret = "eyJhbGciOiJIUzI1NiJ9/" * 4

    assert f'"{MASK}…" is no token' == hidden(f'"{secret[:shown]}…" is no token', [secret])


@example(secret="0000&000", shape=html.escape, whole=4, more=2)
@given(
    secret=st.text(st.characters(exclude_characters="<", codec="utf-8"), min_size=8, max_size=40),
    shape=st.sampled_from((str, quote, quote_plus, html.escape)),
    whole=st.integers(min_value=WHOLE_WORD, max_value=7),
    more=st.integers(min_value=0, max_value=8),
)
def test_cut_text_ends_before_its_secret(
    secret: str, shape: Callable[[str], str], whole: int, more: int
) -> None:
    """However it was written, and even where the cut lies inside one character's escape."""
    said = shape(secret[:whole]) + shape(secret[whole])[:more]

    assert f"<{MASK}" == hidden(f"<{said}", [secret], cut=True)


def test_hostile_text_takes_no_time() -> None:
    for char in ("a", "%", "&", "\\", " "):
        assert hidden(char * 8192, [char * 8193, char * 40 + "b"], cut=True) is not None
