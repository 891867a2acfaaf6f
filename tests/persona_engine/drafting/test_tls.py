"""Over TLS the certificate must be the entered name's, though the checked address is connected to."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from persona_engine import service as persona
from persona_engine.types import Outcome
from tests.emulators.openai.server import OpenAI
from tests.persona_engine.drafting.conftest import ASKED, BOX, Studio


def certificate(folder: Path, host: str) -> Path:
    """A certificate for a host that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


async def local(host: str, port: int) -> Sequence[str]:
    """The loopback stands in for the public internet here, where no test may go."""
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    ("host", "reason"), [("models.example", Outcome.OK), ("other.example", Outcome.UNREACHABLE)]
)
async def test_the_certificate_is_checked_by_name(
    studio: Studio,
    openai: OpenAI,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    reason: Outcome,
) -> None:
    pem = certificate(tmp_path, "models.example")
    openai.speaks_tls(pem)
    trusting = ssl.create_default_context(cafile=str(pem))
    monkeypatch.setattr("persona_engine.drafting.wire.is_public", lambda address: True)
    monkeypatch.setattr("persona_engine.drafting.wire._tls", lambda: trusting)
    hosted = persona.Drafts(studio.db, BOX, private=False, resolver=local)
    await studio.connect(f"https://{host}:{openai.port}/v1")
    answer = await hosted.complete(studio.creator, ASKED)
    await hosted.close()
    assert answer.reason is reason
    assert bool(openai.requests) == (reason is Outcome.OK)
