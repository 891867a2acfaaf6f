"""Settings as operators write them, in a shell or a compose file."""

import pytest
from pydantic import ValidationError

from kernel.settings import Settings


def test_a_variable_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_STATUS_PORT", "")
    monkeypatch.setenv("DATABASE_URL", "")
    settings = Settings(_env_file=None)
    assert settings.status_port is None
    assert settings.database_url is None


def address(name: str, value: str) -> str | None:
    """The address that a setting stands for, once it is read."""
    settings = Settings(_env_file=None, **{name: value})  # type: ignore[arg-type] # by name
    found = settings.model_dump(by_alias=True)[name]
    assert isinstance(found, str | None)
    return found


SITES = ("PUBLIC_URL", "UNDERSTUDY_ADMIN_URL")
ENDPOINTS = ("CHROMA_URL", "UNDERSTUDY_EMBEDDING_URL", "UNDERSTUDY_TRANSCRIPTION_URL")


@pytest.mark.parametrize("name", SITES + ENDPOINTS)
@pytest.mark.parametrize(
    "value",
    [
        "chat.example",
        "ftp://chat.example",
        "http://[::1",
        "https://h:abc",
        "https://h:70000",
        "https://",
        "http://a b",
    ],
)
def test_what_is_no_web_address_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match="must be an address such as"):
        address(name, value)


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("more", ["/sub", "/?a=b", "?a=b", "?", "#top"])
def test_a_site_has_its_host_to_itself(name: str, more: str) -> None:
    with pytest.raises(ValidationError, match="nothing behind the host"):
        address(name, f"https://chat.example{more}")
    with pytest.raises(ValidationError, match="nothing before"):
        address(name, "https://ember:secret@chat.example")


@pytest.mark.parametrize("name", SITES + ENDPOINTS)
@pytest.mark.parametrize("value", ["https://chat.example", "http://[::1]:8000", "http://192.0.2.7:8443"])
def test_a_slash_behind_the_host_changes_nothing(name: str, value: str) -> None:
    assert address(name, value) == address(name, f"{value}/") == value


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_may_have_a_path(name: str) -> None:
    assert address(name, "https://models.example/v1/") == "https://models.example/v1"


@pytest.mark.parametrize("value", ["mysql://ember:s3cret@h/x", "host=h dbname=x", "localhost/understudy"])
def test_a_database_is_named_by_a_postgres_address(value: str) -> None:
    with pytest.raises(ValidationError, match="must begin with postgresql://") as refused:
        Settings(_env_file=None, DATABASE_URL=value)  # type: ignore[arg-type] # as it is written
    told = refused.value.errors(include_url=False, include_input=False, include_context=False)
    assert "s3cret" not in str(told)
    for taken in ("postgresql://h/x", "postgres://h/x"):
        assert Settings(_env_file=None, DATABASE_URL=taken).database_url  # type: ignore[arg-type] # likewise
