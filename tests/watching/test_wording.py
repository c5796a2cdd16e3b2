"""Every kind of message is made in every language, whatever its facts are."""

import re

import pytest
from tests.watching.wordings import EVERY, FACTS, Elements, made, of

from vigie.errors import ReportError
from vigie.watching.wording import CUSTOMER, TEAM


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_kind_is_made_in_every_language_of_any_facts(
    kind: str, language: str, facts: str
) -> None:
    rendered = of(kind, FACTS[facts], language=language)
    html = Elements(rendered.html)

    assert rendered.subject.isprintable()
    assert 10 < len(rendered.subject) <= 150
    assert all(line.isprintable() for line in re.split(r"[\n\t\xa0]", rendered.text))
    assert "49" not in rendered.subject + rendered.text
    assert not {"script", "img", "link", "iframe", "style"} & set(html.tags)
    assert {"html", "head", "body", "title"} < set(html.tags)
    assert not [name for name, _ in html.attributes if name.startswith("on")]
    rendered.subject.encode()
    rendered.text.encode()
    rendered.html.encode()


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_no_message_is_left_with_an_empty_place(kind: str, language: str) -> None:
    rendered = of(kind, {}, language=language)

    assert "None" not in rendered.text + rendered.html
    assert "\n\n\n" not in rendered.text
    assert not re.search(r":\s*\n(?!\n? {4}\S)", rendered.text.replace("Estimado cliente:", ""))


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_line_end_in_a_cause_or_a_name_breaks_no_line(kind: str, language: str) -> None:
    name = [{"name": "Shop\r\nBcc: all@evil.example"}]
    rendered = made(kind, language=language, services=name, cause="a\nb\u2028c", text=None)

    assert "\n" not in rendered.subject
    assert not re.search(r"(?m)^Bcc:|^b", rendered.text)


@pytest.mark.parametrize("kind", CUSTOMER + TEAM)
def test_what_a_person_wrote_stays_as_it_was_written(kind: str) -> None:
    words = "5 < 6 & *so* on: {{ text }}\n\n  - second\tline"
    rendered = made(kind, text=words)

    assert "    5 < 6 & *so* on: {{ text }}\n\n      - second\tline\n" in rendered.text
    assert "5 &lt; 6 &amp; *so* on: {{ text }}<br><br>  - second\tline" in rendered.html


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ReportError, match='message kind "pager": there is none'):
        made("pager")
