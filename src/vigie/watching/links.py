"""Links in messages: by one people acknowledge, for a day; by others they fetch a report.

Each is signed, for one message and one purpose.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

import asyncpg

from vigie.errors import ExpiredLinkError, LinkError
from vigie.storing import (
    Acknowledged,
    Question,
    acknowledge_message,
    opened_report,
    read_question,
    sending_terms,
)

GOOD_FOR = timedelta(hours=24)
FILE_GOOD_FOR = timedelta(days=7)  # no longer can a file in S3 be shared
ACKNOWLEDGE = "acknowledge"
_TOKEN = re.compile(r"([0-9]{1,18})-([0-9]{1,12})-([A-Za-z0-9_-]{43})")


def link(public_url: str, secret: str, message_id: int, now: datetime) -> str:
    """Return the address at which the recipient of a message answers it, for 24 h."""
    return f"{public_url.rstrip('/')}/ack/{make_token(secret, message_id, now + GOOD_FOR)}"


def file_link(
    public_url: str, secret: str, message_id: int, language: str, expires: datetime
) -> str:
    """Return the address at which a message's recipient fetches a file of its report."""
    token = make_token(secret, message_id, expires, purpose=_fetching(language))
    return f"{public_url.rstrip('/')}/report/{language}/{token}"


def make_token(
    secret: str, message_id: int, expires: datetime, *, purpose: str = ACKNOWLEDGE
) -> str:
    """Return the number of a message and the end of its link, signed for a *purpose*."""
    claim = f"{message_id}-{int(expires.timestamp())}"
    return f"{claim}-{_signature(secret, purpose, claim)}"


def read_token(secret: str, token: str, now: datetime, *, purpose: str = ACKNOWLEDGE) -> int:
    """Return the number of the message.

    Raises:
        LinkError: it was not signed with *secret*, or for another purpose.
        ExpiredLinkError: it was, and its time is over.
    """
    found = _TOKEN.fullmatch(token)
    if not found:
        raise LinkError
    message_id, expires, signature = found.groups()
    if not hmac.compare_digest(signature, _signature(secret, purpose, f"{message_id}-{expires}")):
        raise LinkError
    if now.timestamp() >= int(expires):
        raise ExpiredLinkError
    return int(message_id)


async def open_file_link(
    connection: asyncpg.Connection, language: str, token: str, now: datetime
) -> tuple[str, bytes]:
    """Return the name and the content of the file behind a link, and note that it was opened.

    Raises LinkError, as `read_token` does.
    """
    secret = (await sending_terms(connection)).secret
    try:
        message_id = read_token(secret, token, now, purpose=_fetching(language))
    except ExpiredLinkError:
        raise ExpiredLinkError("This link has expired (ask its sender for the report).") from None
    found = await opened_report(connection, message_id, language, now)
    if found is None:  # the database is another one than that which signed
        raise LinkError
    return found


async def open_link(connection: asyncpg.Connection, token: str, now: datetime) -> Question:
    """Return what the link asks; it changes nothing. Raises LinkError, as `read_token` does."""
    message_id = read_token((await sending_terms(connection)).secret, token, now)
    question = await read_question(connection, message_id)
    if question is None:  # the database is another one than that which signed
        raise LinkError
    return question


async def acknowledge_link(
    connection: asyncpg.Connection, token: str, now: datetime
) -> Acknowledged:
    """Let the recipient of the link acknowledge; a second time tells of the first.

    Raises:
        LinkError: as `read_token` does.
        UsageError: the message needs no answer.
    """
    question = await open_link(connection, token, now)
    return await acknowledge_message(connection, question.message_id, by=question.recipient)


def _fetching(language: str) -> str:
    return f"fetch {language}"


def _signature(secret: str, purpose: str, claim: str) -> str:
    digest = hmac.digest(secret.encode(), f"{purpose} {claim}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")
