"""Logs are scrubbed: whatever looks or is named like a secret never reaches them, tracebacks included."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from kernel import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    made = io.StringIO()
    logs.configure("INFO", as_json=True, stream=made)
    yield made
    logging.getLogger().handlers[:] = before[0]
    logging.getLogger().setLevel(before[1])
    structlog.reset_defaults()


SECRETS = [
    "OTg3NjU0MzIxMDk4NzY1NDMy.GabcDe." + "x" * 38,
    "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTphYmNkZWZn",
    "8123456789:AAF-abcdefghijklmnopqrstuvwxyz012345",
    "https://api.telegram.org/bot8123456789:AAF-abcdefghijklmnopqrstuvwxyz012345/getMe",
    "sk-proj-abcdefghijklmnop0123",
    "0x" + "ab" * 32,
    "postgresql://app:hunter2hunter2@localhost/db",
    "http://localhost:8000/sign-in/abcdefghijklmnop1234",
    "Authorization: Bearer abc.def.ghi",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_secret_is_hidden(stream: io.StringIO, secret: str) -> None:
    structlog.get_logger().warning("sent", url=f"see {secret}", nested={"deep": [secret]})
    logging.getLogger("some.library").warning("used %s", secret)
    told = stream.getvalue()
    assert told.count(logs._HIDDEN) >= 3
    for part in ("AAF-abc", "abcdefghijklmnop", "abab", "hunter2", "abc.def", "xxxxxxxx", "MTIzNDU2"):
        assert part not in told


def test_what_is_named_like_a_secret_is_hidden(stream: io.StringIO) -> None:
    structlog.get_logger().info("stored", bot_token="x", api_key="y", cookie="z", count=3)
    told = json.loads(stream.getvalue())
    assert (told["bot_token"], told["api_key"], told["cookie"], told["count"]) == (logs._HIDDEN,) * 3 + (3,)


def test_a_traceback_is_scrubbed_too(stream: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot reach {SECRETS[6]}")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "hunter2" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
