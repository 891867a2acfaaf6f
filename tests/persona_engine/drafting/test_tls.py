"""Over TLS the certificate must be the entered name's, though the checked address is connected to."""

import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from persona_engine import service as persona
from persona_engine.types import Outcome
from tests.emulators.openai.server import OpenAI
from tests.factories.certificates import certificate
from tests.persona_engine.drafting.conftest import ASKED, BOX, Studio


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
