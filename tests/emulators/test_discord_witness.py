"""Every route and every event of the Discord emulator, driven by real clients.

Discord's own document would know each answer: what it wouldn't is a complaint, and there are none. discord.py
understands each event, and what its objects do arrives.
"""
# ruff: noqa: E501 - tables

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import discord
import pytest

from tests.emulators.discord.calling import ROUTES
from tests.emulators.discord.client import Connect
from tests.emulators.discord.events import INTENTS
from tests.emulators.discord.guilds import PUBLIC_THREAD
from tests.emulators.discord.messages import VOICE
from tests.emulators.discord.people import Json
from tests.emulators.discord.scene import Scene, filled, scene_of
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.wire import Wire

PNG = "data:image/png;base64,iVBORw0KGgo="
THUMB = "%F0%9F%91%8D"
ASK: Json = {
    "name": "ask",
    "description": "Ask",
    "options": [{"type": 3, "name": "q", "description": "What"}],
}
POLL: Json = {
    "question": {"text": "?"},
    "answers": [{"poll_media": {"text": "a"}}, {"poll_media": {"text": "b"}}],
}
ROW: Json = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
CONTAINER = {
    "type": 17,
    "components": [
        {"type": 10, "content": "A candle"},
        {"type": 14},
        {"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": ROW["components"][0]},
    ],
}


@dataclass(frozen=True)
class Served:
    """A call that succeeds."""

    call: str
    body: Any = None
    status: int = 200
    before: Callable[[Scene], Any] = lambda scene: None
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.call


def with_command(scene: Scene) -> None:
    """The app has a command, everywhere and in the guild."""
    world, app, guild = scene.stage.world, scene.stage.app.id, scene.stage.guild.id
    for place in (None, guild):
        made, _ = world.commands.put(app, place, ASK, world.clock.now(), world.ids.new)
        scene.names["command" if place is None else "guild_command"] = int(made["id"])


def asked(scene: Scene, *, answered: bool = False) -> None:
    """Somebody has run it."""
    with_command(scene)
    one = scene.stage.fan.runs(scene.stage.general, scene.stage.app, "ask", q="Why?")
    scene.names |= {"interaction": one.id, "token": one.token}  # type: ignore[dict-item]
    if answered:
        one.answered, one.original = 4, scene.own
        one.followups.append(scene.own)


def answered(scene: Scene) -> None:
    """Somebody has run it, and was answered."""
    asked(scene, answered=True)


def banned(scene: Scene) -> None:
    """The fan is out."""
    scene.stage.creator.bans(scene.stage.guild, scene.stage.fan.user, "spam")


def own_role(scene: Scene) -> None:
    """A role below the bot's."""
    role = scene.stage.world.role(scene.stage.guild, "Fans", position=1)
    scene.names["role"] = role.id
    scene.stage.guild.members[scene.stage.fan.user.id].roles.append(role.id)
    for one in scene.stage.guild.roles.values():
        one.position += one.bot_id is not None


def thumbed(scene: Scene) -> None:
    """There are thumbs below the fan's message, the bot's among them."""
    for who in (scene.stage.fan.user, scene.stage.app.user):
        scene.stage.world.react(scene.said, who, "\N{THUMBS UP SIGN}", add=True)


def put_to_sleep(scene: Scene) -> None:
    """Threads are archived."""
    scene.stage.world.clock.moves(8 * 86_400)


SAID = "/channels/{general}/messages/{said}"
WEBHOOK = "/webhooks/{app}/{token}"
EVERYWHERE, GUILD = "/applications/{app}/commands", "/applications/{app}/guilds/{guild}/commands"
TABLE = [
    Served("GET /gateway"),
    Served("GET /gateway/bot"),
    Served("GET /users/@me"),
    Served("PATCH /users/@me", {"username": "Ember", "avatar": PNG, "banner": None}),
    Served("GET /users/{fan}"),
    Served("GET /users/@me/guilds"),
    Served("DELETE /users/@me/guilds/{guild}", status=204),
    Served("POST /users/@me/channels", {"recipient_id": "{fan}"}),
    Served("GET /applications/@me"),
    Served("GET /oauth2/applications/@me"),
    Served("PATCH /applications/@me", {"description": "Answers", "icon": PNG, "tags": ["candles"],
        "flags": 1 << 19, "install_params": {"scopes": ["bot"], "permissions": "8"}}),
    Served("POST /channels/{general}/messages", {"content": "Hello <@{fan}>", "embeds": [{"title": "t",
        "fields": [{"name": "n", "value": "v"}]}], "components": [ROW], "nonce": "1", "enforce_nonce": True,
        "message_reference": {"message_id": "{said}"}, "allowed_mentions": {"parse": []}}),
    Served("POST /channels/{general}/messages", {"poll": POLL}),
    Served("POST /channels/{general}/messages", {"flags": 1 << 15, "components": [CONTAINER]}),
    Served("POST /channels/{private}/messages", {"content": "Hello"}),
    Served("POST /channels/{general}/messages", {"flags": VOICE, "attachments": [{"id": 0, "waveform": "AAAA",
        "duration_secs": 1.5}]}, more={"files": [("voice.ogg", b"OggS", "audio/ogg")]}),
    Served("POST /channels/{lab}/messages", {"message_reference": {"type": 1, "message_id": "{said}",
        "channel_id": "{general}"}}),
    Served("GET /channels/{general}/messages?limit=100"),
    Served("GET /channels/{general}/messages?after={said}"),
    Served("GET /channels/{general}/messages?before={poll}&limit=1"),
    Served("GET /channels/{general}/messages?around={own}&limit=2"),
    Served(f"GET {SAID}", before=thumbed),
    Served("PATCH /channels/{general}/messages/{own}", {"content": "New", "embeds": [], "components": [ROW]}),
    Served(f"DELETE {SAID}", status=204),
    Served("POST /channels/{general}/messages/bulk-delete", {"messages": ["{said}", "{own}"]}, 204),
    Served("POST /channels/{general}/typing", status=204),
    Served("POST /channels/{general}/polls/{poll}/expire",
           before=lambda scene: scene.stage.fan.votes(scene.stage.general.messages[scene.names["poll"]], "a")),
    Served("GET /channels/{general}/polls/{poll}/answers/1",
           before=lambda scene: scene.stage.fan.votes(scene.stage.general.messages[scene.names["poll"]], "a")),
    Served(f"PUT {SAID}/reactions/{THUMB}/@me", status=204),
    Served(f"DELETE {SAID}/reactions/{THUMB}/@me", status=204, before=thumbed),
    Served(f"DELETE {SAID}/reactions/{THUMB}/{{fan}}", status=204, before=thumbed),
    Served(f"DELETE {SAID}/reactions/{THUMB}", status=204, before=thumbed),
    Served(f"DELETE {SAID}/reactions", status=204, before=thumbed),
    Served(f"GET {SAID}/reactions/{THUMB}", before=thumbed),
    Served("GET /channels/{general}"),
    Served("GET /channels/{thread}"),
    Served("GET /channels/{private}"),
    Served("GET /channels/{forum}"),
    Served("PATCH /channels/{general}", {"topic": "Candles", "rate_limit_per_user": 5}),
    Served("PATCH /channels/{forum}", {"available_tags": [{"name": "flames"}]}),
    Served("PATCH /channels/{thread}", {"archived": True, "locked": True, "name": "Old wax"}),
    Served("DELETE /channels/{lab}"),
    Served("PUT /channels/{general}/permissions/{fan}", {"type": 1, "deny": "2048"}, 204),
    Served("DELETE /channels/{staff}/permissions/{moderators}", status=204),
    Served("GET /guilds/{guild}/channels"),
    Served("POST /guilds/{guild}/channels", {"name": "New Room", "type": 0, "topic": "x"}, 201),
    Served(f"POST {SAID}/threads", {"name": "Flames", "auto_archive_duration": 60}, 201),
    Served("POST /channels/{general}/threads", {"name": "Quiet", "type": PUBLIC_THREAD}, 201),
    Served("POST /channels/{general}/threads", {"name": "Secret", "type": 12}, 201),
    Served("POST /channels/{forum}/threads", {"name": "Q", "message": {"content": "Why?"},
        "applied_tags": ["{tag}"]}, 201),
    Served("PUT /channels/{thread}/thread-members/@me", status=204),
    Served("DELETE /channels/{thread}/thread-members/@me", status=204),
    Served("PUT /channels/{thread}/thread-members/{fan}", status=204),
    Served("DELETE /channels/{thread}/thread-members/{fan}", status=204),
    Served("GET /channels/{thread}/thread-members/{bot}"),
    Served("GET /channels/{thread}/thread-members"),
    Served("GET /guilds/{guild}/threads/active"),
    Served("GET /channels/{general}/threads/archived/public", before=put_to_sleep),
    Served("GET /channels/{general}/threads/archived/private"),
    Served("GET /guilds/{guild}?with_counts=true"),
    Served("GET /guilds/{guild}/roles"),
    Served("GET /guilds/{guild}/roles/{moderators}"),
    Served("POST /guilds/{guild}/roles", {"name": "Fans", "permissions": "1024", "color": 255}),
    Served("PATCH /guilds/{guild}/roles", [{"id": "{role}", "position": 1}], before=own_role),
    Served("PATCH /guilds/{guild}/roles/{role}", {"name": "Friends", "mentionable": True}, before=own_role),
    Served("DELETE /guilds/{guild}/roles/{role}", status=204, before=own_role),
    Served("GET /guilds/{guild}/audit-logs", before=banned),
    Served("GET /guilds/{guild}/members/{fan}"),
    Served("GET /guilds/{guild}/members?limit=1000"),
    Served("GET /guilds/{guild}/members/search?query=an"),
    Served("PATCH /guilds/{guild}/members/@me", {"nick": "Ember", "avatar": PNG, "banner": None, "bio": "Hi"}),
    Served("PATCH /guilds/{guild}/members/{fan}", {"nick": "A", "roles": ["{role}"]}, before=own_role),
    Served("PUT /guilds/{guild}/members/{moderator}/roles/{role}", status=204, before=own_role),
    Served("DELETE /guilds/{guild}/members/{fan}/roles/{role}", status=204, before=own_role),
    Served("DELETE /guilds/{guild}/members/{fan}", status=204),
    Served("GET /guilds/{guild}/bans", before=banned),
    Served("GET /guilds/{guild}/bans/{fan}", before=banned),
    Served("PUT /guilds/{guild}/bans/{fan}", {"delete_message_seconds": 3600}, 204, more={"reason": "Spam, 垃圾"}),
    Served("DELETE /guilds/{guild}/bans/{fan}", status=204, before=banned),
    Served("POST /guilds/{guild}/bulk-ban", {"user_ids": ["{fan}", "{creator}"]}, before=lambda scene: scene.give(1 << 5)),
    Served("PUT /guilds/{guild}/incident-actions", {"invites_disabled_until": None}, before=lambda scene: scene.give(1 << 5)),
    Served("PATCH /guilds/{guild}", {"name": "New", "verification_level": 2}, before=lambda scene: scene.give(1 << 5)),
    *(Served(f"GET {where}", before=with_command) for where in (EVERYWHERE, GUILD)),
    *(Served(f"POST {where}", ASK, 201) for where in (EVERYWHERE, GUILD)),
    *(Served(f"PUT {where}", [ASK, {"name": "Why this answer", "type": 3}]) for where in (EVERYWHERE, GUILD)),
    *(
        Served(f"{method} {where}/{{{name}}}", body, status, with_command)
        for where, name in ((EVERYWHERE, "command"), (GUILD, "guild_command"))
        for method, body, status in (("GET", None, 200), ("PATCH", {"description": "New"}, 200), ("DELETE", None, 204))
    ),
    Served(f"GET {GUILD}/permissions"),
    Served("POST /interactions/{interaction}/{token}/callback", {"type": 4, "data": {"content": "Since"}}, 204, asked),
    Served("POST /interactions/{interaction}/{token}/callback?with_response=true", {"type": 5}, 200, asked),
    Served(f"POST {WEBHOOK}", {"content": "More", "flags": 64}, 200, answered),
    Served(f"GET {WEBHOOK}/messages/@original", None, 200, answered),
    Served(f"PATCH {WEBHOOK}/messages/@original", {"content": "New"}, 200, answered),
    Served(f"DELETE {WEBHOOK}/messages/@original", None, 204, answered),
    Served(f"GET {WEBHOOK}/messages/{{own}}", None, 200, answered),
    Served(f"PATCH {WEBHOOK}/messages/{{own}}", {"content": "New"}, 200, answered),
    Served(f"DELETE {WEBHOOK}/messages/{{own}}", None, 204, answered),
]  # fmt: skip


@pytest.mark.parametrize("one", TABLE, ids=str)
async def test_a_route_is_served_as_the_document_says(server: DiscordServer, one: Served) -> None:
    scene = scene_of(server.world)
    one.before(scene)
    method, _, path = one.call.partition(" ")
    async with aiohttp.ClientSession() as session:
        wire = Wire(server, scene.stage.app, session)
        body = filled(one.body, scene.names)
        said = await wire.call(method, path.format(**scene.names), body, **one.more)
    assert said.status == one.status, said.body


def test_every_route_is_driven() -> None:
    def shape(path: str) -> list[str]:
        return [
            "*" if one.startswith(("{", "%")) or one.isdigit() else one
            for one in path.partition("?")[0].replace(" ", "/").split("/")
        ]

    driven = [shape(one.call) for one in TABLE]
    # That one never succeeds: nobody sets permissions of single commands here.
    never = "GET /applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions"
    assert [name for name in ROUTES if shape(name) not in driven and name != never] == []


# Events, as discord.py calls what it makes of them.


@dataclass(frozen=True)
class Heard:
    """What somebody does, and how discord.py calls what its client hears then."""

    event: str
    called: str
    act: Callable[[Scene], Any]

    def __str__(self) -> str:
        return self.event


def poll_of(scene: Scene) -> Any:
    """The scene's poll."""
    return scene.stage.general.messages[scene.names["poll"]]


def unvoted(scene: Scene) -> None:
    """Chosen, and taken back."""
    scene.stage.fan.votes(poll_of(scene), "a")
    scene.stage.fan.unvotes(poll_of(scene), "a")


def cleared(scene: Scene, what: str) -> None:
    """Reactions that a moderator takes away."""
    thumbed(scene)
    scene.said.reactions.clear()
    scene.stage.world.tell_reaction(scene.said, None, "\N{THUMBS UP SIGN}", what)


HEARD = [
    Heard("GUILD_CREATE", "guild_join", lambda scene: scene.stage.creator.invites(
        scene.stage.world.guild("Second", scene.stage.creator.user), scene.stage.app, 8)),
    Heard("GUILD_DELETE", "guild_remove", lambda scene: scene.stage.world.leave(scene.stage.guild, scene.stage.app.user)),
    Heard("GUILD_DELETE, unavailable", "guild_unavailable", lambda scene: scene.stage.world.outage(scene.stage.guild)),
    Heard("GUILD_CREATE, available", "guild_available", lambda scene: (
        scene.stage.world.outage(scene.stage.guild), scene.stage.world.outage(scene.stage.guild, ends=True))),
    Heard("GUILD_UPDATE", "guild_update", lambda scene: scene.stage.world.change_guild(scene.stage.guild, name="New")),
    Heard("GUILD_ROLE_UPDATE", "guild_role_update", lambda scene: scene.stage.world.change_role(
        scene.stage.guild, scene.stage.moderators, name="Mods")),
    Heard("GUILD_ROLE_DELETE", "guild_role_delete", lambda scene: scene.stage.world.remove_role(
        scene.stage.guild, scene.stage.moderators)),
    Heard("GUILD_ROLE_CREATE", "guild_role_create", lambda scene: scene.stage.world.role(scene.stage.guild, "New")),
    Heard("CHANNEL_CREATE", "guild_channel_create", lambda scene: scene.stage.world.channel(scene.stage.guild, "new")),
    Heard("CHANNEL_UPDATE", "guild_channel_update", lambda scene: scene.deny(1 << 6)),
    Heard("CHANNEL_DELETE", "guild_channel_delete", lambda scene: scene.stage.world.remove_channel(scene.stage.lab)),
    Heard("THREAD_CREATE", "thread_create", lambda scene: scene.stage.fan.starts_thread(scene.stage.lab, "New")),
    Heard("THREAD_UPDATE", "raw_thread_update", lambda scene: (
        scene.stage.world.clock.moves(8 * 86_400), scene.stage.world.settled(scene.thread))),
    Heard("THREAD_MEMBER_UPDATE", "raw_thread_update", lambda scene: (
        scene.stage.world.archive(scene.thread, True), scene.stage.fan.says(scene.thread, "Awake"))),
    Heard("THREAD_DELETE", "raw_thread_delete", lambda scene: scene.stage.world.remove_channel(scene.thread)),
    Heard("THREAD_MEMBERS_UPDATE", "thread_member_join", lambda scene: scene.stage.fan.says(scene.thread, "I am here")),
    Heard("GUILD_MEMBER_ADD", "member_join", lambda scene: scene.stage.world.enter(scene.stage.guild, scene.stage.world.user("new"))),
    Heard("GUILD_MEMBER_UPDATE", "member_update", lambda scene: scene.stage.creator.gives(
        scene.stage.guild, scene.stage.fan.user, scene.stage.moderators)),
    Heard("GUILD_MEMBER_REMOVE", "member_remove", lambda scene: scene.stage.fan.leaves(scene.stage.guild)),
    Heard("GUILD_BAN_ADD", "member_ban", banned),
    Heard("GUILD_BAN_REMOVE", "member_unban", lambda scene: (
        banned(scene), scene.stage.creator.unbans(scene.stage.guild, scene.stage.fan.user))),
    Heard("GUILD_AUDIT_LOG_ENTRY_CREATE", "audit_log_entry_create", lambda scene: scene.stage.creator.kicks(
        scene.stage.guild, scene.stage.fan.user)),
    Heard("MESSAGE_CREATE", "message", lambda scene: scene.stage.fan.says(scene.stage.general, "Hello")),
    Heard("MESSAGE_UPDATE", "raw_message_edit", lambda scene: scene.stage.fan.edits(scene.said, "Hello!")),
    Heard("MESSAGE_DELETE", "raw_message_delete", lambda scene: scene.stage.fan.deletes(scene.said)),
    Heard("MESSAGE_DELETE_BULK", "raw_bulk_message_delete", lambda scene: scene.stage.world.delete(scene.said, scene.own)),
    Heard("MESSAGE_REACTION_ADD", "raw_reaction_add", thumbed),
    Heard("MESSAGE_REACTION_REMOVE", "raw_reaction_remove", lambda scene: (
        thumbed(scene), scene.stage.fan.takes_back(scene.said, "\N{THUMBS UP SIGN}"))),
    Heard("MESSAGE_REACTION_REMOVE_ALL", "raw_reaction_clear", lambda scene: cleared(scene, "REMOVE_ALL")),
    Heard("MESSAGE_REACTION_REMOVE_EMOJI", "raw_reaction_clear_emoji", lambda scene: cleared(scene, "REMOVE_EMOJI")),
    Heard("TYPING_START", "typing", lambda scene: scene.stage.fan.types(scene.stage.general)),
    Heard("MESSAGE_POLL_VOTE_ADD", "raw_poll_vote_add", lambda scene: scene.stage.fan.votes(poll_of(scene), "a")),
    Heard("MESSAGE_POLL_VOTE_REMOVE", "raw_poll_vote_remove", unvoted),
    Heard("INTERACTION_CREATE", "interaction", asked),
]  # fmt: skip


class Client(discord.Client):
    """A client that writes down all that it hears."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.all(), guild_ready_timeout=0.01)


@pytest.mark.parametrize("one", HEARD, ids=str)
async def test_discord_py_understands_an_event(server: DiscordServer, connect: Connect, one: Heard) -> None:
    scene = scene_of(server.world)
    client = await connect(Client(), scene.stage.app)
    waiting = asyncio.create_task(client.wait_for(one.called, timeout=5))
    await asyncio.sleep(0)
    one.act(scene)
    await waiting


def test_every_event_is_understood() -> None:
    # That tells a bot of the threads of a channel that it comes to see: nothing brings it about here.
    assert set(INTENTS) - {one.event for one in HEARD} == {"THREAD_LIST_SYNC"}
