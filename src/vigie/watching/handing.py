"""Files that are too large for a mail are handed over by links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog

from vigie.storing import Claimed, Terms
from vigie.watching.channels import s3
from vigie.watching.links import FILE_GOOD_FOR, file_link
from vigie.watching.message import ATTACH_MB, Attached, Linked

MEGABYTE = 1_000_000  # bytes

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """How the files of a message reach its recipient; neither way: by none."""

    files: tuple[Attached, ...] = ()  # these go along
    linked: tuple[Linked, ...] = ()  # these are fetched
    until: datetime | None = None  # the links end


async def hand_over(
    claimed: Claimed, terms: Terms, files: Sequence[Attached], now: datetime
) -> Handed:
    """Return how *files* go with a message: along, or, by mail, as links where they are too large.

    A link leads to the bucket that the report goes to, else to our own pages.

    Raises:
        NotSent: the bucket cannot be used.
    """
    if not _too_large(claimed, terms, files):
        return Handed(files=tuple(files))
    until = now + FILE_GOOD_FOR
    urls = await _urls(claimed, terms, files, until)
    if not urls:
        log.error(
            "outbox: a report is too large for a mail, and there is no link to it",
            message=claimed.message_id,
            do="write public_url in reports/rota.yaml, or an s3 place in reports.to",
        )
        return Handed()
    linked = tuple(_linked(one, url) for one, url in zip(files, urls, strict=True))
    return Handed(linked=linked, until=until)


def _too_large(claimed: Claimed, terms: Terms, files: Sequence[Attached]) -> bool:
    mail = terms.rota.get("mail") or {}
    most = mail.get("attach_mb", ATTACH_MB) * MEGABYTE
    return claimed.target.get("channel") == "email" and sum(len(it.content) for it in files) > most


async def _urls(
    claimed: Claimed, terms: Terms, files: Sequence[Attached], until: datetime
) -> list[str]:
    if isinstance(place := claimed.facts.get("stored"), str):
        await s3.put(place, tuple(files))  # its own message may not have left yet
        return [await s3.signed_url(place, one.name, FILE_GOOD_FOR) for one in files]
    if url := terms.rota.get("public_url"):
        number = claimed.message_id
        return [file_link(url, terms.secret, number, one.language, until) for one in files]
    return []


def _linked(file: Attached, url: str) -> Linked:
    digest = sha256(file.content).hexdigest()
    return Linked(name=file.name, url=url, bytes=len(file.content), sha256=digest)
