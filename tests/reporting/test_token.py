"""Seals made by a key that never leaves its token: SoftHSM, which speaks PKCS#11 as hardware does.

Debian's package `softhsm2`; `.ci/run` installs it.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.reporting.authority import issue
from tests.reporting.test_seal import ACME, refused, report, sealed

from vigie.reporting.sealing.check import verify_seal
from vigie.settings import Signing

pkcs11: Any = pytest.importorskip("pkcs11")  # untyped

PLACES = ("/usr/lib/softhsm", "/usr/lib64", "/usr/local/lib/softhsm", "/opt/homebrew/lib/softhsm")
MODULE = next((found for at in PLACES if (found := Path(at, "libsofthsm2.so")).exists()), None)
pytestmark = pytest.mark.skipif(MODULE is None, reason="SoftHSM is not installed")


@pytest.fixture(scope="module", autouse=True)
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give a token of Acme; the module reads its configuration once in a process."""
    home = tmp_path_factory.mktemp("token")
    conf = home / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {home}\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(conf))
        key, _ = ACME.pem(home)
        _softhsm("--init-token", "--free", "--label", "acme", "--so-pin", "12345678")
        _softhsm("--import", str(key), "--token", "acme", "--label", "seal", "--id", "01")
        _hold_certificate()
        yield


def _softhsm(*arguments: str) -> None:
    done = subprocess.run(
        ["softhsm2-util", *arguments, "--pin", "secret"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def _hold_certificate() -> None:
    attribute = pkcs11.Attribute
    held = pkcs11.lib(str(MODULE)).get_token(token_label="acme")
    with held.open(rw=True, user_pin="secret") as session:
        session.create_object(
            {
                attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                attribute.TOKEN: True,
                attribute.LABEL: "seal",
                attribute.ID: b"\x01",
                attribute.SUBJECT: ACME.certificate.subject.public_bytes(),
                attribute.VALUE: ACME.certificate.public_bytes(Encoding.DER),
            }
        )


def terms(**changes: Any) -> Signing:
    return Signing(
        **{"pkcs11": MODULE, "token": "acme", "label": "seal", "password": "secret", **changes}
    )


async def test_a_key_on_a_token_seals(tmp_path: Path) -> None:
    content = await sealed(terms())
    (found,) = await verify_seal(content, Signing(roots=ACME.roots(tmp_path / "acme.pem")))

    assert content.startswith(report())
    assert (True, True, "Acme Reports") == (found.holds, found.trusted, found.signer)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"password": "wrong-one"}, "PinIncorrect"),
        ({"password": None}, "Could not find private key with label 'seal'."),
        (
            {"token": "other"},
            "No token matching criteria TokenCriteria(label='other'",
        ),
        ({"token": None}, "Module has more than 1 slot"),  # SoftHSM keeps an empty one
        ({"label": "other"}, "Could not find certificate with label 'other'."),
        ({"pkcs11": Path("/none.so")}, ""),
        ({"pkcs11": Path(__file__)}, ""),
    ],
)
async def test_what_is_wrong_with_a_token_is_told_and_the_next_seal_is_made(
    changes: dict[str, Any], why: str
) -> None:
    told = await refused(terms(**changes))

    assert told.startswith(f"VIGIE_SIGN_PKCS11: {changes.get('pkcs11', MODULE)}: {why}")
    assert told.endswith("VIGIE_SIGN_LABEL, and VIGIE_SIGN_PASSWORD, the token's PIN)")
    assert (await sealed(terms())).startswith(report())


async def test_a_root_that_vouches_for_nobody_is_told_of_a_token_too(tmp_path: Path) -> None:
    stranger = issue("Somebody else").roots(tmp_path / "other.pem")

    assert "no root of them vouches" in await refused(terms(roots=stranger))
