"""Where the sites are reached: as set, else as last started, else as the settings have it."""

from pathlib import Path

from app.addresses import AddressBook
from app.instance import free_port, listen
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
