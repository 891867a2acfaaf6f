"""Members: reading and changing them, their roles, time-outs, kicks and bans."""

from datetime import datetime
from typing import Any

from tests.emulators.discord.calling import Call, route
from tests.emulators.discord.errors import invalid, refused, unknown
from tests.emulators.discord.form import Form
from tests.emulators.discord.guilds import Guild, Member
from tests.emulators.discord.people import Json
from tests.emulators.discord.permissions import May, in_guild, need_above
from tests.emulators.discord.routes.pictures import picture

LONGEST_TIMEOUT_S = 28 * 86_400
LONGEST_BIO = 190
MOST_DELETED_S = 604_800
MOST_BANNED = 200


@route("GET /guilds/{guild_id}/members/{user_id}")
async def get(call: Call) -> Json:
    return call.member(call.guild()).to_json()


@route("GET /guilds/{guild_id}/members")
async def listed(call: Call) -> list[Json]:
    guild = call.guild()
    if not call.app.privileged & (1 << 1):
        raise refused(50001)
    after, limit = int(call.query.get("after", 0)), call.whole("limit", 1, 1, 1000)
    return [guild.members[one].to_json() for one in sorted(guild.members) if one > after][:limit]


@route("GET /guilds/{guild_id}/members/search")
async def search(call: Call) -> list[Json]:
    guild = call.guild()
    called, limit = call.query.get("query", "").lower(), call.whole("limit", 1, 1, 1000)
    found = [
        one.to_json() for one in guild.members.values()
        if any(name.lower().startswith(called) for name in (one.user.username, one.nick or "") if name)
    ]  # fmt: skip
    return found[:limit]


@route("PATCH /guilds/{guild_id}/members/@me")
async def change_me(call: Call) -> Json:
    guild, given = call.guild(), call.body
    me = guild.members[call.me.id]
    form = Form()
    form.at_most("nick", given.get("nick"), 32)
    form.at_most("bio", given.get("bio"), LONGEST_BIO)
    form.end()
    if "nick" in given:
        if not in_guild(guild, call.me.id, call.now) & May.CHANGE_NICKNAME:
            raise refused(50013)
        me.nick = given["nick"] or None
    for name in ("avatar", "banner"):
        if name in given:
            setattr(me, name, picture(name, given[name]))
    if "bio" in given:
        me.bio = given["bio"] or ""
    call.world.tell_member(guild, me)
    call.world.log(guild, call.me.id, 24, call.me.id, call.reason)
    return me.to_json()


@route("PATCH /guilds/{guild_id}/members/{user_id}")
async def change(call: Call) -> Json:
    guild, given = call.guild(), call.body
    member = call.member(guild)
    bits, me = in_guild(guild, call.me.id, call.now), call.me.id
    form = Form()
    form.at_most("nick", given.get("nick"), 32)
    form.end()
    if "nick" in given:
        if not bits & May.MANAGE_NICKNAMES:
            raise refused(50013)
        need_above(guild, me, member.user.id)
        member.nick = given["nick"] or None
    if "communication_disabled_until" in given:
        _time_out(call, guild, member, given["communication_disabled_until"], bits)
    if given.get("roles") is not None:
        _take_roles(call, guild, member, [int(one) for one in given["roles"]], bits)
    call.world.tell_member(guild, member)
    call.world.log(guild, me, 25 if "roles" in given else 24, member.user.id, call.reason)
    return member.to_json()


def _time_out(call: Call, guild: Guild, member: Member, until: Any, bits: int) -> None:
    if not bits & May.MODERATE_MEMBERS:
        raise refused(50013)
    need_above(guild, call.me.id, member.user.id)
    if in_guild(guild, member.user.id, 1e12) & May.ADMINISTRATOR or guild.owner_id == member.user.id:
        raise refused(50013)
    if until is None:
        member.until = 0.0
        return
    try:
        ends = datetime.fromisoformat(str(until)).timestamp()
    except ValueError:
        said = f'Could not parse "{until}". Should be ISO8601.'
        raise invalid("communication_disabled_until", "DATE_TIME_TYPE_PARSE", said) from None
    if ends > call.now + LONGEST_TIMEOUT_S + 60:
        said = "Cannot time out a member for more than 28 days"
        raise invalid("communication_disabled_until", "GUILD_MEMBER_TIMEOUT_TOO_LONG", said)
    member.until = ends


def _take_roles(call: Call, guild: Guild, member: Member, roles: list[int], bits: int) -> None:
    if not bits & May.MANAGE_ROLES:
        raise refused(50013)
    for one in set(roles) ^ set(member.roles):
        _need_role(call, guild, one)
    member.roles = roles


def _need_role(call: Call, guild: Guild, number: int) -> None:
    """Refuse a role that isn't, or that this bot can't give or take."""
    role = guild.roles.get(number)
    if role is None:
        raise unknown("role")
    if role.id == guild.id or role.bot_id is not None:
        raise refused(50028)
    if guild.owner_id != call.me.id and role.position >= guild.rank(call.me.id):
        raise refused(50013)


@route("PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}", 204)
async def give_role(call: Call) -> None:
    guild = call.guild(May.MANAGE_ROLES)
    member, number = call.member(guild), call.number("role_id")
    _need_role(call, guild, number)
    if number not in member.roles:
        member.roles.append(number)
        call.world.tell_member(guild, member)
        call.world.log(guild, call.me.id, 25, member.user.id, call.reason)


@route("DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}", 204)
async def take_role(call: Call) -> None:
    guild = call.guild(May.MANAGE_ROLES)
    member, number = call.member(guild), call.number("role_id")
    _need_role(call, guild, number)
    if number in member.roles:
        member.roles.remove(number)
        call.world.tell_member(guild, member)
        call.world.log(guild, call.me.id, 25, member.user.id, call.reason)


@route("DELETE /guilds/{guild_id}/members/{user_id}", 204)
async def kick(call: Call) -> None:
    guild = call.guild(May.KICK_MEMBERS)
    member = call.member(guild)
    need_above(guild, call.me.id, member.user.id)
    call.world.leave(guild, member.user)
    call.world.log(guild, call.me.id, 20, member.user.id, call.reason)


@route("GET /guilds/{guild_id}/bans")
async def bans(call: Call) -> list[Json]:
    guild = call.guild(May.BAN_MEMBERS)
    limit, after = call.whole("limit", 1000, 1, 1000), int(call.query.get("after", 0))
    found = [guild.bans[one] for one in sorted(guild.bans) if one > after][:limit]
    return [{"user": user.to_json(), "reason": reason} for user, reason in found]


@route("GET /guilds/{guild_id}/bans/{user_id}")
async def one_ban(call: Call) -> Json:
    guild = call.guild(May.BAN_MEMBERS)
    found = guild.bans.get(call.number("user_id"))
    if found is None:
        raise unknown("ban")
    return {"user": found[0].to_json(), "reason": found[1]}


@route("PUT /guilds/{guild_id}/bans/{user_id}", 204)
async def ban(call: Call) -> None:
    guild = call.guild(May.BAN_MEMBERS)
    # discord.py says it in the address, and Discord takes that, too.
    user, given = call.user(), {name: int(text) for name, text in call.query.items()} | (call.body or {})
    if user.id in guild.members:
        need_above(guild, call.me.id, user.id)
    seconds = given.get("delete_message_seconds") or (given.get("delete_message_days") or 0) * 86_400
    form = Form()
    form.number("delete_message_seconds", seconds, 0, MOST_DELETED_S)
    form.end()
    call.world.ban(guild, user, call.reason, seconds)
    call.world.log(guild, call.me.id, 22, user.id, call.reason)


@route("DELETE /guilds/{guild_id}/bans/{user_id}", 204)
async def unban(call: Call) -> None:
    guild = call.guild(May.BAN_MEMBERS)
    user = call.user()
    if user.id not in guild.bans:
        raise unknown("ban")
    call.world.unban(guild, user)
    call.world.log(guild, call.me.id, 23, user.id, call.reason)


@route("POST /guilds/{guild_id}/bulk-ban")
async def ban_many(call: Call) -> Json:
    guild = call.guild(May.BAN_MEMBERS | May.MANAGE_GUILD)
    given = call.body
    form = Form()
    form.between("user_ids", given.get("user_ids") or [], 1, MOST_BANNED)
    form.number("delete_message_seconds", given.get("delete_message_seconds") or 0, 0, MOST_DELETED_S)
    form.end()
    banned, failed = [], []
    for number in dict.fromkeys(int(one) for one in given["user_ids"]):
        user = call.world.users.get(number)
        low = number not in guild.members or guild.rank(number) < guild.rank(call.me.id)
        if user is None or number in guild.bans or not low or number == guild.owner_id:
            failed.append(str(number))
            continue
        call.world.ban(guild, user, call.reason, given.get("delete_message_seconds") or 0)
        call.world.log(guild, call.me.id, 22, number, call.reason)
        banned.append(str(number))
    if not banned:
        raise refused(500000)
    return {"banned_users": banned, "failed_users": failed}
