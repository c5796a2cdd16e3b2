"""Every word of the templates exists in every language."""

import re
from collections.abc import Iterator, Sequence

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from vigie import paths
from vigie.errors import ReportError
from vigie.probing import Reason
from vigie.reporting.drawing.html import _environment
from vigie.reporting.words import languages, resolve, spoken_to
from vigie.templating import roots

TRANSLATED = [language for language in languages() if language != "en"]
PLACE = re.compile(r"%\((\w+)\)s")


def written() -> set[tuple[str | None, str]]:
    """Return the (context, text) of every translatable text in the templates."""
    found = extract_from_dir(
        paths.REPORTS / "templates",
        method_map=[("**.html", "jinja2.ext:babel_extract")],
        options_map={"**.html": {"extensions": "jinja2.ext.i18n"}},
        keywords={
            "_": None,
            "gettext": None,
            "ngettext": (1, 2),
            "pgettext": ((1, "c"), 2),
        },
    )
    texts = ((context, text) for _, _, text, _, context in found)
    return {(context, text if isinstance(text, str) else text[0]) for context, text in texts}


def catalogue(language: str) -> Catalog:
    path = paths.REPORTS / "locale" / language / "report.po"
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(text: object) -> tuple[str, ...]:
    """Return a text's singular and plural, or the one form it has."""
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, Sequence) else ()


@pytest.mark.parametrize("language", languages())
def test_catalogues_hold_exactly_the_words_of_the_templates(language: str) -> None:
    assert written() == {(m.context, singular(m)) for m in messages(language)}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    assert [] == [m.id for m in messages(language) if not all(forms(m.string))]
    assert not any(message.fuzzy for message in messages(language))


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_use_the_places_of_their_source(language: str) -> None:
    for message in messages(language):
        ids, strings = forms(message.id), forms(message.string)
        allowed = {place for text in ids for place in PLACE.findall(text)}
        assert all(allowed >= set(PLACE.findall(text)) for text in strings), strings
        assert set(PLACE.findall(ids[-1])) == set(PLACE.findall(strings[-1])), strings


def test_five_languages_are_spoken() -> None:
    assert ("de", "en", "es", "fr", "it") == languages()
    assert "fr" == resolve("fr-CA")


def test_another_language_is_refused_with_those_that_are_spoken() -> None:
    with pytest.raises(ReportError) as caught:
        resolve("tlh")

    spoken = "de or en or es or fr or it"
    assert f"language 'tlh' is not spoken here (write --language {spoken})" == str(caught.value)


@pytest.mark.parametrize(("reader", "expected"), [("fr", "fr"), ("fr-CA", "fr"), ("pt", "en")])
def test_a_reader_of_another_language_gets_english(reader: str, expected: str) -> None:
    assert expected == spoken_to(reader)


def cause(language: str, text: str) -> str:
    """Return the words of a cause in a report."""
    page = _environment(roots(paths.REPORTS), language, "UTC").get_template("parts/causes.html")
    return str(page.make_module().cause(text))  # type: ignore[attr-defined] # a macro


@pytest.mark.parametrize("reason", [reason.value for reason in Reason])
def test_every_closed_reason_is_said_in_every_language(reason: str) -> None:
    said = {language: cause(language, f"shop: {reason}") for language in languages()}

    assert all("_" not in text for text in said.values())
    assert len(said) == len(set(said.values()))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "shop: connect_refused", "shop: connection refused"),
        ("fr", "shop: connect_refused", "shop\u00a0: connexion refusée"),
        ("en", "shop: status 503", "shop: status 503"),
        ("fr", "shop: status 503", "shop\u00a0: statut 503"),
        ("en", "shop: status", "shop: status not as expected"),
        ("fr", "shop: down", "shop\u00a0: en panne"),
        ("fr", "shop: from_an_import", "shop\u00a0: from_an_import"),
        ("en", "<b>", "&lt;b&gt;"),
    ],
)
def test_cause_is_said_in_the_reader_s_language(language: str, text: str, expected: str) -> None:
    assert expected == cause(language, text)


@pytest.mark.parametrize(
    ("language", "other"),
    [
        # An outage is an interruption, and a plan an offer; "panne" is the state, and a reason.
        (
            "fr",
            r"\b(une|aucune|sans|nos|leurs) panne|[Pp]annes\b|^Panne|formule %|engagé\b|prouvable",
        ),
        ("it", r"impegnato"),
        ("de", r"(?<!Leistungs)[Pp]lan %\(plan\)s"),
    ],
)
def test_a_thing_has_one_name_in_all_documents(language: str, other: str) -> None:
    said = [text for message in messages(language) for text in forms(message.string)]

    assert [] == [text for text in said if re.search(other, text)]


@pytest.mark.parametrize("language", ["fr", "es", "it"])
def test_how_many_missed_stands_in_no_number(language: str) -> None:
    """The count is of contracts in all; those that missed may be one, or none."""
    said = [forms(m.string) for m in messages(language) if singular(m).startswith("missed, of ")]

    assert [] == [text for pair in said for text in pair if re.search(r"^\w+(és|dos|ti)\b", text)]


def test_no_french_word_before_a_period_would_be_elided() -> None:
    """Of October, August and April: d'octobre; their names are put in, and begin with vowels."""
    elided = r"\b(?:[djlmnst]e|que|la) %\((?:name|period|month|later|earlier)\)s"
    said = [text for message in messages("fr") for text in forms(message.string)]

    assert [] == [text for text in said if re.search(elided, text)]
