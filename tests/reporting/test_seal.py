"""Seals: made with throw-away keys and a timestamp server on loopback, and checked."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from aiohttp import web
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from tests.reporting.authority import Issued, issue, serving, stamping
from tests.reporting.conformance import problems

from vigie.errors import PlaceholderError, ReportError, SettingError
from vigie.reporting import Attached, draw_sealed
from vigie.reporting.drawing.pdf import render
from vigie.reporting.sealing import seal as sealing
from vigie.reporting.sealing.check import verify_seal
from vigie.reporting.sealing.seal import open_sealer
from vigie.settings import Signing, signing
from vigie.templating import roots

ACME = issue("Acme Reports")
STAMPS = issue("Acme Time", stamps=True)
NOW = datetime.now(UTC)


@cache
def report() -> bytes:
    """Return a small document of the house's kind."""
    html = '<html lang="en"><title>A report</title><h1>99.98 %</h1><p>Said once.'
    file = Attached(name="report.json", content=b"{}", says="Its figures", relation="Source")
    return render(html, folders=roots(Path("/nonexistent")), attached=[file], created=NOW)


async def sealed(terms: Signing, pdf: bytes | None = None) -> bytes:
    async with open_sealer(terms, NOW) as sealer:
        assert sealer.name == "Acme Reports"
        return await sealer.seal(pdf or report())


def pkcs12(folder: Path, issued: Issued = ACME, **terms: Any) -> Signing:
    path: Any = issued.pkcs12(folder / "seal.p12")
    return Signing(**{"pkcs12": path, "password": "secret", **terms})


def pem(folder: Path) -> Signing:
    key, certificate = ACME.pem(folder)
    return Signing(key=key, certificate=certificate)


@pytest.mark.parametrize("kind", [pkcs12, pem])
async def test_a_sealed_report_begins_with_the_unsealed_one_and_says_whose_it_is(
    kind: Callable[[Path], Signing], tmp_path: Path
) -> None:
    content = await sealed(kind(tmp_path))
    (found,) = await verify_seal(content)

    assert report() == content[: len(report())]
    assert ("Acme Reports", True, True, None, None) == (
        found.signer,
        found.intact,
        found.whole,
        found.trusted,
        found.stamped_at,
    )
    assert found.holds
    assert found.signed_at is not None
    assert abs(found.signed_at - NOW) < timedelta(hours=1)


async def test_a_sealed_report_stays_archival_and_accessible(tmp_path: Path) -> None:
    content = await sealed(pkcs12(tmp_path))

    assert problems(content) == problems(report())


async def test_an_unsealed_report_has_no_seal() -> None:
    assert () == await verify_seal(report())


async def test_trust_is_that_of_the_roots_configured(tmp_path: Path) -> None:
    content = await sealed(pkcs12(tmp_path))
    stranger = issue("Somebody else")

    known = await verify_seal(content, Signing(roots=ACME.roots(tmp_path / "acme.pem")))
    unknown = await verify_seal(content, Signing(roots=stranger.roots(tmp_path / "other.pem")))

    assert [(True, True)] == [(one.trusted, one.holds) for one in known]
    assert [(False, False)] == [(one.trusted, one.holds) for one in unknown]


async def test_a_stamped_seal_holds_after_its_certificate_expired(tmp_path: Path) -> None:
    """Ten years on, a seal is judged at the instant that the timestamp server vouches for."""
    then = NOW - timedelta(days=10)
    short = issue("Acme Reports", begins=then, days=5)  # it expired five days ago
    store = tmp_path / "roots.pem"
    store.write_bytes(short.roots(tmp_path / "a").read_bytes() + _root_of_stamps(tmp_path))

    async def told(*, stamp: bool) -> tuple[bool | None, bool | None]:
        async with stamping(STAMPS_THEN, at=then + timedelta(days=1)) as url:
            terms = pkcs12(tmp_path, short, timestamp=url if stamp else None)
            async with open_sealer(terms, then + timedelta(days=1)) as sealer:
                content = await sealer.seal(report())
        (found,) = await verify_seal(content, Signing(roots=store))
        return found.trusted, found.stamp_trusted

    assert (True, True) == await told(stamp=True)
    assert (False, None) == await told(stamp=False)


STAMPS_THEN = issue("Acme Time", begins=NOW - timedelta(days=30), stamps=True)


def _root_of_stamps(folder: Path) -> bytes:
    return STAMPS_THEN.roots(folder / "b").read_bytes()


async def test_with_roots_the_seal_carries_what_checks_it_in_the_same_update(
    tmp_path: Path,
) -> None:
    store = tmp_path / "roots.pem"
    store.write_bytes(
        ACME.roots(tmp_path / "a").read_bytes() + STAMPS.roots(tmp_path / "b").read_bytes()
    )
    async with stamping(STAMPS) as url:
        content = await sealed(pkcs12(tmp_path, timestamp=url, roots=store))
    (found,) = await verify_seal(content, Signing(roots=store))

    assert b"/DSS" in content[len(report()) :]
    assert (True, True, True, True) == (
        found.intact,
        found.whole,
        found.trusted,
        found.stamp_trusted,
    )
    assert found.stamped_at is not None


async def test_any_byte_that_is_changed_is_noticed(tmp_path: Path) -> None:
    content = await sealed(pkcs12(tmp_path))
    begins = content.rindex(b"/Contents <") + len(b"/Contents <")
    ends = content.index(b">", begins)
    covered = [at for at in range(0, len(content), 499) if not begins < at < ends]
    places = [*covered, len(content) - 2, begins + 700, ends - 9]  # in the certificate, behind it

    held = []
    for at in places:
        changed = bytearray(content)
        changed[at] ^= 0x01
        with suppress(ReportError):
            found = await verify_seal(bytes(changed))
            held += [at for one in found if one.holds] or [at][: not found]

    assert 15 < len(places)
    assert [] == held


async def test_what_is_appended_later_is_noticed(tmp_path: Path) -> None:
    content = await sealed(pkcs12(tmp_path))
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(output)  # another program's file: nothing of the seal fits
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root["/Lang"] = pdf_string("fr")
    writer.update_root()
    writer.write_in_place()

    (resaved,) = await verify_seal(output.getvalue())
    (updated,) = await verify_seal(writer.prev.stream.getvalue())

    assert (False, False) == (resaved.holds, updated.holds)
    assert updated.intact  # and yet what it covers is as it was
    with pytest.raises(ReportError):
        await verify_seal(content + b"\n% and something more\n%%EOF\n")


async def refused(terms: Signing) -> str:
    with pytest.raises((ReportError, PlaceholderError)) as caught:
        await sealed(terms)
    told = str(caught.value)
    assert "\n" not in told
    assert not re.search(r"secret|hidden|wrong-one", told)
    return told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"password": "wrong-one"},
            r"VIGIE_SIGN_PKCS12: .*seal\.p12: cannot be opened: .*PASSWORD",
        ),
        ({"password": None}, r"VIGIE_SIGN_PKCS12: .*seal\.p12: cannot be opened: .*PASSWORD"),
        ({"password": "${env:NOWHERE_SET}"}, r"NOWHERE_SET is not set"),
        ({"pkcs12": Path("/none.p12")}, r"/none\.p12: cannot be read: No such file .*\(write"),
        ({"roots": Path("/none.pem")}, r"VIGIE_SIGN_ROOTS: /none\.pem: cannot be read"),
        ({"roots": Path(__file__)}, r"test_seal\.py: holds no certificate"),
        ({"timestamp": "timestamp.example"}, r"VIGIE_SIGN_TIMESTAMP: is no web address"),
        ({"timestamp": "http://[::1"}, r"VIGIE_SIGN_TIMESTAMP: is no web address"),
        (
            {"timestamp": "http://127.0.0.1:9/tsr"},
            r"http://127\.0\.0\.1:9: cannot be reached: Connection refused \(write the URL of a ",
        ),
        ({"pkcs12": None, "key": Path("k.pem")}, r"KEY and VIGIE_SIGN_CERTIFICATE belong together"),
        ({"pkcs11": Path("/none.so")}, r"needs one more package|VIGIE_SIGN_LABEL"),
    ],
)
async def test_a_wrong_setting_is_told_in_one_line(
    changes: dict[str, Any], told: str, tmp_path: Path
) -> None:
    assert re.search(told, await refused(pkcs12(tmp_path, **changes)))


async def test_an_expired_certificate_is_told_with_its_day(tmp_path: Path) -> None:
    old = issue("Acme Reports", begins=datetime(2020, 1, 1, tzinfo=UTC), days=30)
    new = issue("Acme Reports", begins=NOW + timedelta(days=3))

    assert "Acme Reports expired on 2020-01-31" in await refused(pkcs12(tmp_path, old))
    assert "Acme Reports begins on " in await refused(pkcs12(tmp_path, new))


async def test_a_key_of_another_certificate_is_told(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat
    from tests.reporting.authority import PEM

    terms = pem(tmp_path)
    other = ec.generate_private_key(ec.SECP256R1())
    assert terms.key is not None
    terms.key.write_bytes(other.private_bytes(PEM, PrivateFormat.PKCS8, NoEncryption()))

    assert "is not the key of the first certificate" in await refused(terms)


async def test_a_seal_that_no_root_vouches_for_is_not_made(tmp_path: Path) -> None:
    stranger = issue("Somebody else").roots(tmp_path / "other.pem")

    told = await refused(pkcs12(tmp_path, roots=stranger))
    assert "VIGIE_SIGN_ROOTS: no root of them vouches for the certificate of Acme Reports" in told


async def hangs(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def refuses(_request: web.Request) -> web.Response:
    return web.Response(status=503)


async def babbles(_request: web.Request) -> web.Response:
    return web.Response(body=b"nothing", content_type="application/timestamp-reply")


@pytest.mark.parametrize("answer", [hangs, refuses, babbles])
async def test_a_timestamp_server_that_fails_is_told_without_its_secrets(
    answer: Callable[[web.Request], Awaitable[web.Response]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "PATIENCE_S", 0.4)
    async with serving(answer) as url:
        told = await refused(pkcs12(tmp_path, timestamp=url))

    assert told.startswith("VIGIE_SIGN_TIMESTAMP: http://127.0.0.1:")


async def test_no_timestamp_server_is_told(tmp_path: Path) -> None:
    assert "127.0.0.1:9" in await refused(pkcs12(tmp_path, timestamp="http://127.0.0.1:9/tsr"))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"\x00" * 999])
async def test_what_is_no_pdf_is_told_in_one_line(content: bytes) -> None:
    with pytest.raises(ReportError, match=r"^the seal cannot be read: .+$"):
        await verify_seal(content)


def test_settings_come_from_the_environment_and_hide_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "PKCS12": "/etc/vigie/seal.p12",
        "PASSWORD": "secret",
        "TIMESTAMP": "https://u:secret@time.example/tsr",
    }.items():
        monkeypatch.setenv(f"VIGIE_SIGN_{name}", value)
    found = signing()

    assert (Path("/etc/vigie/seal.p12"), True) == (found.pkcs12, found.asked)
    assert "secret" not in repr(found)
    assert not Signing().asked


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PKCS12", "", "is empty (write it, or unset it)"),
        ("PASSWORD", "", "is empty (write it, or unset it)"),
        *(
            (name, "x", "is set, but no key to seal with (set VIGIE_SIGN_PKCS12 too, or unset it)")
            for name in ("TIMESTAMP", "PASSWORD", "TOKEN", "LABEL")
        ),
    ],
)
async def test_half_of_the_settings_make_no_report_without_a_seal(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(f"VIGIE_SIGN_{name}", value)

    with pytest.raises(SettingError) as refused:
        await draw_sealed(report, signing=signing(), now=NOW)
    assert f"VIGIE_SIGN_{name} {why}" == str(refused.value)


@pytest.mark.parametrize("roots", ["", "/etc/ssl/cert.pem"])
def test_roots_alone_ask_for_no_seal(monkeypatch: pytest.MonkeyPatch, roots: str) -> None:
    monkeypatch.setenv("VIGIE_SIGN_ROOTS", roots)

    assert not signing().asked
