"""HTML becomes a tagged PDF/A that carries its figures as `report.json`."""

import json
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import weasyprint
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from vigie.errors import ReportError

ASSET = "asset:"

# WeasyPrint has no types.
_HTML: Any = weasyprint.HTML
_Attachment: Any = weasyprint.Attachment
_Response: Any = URLFetcherResponse


class Assets(URLFetcher):
    """Fetches `data:` and `asset:NAME`, a file of a report folder; everything else is refused."""

    def __init__(self, folders: Sequence[Path]) -> None:
        base: Any = super()  # untyped
        base.__init__(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
        self._folders = [folder.resolve() for folder in folders]

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return what *url* names, or raise ValueError."""
        if not url.startswith(ASSET):
            base: Any = super()
            fetched: URLFetcherResponse = base.fetch(url, headers)
            return fetched
        name = url.removeprefix(ASSET)
        for folder in self._folders:
            path = (folder / name).resolve()  # a link must not lead out of the folder
            if path.is_relative_to(folder) and path.is_file():
                found: URLFetcherResponse = _Response(url, path.read_bytes())
                return found
        raise ValueError(f"no such file in the report folders: {name}")


def render(
    html: str, *, folders: Sequence[Path], data: Mapping[str, Any], created: datetime
) -> bytes:
    """Return the PDF of *html* with *data* attached; equal arguments give equal bytes."""
    content = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    attachment = _Attachment(
        string=content,
        name="report.json",
        description="The figures of this report",
        created=created,
        modified=created,
        relationship="Source",
    )
    identifier = sha256(f"{html}{content}".encode()).digest()[:16]
    # WeasyPrint forgets to close its colour profile.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return _write(html, folders, attachment, identifier)


def _write(html: str, folders: Sequence[Path], attachment: object, identifier: bytes) -> bytes:
    document = _HTML(string=html, url_fetcher=Assets(folders))
    try:
        pdf: bytes = document.write_pdf(
            attachments=[attachment], pdf_variant="pdf/a-3a", pdf_identifier=identifier
        )
    except FatalURLFetchingError as error:  # derived from BaseException
        raise ReportError(f"{error.__cause__ or error} (correct the template)") from error
    return pdf
