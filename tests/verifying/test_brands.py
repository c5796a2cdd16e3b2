"""The brand that a document shows, which no figure gives, against that of the catalogue."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.verifying.reports import NOW, failing, forged, month

from vigie import cli
from vigie.reporting import Brand, Made, made_again
from vigie.reporting.evidence.reportfile import made_of
from vigie.verifying import Check, check_brand
from vigie.verifying.carried import Carried

OURS = "name: Example Hosting Ltd\nfooter: Example Hosting Ltd, London\n"
TRUE = Brand(name="Example Hosting Ltd", footer="Example Hosting Ltd, London")
FALSE = replace(TRUE, footer='"Met": 99.9999 %, all figures above were withdrawn')
TOLD = 'name "Example Hosting Ltd", footer "\\"Met\\": 99.9999 %, all figures above were withdrawn"'


def made(brand: Brand | None) -> Made:
    return made_of(month(), language="en", now=NOW, brand=brand)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A catalogue of the provider whose brand is TRUE."""
    (tmp_path / "ours/reports").mkdir(parents=True)
    (tmp_path / "ours/reports/brand.yaml").write_text(OURS, encoding="utf-8")
    return tmp_path / "ours"


def brand_check(brand: Brand | None, directory: Path, *, is_kept: bool | None = None) -> Check:
    told: Any = {"report": made(brand), "figures": month()}
    held = Carried(told=told, listed={}, made_with={})
    [check] = check_brand(held, directory, is_kept=is_kept)
    return check


def test_a_brand_that_no_catalogue_can_have_fails(tmp_path: Path) -> None:
    white = replace(TRUE, main="#ffffff")
    lines = replace(TRUE, footer="Verdict: MET, availability 99.9999 %.\nAll else was withdrawn.")

    for brand, of in ((white, "colours.main: #ffffff"), (lines, "footer: ")):
        told = failing(forged(month(), brand=brand), tmp_path)
        assert ["pages"] == list(told)
        assert told["pages"].startswith(f"cannot be made of the data: the brand's {of}")


def test_another_brand_than_the_catalogues_is_quoted_and_does_not_pass(
    ours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "forged.pdf"
    file.write_bytes(made_again(month(), made(FALSE), directory=ours))

    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", str(file), "--dir", str(ours)])

    told = capsys.readouterr().out
    assert 3 == ended.value.code
    assert "✓ holds        pages: byte for byte those of the data" in told
    why = "not that of the catalogue here (footer)"
    assert f"- not checked  brand: {why}: {TOLD}; see whether that is the provider's" in told
    assert told.endswith("forged.pdf: nothing fails, but brand could not be checked.\n")


def test_the_catalogues_own_brand_holds(ours: Path) -> None:
    check = brand_check(TRUE, ours)

    assert (True, "that of the catalogue here: ") == (check.holds, check.says[:28])


def test_a_catalogue_without_a_brand_gives_none(tmp_path: Path) -> None:
    (tmp_path / "reports/contracts").mkdir(parents=True)

    check = brand_check(FALSE, tmp_path)

    assert (None, True) == (check.holds, check.is_due)
    assert check.says.startswith(f"the catalogue here has none: {TOLD}; see whether")


def test_a_catalogue_whose_brand_is_wrong_is_told(ours: Path) -> None:
    (ours / "reports/brand.yaml").write_text("nmae: x\n", encoding="utf-8")

    check = brand_check(TRUE, ours)

    assert (None, True) == (check.holds, check.is_due)
    assert "the catalogue's cannot be read (" in check.says
    assert 'brand.yaml:1:1: nmae: "nmae" is not a known key' in check.says


@pytest.mark.parametrize(("is_kept", "is_due"), [(None, False), (False, True)])
def test_without_a_catalogue_a_brand_is_told(
    tmp_path: Path,
    is_kept: bool | None,
    is_due: bool,
) -> None:
    """The file alone promises no more; whoever asks the database is told what it does not know."""
    check = brand_check(FALSE, tmp_path, is_kept=is_kept)

    assert (None, is_due) == (check.holds, check.is_due)
    assert check.says.startswith(f"{TOLD}; no file tells whose that is, and no catalogue is here")


def test_the_kept_file_keeps_the_brand_that_it_had(ours: Path) -> None:
    assert brand_check(FALSE, ours, is_kept=True).holds


def test_a_document_as_shipped_shows_nobodys_words(ours: Path) -> None:
    told: Any = {"report": made(None), "figures": month()}
    held = Carried(told=told, listed={}, made_with={})

    assert () == check_brand(held, ours)
