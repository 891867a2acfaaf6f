"""The command line: `understudy run`, `import`, `login-link` and the others. What they do lies elsewhere."""

import errno
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console

from app import doctor as doctors
from app import importing, migrate, pg_left, seed
from app.addresses import AddressBook
from app.container import Container, Roles
from app.instance import instance_lock
from app.pg_keeper import beginning, kept, using
from app.runner import Addresses, Runner
from app.services import Dsn, EmbeddedPostgres, Heir, find_running, is_held
from app.warming import warm
from community import service as community
from conversation.service import autonomy
from kernel import logs, loop
from kernel.db import DATABASE_AWAY
from kernel.errors import Unavailable, UnderstudyError
from kernel.jobs import Jobs
from kernel.settings import Settings

cli = typer.Typer(
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
    help="Understudy: a creator's AI stand-in.",
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
T = TypeVar("T")
_DATABASE_STARTS_S = 60.0
_PLACE_TOLD = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk quota is used up",
    errno.EROFS: "The data folder can't be written",
    errno.EACCES: "The data folder can't be written",
    errno.EPERM: "The data folder can't be written",
    errno.ENOENT: "The data folder can't be made",
    errno.ENOTDIR: "The data folder can't be made",
    errno.EEXIST: "The data folder can't be made",
}


def _settings() -> Settings:
    settings = Settings()
    logs.configure(settings.log_level, as_json=settings.log_json)
    return settings


@contextmanager
def _database(settings: Settings, *, start: bool, lasting: bool = False) -> Iterator[Dsn]:
    """The database, migrated: what DATABASE_URL names, one that runs already, or our own, started here.

    `lasting`: for an instance, which needs it longer than another process may run it.
    """
    if settings.database_url:
        url = settings.database_url.get_secret_value()
        doctors.refuse_unsafe_database(url)
        migrate.upgrade(url)
        yield Dsn(owner=url, app=url)
        return
    with using(settings.data) as users, ExitStack() as ours:
        # One at a time: two that begin together would both find that nobody runs it.
        with beginning(settings.data):
            running = _running(settings, lasting=lasting) if start else find_running(settings.data)
            if running is None and start:
                own = _own(settings) if lasting else kept(settings.data, users)
                dsn = ours.enter_context(own)
        if running:
            with Heir(settings.data, running) if lasting else nullcontext():
                _migrate(settings, running, patience_s=_DATABASE_STARTS_S if lasting else 0.0)
                yield running
            return
        if not start:
            raise Unavailable(
                "Roles started apart share one database: set DATABASE_URL, "
                "or run `understudy services` beside them."
            )
        migrate.upgrade(dsn.owner)
        yield dsn


@contextmanager
def _own(settings: Settings) -> Iterator[Dsn]:
    """An instance's own database, which ends with it."""
    postgres = EmbeddedPostgres(settings.data)
    dsn = postgres.start()
    try:
        yield dsn
    finally:
        postgres.stop()


def _migrate(settings: Settings, running: Dsn, *, patience_s: float) -> None:
    """Migrate a database that another process runs. Where that one ends, its heir has it back in seconds."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            migrate.upgrade(running.owner)
        except DATABASE_AWAY:
            if time.monotonic() >= deadline:
                raise
        else:
            return
        time.sleep(0.1)
        while find_running(settings.data) != running and time.monotonic() < deadline:
            time.sleep(0.1)


def _running(settings: Settings, *, lasting: bool) -> Dsn | None:
    """The database that runs. One that is just being started, or taken over, is waited for."""
    deadline = time.monotonic() + _DATABASE_STARTS_S
    while (found := find_running(settings.data)) is None and time.monotonic() < deadline:
        instance = not lasting and instance_lock(settings.data).held_by() is not None
        if not instance and not is_held(settings.data):
            return None
        time.sleep(0.1)
    return found


async def _aside(_: Dsn) -> Roles:
    return Roles(web=False, bots=False, worker=False)


def _with_container(
    work: Callable[[Container], Awaitable[T]], *, roles: Callable[[Dsn], Awaitable[Roles]] = _aside
) -> T:
    """Do something small with the whole product's parts, beside a running instance or without one."""
    settings = _settings()

    async def main(dsn: Dsn) -> T:
        container = Container(settings, dsn.app, roles=await roles(dsn))
        await container.open()
        try:
            return await work(container)
        finally:
            await container.close()

    with _database(settings, start=True) as dsn:
        return loop.run(main(dsn))


def _roles(names: str) -> Roles:
    chosen = {name.strip() for name in names.split(",") if name.strip()}
    unknown = chosen - {"web", "bots", "worker"}
    if unknown or not chosen:
        raise typer.BadParameter("choose from web, bots, worker (several with commas)")
    return Roles("web" in chosen, "bots" in chosen, "worker" in chosen)


@cli.command()
def run(
    role: Annotated[
        str, typer.Option(help="web, bots, worker: all of them, unless you start them apart")
    ] = "",
) -> None:
    """Start everything; prints where it is, with a one-time sign-in link."""
    settings = _settings()
    roles = _roles(role) if role else Roles()
    alone = not role
    lock = instance_lock(settings.data)
    if alone:
        lock.acquire()
    try:
        with _database(settings, start=alone, lasting=alone) as dsn:
            loop.run(_run(settings, dsn, roles))
    finally:
        if alone:
            lock.release()


async def _run(settings: Settings, dsn: Dsn, roles: Roles) -> None:
    container = Container(settings, dsn.app, roles=roles)
    runner = Runner(container)
    runner.listen_to_signals()
    async with runner.running() as addresses:
        if addresses:
            await seed.first_start(container)
            if container.settings.demo:
                runner.aside(lambda: seed.liven(container), "demo")
            await _welcome(container, addresses)
        else:
            out.print("Running. Ctrl-C stops it.")
        # Last, since it takes the processor from what a person waits for.
        runner.aside(lambda: warm(container), "warming")
        await runner.forever()
        out.print("\nStopping…")


async def _welcome(container: Container, addresses: Addresses) -> None:
    link = await sign_in_link(container, addresses.admin)
    slug = await seed.first_slug(container)
    out.print()
    if slug:
        out.print(f"  Fans chat at      {addresses.public}/c/{slug}")
    out.print(f"  You configure at  {addresses.admin}")
    out.print("  Sign in once with this link (15 minutes; `understudy login-link` makes another):")
    out.print(f"  {link}")
    sys.stdout.flush()


async def sign_in_link(container: Container, admin: str) -> str:
    """A one-time link for the owner of the first creator."""
    async with container.db.system_uow() as uow:
        account = await community.ensure_owner(uow, await seed.first_creator(uow), "Owner")
        token = await community.issue_login_link(uow, account)
    return f"{admin}/sign-in/{token}"


@cli.command("login-link")
def login_link() -> None:
    """Print another one-time sign-in link, also while nothing runs."""

    async def make(container: Container) -> tuple[str, AddressBook]:
        await seed.first_start(container)  # an owner's creator is not to keep the demo from coming
        return await sign_in_link(container, container.addresses.admin()), container.addresses

    link, addresses = _with_container(make)
    out.print(link)
    if not addresses.admin_answers():
        err.print(
            "Nothing answers there yet: start it with `make run` within 15 minutes, then open the link."
        )


@cli.command("import")
def import_(
    what: Annotated[list[str], typer.Argument(help="files, folders or web addresses")],
    avatar: Annotated[
        str, typer.Option(help="whose: the avatar's address; the first one's if left out")
    ] = "",
    tier: Annotated[str, typer.Option(help="who may see it: a tier's name; everyone if left out")] = "",
    licence: Annotated[str, typer.Option(help="under which licence, for example CC-BY-4.0")] = "",
    author: Annotated[str, typer.Option(help="in group exports, learn from this author only")] = "",
    channel: Annotated[str, typer.Option(help="a Telegram export's channel: its public name")] = "",
) -> None:
    """Import files, folders or web addresses; what is there already is left as it is."""
    options = importing.ImportOptions(avatar, tier or None, licence or None, author or None, channel or None)
    failed = _with_container(lambda c: importing.run(c, what, options, out), roles=_work_unless_others_do)
    raise typer.Exit(1 if failed else 0)


async def _work_unless_others_do(dsn: Dsn) -> Roles:
    """The role of a worker, unless another process takes up this database's jobs."""
    jobs = Jobs(dsn.app)
    await jobs.open()
    try:
        return Roles(web=False, bots=False, worker=await jobs.workers() == 0)
    finally:
        await jobs.close()


@cli.command()
def reindex() -> None:
    """Have every process build its indexes anew from the database."""
    if _with_container(importing.reindex):
        out.print("Every worker rebuilds its indexes at its next look.")
    else:
        out.print("No worker runs: the indexes are built anew at the next start (`make run`).")


@cli.command("seed")
def seed_() -> None:
    """Put the demo creator into the database."""
    made = _with_container(lambda c: seed.demo(c))
    out.print("The demo creator is there." if made else "The demo creator was there already.")


creators = typer.Typer(no_args_is_help=True, help="The creators of this instance.")
cli.add_typer(creators, name="creator")


@creators.callback()
def _creators() -> None:
    """The creators of this instance."""


@creators.command("add")
def add_creator(name: Annotated[str, typer.Argument(help="whom its avatar will stand in for")]) -> None:
    """Make another creator, apart from the others; one chooses between them in the pages' menu."""
    _with_container(lambda c: seed.add_creator(c, name))
    out.print("The creator is there: sign in, choose it in the menu, and make its avatar.")


Everybody = Annotated[bool, typer.Option("--all", help="every avatar of every creator of this instance")]


def _only_all(everybody: bool) -> None:
    if not everybody:
        raise typer.BadParameter("say --all; single avatars are paused on their pages")


@cli.command()
def pause(everybody: Everybody = False) -> None:
    """Stop everything that is sent, within a second, also beside a running instance."""
    _only_all(everybody)

    async def stop(container: Container) -> None:
        async with container.db.system_uow() as uow:
            await autonomy.pause_all(uow, "operator")

    _with_container(stop)
    out.print("Stopped: nothing is sent until `understudy resume --all`. What fans write is kept.")


@cli.command()
def resume(everybody: Everybody = False) -> None:
    """Let everything be sent again that `pause --all` stopped."""
    _only_all(everybody)

    async def go(container: Container) -> bool:
        async with container.db.system_uow() as uow:
            return await autonomy.resume_all(uow)

    if _with_container(go):
        out.print("Going on: what fans wrote meanwhile is answered. Avatars paused on their pages stay so.")
    else:
        out.print("Nothing was stopped.")


@cli.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    clean: Annotated[
        bool, typer.Option("--clean", help="remove databases of data folders that were removed; asks first")
    ] = False,
) -> None:
    """Say what is missing on this machine, and how to get it."""
    if clean:
        raise typer.Exit(pg_left.clean(Settings().data_dir.expanduser().absolute(), out, typer.confirm))
    raise typer.Exit(doctors.report(Settings(), as_json=as_json))


@cli.command()
def services() -> None:
    """Run the database alone, for roles that are started apart."""
    settings = _settings()
    postgres = EmbeddedPostgres(settings.data)
    dsn = postgres.start()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        migrate.upgrade(dsn.owner)
        out.print("The database runs. Start `understudy run --role web` (and bots, worker) beside it.")
        stopping.wait()
    finally:
        postgres.stop()


@cli.command("migrate")
def migrate_() -> None:
    """Bring the database's schema up to date."""
    with _database(_settings(), start=True):
        pass
    out.print(f"The schema is at version {migrate.head()}.")


def main() -> None:
    """Run the command line; expected errors become one sentence."""
    try:
        cli()
    except UnderstudyError as error:
        err.print(f"[red]✗[/] {error.message}")
        raise SystemExit(1) from None
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False, include_context=False):
            err.print(f"[red]✗[/] The setting {'.'.join(map(str, one['loc']))} can't be used: {one['msg']}.")
        raise SystemExit(2) from None
    except OSError as error:
        if error.errno not in _PLACE_TOLD:
            raise
        at = f" at {error.filename}" if error.filename else ""
        err.print(f"[red]✗[/] {_PLACE_TOLD[error.errno]}{at}. Make room there, or set UNDERSTUDY_DATA to")
        err.print("  a folder that you may write to.")
        raise SystemExit(2) from None
    except DATABASE_AWAY:
        err.print("[red]✗[/] The database went away. Start this again: what was done is kept.")
        raise SystemExit(1) from None
