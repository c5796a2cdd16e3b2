"""The channel s3: the files of a message, put into a bucket of S3 or of what speaks like it.

What is there already is never written over: the same bytes are what an earlier attempt put, and
others are somebody else's. Nothing of what the server says is told but its code.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from vigie import settings
from vigie.errors import PlaceholderError
from vigie.probing import filled
from vigie.watching.message import Attached, Message, NotSent, Sent, Transport

if TYPE_CHECKING:
    from obstore.store import S3Store

CONNECT = timedelta(seconds=5)
ANSWER = timedelta(seconds=20)  # `channels.send` bounds all together
KEYS = "VIGIE_S3_ACCESS_KEY and VIGIE_S3_SECRET_KEY"
REFUSED = ("PermissionDeniedError", "UnauthenticatedError")
PLACE = re.compile(r"s3://([^/]+)/?(.*)")


async def send(
    target: Mapping[str, str],
    message: Message,
    transport: Transport,  # noqa: ARG001 - as every channel
) -> Sent:
    """Put the files of *message* below the place *to*, `s3://bucket/prefix`."""
    await put(target["to"], message.files)
    return Sent(reference=", ".join(one.name for one in message.files) or None)


async def put(place: str, files: tuple[Attached, ...]) -> None:
    """Put *files* below *place*, each whole or not at all.

    Raises:
        NotSent: the server cannot be used, or holds another file of that name.
    """
    import obstore  # 10 MB that few need

    store = _store(place)
    for one in files:
        with _said(place):
            try:
                await obstore.put_async(
                    store,
                    one.name,
                    one.content,
                    attributes={"Content-Type": "application/pdf"},
                    mode="create",
                    use_multipart=False,  # in parts it would be written over
                )
            except obstore.exceptions.AlreadyExistsError:
                await _is_same(store, place, one)


async def signed_url(place: str, name: str, good_for: timedelta) -> str:
    """Return the address at which anybody may fetch the file for so long, at most 7 days."""
    import obstore

    with _said(place):
        return str(await obstore.sign_async(_store(place), "GET", name, good_for))


async def _is_same(store: "S3Store", place: str, one: Attached) -> None:
    import obstore

    held = await obstore.get_async(store, one.name)
    if held.meta["size"] != len(one.content) or bytes(await held.bytes_async()) != one.content:
        why = f"{place}: {one.name} is there with other bytes, and is not written over (move it)"
        raise NotSent(why, temporary=False)


def _store(place: str) -> "S3Store":
    from obstore.store import S3Store

    known = settings.s3()
    if not (known.access_key and known.secret_key):
        raise NotSent(f"{place}: {KEYS} are not set", temporary=True)
    try:
        access, secret = filled(known.access_key, []), filled(known.secret_key, [])
    except PlaceholderError as error:
        raise NotSent(f"{KEYS}: {error}", temporary=True) from None
    bucket, prefix = PLACE.fullmatch(place).groups()  # type: ignore[union-attr] # the catalogue's
    options: dict[str, Any] = {"endpoint": known.endpoint} if known.endpoint else {}
    return S3Store(
        bucket,
        prefix=prefix or None,
        region=known.region,
        access_key_id=access,
        secret_access_key=secret,
        checksum_algorithm="SHA256",
        client_options={"allow_http": True, "connect_timeout": CONNECT, "timeout": ANSWER},
        retry_config={"max_retries": 0, "retry_timeout": ANSWER},  # the outbox tries again
        **options,
    )


@contextmanager
def _said(place: str) -> Iterator[None]:
    """Turn what goes wrong into `NotSent`; a later attempt may meet what a person has mended."""
    try:
        yield
    except NotSent:
        raise
    except Exception as error:  # noqa: BLE001 - obstore's bases differ; its words hold addresses
        raise NotSent(f"{place}: {_why(error)}", temporary=True) from None


def _why(error: Exception) -> str:
    told, kind = str(error), type(error).__name__
    code = re.search(r"<Code>(\w{1,60})</Code>", told)
    status = re.search(r"status code: (\d{3})", told)
    said = " ".join(one.group(1) for one in (status, code) if one)
    if code and code[1] == "NoSuchBucket":
        return "there is no such bucket (make it)"
    if kind in REFUSED or (status and status[1] == "403"):
        return f"the keys are refused, {said or kind} (look at {KEYS})"
    if said:
        return f"the server answered {said}"
    if "timed out" in told or "Timeout" in told:
        return "the server did not answer in time"
    return "the server cannot be reached (look at VIGIE_S3_ENDPOINT)"
