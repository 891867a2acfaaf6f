"""The bot's account and application, the gateway's address, private channels."""

from tests.emulators.discord.calling import Call, route
from tests.emulators.discord.errors import invalid, refused, unknown
from tests.emulators.discord.people import INTENT_FLAGS, Json
from tests.emulators.discord.routes.pictures import picture

LONGEST_DESCRIPTION = 400


@route("GET /gateway", secret=True)
async def gateway(call: Call) -> Json:
    return {"url": call.world.gateway_url}


@route("GET /gateway/bot")
async def gateway_bot(call: Call) -> Json:
    left, resets = call.world.limits.sessions_left(call.app)
    return {
        "url": call.world.gateway_url,
        "shards": call.app.shards,
        "session_start_limit": {
            "total": call.app.session_budget,
            "remaining": left,
            "reset_after": int(resets * 1000),
            "max_concurrency": call.app.max_concurrency,
        },
    }


@route("GET /users/@me")
async def me(call: Call) -> Json:
    return call.world.myself(call.app)


@route("PATCH /users/@me")
async def change_me(call: Call) -> Json:
    user = call.me
    if call.body.get("username"):
        name = str(call.body["username"])
        if not 2 <= len(name) <= 32:
            raise invalid("username", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 32 in length.")
        user.username = name
    for name in ("avatar", "banner"):
        if name in call.body:
            setattr(user, name, picture(name, call.body[name]))
    return call.world.myself(call.app)


@route("GET /users/{user_id}")
async def user(call: Call) -> Json:
    return call.user().to_json()


@route("GET /users/@me/guilds")
async def my_guilds(call: Call) -> list[Json]:
    limit = call.whole("limit", 200, 1, 200)
    after = int(call.query.get("after", 0))
    found = [one for one in call.world.guilds_of(call.app) if one.id > after]
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "icon": None,
            "banner": None,
            "owner": one.owner_id == call.me.id,
            "permissions": str(one.roles[one.id].permissions),
            "features": [],
        }
        for one in sorted(found, key=lambda one: one.id)[:limit]
    ]


@route("DELETE /users/@me/guilds/{guild_id}", 204)
async def leave_guild(call: Call) -> None:
    call.world.leave(call.guild(), call.me)


@route("POST /users/@me/channels")
async def open_private(call: Call) -> Json:
    other = call.world.users.get(int(call.body.get("recipient_id") or 0))
    if other is None or other is call.me or other.bot:
        raise refused(50033) if other else unknown("user")
    return call.world.private_channel(call.me, other).to_json(call.me.id)


@route("GET /applications/@me")
async def application(call: Call) -> Json:
    return call.app.to_json(len(call.world.guilds_of(call.app)))


@route("GET /oauth2/applications/@me")
async def application_by_oauth(call: Call) -> Json:
    return call.app.to_json(len(call.world.guilds_of(call.app)))


@route("PATCH /applications/@me")
async def change_application(call: Call) -> Json:
    app, given = call.app, call.body
    if "description" in given:
        if len(given["description"] or "") > LONGEST_DESCRIPTION:
            said = f"Must be {LONGEST_DESCRIPTION} or fewer in length."
            raise invalid("description", "BASE_TYPE_MAX_LENGTH", said)
        app.description = given["description"] or ""
    if "icon" in given:
        app.icon = picture("icon", given["icon"])
    if "tags" in given:
        app.tags = given["tags"]
    if given.get("install_params"):
        app.install = given["install_params"]
    if given.get("flags") is not None:
        # Only the privileged intents of small apps can be switched here.
        app.privileged = sum(intent for intent, flag in INTENT_FLAGS.items() if int(given["flags"]) & flag)
    if "interactions_endpoint_url" in given:
        assert call.world.poster is not None
        await call.world.poster.point(app, given["interactions_endpoint_url"])
    return call.app.to_json(len(call.world.guilds_of(call.app)))
