"""Where the product stands: its folder, the disk, ports, the address that fans reach, Telegram."""

import json
import os
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from app.checkup.finding import Finding
from app.instance import NoFreePort, free_port, instance_lock
from app.pg_left import left_databases
from kernel.i18n import said
from kernel.settings import Settings

_FOLDER = said("Data folder")
_DISK = said("Disk")
_LEFT = said("Old databases")
_PORTS = said("Ports")
_ADDRESS = said("Public address")
_TELEGRAM = said("Telegram")
_GIB = 2**30
_TELEGRAM_S = 4.0
_NAMED = 3  # folders in one line of the report


def data(settings: Settings) -> Path:
    """The data folder, whether or not it exists yet (`Settings.data` would make it)."""
    return settings.data_dir.expanduser().absolute()


def writable(folder: Path) -> bool:
    """Whether a folder, or the nearest one above it that exists, can be written."""
    present = next(place for place in (folder, *folder.parents) if place.exists())
    return os.access(present, os.W_OK | os.X_OK)


def data_folder(settings: Settings) -> Finding:
    """Whether the data folder can be written, and read by nobody else."""
    folder = data(settings)
    if not writable(folder):
        advice = said("Make it writable for this user, or set UNDERSTUDY_DATA to another folder.")
        return Finding(_FOLDER, "fail", said("{folder} can't be written", folder=folder), advice)
    if folder.exists() and folder.stat().st_mode & 0o077:
        found = said("{folder} can be read by others", folder=folder)
        return Finding(_FOLDER, "warn", found, f"chmod 700 '{folder}'")
    return Finding(_FOLDER, "ok", str(folder))


def disk(settings: Settings) -> Finding:
    """How much is free where the data lies."""
    folder = data(settings)
    present = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(present).free / _GIB
    found = said("{size} GiB free", size=f"{free:.1f}")
    advice = said("Free some, or set UNDERSTUDY_DATA to a folder on another disk.")
    if free < 1:
        return Finding(_DISK, "fail", found, advice)
    return Finding(_DISK, "warn", found, advice) if free < 5 else Finding(_DISK, "ok", found)


def left_behind(settings: Settings) -> Finding:
    """The databases of data folders that are gone."""
    left = left_databases(data(settings))
    if not left:
        return Finding(_LEFT, "ok", said("none of data folders that were removed"))
    found = said(
        "{count} of data folders that were removed, {size} MB: {folders}",
        count=len(left),
        size=f"{sum(each.size for each in left) / 1e6:,.1f}",
        folders=", ".join(str(each.data_dir) for each in left[:_NAMED]) + ("…" if left[_NAMED:] else ""),
    )
    advice = said("`understudy doctor --clean` shows each with its size, asks, and removes them.")
    return Finding(_LEFT, "warn", found, advice)


def ports(settings: Settings) -> Finding:
    """Whether the two sites' ports are free."""
    wanted = ((settings.admin_host, settings.admin_port), (settings.public_host, settings.public_port))
    admin, public = (f"{host}:{port}" for host, port in wanted)
    if instance_lock(data(settings)).held_by() is not None:
        found = said(
            "{admin} and {public}, or the next free ones: an instance is running", admin=admin, public=public
        )
        return Finding(_PORTS, "ok", found)
    taken = []
    for host, port in wanted:
        try:
            free = free_port(port, host)
        except (NoFreePort, OSError) as problem:
            advice = said("Set UNDERSTUDY_ADMIN_PORT, UNDERSTUDY_PUBLIC_PORT, or the hosts.")
            return Finding(_PORTS, "fail", f"{host}:{port}: {problem}", advice)
        if port and free != port:
            taken.append(
                said("{address} is taken, {port} would be used", address=f"{host}:{port}", port=free)
            )
    if not taken:
        return Finding(_PORTS, "ok", said("{admin} and {public}", admin=admin, public=public))
    advice = said("Stop what listens there, or set UNDERSTUDY_ADMIN_PORT or UNDERSTUDY_PUBLIC_PORT.")
    return Finding(_PORTS, "warn", taken[0] if len(taken) == 1 else "; ".join(taken), advice)


def public_address(settings: Settings) -> Finding:
    """The address by which fans come from outside."""
    if not settings.public_url:
        advice = said(
            "Fans reach the chat from this machine only. For the Internet: a reverse proxy with a name of "
            "yours (docs/operating.md has a recipe) or a tunnel to the public port, then PUBLIC_URL=https://…"
        )
        return Finding(_ADDRESS, "warn", said("PUBLIC_URL isn't set"), advice)
    if not settings.public_url.startswith("https://"):
        advice = said("Cookies and sign-in need https: put a reverse proxy with a certificate in front.")
        return Finding(_ADDRESS, "warn", settings.public_url, advice)
    return Finding(_ADDRESS, "ok", settings.public_url)


def telegram(settings: Settings) -> Finding:
    """How Telegram's messages come; whether the bot that makes bots can be asked, which alone is."""
    if settings.public_url and settings.public_url.startswith("https://"):
        found = said("messages can be posted to {address}", address=f"{settings.public_url}/tg/…")
    else:
        found = said("messages are fetched: to have them posted here, PUBLIC_URL has to begin with https://")
    if settings.telegram_manager_token is None:
        return Finding(_TELEGRAM, "ok", found)
    token = quote(settings.telegram_manager_token.get_secret_value(), safe=":")
    asked = f"{settings.telegram_api}/bot{token}/getMe"
    try:
        with urllib.request.urlopen(asked, timeout=_TELEGRAM_S) as answer:  # noqa: S310 - the setting's, checked
            me = json.load(answer)["result"]
    except urllib.error.HTTPError as problem:
        refused = said("UNDERSTUDY_TELEGRAM_MANAGER_TOKEN is refused ({status})", status=problem.code)
        return Finding(
            _TELEGRAM, "warn", refused, said("Paste the token that @BotFather shows for that bot.")
        )
    except (OSError, ValueError, KeyError):
        away = said("{address} doesn't answer", address=settings.telegram_api)
        return Finding(
            _TELEGRAM, "warn", away, said("Bots can't be reached: look at this machine's network.")
        )
    if not me.get("can_manage_bots"):
        advice = said("In @BotFather's Mini App, open the bot, Bot Settings, and allow Bot Management.")
        return Finding(_TELEGRAM, "warn", said("@{name} may not make bots", name=me.get("username")), advice)
    return Finding(_TELEGRAM, "ok", found)
