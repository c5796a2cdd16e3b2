"""The channel folder: files are put whole, and nothing is written over."""

import errno
import os
from pathlib import Path

import pytest
from tests.watching.channels.sending import OUTSIDE, message

from vigie.watching.channels import folder
from vigie.watching.message import Attached, NotSent

REPORT = Attached(name="acme-2026-05-r1.pdf", content=b"%PDF-1.7 ours")


async def put(place: Path, file: Attached = REPORT) -> None:
    await folder.send({"to": str(place)}, message(files=(file,)), OUTSIDE)


def contents(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


async def test_a_second_attempt_finds_what_the_first_one_put(tmp_path: Path) -> None:
    await put(tmp_path)
    await put(tmp_path)

    assert {REPORT.name: REPORT.content} == contents(tmp_path)


@pytest.mark.parametrize("theirs", [b"%PDF-1.7 else", b"longer than what we put there"])
async def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path, theirs: bytes) -> None:
    (tmp_path / REPORT.name).write_bytes(theirs)

    with pytest.raises(NotSent) as refused:
        await put(tmp_path)

    why = f"{tmp_path}/{REPORT.name} is there with other bytes, and is not written over (move it)"
    assert (why, False) == (refused.value.why, refused.value.temporary)
    assert {REPORT.name: theirs} == contents(tmp_path)


async def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / REPORT.name).symlink_to("nowhere")

    with pytest.raises(NotSent, match="is not written over"):
        await put(tmp_path)


async def test_what_another_put_meanwhile_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the move there is no time in which another may come."""
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    (tmp_path / REPORT.name).write_bytes(b"theirs")

    with pytest.raises(NotSent, match="is not written over"):
        await put(tmp_path)

    assert {REPORT.name: b"theirs"} == contents(tmp_path)


async def test_a_disk_without_links_takes_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)
    await put(tmp_path)
    (tmp_path / "other.pdf").write_bytes(b"theirs")
    with pytest.raises(NotSent, match="is not written over"):
        await put(tmp_path, Attached(name="other.pdf", content=b"ours"))

    assert {REPORT.name: REPORT.content, "other.pdf": b"theirs"} == contents(tmp_path)
