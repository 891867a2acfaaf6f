"""Guilds, their roles, their audit log."""

from datetime import datetime
from typing import Any

from tests.emulators.discord.calling import Call, route
from tests.emulators.discord.errors import NotEmulated, invalid, refused, unknown
from tests.emulators.discord.form import Form
from tests.emulators.discord.guilds import Guild, Role
from tests.emulators.discord.people import Json
from tests.emulators.discord.permissions import May, in_guild

MOST_PAUSED_S = 24 * 3600


@route("GET /guilds/{guild_id}")
async def get(call: Call) -> Json:
    guild = call.guild()
    if call.query.get("with_counts", "").lower() not in ("true", "1"):
        return guild.to_json()
    counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
    return guild.to_json() | counts


@route("PATCH /guilds/{guild_id}")
async def edit(call: Call) -> Json:
    guild, given = call.guild(May.MANAGE_GUILD), call.body
    form = Form()
    if given.get("name") is not None:
        form.between("name", given["name"], 2, 100)
    if given.get("verification_level") is not None:
        form.among("verification_level", given["verification_level"], (0, 1, 2, 3, 4))
    form.end()
    known = {"name": "name", "verification_level": "verification"}
    if rest := set(given) - set(known):
        raise NotEmulated(f"changing a guild's {', '.join(sorted(rest))}")
    fields = {known[name]: value for name, value in given.items() if value is not None}
    call.world.change_guild(guild, **fields)
    call.world.log(guild, call.me.id, 1, guild.id, call.reason)
    return guild.to_json()


@route("PUT /guilds/{guild_id}/incident-actions")
async def pause(call: Call) -> Json:
    guild, given = call.guild(May.MANAGE_GUILD), call.body
    fields: dict[str, float] = {}
    for name, own in (("invites_disabled_until", "invites_from"), ("dms_disabled_until", "private_from")):
        if name in given:
            ends = datetime.fromisoformat(given[name]).timestamp() if given[name] else 0.0
            if ends > call.now + MOST_PAUSED_S:
                raise invalid(name, "INVALID_DATE_TIME", "Cannot be paused for more than 24 hours")
            fields[own] = ends
    call.world.change_guild(guild, **fields)
    return guild.incidents()


@route("GET /guilds/{guild_id}/roles")
async def roles(call: Call) -> list[Json]:
    return [one.to_json() for one in call.guild().roles.values()]


@route("GET /guilds/{guild_id}/roles/{role_id}")
async def one_role(call: Call) -> Json:
    return _role(call, call.guild()).to_json()


def _role(call: Call, guild: Guild) -> Role:
    role = guild.roles.get(call.number("role_id"))
    if role is None:
        raise unknown("role")
    return role


def _fields(call: Call, guild: Guild, given: Json) -> dict[str, Any]:
    form = Form()
    form.at_most("name", given.get("name"), 100)
    if given.get("color") is not None:
        form.number("color", given["color"], 0, 0xFFFFFF)
    form.end()
    bits = int(given["permissions"]) if given.get("permissions") is not None else None
    if bits is not None and bits & ~in_guild(guild, call.me.id, call.now):
        raise refused(50013)
    names = ("name", "color", "hoist", "mentionable")
    made: dict[str, Any] = {one: given[one] for one in names if given.get(one) is not None}
    if (colors := given.get("colors")) and "color" not in made:
        made["color"] = colors.get("primary_color") or 0
    return made | ({"permissions": bits} if bits is not None else {})


@route("POST /guilds/{guild_id}/roles")
async def create_role(call: Call) -> Json:
    guild = call.guild(May.MANAGE_ROLES)
    fields = _fields(call, guild, call.body or {})
    bits = fields.pop("permissions", guild.roles[guild.id].permissions)
    for one in guild.roles.values():
        one.position += one.id != guild.id
    made = call.world.role(guild, fields.pop("name", "new role"), bits, position=1, **fields)
    call.world.log(guild, call.me.id, 30, made.id, call.reason)
    return made.to_json()


@route("PATCH /guilds/{guild_id}/roles")
async def move_roles(call: Call) -> list[Json]:
    guild = call.guild(May.MANAGE_ROLES)
    for one in call.body:
        role = guild.roles.get(int(one["id"]))
        if role is None:
            raise unknown("role")
        if guild.owner_id != call.me.id and max(role.position, one.get("position") or 0) >= guild.rank(
            call.me.id
        ):
            raise refused(50013)
        call.world.change_role(guild, role, position=one.get("position") or role.position)
    return [one.to_json() for one in guild.roles.values()]


@route("PATCH /guilds/{guild_id}/roles/{role_id}")
async def edit_role(call: Call) -> Json:
    guild = call.guild(May.MANAGE_ROLES)
    role = _role(call, guild)
    if guild.owner_id != call.me.id and role.position >= guild.rank(call.me.id):
        raise refused(50013)
    call.world.change_role(guild, role, **_fields(call, guild, call.body))
    call.world.log(guild, call.me.id, 31, role.id, call.reason)
    return role.to_json()


@route("DELETE /guilds/{guild_id}/roles/{role_id}", 204)
async def delete_role(call: Call) -> None:
    guild = call.guild(May.MANAGE_ROLES)
    role = _role(call, guild)
    if role.id == guild.id or role.bot_id:
        raise refused(50028)
    if guild.owner_id != call.me.id and role.position >= guild.rank(call.me.id):
        raise refused(50013)
    call.world.remove_role(guild, role)
    call.world.log(guild, call.me.id, 32, role.id, call.reason)


@route("GET /guilds/{guild_id}/audit-logs")
async def audit_log(call: Call) -> Json:
    guild = call.guild(May.VIEW_AUDIT_LOG)
    limit = call.whole("limit", 50, 1, 100)
    kind, user = call.query.get("action_type"), call.query.get("user_id")
    found = [
        one for one in reversed(guild.log)
        if kind in (None, str(one["action_type"])) and user in (None, one["user_id"])
    ][:limit]  # fmt: skip
    users = {one["user_id"] for one in found} | {one["target_id"] for one in found if one["target_id"]}
    return {
        "audit_log_entries": found,
        "users": [call.world.users[int(one)].to_json() for one in users if int(one) in call.world.users],
        "integrations": [],
        "webhooks": [],
        "guild_scheduled_events": [],
        "threads": [],
        "application_commands": [],
        "auto_moderation_rules": [],
    }
