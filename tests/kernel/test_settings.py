"""Settings as operators write them, in a shell or a compose file."""

import pytest

from kernel.settings import Settings


def test_a_variable_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_STATUS_PORT", "")
    monkeypatch.setenv("DATABASE_URL", "")
    settings = Settings(_env_file=None)
    assert settings.status_port is None
    assert settings.database_url is None
