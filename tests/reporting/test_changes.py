"""What changed from one revision to the next, in words."""

from tests.reporting import samples
from tests.reporting.test_html import NOW, NOWHERE, text

from vigie.reporting import Change, Past, Revision
from vigie.reporting.drawing.html import to_html
from vigie.templating import roots

SIGNS = str.maketrans({"\u202f": " ", "\xa0": " ", "\u2019": "'", "\u2013": "-"})


def plain(told: str) -> str:
    return told.translate(SIGNS)


def test_the_appendix_of_a_revision_is_written_in_its_language() -> None:
    day = "2026-05-12"
    at = f"{day}T01:00:00Z"
    changes = (
        Change(figure="availability.confidence", before="clear", after="within_uncertainty"),
        Change(figure="services[api].percent", before="99.9622", after="99.9629"),
        Change(figure=f"outages[{at}].ends", before=f"{day}T01:09:00Z", after=f"{day}T01:07:00Z"),
        Change(figure="outages[2026-05-21T08:00:00Z]", before=None, after="{}"),
        Change(figure="maintenance[m-1].why", before=None, after="not announced"),
        Change(figure="maintenance[m-1].valid", before="true", after="false"),
        Change(figure="contents.corrections[c-1]", before=None, after="{}"),
        Change(figure=f"days[{day}].seconds.unplanned", before="540", after="420"),
        Change(figure=f"contents.outlooks[{at}#2].clean_percent", before="99.9", after="100"),
        Change(figure=f"contents.outlooks[{at}].used_s", before="540", after="420"),
        Change(figure="contents.latencies[2026-05-12].p50_ms", before="85.25", after="1500"),
        Change(figure="contents.spells[x].kind", before="unplanned", after="excluded"),
    )
    revision = Revision(
        key="acme/2026-05/r2",
        number=2,
        made_at=NOW,
        made_by="alice",
        reason="A correction",
        objections_until=NOW,
        changes=changes,
        past=(Past(number=1, made_at=NOW, made_by="bob", reason=None, issued_at=NOW),),
        before=None,
        before_digest=None,
    )
    html = to_html(
        samples.busy(), folders=roots(NOWHERE), now=NOW, language="fr", revision=revision
    )
    told = plain(text(html))

    rows = told.partition("Ce qui a changé depuis la révision 1")[2]
    assert "Certitude du verdict net dans l'incertitude Interruption du 21 mai 2026" in rows
    assert "21 mai 2026 10:00:00 non listée listée Correction c-1 non listée listée" in rows
    assert "Public API : Disponibilité 99,9622 % 99,9629 %" in rows
    assert (
        "Interruption du 12 mai 2026 03:00:00 : Fin 12 mai 2026 03:09:00 12 mai 2026 03:07:00"
    ) in rows
    assert "Maintenance m-1 : Motif - non annoncée" in rows
    assert "Maintenance m-1 : Valable valable non valable" in rows
    assert "12 mai 2026 : Indisponibilité non planifiée 540 s 420 s" in rows
    assert "toutes avant et après : Les budgets et où ils mènent : 2;" in rows
    assert "contents." not in rows
    assert "not announced" not in rows


def test_a_long_list_of_changes_is_cut_and_the_rest_counted() -> None:
    many = tuple(
        Change(figure=f"services[s{number}].percent", before="99", after="100")
        for number in range(100)
    )
    revision = Revision(
        key="acme/2026-05/r2",
        number=2,
        made_at=NOW,
        made_by="vigie",
        reason="A correction",
        objections_until=NOW,
        changes=many,
        past=(Past(number=1, made_at=NOW, made_by="vigie", reason=None, issued_at=NOW),),
        before=None,
        before_digest=None,
    )

    assert (60, {"services": 40}) == (len(revision.listed), dict(revision.further))
    assert () == revision.headlines
    shown = page_of(revision)
    assert "with both values: Services, worst first: 40." in shown
    assert "automatically A correction" in shown


def page_of(revision: Revision) -> str:
    html = to_html(
        samples.busy(), folders=roots(NOWHERE), now=NOW, language="en", revision=revision
    )
    return text(html)
