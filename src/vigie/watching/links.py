"""Links by which people acknowledge: each signed, for one message, for a day."""

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
    read_question,
    sending_terms,
)

GOOD_FOR = timedelta(hours=24)
_TOKEN = re.compile(r"([0-9]{1,18})-([0-9]{1,12})-([A-Za-z0-9_-]{43})")


def link(public_url: str, secret: str, message_id: int, now: datetime) -> str:
    """Return the address at which the recipient of a message answers it, for 24 h."""
    return f"{public_url.rstrip('/')}/ack/{make_token(secret, message_id, now + GOOD_FOR)}"


def make_token(secret: str, message_id: int, expires: datetime) -> str:
    """Return the number of a message and the end of its link, signed."""
    claim = f"{message_id}-{int(expires.timestamp())}"
    return f"{claim}-{_signature(secret, claim)}"


def read_token(secret: str, token: str, now: datetime) -> int:
    """Return the number of the message.

    Raises:
        LinkError: it was not signed with *secret*.
        ExpiredLinkError: it was, and its time is over.
    """
    found = _TOKEN.fullmatch(token)
    if not found:
        raise LinkError
    message_id, expires, signature = found.groups()
    if not hmac.compare_digest(signature, _signature(secret, f"{message_id}-{expires}")):
        raise LinkError
    if now.timestamp() >= int(expires):
        raise ExpiredLinkError
    return int(message_id)


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


def _signature(secret: str, claim: str) -> str:
    digest = hmac.digest(secret.encode(), f"acknowledge {claim}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")
