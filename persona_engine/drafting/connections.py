"""A creator's model connections: adding, editing, ordering, switching, removing."""

import ipaddress
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from kernel.addresses import is_inside_name, is_public
from kernel.clock import now
from kernel.crypto import SecretBox
from kernel.db import UnitOfWork
from kernel.errors import BadInput
from persona_engine.drafting import repository
from persona_engine.drafting.clients import PROVIDERS
from persona_engine.drafting.models import ModelConnectionRow
from persona_engine.drafting.types import COMPATIBLE, ConnectionForm, ModelConnection
from persona_engine.errors import NoSuchConnection

MOST: Final = 20
TIMEOUTS: Final = range(1, 121)
_HIGHEST_PRICE: Final = 100_000
_PROVIDER: Final = re.compile(r"[a-z][a-z0-9_]{1,40}")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,4000}")


@dataclass(frozen=True, slots=True)
class Usable:
    """A connection that can be asked: its key still sealed. `version` names what was last changed."""

    connection: ModelConnection
    key_sealed: str | None
    version: datetime


def info(row: ModelConnectionRow) -> ModelConnection:
    """A connection as pages see it."""
    return ModelConnection(
        row.key, row.name, row.provider, row.url, row.model, row.key_sealed is not None,
        row.price_in, row.price_out, row.timeout_s, row.position, row.on,
    )  # fmt: skip


def context_of(creator_id: int) -> str:
    """What a sealed key is bound to."""
    return f"model_connection.key:{creator_id}"


async def usable(uow: UnitOfWork) -> tuple[Usable, ...]:
    """The connections that are switched on, in the order of asking."""
    rows = await repository.connections(uow, on=True)
    return tuple(Usable(info(row), row.key_sealed, row.changed_at) for row in rows)


async def any_usable(uow: UnitOfWork) -> bool:
    """Whether any creator has a connection that is switched on. Takes a system unit of work."""
    return await repository.any_on(uow)


async def named(uow: UnitOfWork) -> str:
    """The connections that are switched on, in order, with when each was changed; empty for none."""
    return " ".join(f"{each.connection.id}@{each.version.timestamp()}" for each in await usable(uow))


async def one(uow: UnitOfWork, connection_id: int) -> Usable:
    """One connection, on or off.

    Raises:
        NoSuchConnection: not the tenant's.
    """
    row = await _row(uow, connection_id)
    return Usable(info(row), row.key_sealed, row.changed_at)


async def listed(uow: UnitOfWork) -> tuple[ModelConnection, ...]:
    """Every connection, in the order of asking."""
    return tuple(info(row) for row in await repository.connections(uow))


async def add(uow: UnitOfWork, form: ConnectionForm, box: SecretBox, *, private: bool) -> ModelConnection:
    """Add a connection, asked after all others. `private`: whether private addresses are allowed.

    Raises:
        BadInput: something of it can't be used; says what.
    """
    if len(await repository.connections(uow)) >= MOST:
        raise BadInput("There are as many models as an avatar can have. Remove one first.")
    checked = _checked(form, private)
    row = ModelConnectionRow(
        creator_id=uow.tenant, name="", provider="", model="", timeout_s=0, position=0,
    )  # fmt: skip
    _apply(row, checked)
    _seal(row, form, box)
    await repository.add_connection(uow, row)
    return info(row)


async def edit(
    uow: UnitOfWork, connection_id: int, form: ConnectionForm, box: SecretBox, *, private: bool
) -> ModelConnection:
    """Change a connection; without a new key it keeps its own, unless it goes to another place now.

    Raises:
        NoSuchConnection: not the tenant's.
        BadInput: something of it can't be used; says what.
    """
    row = await _row(uow, connection_id)
    checked = _checked(form, private)
    moved = (row.provider, _origin(row.url)) != (checked.provider, _origin(checked.url))
    if moved and row.key_sealed and form.key is None:
        # Else whoever may edit, but doesn't know the key, could have it sent to a server of their own.
        raise BadInput("The provider or address is another one: enter the key again, or take it away.")
    _apply(row, checked)
    _seal(row, form, box)
    row.changed_at = now()
    await uow.session.flush()
    return info(row)


async def switch(uow: UnitOfWork, connection_id: int, *, on: bool) -> None:
    """Switch a connection on or off.

    Raises:
        NoSuchConnection: not the tenant's.
    """
    row = await _row(uow, connection_id)
    row.on, row.changed_at = on, now()
    await uow.session.flush()


async def move(uow: UnitOfWork, connection_id: int, *, up: bool) -> None:
    """Ask a connection one place earlier or later; the first and last stay where they are.

    Raises:
        NoSuchConnection: not the tenant's.
    """
    await _row(uow, connection_id)
    rows = await repository.connections(uow)
    at = next(index for index, row in enumerate(rows) if row.id == connection_id)
    to = min(max(at + (-1 if up else 1), 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    for position, row in enumerate(rows, 1):
        row.position = position
    await uow.session.flush()


async def remove(uow: UnitOfWork, connection_id: int) -> None:
    """Forget a connection and its key; what its calls have cost stays counted.

    Raises:
        NoSuchConnection: not the tenant's.
    """
    await repository.delete_connection(uow, await _row(uow, connection_id))


async def _row(uow: UnitOfWork, connection_id: int) -> ModelConnectionRow:
    row = await repository.connection(uow, connection_id)
    if row is None:
        raise NoSuchConnection("There is no such model connection.")
    return row


def _apply(row: ModelConnectionRow, form: ConnectionForm) -> None:
    row.name, row.provider, row.url, row.model = form.name, form.provider, form.url, form.model
    row.price_in, row.price_out, row.timeout_s = form.price_in, form.price_out, form.timeout_s


def _seal(row: ModelConnectionRow, form: ConnectionForm, box: SecretBox) -> None:
    if form.key is None:
        return
    if form.key and not _KEY.fullmatch(form.key):
        raise BadInput("A key has letters, digits and signs only. Copy it again, without spaces.")
    row.key_sealed = box.seal(form.key, context_of(row.creator_id)) if form.key else None


def _checked(form: ConnectionForm, private: bool) -> ConnectionForm:
    """The form with its texts trimmed."""
    model, provider = form.model.strip(), form.provider.strip().lower()
    if not model or len(model) > 200 or not model.isprintable():
        raise BadInput("Enter the model's name as its provider writes it.")
    if provider != COMPATIBLE and provider not in PROVIDERS:
        if not _PROVIDER.fullmatch(provider):
            raise BadInput("Enter the provider's name as LangChain writes it, for example “anthropic”.")
        if not private:
            raise BadInput("This instance's operator allows the providers of the list only.")
    for price in (form.price_in, form.price_out):
        if not (price.is_finite() and 0 <= price <= _HIGHEST_PRICE):
            raise BadInput("A price is a number of US dollars for a million tokens, or 0.")
    if form.timeout_s not in TIMEOUTS:
        raise BadInput("The time-out is 1 to 120 seconds.")
    url = _url(form.url, private) if provider == COMPATIBLE else ""
    name = form.name.strip()[:80] or model[:80]
    return replace(form, name=name, provider=provider, url=url, model=model)


def _url(given: str, private: bool) -> str:
    parts = _parts(given)
    if parts is None:
        raise BadInput("Enter an address such as https://api.openai.com/v1, without a password in it.")
    host = parts.hostname or ""
    try:
        inside = not is_public(ipaddress.ip_address(host))
    except ValueError:
        inside = is_inside_name(host)
    if not private and inside:
        raise BadInput(
            "This address is inside a private network. "
            "The operator can allow such ones with UNDERSTUDY_LOCAL_MODELS."
        )
    if not private and parts.scheme != "https":
        raise BadInput("Use an address that begins with https://, so that the key isn't sent in the open.")
    return parts._replace(query="", fragment="").geturl().rstrip("/")


def _parts(given: str) -> SplitResult | None:
    """An address's parts, where it is one that a key may be sent to."""
    text = given.strip()
    if len(text) > 500 or not text.isprintable() or any(sign in text for sign in ' \\"<>'):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    usable_form = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    return parts if usable_form and parts.password is None else None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
