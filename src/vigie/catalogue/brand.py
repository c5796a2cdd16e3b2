"""From reports/brand.yaml to the brand of documents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vigie.catalogue.brandfiles import font_problem, logo_problem
from vigie.catalogue.brandgrammar import Brand, Typeface, is_file_name
from vigie.catalogue.files import brand_files, read_files
from vigie.catalogue.problems import Problem
from vigie.catalogue.validate import as_model, validate
from vigie.catalogue.yaml import Document, Trail
from vigie.errors import CatalogueError


@dataclass(frozen=True, slots=True, kw_only=True)
class Branded:
    """The brand that was read, and its file; none of them: documents look as shipped."""

    brand: Brand | None = None
    file: str | None = None


def load_brand(directory: Path) -> Brand | None:
    """Return the brand of the catalogue in *directory*; None where it has none.

    Raises:
        CatalogueError: with every problem of it, one line each.
    """
    problems: list[Problem] = []
    found = read_brand(directory, problems).brand
    if problems:
        raise CatalogueError([str(problem) for problem in sorted(set(problems))])
    return found


def brand_as_written(told: Mapping[str, object]) -> Brand:
    """Return the brand of *told*, which has the keys of brand.yaml; its files are not looked at.

    Raises:
        CatalogueError: what no brand.yaml may say, one line each.
    """
    return as_model(Brand, told)


def read_brand(directory: Path, problems: list[Problem]) -> Branded:
    """Return the brand of *directory*; what it does wrong is added to *problems*."""
    documents = read_files(brand_files(directory), problems).documents
    if not documents:
        return Branded()
    document, *others = documents
    problems.extend(_second(other, document) for other in others)
    brand = validate(Brand, document, (), problems)
    problems.extend(_files_problems(document, directory / "reports"))
    return Branded(brand=brand, file=document.file)


def _second(document: Document, first: Document) -> Problem:
    at = first.problem((), "")
    what = f"is a second brand, the first is at {at.file}:{at.line} (keep one)"
    return document.problem((), what)


def _files_problems(document: Document, folder: Path) -> Iterator[Problem]:
    """Yield the files that are missing, lead outside *folder*, or cannot be used."""
    for trail, name in _files(document):
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            what = "leads outside the directory of this file (write a file, no link)"
        elif trail[0] == "logo":
            what = logo_problem(path) or ""
        else:
            what = font_problem(path, figures=trail[0] == "font") or ""
        if what:
            yield document.problem(trail, f'"{name}" {what}')


def _files(document: Document) -> Iterator[tuple[Trail, str]]:
    """Yield the files that it names, also where something else in it is wrong."""
    scripts = document.at(("other_scripts",))
    several = range(len(scripts)) if isinstance(scripts, list) else ()
    typefaces: list[Trail] = [("font",), *(("other_scripts", number) for number in several)]
    weights = ((*place, weight) for place in typefaces for weight in Typeface.model_fields)
    for trail in (("logo", "file"), *weights):
        name = document.at(trail)
        if isinstance(name, str) and is_file_name(name):
            yield trail, name
