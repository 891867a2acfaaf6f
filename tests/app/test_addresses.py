"""Where the sites are reached: as set, else as last started, else as the settings have it."""

from pathlib import Path

import pytest

from app.addresses import AddressBook
from app.container import Container, Roles
from app.instance import free_port, listen
from app.runner import Runner
from app.services import Dsn
from kernel.errors import Unavailable
from kernel.settings import Settings


def book(folder: Path, **values: str) -> AddressBook:
    return AddressBook(Settings(_env_file=None, data_dir=folder, **values))  # type: ignore[arg-type] # by name


def test_what_was_started_last_is_where_links_lead(tmp_path: Path) -> None:
    assert book(tmp_path).admin() == "http://localhost:8000"
    book(tmp_path).write("http://localhost:8004", "http://127.0.0.1:8005")
    assert book(tmp_path).admin() == "http://localhost:8004"
    assert book(tmp_path).public() == "http://127.0.0.1:8005"


def test_a_name_of_ones_own_wins(tmp_path: Path) -> None:
    book(tmp_path).write("http://localhost:8004", "http://127.0.0.1:8005")
    named = book(tmp_path, admin_url="https://desk.example/", public_url="https://chat.example")
    assert named.admin() == "https://desk.example"
    assert named.public() == "https://chat.example"


def test_whether_anything_listens_there_is_told(tmp_path: Path) -> None:
    port = free_port(0, "localhost")
    book(tmp_path).write(f"http://localhost:{port}", "http://127.0.0.1:1")
    assert not book(tmp_path).admin_answers()
    listeners = listen(port, "localhost")
    assert book(tmp_path).admin_answers()
    for listener in listeners:
        listener.close()


async def test_two_sites_under_one_name_are_refused_with_every_setting_that_helps(
    dsn: Dsn, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, admin_host="127.0.0.1", admin_port=0, public_port=0
    )
    container = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    with pytest.raises(Unavailable, match="two different host names") as refused:
        async with Runner(container).running():
            pass
    for setting in ("UNDERSTUDY_ADMIN_HOST", "UNDERSTUDY_PUBLIC_HOST", "UNDERSTUDY_ADMIN_URL", "PUBLIC_URL"):
        assert setting in refused.value.message
