"""HTML becomes a tagged PDF/A that carries its figures as `report.json`."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from weasyprint import HTML, Attachment
from weasyprint.urls import URLFetcher, URLFetcherResponse

from vigie.errors import ReportError

ASSET = "asset:"


class Assets(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Fetches `data:` and `asset:NAME`, a file of a report folder; everything else is refused."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
        self._folders = [folder.resolve() for folder in folders]

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return what *url* names, or raise ValueError."""
        if not url.startswith(ASSET):
            return super().fetch(url, headers)
        name = url.removeprefix(ASSET)
        for folder in self._folders:
            path = (folder / name).resolve()  # a link must not lead out of the folder
            if path.is_relative_to(folder) and path.is_file():
                return URLFetcherResponse(url, path.read_bytes())
        raise ValueError(f"no such file in the report folders: {name}")


def render(
    html: str, *, folders: Sequence[Path], data: Mapping[str, Any], created: datetime
) -> bytes:
    """Return the PDF of *html* with *data* attached; equal arguments give equal bytes."""
    content = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    attachment = Attachment(
        string=content,
        name="report.json",
        description="The figures of this report",
        created=created,
        modified=created,
        relationship="Source",
    )
    document = HTML(string=html, url_fetcher=Assets(folders))
    pdf: bytes = document.write_pdf(
        attachments=[attachment],
        pdf_variant="pdf/a-3a",
        pdf_identifier=sha256(f"{html}{content}".encode()).digest()[:16],
    )
    return pdf


def write(path: Path, content: bytes) -> None:
    """Put *content* at *path* whole or not at all."""
    folder = path.parent
    if not folder.is_dir():
        raise ReportError(f"{folder}: no such directory (make it, or write another -o)")
    try:
        _replace(path, content)
    except OSError as error:
        raise ReportError(f"{path}: cannot be written: {error.strerror}") from error


def _replace(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(0o644)
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
