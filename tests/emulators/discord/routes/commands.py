"""Registering commands: for everywhere, or for one guild."""

from typing import Any

from tests.emulators.discord.calling import Call, Status, route
from tests.emulators.discord.commands import check, check_all, command, localised
from tests.emulators.discord.errors import refused, unknown
from tests.emulators.discord.form import Form
from tests.emulators.discord.people import Json

_EVERYWHERE = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _place(call: Call) -> tuple[int, int | None]:
    """Whose commands, and where.

    Raises:
        ApiError: they are another app's, or the app isn't in the guild.
    """
    if call.number("application_id") != call.app.id:
        raise refused(50001) if call.number("application_id") in call.world.apps else unknown("application")
    if "guild_id" not in call.path:
        return call.app.id, None
    guild = call.world.guilds.get(call.number("guild_id"))
    if guild is None or call.app.id not in guild.members:
        raise refused(50001)
    return call.app.id, guild.id


def _kept(call: Call) -> tuple[dict[int, Json], Json]:
    kept = call.world.commands.of(*_place(call))
    found = kept.get(call.number("command_id"))
    if found is None:
        raise unknown("application command")
    return kept, found


async def _list(call: Call) -> list[Json]:
    found = list(call.world.commands.of(*_place(call)).values())
    whole = call.query.get("with_localizations", "").lower() in ("true", "1")
    return found if whole else [localised(one) for one in found]


async def _create(call: Call) -> Any:
    place = _place(call)
    form = Form()
    check(form, "", call.body)
    form.end()
    made, new = call.world.commands.put(*place, call.body, call.now, call.world.ids.new)
    return Status(201 if new else 200, made)


async def _replace(call: Call) -> list[Json]:
    place = _place(call)
    form = Form()
    check_all(form, call.body)
    form.end()
    return call.world.commands.replace(*place, call.body, call.now, call.world.ids.new)


async def _get(call: Call) -> Json:
    return _kept(call)[1]


async def _change(call: Call) -> Json:
    kept, old = _kept(call)
    given = {**old, **call.body, "type": old["type"]}
    form = Form()
    check(form, "", given)
    form.end()
    app_id, guild_id = _place(call)
    made = command(given, app_id, guild_id, old) | {"id": old["id"]}
    if made != old:
        made["version"] = str(call.world.ids.new())
    kept[int(old["id"])] = made
    return made


async def _delete(call: Call) -> None:
    kept, found = _kept(call)
    del kept[int(found["id"])]


for _where in (_EVERYWHERE, _GUILD):
    route(f"GET {_where}")(_list)
    route(f"POST {_where}")(_create)
    route(f"PUT {_where}")(_replace)
    route(f"GET {_where}/{{command_id}}")(_get)
    route(f"PATCH {_where}/{{command_id}}")(_change)
    route(f"DELETE {_where}/{{command_id}}", 204)(_delete)


@route(f"GET {_GUILD}/permissions")
async def permissions_of_all(call: Call) -> list[Json]:
    _place(call)
    return []


@route(f"GET {_GUILD}/{{command_id}}/permissions")
async def permissions_of_one(call: Call) -> Json:
    _kept(call)
    raise refused(10066)
