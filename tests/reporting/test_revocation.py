"""B-LT: what says that the certificate was not revoked is fetched and put into the file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from tests.reporting.authority import issue, revoked, serving
from tests.reporting.test_seal import NOW, pkcs12, refused, report, sealed

from vigie.reporting.sealing.check import verify_seal
from vigie.settings import Signing


class Register:
    """A server of one list of revoked certificates."""

    def __init__(self) -> None:
        self.body, self.status, self.asked = b"", 200, 0

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(body=self.body, status=self.status, content_type="application/pkix-crl")


async def test_the_list_of_revoked_certificates_is_carried_along(tmp_path: Path) -> None:
    register = Register()
    async with serving(register.answer) as url:
        ours = issue("Acme Reports", revocations=url)
        register.body = revoked(ours, at=None)
        roots = ours.roots(tmp_path / "roots.pem")
        content = await sealed(pkcs12(tmp_path, ours, roots=roots))
    # The server is gone now, as it will be in ten years.
    (found,) = await verify_seal(content, Signing(roots=roots))

    assert register.asked > 0
    assert b"/CRLs" in content[len(report()) :]
    assert (True, True) == (found.trusted, found.holds)


async def test_a_revoked_certificate_seals_nothing(tmp_path: Path) -> None:
    register = Register()
    async with serving(register.answer) as url:
        ours = issue("Acme Reports", revocations=url)
        register.body = revoked(ours, at=datetime.now(UTC) - timedelta(minutes=30))
        told = await refused(pkcs12(tmp_path, ours, roots=ours.roots(tmp_path / "roots.pem")))

    assert told.startswith("VIGIE_SIGN_ROOTS: ")
    assert "revoked" in told


@pytest.mark.parametrize("status", [404, 503])
async def test_without_a_list_the_seal_is_made_and_carries_none(
    status: int, tmp_path: Path
) -> None:
    register = Register()
    register.status = status
    async with serving(register.answer) as url:
        ours = issue("Acme Reports", begins=NOW - timedelta(hours=2), revocations=url)
        roots = ours.roots(tmp_path / "roots.pem")
        content = await sealed(pkcs12(tmp_path, ours, roots=roots))
        (found,) = await verify_seal(content, Signing(roots=roots))

    assert b"/CRLs" not in content[len(report()) :]
    assert found.intact
