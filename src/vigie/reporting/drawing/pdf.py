"""HTML becomes a tagged PDF/A that carries the files of its figures."""

import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import weasyprint
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from vigie.errors import ReportError
from vigie.reporting.drawing.archival import claim_both, finish
from vigie.reporting.drawing.fixed import fix
from vigie.reporting.drawing.fonts import fonts_of
from vigie.reporting.drawing.marks import Page
from vigie.reporting.evidence.attachments import Attached, manifest
from vigie.reporting.evidence.sources import drawn_with
from vigie.reporting.figures.evidencerecords import Made, Written

ASSET = "asset:"
# The report folders hold the catalogue, too: no customer's terms get into another's document.
FONTS, PICTURES = {".ttf", ".otf", ".woff", ".woff2"}, {".svg", ".png", ".jpg", ".jpeg", ".webp"}
KINDS = FONTS | PICTURES | {".gif", ".css"}
CATALOGUE = {"calendars", "contracts", "plans"}

# WeasyPrint has no types.
_Attachment: Any = weasyprint.Attachment
_Response: Any = URLFetcherResponse


class Assets(URLFetcher):
    """Fetches `data:` and `asset:NAME`, a font, picture or style sheet of a report folder.

    Everything else is refused.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        base: Any = super()  # untyped
        base.__init__(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
        self._folders = [folder.resolve() for folder in folders]
        self.refused: list[ValueError] = []  # WeasyPrint forgets what happens inside an <svg>

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return what *url* names, or raise ValueError."""
        base: Any = super()  # untyped
        try:
            own = url.startswith(ASSET)
            found: URLFetcherResponse = (
                _Response(url, self.read(url)) if own else base.fetch(url, headers)
            )
        except ValueError as error:
            self.refused.append(error)
            raise
        return found

    def read(self, url: str) -> bytes:
        """Return the bytes of the file that `asset:NAME` names, or raise ValueError."""
        name = url.removeprefix(ASSET)
        for folder in self._folders:
            path = (folder / name).resolve()  # a link must not lead out of the folder
            if path.is_relative_to(folder) and path.is_file():
                if not _is_for_pages(path.relative_to(folder)):
                    raise ValueError(f"{url} is no font, picture or style sheet")
                return path.read_bytes()
        raise ValueError(f"no such file in the report folders: {name}")


def _is_for_pages(path: Path) -> bool:
    return path.suffix.lower() in KINDS and path.parts[0].lower() not in CATALOGUE


def render(
    html: str, *, folders: Sequence[Path], attached: Sequence[Attached], created: datetime
) -> bytes:
    """Return the PDF of *html* with files *attached*; equal arguments give equal bytes."""
    attachments = [_attachment(file, created) for file in attached]
    content = b"".join([html.encode(), *(file.content for file in attached)])
    # WeasyPrint forgets to close its colour profile.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return _write(html, folders, attachments, sha256(content).digest()[:16])


def render_carrying(
    html: str, files: Sequence[Attached], *, folders: Sequence[Path], made: Made | Written
) -> bytes:
    """Return the PDF of *html* that carries *files*, and the manifest of them and of itself."""
    whole = (*files, manifest(files, sources=drawn_with(folders, made)))
    return render(html, folders=folders, attached=whole, created=made.made_at)


def _attachment(file: Attached, created: datetime) -> object:
    return _Attachment(
        string=file.content.decode(),
        name=file.name,
        description=file.says,
        created=created.astimezone(UTC),  # it is printed as UTC, whatever its zone
        modified=created.astimezone(UTC),
        relationship=file.relation,
    )


def _write(
    html: str, folders: Sequence[Path], attachments: Sequence[object], identifier: bytes
) -> bytes:
    assets = Assets(folders)
    try:
        document = Page(html, assets).render(font_config=fonts_of(html, assets.read))
        claim_both(document)
        pdf: bytes = document.write_pdf(
            finisher=_ready,
            attachments=attachments,
            pdf_variant="pdf/a-3a",
            pdf_identifier=identifier,
        )
    except FatalURLFetchingError as error:  # derived from BaseException
        raise ReportError(f"{error.__cause__ or error} (correct the template)") from error
    if assets.refused:
        raise ReportError(f"{assets.refused[0]} (correct the template)")
    return pdf


def _ready(document: object, pdf: object) -> None:
    finish(document, pdf)
    fix(pdf)
