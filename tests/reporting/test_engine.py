"""What draws the pages tells its version, so that nobody is called a forger for an upgrade."""

import re
from importlib.metadata import requires, version
from pathlib import Path

from vigie.reporting.evidence.engine import PACKAGES, engine, time_zones


def test_each_library_tells_its_version() -> None:
    told = engine()

    expected = {"vigie", "qpdf", "zlib", "pango", "harfbuzz", "fontconfig", "tzdata", *PACKAGES}
    assert expected == set(told)
    assert version("weasyprint") == told["weasyprint"]
    # Debian's HarfBuzz and fontconfig are of this form, as those of other systems.
    for name in ("pango", "harfbuzz", "fontconfig"):
        assert re.fullmatch(r"\d+\.\d+\.\d+", told[name]), name


def test_nothing_that_weasyprint_draws_with_is_left_out() -> None:
    asked = [re.split(r"[ <>=\[;]", one)[0].lower() for one in requires("weasyprint") or ()]
    extra = {"sphinx", "furo", "pytest", "ruff"}

    assert {"cffi"} == set(asked) - extra - set(PACKAGES)  # it calls the others and draws nothing


def test_rules_of_time_zones_are_the_systems_or_our_own(tmp_path: Path) -> None:
    telling, silent = tmp_path / "telling", tmp_path / "silent"
    (silent / "Europe").mkdir(parents=True)
    telling.mkdir()
    (telling / "tzdata.zi").write_text("# version 2031c\nR x\n", "utf-8")

    assert "2031c" == time_zones([tmp_path / "none", telling, silent])
    assert "unknown" == time_zones([silent, telling])
    assert version("tzdata") == time_zones([tmp_path / "none"])
