"""What the Discord emulator must refuse, route by route, with Discord's own codes.

Nothing of a refused call happens: what the world holds is the same before and after. The emulator refuses these
by itself, with no document to look at; what the document alone knows is in the second table.
"""
# ruff: noqa: E501 - a table

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from tests.emulators.discord import spec
from tests.emulators.discord.calling import ROUTES
from tests.emulators.discord.messages import COMPONENTS_V2, VOICE
from tests.emulators.discord.people import Json
from tests.emulators.discord.permissions import May
from tests.emulators.discord.scene import Scene, filled, scene_of
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.wire import Wire
from tests.emulators.discord.world import World

FORM = 50035
BUTTON: Json = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
MESSAGES = "POST /channels/{general}/messages"
COMMANDS = "POST /applications/{app}/commands"
ALL = "PUT /applications/{app}/commands"
GUILDS = "/applications/{app}/guilds/{guild}/commands"
EMBED = {"title": "x", "description": "y"}
Act = Callable[["Scene"], Any]


@dataclass(frozen=True)
class Refusal:
    """A call that is refused, and how; `at`: the field that is to blame. `before` brings about why."""

    call: str
    code: int
    status: int
    body: Any = None
    at: str = ""
    before: Act = lambda scene: None
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.call} {self.code} {self.at}".strip()


def bad(call: str, body: Any, at: str, **more: Any) -> Refusal:
    """50035, for a field."""
    return Refusal(call, FORM, 400, body, at, **more)


def lost(call: str, code: int, body: Any = None, **more: Any) -> Refusal:
    """What isn't there."""
    return Refusal(call, code, 404, body, **more)


def may_not(call: str, body: Any = None, code: int = 50013, *, before: Act, **more: Any) -> Refusal:
    """What isn't allowed."""
    return Refusal(call, code, 403, body, before=before, **more)


def without(right: May) -> Act:
    """The bot hasn't this right anywhere."""
    return lambda scene: scene.strip(int(right))


def denied(right: May, place: str = "general") -> Act:
    """The bot hasn't this right in a channel."""
    return lambda scene: scene.deny(int(right), getattr(scene.stage, place))


def archived(scene: Scene, *, locked: bool = False) -> None:
    """The thread is closed."""
    assert scene.thread.thread is not None
    scene.thread.thread.archived, scene.thread.thread.locked = True, locked


def locked(scene: Scene) -> None:
    """The thread is locked, but not archived, and the bot manages no threads."""
    assert scene.thread.thread is not None
    scene.thread.thread.locked = True
    scene.strip(int(May.MANAGE_THREADS))


def told(scene: Scene) -> None:
    """The system has told how the poll ended."""
    scene.stage.world.end_poll(scene.stage.general.messages[scene.names["poll"]])
    scene.names["told"] = scene.stage.general.last_message_id or 0


def closed(scene: Scene) -> None:
    """The thread is locked, and the bot may not open it."""
    archived(scene, locked=True)
    scene.strip(int(May.MANAGE_THREADS))


def rows(*rows: list[Json]) -> list[Json]:
    """Rows of components."""
    return [{"type": 1, "components": row} for row in rows]


def select(**more: Any) -> list[Json]:
    """A select in a row."""
    options = [{"label": "a", "value": "a"}]
    return rows([{"type": 3, "custom_id": "pick", "options": options} | more])


def option(**more: Any) -> Json:
    """A command with one option."""
    return {
        "name": "ask",
        "description": "Ask",
        "options": [{"type": 3, "name": "q", "description": "?"} | more],
    }


def twenty_kinds_below(scene: Scene) -> None:
    """As many kinds of reactions as there may be."""
    for number in range(20):
        scene.stage.world.react(scene.said, scene.stage.fan.user, chr(0x1F600 + number), add=True)


OLD = (1, 2)  # identifiers from the beginning of 2015
TABLE = [
    # Who asks
    Refusal("GET /users/@me", 0, 401, more={"token": "nobody's"}),
    Refusal("GET /users/@me", 0, 401, more={"token": ""}),
    Refusal(MESSAGES, 0, 401, {"content": "x"}, before=lambda scene: scene.stage.app.renew_token(),
            more={"token": "old"}),
    lost("GET /users/1", 10013),
    lost("GET /nowhere", 0),
    # Messages
    Refusal(MESSAGES, 50006, 400, {}),
    Refusal(MESSAGES, 50006, 400, {"content": " \n "}),
    Refusal(MESSAGES, 50109, 400, None, more={"text": "{"}),
    bad(MESSAGES, {"content": "a" * 2001}, "content"),
    bad(MESSAGES, {"content": "🕯" * 2001}, "content"),
    bad(MESSAGES, {"content": "x", "nonce": "n" * 26, "enforce_nonce": True}, "nonce"),
    bad(MESSAGES, {"embeds": [EMBED] * 11}, "embeds"),
    bad(MESSAGES, {"embeds": [{"title": "t" * 257}]}, "embeds.0.title"),
    bad(MESSAGES, {"embeds": [{"description": "d" * 4097}]}, "embeds.0.description"),
    bad(MESSAGES, {"embeds": [{"title": "t", "footer": {"text": "f" * 2049}}]}, "embeds.0.footer.text"),
    bad(MESSAGES, {"embeds": [{"title": "t", "author": {"name": "a" * 257}}]}, "embeds.0.author.name"),
    bad(MESSAGES, {"embeds": [{"fields": [{"name": "n", "value": ""}]}]}, "embeds.0.fields.0.value"),
    bad(MESSAGES, {"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]}, "embeds.0.fields.0.value"),
    bad(MESSAGES, {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "embeds.0.fields"),
    bad(MESSAGES, {"embeds": [{"description": "d" * 4000}, {"description": "d" * 2001}]}, "embeds"),
    bad(MESSAGES, {"embeds": [{"title": "t", "url": "ftp://x"}]}, "embeds.0.url"),
    bad(MESSAGES, {"embeds": [{"title": "t", "color": 0x1000000}]}, "embeds.0.color"),
    bad(MESSAGES, {"embeds": [{}]}, "embeds.0.description"),
    bad(MESSAGES, {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
    bad(MESSAGES, {"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse"),
    bad(MESSAGES, {"content": "x", "message_reference": {"message_id": "1"}}, "message_reference"),
    bad("POST /channels/{lab}/messages", {"content": "x", "message_reference": {"message_id": "{said}",
        "channel_id": "{general}"}}, "message_reference"),
    Refusal(MESSAGES, 160002, 400, {"content": "x", "message_reference": {"message_id": "{said}"}},
            before=denied(May.READ_MESSAGE_HISTORY)),
    Refusal("POST /channels/{lab}/messages", 160014, 400, {"message_reference": {"type": 1, "message_id": "{said}",
        "channel_id": "{general}"}}, before=lambda scene: setattr(scene.stage.app, "privileged", 0)),
    bad(MESSAGES, {"content": "x", "message_reference": {"type": 1, "message_id": "{said}",
        "channel_id": "{general}"}}, "message_reference"),
    bad(MESSAGES, {"poll": {"question": {"text": "q" * 301}, "answers": [{"poll_media": {"text": "a"}}]}},
        "poll.question.text"),
    bad(MESSAGES, {"poll": {"question": {"text": "?"}, "answers": []}}, "poll.answers"),
    bad(MESSAGES, {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a" * 56}}]}},
        "poll.answers.0.poll_media.text"),
    bad(MESSAGES, {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}],
        "duration": 769}}, "poll.duration"),
    Refusal(MESSAGES, 40005, 413, {}, more={"files": [("big.bin", b"0" * (10 * 1024 * 1024 + 1), "x/y")]}),
    bad(MESSAGES, {"content": "x"}, "attachments", more={"files": [("f", b"0", "x/y")] * 11}),
    Refusal(MESSAGES, 50160, 400, {"flags": VOICE}, more={"files": [("f.txt", b"0", "text/plain")]}),
    Refusal(MESSAGES, 50161, 400, {"flags": VOICE}, more={"files": [("f.ogg", b"0", "audio/ogg")]}),
    Refusal(MESSAGES, 50159, 400, {"flags": VOICE, "content": "x"}, more={"files": [("f.ogg", b"0", "audio/ogg")]}),
    Refusal("POST /channels/{forum}/messages", 40058, 400, {"content": "x"}),
    lost("POST /channels/1/messages", 10003, {"content": "x"}),
    may_not(MESSAGES, {"content": "x"}, before=denied(May.SEND_MESSAGES)),
    may_not(MESSAGES, {"embeds": [EMBED]}, before=denied(May.EMBED_LINKS)),
    may_not(MESSAGES, {}, before=denied(May.ATTACH_FILES), more={"files": [("f", b"0", "x/y")]}),
    may_not(MESSAGES, {"content": "x"}, 50001, before=denied(May.VIEW_CHANNEL)),
    may_not("POST /channels/{thread}/messages", {"content": "x"}, before=denied(May.SEND_MESSAGES_IN_THREADS)),
    Refusal("POST /channels/{thread}/messages", 160005, 400, {"content": "x"}, before=closed),
    may_not("POST /channels/{private}/messages", {"content": "x"}, 50007,
            before=lambda scene: scene.stage.fan.blocks(scene.stage.app)),
    may_not("POST /channels/{private}/messages", {"content": "x"}, 50007,
            before=lambda scene: setattr(scene.stage.fan.user, "dms", False)),
    may_not("POST /channels/{stranger}/messages", {"content": "x"}, 50278, before=lambda scene: None),
    # Components
    bad(MESSAGES, {"components": rows(*[[BUTTON | {"custom_id": f"{n}"}] for n in range(6)])}, "components"),
    bad(MESSAGES, {"components": rows([BUTTON | {"custom_id": f"{n}"} for n in range(6)])}, "components.0.components"),
    bad(MESSAGES, {"components": rows([BUTTON, BUTTON])}, "components"),
    bad(MESSAGES, {"components": rows([BUTTON | {"label": "l" * 81}])}, "components.0.components.0.label"),
    bad(MESSAGES, {"components": rows([BUTTON | {"custom_id": "c" * 101}])}, "components.0.components.0.custom_id"),
    bad(MESSAGES, {"components": rows([{"type": 2, "style": 1, "label": "x"}])}, "components.0.components.0.custom_id"),
    bad(MESSAGES, {"components": rows([{"type": 2, "style": 5, "label": "x"}])}, "components.0.components.0.url"),
    bad(MESSAGES, {"components": rows([{"type": 2, "style": 1, "custom_id": "x"}])}, "components.0.components.0"),
    bad(MESSAGES, {"components": select(options=[])}, "components.0.components.0.options"),
    bad(MESSAGES, {"components": select(options=[{"label": f"{n}", "value": f"{n}"} for n in range(26)])},
        "components.0.components.0.options"),
    bad(MESSAGES, {"components": select(options=[{"label": "a", "value": "a"}] * 2)},
        "components.0.components.0.options.1.value"),
    bad(MESSAGES, {"components": select(max_values=2)}, "components.0.components.0.max_values"),
    bad(MESSAGES, {"components": [{"type": 10, "content": "x"}]}, "components.0.type"),
    bad(MESSAGES, {"flags": COMPONENTS_V2, "content": "x", "components": [{"type": 10, "content": "x"}]}, "content"),
    bad(MESSAGES, {"flags": COMPONENTS_V2, "embeds": [EMBED], "components": [{"type": 10, "content": "x"}]}, "embeds"),
    bad(MESSAGES, {"flags": COMPONENTS_V2, "components": [{"type": 10, "content": "x"}] * 41}, "components"),
    bad(MESSAGES, {"flags": COMPONENTS_V2, "components": [{"type": 12, "items": [{"media": {"url": "attachment://no.png"}}]}]}, "components.items.0.media.url"),
    bad(MESSAGES, {"flags": COMPONENTS_V2, "components": [{"type": 13, "file": {"url": "https://elsewhere.example/a.txt"}}]}, "components.file.url"),
    bad(MESSAGES, {"flags": COMPONENTS_V2, "components": [{"type": 10, "content": "x" * 2001}] * 2}, "components"),
    # Reading, changing, removing
    lost("GET /channels/{general}/messages/1", 10008),
    may_not("GET /channels/{general}/messages/{said}", before=denied(May.READ_MESSAGE_HISTORY)),
    bad("GET /channels/{general}/messages?limit=101", None, "limit"),
    bad("GET /channels/{general}/messages?limit=x", None, "limit"),
    may_not("GET /channels/{general}/messages", code=50001, before=denied(May.VIEW_CHANNEL)),
    lost("PATCH /channels/{general}/messages/1", 10008, {"content": "x"}),
    may_not("PATCH /channels/{general}/messages/{said}", {"content": "x"}, 50005, before=lambda scene: None),
    Refusal("PATCH /channels/{general}/messages/{own}", 50006, 400, {"content": ""}),
    bad("PATCH /channels/{general}/messages/{own}", {"content": "a" * 2001}, "content"),
    Refusal("PATCH /channels/{general}/messages/{poll}", 520003, 400, {"content": "x"}),
    may_not("PATCH /channels/{general}/messages/{told}", {"content": "x"}, 50021, before=told),
    Refusal("PATCH /channels/{general}/messages/{loud}", 50162, 400, {"content": "x"}),
    Refusal("PATCH /channels/{thread}/messages/{reply}", 50083, 400, {"content": "x"}, before=archived),
    Refusal("PATCH /channels/{thread}/messages/{reply}", 160005, 400, {"content": "x"}, before=locked),
    lost("DELETE /channels/{general}/messages/1", 10008),
    may_not("DELETE /channels/{general}/messages/{said}", before=without(May.MANAGE_MESSAGES)),
    Refusal("POST /channels/{general}/messages/bulk-delete", 50016, 400, {"messages": ["{said}"]}),
    Refusal("POST /channels/{general}/messages/bulk-delete", 50034, 400, {"messages": list(OLD)}),
    may_not("POST /channels/{general}/messages/bulk-delete", {"messages": ["{said}", "{own}"]},
            before=without(May.MANAGE_MESSAGES)),
    may_not("POST /channels/{private}/messages/bulk-delete", {"messages": ["{said}", "{own}"]}, 50003,
            before=lambda scene: None),
    may_not("POST /channels/{general}/typing", before=denied(May.SEND_MESSAGES)),
    Refusal("POST /channels/{general}/polls/{said}/expire", 520006, 400),
    Refusal("POST /channels/{general}/polls/{poll}/expire", 520001, 400,
            before=lambda scene: scene.stage.world.clock.moves(61)),
    lost("GET /channels/{general}/polls/{said}/answers/1", 10008),
    # Reactions
    lost("PUT /channels/{general}/messages/1/reactions/%F0%9F%91%8D/@me", 10008),
    Refusal("PUT /channels/{general}/messages/{said}/reactions/nothing/@me", 10014, 400),
    Refusal("PUT /channels/{general}/messages/{said}/reactions/%F0%9F%91%8D/@me", 30010, 400,
            before=twenty_kinds_below),
    may_not("PUT /channels/{general}/messages/{said}/reactions/%F0%9F%91%8D/@me", before=denied(May.ADD_REACTIONS)),
    Refusal("PUT /channels/{thread}/messages/{reply}/reactions/%F0%9F%91%8D/@me", 50083, 400, before=archived),
    Refusal("DELETE /channels/{thread}/messages/{reply}/reactions/%F0%9F%91%8D/@me", 50083, 400, before=archived),
    may_not("DELETE /channels/{general}/messages/{said}/reactions/%F0%9F%91%8D/{fan}",
            before=without(May.MANAGE_MESSAGES)),
    may_not("DELETE /channels/{general}/messages/{said}/reactions/%F0%9F%91%8D", before=without(May.MANAGE_MESSAGES)),
    may_not("DELETE /channels/{general}/messages/{said}/reactions", before=without(May.MANAGE_MESSAGES)),
    bad("GET /channels/{general}/messages/{said}/reactions/%F0%9F%91%8D?limit=0", None, "limit"),
    # Threads
    Refusal("POST /channels/{general}/messages/{said}/threads", 160004, 400, {"name": "x"},
            before=lambda scene: scene.stage.fan.starts_thread(scene.said, "First")),
    bad("POST /channels/{general}/messages/{said}/threads", {"name": ""}, "name"),
    bad("POST /channels/{general}/messages/{said}/threads", {"name": "x" * 101}, "name"),
    bad("POST /channels/{general}/messages/{said}/threads", {"name": "x", "auto_archive_duration": 61},
        "auto_archive_duration"),
    Refusal("POST /channels/{thread}/messages/{reply}/threads", 50024, 400, {"name": "x"}),
    may_not("POST /channels/{general}/messages/{said}/threads", {"name": "x"},
            before=without(May.CREATE_PUBLIC_THREADS)),
    may_not("POST /channels/{general}/threads", {"name": "x", "type": 12}, before=without(May.CREATE_PRIVATE_THREADS)),
    bad("POST /channels/{general}/threads", {}, "name"),
    bad("POST /channels/{forum}/threads", {"name": "x"}, "message"),
    bad("POST /channels/{forum}/threads", {"name": "x", "message": {"content": "x"}, "applied_tags": ["1"]},
        "applied_tags"),
    Refusal("POST /channels/{forum}/threads", 40067, 400, {"name": "x", "message": {"content": "x"}},
            before=lambda scene: setattr(scene.stage.forum, "flags", 1 << 4)),
    Refusal("POST /channels/{forum}/threads", 50006, 400, {"name": "x", "message": {}}),
    may_not("POST /channels/{forum}/threads", {"name": "x", "message": {"content": "x"}},
            before=denied(May.SEND_MESSAGES, "forum")),
    Refusal("PUT /channels/{general}/thread-members/@me", 50024, 400),
    Refusal("DELETE /channels/{general}/thread-members/@me", 50024, 400),
    Refusal("PUT /channels/{thread}/thread-members/{fan}", 50083, 400, before=archived),
    may_not("DELETE /channels/{thread}/thread-members/{fan}", before=without(May.MANAGE_THREADS)),
    lost("GET /channels/{thread}/thread-members/1", 10007),
    Refusal("GET /channels/{general}/thread-members", 50024, 400),
    Refusal("PATCH /channels/{thread}", 50083, 400, {"name": "x"}, before=archived),
    may_not("PATCH /channels/{thread}", {"locked": True}, before=without(May.MANAGE_THREADS)),
    may_not("GET /channels/{general}/threads/archived/private", before=without(May.MANAGE_THREADS)),
    Refusal("GET /channels/{private}/threads/archived/public", 50024, 400),
    lost("GET /guilds/1/threads/active", 10004),
    # Channels
    lost("GET /channels/1", 10003),
    bad("GET /channels/x", None, "channel_id"),
    may_not("GET /channels/{general}", code=50001, before=denied(May.VIEW_CHANNEL)),
    may_not("PATCH /channels/{general}", {"topic": "x"}, before=without(May.MANAGE_CHANNELS)),
    bad("PATCH /channels/{general}", {"topic": "x" * 1025}, "topic"),
    bad("PATCH /channels/{general}", {"rate_limit_per_user": 21601}, "rate_limit_per_user"),
    may_not("PATCH /channels/{private}", {"name": "x"}, 50003, before=lambda scene: None),
    may_not("DELETE /channels/{general}", before=without(May.MANAGE_CHANNELS)),
    may_not("PUT /channels/{general}/permissions/{fan}", {"type": 1, "deny": "2048"},
            before=without(May.MANAGE_ROLES)),
    may_not("PUT /channels/{general}/permissions/{fan}", {"type": 1, "allow": str(1 << 3)},
            before=lambda scene: None),
    bad("PUT /channels/{general}/permissions/{fan}", {"deny": "2048"}, "type"),
    may_not("DELETE /channels/{general}/permissions/{fan}", before=without(May.MANAGE_ROLES)),
    may_not("POST /guilds/{guild}/channels", {"name": "x"}, before=without(May.MANAGE_CHANNELS)),
    bad("POST /guilds/{guild}/channels", {"name": "x" * 101}, "name"),
    lost("GET /guilds/1/channels", 10004),
    # Private channels and the account
    Refusal("POST /users/@me/channels", 50033, 400, {"recipient_id": "{bot}"}),
    lost("POST /users/@me/channels", 10013, {"recipient_id": "1"}),
    bad("PATCH /users/@me", {"username": "x"}, "username"),
    bad("PATCH /users/@me", {"avatar": "data:image/png;base64,AAAA"}, "avatar"),
    bad("GET /users/@me/guilds?limit=201", None, "limit"),
    lost("DELETE /users/@me/guilds/1", 10004),
    bad("PATCH /applications/@me", {"description": "d" * 401}, "description"),
    bad("PATCH /applications/@me", {"icon": "a picture"}, "icon"),
    # Guilds and roles
    lost("GET /guilds/1", 10004),
    lost("GET /guilds/1/roles", 10004),
    lost("GET /guilds/{guild}/roles/1", 10011),
    may_not("POST /guilds/{guild}/roles", {"name": "x"}, before=without(May.MANAGE_ROLES)),
    may_not("POST /guilds/{guild}/roles", {"name": "x", "permissions": str(1 << 3)}, before=lambda scene: None),
    bad("POST /guilds/{guild}/roles", {"name": "x" * 101}, "name"),
    lost("PATCH /guilds/{guild}/roles/1", 10011, {"name": "x"}),
    may_not("PATCH /guilds/{guild}/roles/{botrole}", {"name": "x"}, before=lambda scene: None),
    Refusal("DELETE /guilds/{guild}/roles/{botrole}", 50028, 400),
    lost("PATCH /guilds/{guild}/roles", 10011, [{"id": "1", "position": 1}]),
    may_not("GET /guilds/{guild}/audit-logs", before=without(May.VIEW_AUDIT_LOG)),
    # Members
    lost("GET /guilds/{guild}/members/1", 10013),
    lost("GET /guilds/{guild}/members/{fan}", 10007,
         before=lambda scene: scene.stage.fan.leaves(scene.stage.guild)),
    may_not("GET /guilds/{guild}/members", code=50001, before=lambda scene: setattr(scene.stage.app, "privileged", 0)),
    bad("GET /guilds/{guild}/members?limit=1001", None, "limit"),
    bad("GET /guilds/{guild}/members/search?query=a&limit=1001", None, "limit"),
    bad("PATCH /guilds/{guild}/members/@me", {"nick": "n" * 33}, "nick"),
    bad("PATCH /guilds/{guild}/members/@me", {"bio": "b" * 191}, "bio"),
    bad("PATCH /guilds/{guild}/members/@me", {"avatar": "x"}, "avatar"),
    may_not("PATCH /guilds/{guild}/members/@me", {"nick": "x"}, before=without(May.CHANGE_NICKNAME)),
    may_not("PATCH /guilds/{guild}/members/{fan}", {"nick": "x"}, before=without(May.MANAGE_NICKNAMES)),
    may_not("PATCH /guilds/{guild}/members/{creator}", {"nick": "x"}, before=lambda scene: None),
    may_not("PATCH /guilds/{guild}/members/{fan}", {"communication_disabled_until": "2050-01-01T00:00:00Z"},
            before=without(May.MODERATE_MEMBERS)),
    bad("PATCH /guilds/{guild}/members/{fan}", {"communication_disabled_until": "2050-01-01T00:00:00Z"},
        "communication_disabled_until"),
    bad("PATCH /guilds/{guild}/members/{fan}", {"communication_disabled_until": "soon"},
        "communication_disabled_until"),
    may_not("PATCH /guilds/{guild}/members/{creator}", {"communication_disabled_until": None},
            before=lambda scene: None),
    may_not("PATCH /guilds/{guild}/members/{fan}", {"roles": ["{moderators}"]}, before=without(May.MANAGE_ROLES)),
    may_not("PUT /guilds/{guild}/members/{fan}/roles/{moderators}", before=without(May.MANAGE_ROLES)),
    may_not("PUT /guilds/{guild}/members/{moderator}/roles/{high}", before=Scene.rise),
    may_not("DELETE /guilds/{guild}/members/{fan}/roles/{high}", before=Scene.rise),
    lost("PUT /guilds/{guild}/members/{fan}/roles/1", 10011),
    Refusal("PUT /guilds/{guild}/members/{fan}/roles/{botrole}", 50028, 400),
    may_not("DELETE /guilds/{guild}/members/{fan}", before=without(May.KICK_MEMBERS)),
    may_not("DELETE /guilds/{guild}/members/{fan}", before=Scene.rise),
    may_not("DELETE /guilds/{guild}/members/{creator}", before=lambda scene: None),
    may_not("PUT /guilds/{guild}/bans/{fan}", {}, before=without(May.BAN_MEMBERS)),
    may_not("PUT /guilds/{guild}/bans/{creator}", {}, before=lambda scene: None),
    bad("PUT /guilds/{guild}/bans/{fan}", {"delete_message_seconds": 604801}, "delete_message_seconds"),
    lost("DELETE /guilds/{guild}/bans/{fan}", 10026),
    lost("GET /guilds/{guild}/bans/{fan}", 10026),
    may_not("GET /guilds/{guild}/bans", before=without(May.BAN_MEMBERS)),
    bad("POST /guilds/{guild}/bulk-ban", {"user_ids": []}, "user_ids", before=lambda scene: scene.give(May.MANAGE_GUILD)),
    Refusal("POST /guilds/{guild}/bulk-ban", 500000, 400, {"user_ids": ["{creator}"]},
            before=lambda scene: scene.give(May.MANAGE_GUILD)),
    may_not("POST /guilds/{guild}/bulk-ban", {"user_ids": ["{fan}"]}, before=lambda scene: None),
    may_not("PUT /guilds/{guild}/incident-actions", {"invites_disabled_until": None}, before=lambda scene: None),
    bad("PUT /guilds/{guild}/incident-actions", {"invites_disabled_until": "2050-01-01T00:00:00+00:00"},
        "invites_disabled_until", before=lambda scene: scene.give(May.MANAGE_GUILD)),
    may_not("PATCH /guilds/{guild}", {"name": "New"}, before=lambda scene: None),
    bad("PATCH /guilds/{guild}", {"name": "N"}, "name", before=lambda scene: scene.give(May.MANAGE_GUILD)),
    # Commands
    bad(COMMANDS, {"name": "Ask", "description": "x"}, "name"),
    bad(COMMANDS, {"name": "ask me", "description": "x"}, "name"),
    bad(COMMANDS, {"name": "a" * 33, "description": "x"}, "name"),
    bad(COMMANDS, {"name": "ask"}, "description"),
    bad(COMMANDS, {"name": "ask", "description": "d" * 101}, "description"),
    bad(COMMANDS, {"name": "Why", "type": 3, "description": "x"}, "description"),
    bad(COMMANDS, {"name": "ask", "description": "x", "name_localizations": {"xx": "y"}}, "name_localizations"),
    bad(COMMANDS, {"name": "ask", "description": "x", "name_localizations": {"de": "Frag mich"}},
        "name_localizations.de"),
    bad(COMMANDS, option(name="Q"), "options.0.name"),
    bad(COMMANDS, option(description=""), "options.0.description"),
    bad(COMMANDS, option(choices=[{"name": "a", "value": "a"}] * 26), "options.0.choices"),
    bad(COMMANDS, option(choices=[{"name": "a", "value": "v" * 101}]), "options.0.choices.0.value"),
    bad(COMMANDS, option(choices=[{"name": "a", "value": "a"}], autocomplete=True), "options.0.autocomplete"),
    bad(COMMANDS, option(type=5, autocomplete=True), "options.0.autocomplete"),
    bad(COMMANDS, {"name": "ask", "description": "x", "options": [
        {"type": 3, "name": "a", "description": "x"}, {"type": 3, "name": "b", "description": "x", "required": True},
    ]}, "options.1"),
    bad(COMMANDS, {"name": "ask", "description": "x", "options": [
        {"type": 3, "name": "a", "description": "x"}, {"type": 3, "name": "a", "description": "x"}]},
        "options.1.name"),
    bad(COMMANDS, {"name": "ask", "description": "x", "options": [
        {"type": 1, "name": "a", "description": "x"}, {"type": 3, "name": "b", "description": "x"}]}, "options"),
    bad(COMMANDS, {"name": "ask", "description": "x", "options": [
        {"type": 3, "name": f"o{n}", "description": "x"} for n in range(26)]}, "options"),
    bad(ALL, [{"name": "ask", "description": "x"}] * 2, "1"),
    bad(COMMANDS, {"name": "ask", "description": "x", "options": [
        {"type": 3, "name": f"o{n}", "description": "x", "choices": [
            {"name": "n" * 100, "value": f"{m}" + "v" * 90} for m in range(25)]} for n in range(2)]}, ""),
    Refusal(ALL, 30032, 400, [{"name": f"a{n}", "description": "x"} for n in range(101)]),
    lost("GET /applications/{app}/commands/1", 10063),
    lost("DELETE /applications/{app}/commands/1", 10063),
    lost("PATCH /applications/{app}/commands/1", 10063, {"description": "x"}),
    lost("GET /applications/1/commands", 10002),
    may_not("GET /applications/{app}/guilds/1/commands", code=50001, before=lambda scene: None),
    may_not(f"GET {GUILDS}/permissions", code=50001, before=lambda scene: scene.stage.world.leave(scene.stage.guild, scene.stage.app.user)),
    bad(f"POST {GUILDS}", {"name": "Ask", "description": "x"}, "name"),
    bad(f"PUT {GUILDS}", [{"name": "ask", "description": ""}], "0.description"),
    lost(f"GET {GUILDS}/1", 10063),
    lost(f"PATCH {GUILDS}/1", 10063, {"description": "x"}),
    lost(f"DELETE {GUILDS}/1", 10063),
    lost(f"GET {GUILDS}/1/permissions", 10063),
    # Interactions
    lost("POST /interactions/1/x/callback", 10062, {"type": 4, "data": {"content": "x"}}),
    Refusal("POST /webhooks/{app}/x", 50027, 401, {"content": "x"}),
    lost("POST /webhooks/1/x", 10015, {"content": "x"}),
    Refusal("PATCH /webhooks/{app}/x/messages/@original", 50027, 401, {"content": "x"}),
    Refusal("GET /webhooks/{app}/x/messages/@original", 50027, 401),
    Refusal("DELETE /webhooks/{app}/x/messages/@original", 50027, 401),
    Refusal("PATCH /webhooks/{app}/x/messages/1", 50027, 401, {"content": "x"}),
    Refusal("GET /webhooks/{app}/x/messages/1", 50027, 401),
    Refusal("DELETE /webhooks/{app}/x/messages/1", 50027, 401),
]  # fmt: skip


def held(world: World) -> Json:
    """What a world holds."""
    return {
        "users": [one.to_json() for one in world.users.values()],
        "apps": [one.to_json(0) for one in world.apps.values()],
        "guilds": [
            (one.to_json(), [each.to_json() for each in one.members.values()], list(one.bans), len(one.log))
            for one in world.guilds.values()
        ],
        "channels": {
            number: (one.to_json(), [each.to_json("", 0.0) for each in one.messages.values()])
            for number, one in world.channels.items()
        },
        "commands": [world.commands.of(one, None) for one in world.apps],
        "typing": list(world.typing),
    }


@pytest.fixture
async def unaided() -> AsyncIterator[DiscordServer]:
    """The server, without Discord's document."""
    async with DiscordServer(strict=False) as server:
        yield server


async def refuse(server: DiscordServer, one: Refusal) -> Any:
    """Make a call that is to be refused; what is said."""
    scene = scene_of(server.world)
    old = scene.stage.app.token
    one.before(scene)
    more = dict(one.more)
    if more.get("token") == "old":
        more["token"] = old
    before = held(server.world)
    method, _, path = one.call.partition(" ")
    async with aiohttp.ClientSession() as session:
        if (text := more.pop("text", None)) is not None:
            headers = {"Authorization": f"Bot {scene.stage.app.token}"}
            url = f"{server.url}{path.format(**scene.names)}"
            async with session.request(method, url, data=text, headers=headers) as answer:
                status, body = answer.status, await answer.json()
        else:
            wire = Wire(server, scene.stage.app, session)
            said = await wire.call(method, path.format(**scene.names), filled(one.body, scene.names), **more)
            status, body = said.status, said.body
    assert held(server.world) == before
    return status, body


@pytest.mark.parametrize("one", TABLE, ids=str)
async def test_it_is_refused(unaided: DiscordServer, one: Refusal) -> None:
    status, body = await refuse(unaided, one)
    assert (status, body["code"]) == (one.status, one.code), body
    if one.at:
        at = body["errors"]
        for step in one.at.split("."):
            assert step in at, body
            at = at[step]
        assert {"code", "message"} == set(at["_errors"][0])
    assert unaided.complaints == []


def test_every_route_that_can_refuse_does() -> None:
    # What has nothing that could be wrong but the token.
    simple = {
        "GET /gateway", "GET /gateway/bot", "GET /users/@me", "GET /applications/@me",
        "GET /oauth2/applications/@me",
    }  # fmt: skip

    def shape(path: str) -> list[str]:
        return [
            "*" if one.startswith("{") or one.isdigit() or one in ("x", "nothing") or "%" in one else one
            for one in path.partition("?")[0].replace(" ", "/").split("/")
        ]

    refused = [shape(one.call) for one in TABLE]
    missing = [name for name in ROUTES if shape(name) not in refused and name not in simple]
    assert missing == []


BY_THE_DOCUMENT = [
    bad(MESSAGES, {"content": 5}, "content"),
    bad(MESSAGES, {"embeds": {"title": "x"}}, "embeds"),
    bad(MESSAGES, {"content": "x", "tts": "loudly"}, "tts"),
    bad(MESSAGES, {"content": "x", "message_reference": {}}, "message_reference.message_id"),
    bad(MESSAGES, {"content": "x", "sticker_ids": ["1"] * 4}, "sticker_ids"),
    bad("POST /channels/{general}/messages/bulk-delete", {}, "messages"),
    bad("PUT /channels/{general}/permissions/{fan}", {"type": 2}, "type"),
    bad("POST /interactions/1/x/callback", {"type": 4, "data": {"content": "a" * 2001}}, "data.content"),
    bad(COMMANDS, {"description": "x"}, "name"),
    bad(COMMANDS, {"name": "ask", "description": "x", "contexts": []}, "contexts"),
    bad(COMMANDS, option(type=99), "options.0"),
    bad("PUT /guilds/{guild}/bans/{fan}", {"delete_message_days": 8}, "delete_message_days"),
]


@pytest.mark.dataset
@pytest.mark.parametrize("one", BY_THE_DOCUMENT, ids=str)
async def test_the_document_refuses_it_too(one: Refusal) -> None:
    if spec.load() is None:
        pytest.skip("Discord's document isn't there")
    async with DiscordServer() as server:
        status, body = await refuse(server, one)
        assert (status, body["code"]) == (400, FORM)
        assert any(one.at in said for said in server.complaints), server.complaints
