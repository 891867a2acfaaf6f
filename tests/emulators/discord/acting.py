"""What people do with apps: commands, autocompletion, context menus, buttons, selects, modals."""

from dataclasses import dataclass
from typing import Any

from tests.emulators.discord import commands as kinds
from tests.emulators.discord import permissions
from tests.emulators.discord.components import BUTTON, LINK, SELECTS, STRING_SELECT, TEXT_INPUT, walk
from tests.emulators.discord.errors import refused
from tests.emulators.discord.files import Attachment
from tests.emulators.discord.guilds import Channel, Role
from tests.emulators.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction
from tests.emulators.discord.messages import Message
from tests.emulators.discord.people import App, Json, User
from tests.emulators.discord.permissions import May
from tests.emulators.discord.world import World

_OF_TYPE: dict[int, tuple[type[Any], ...]] = {
    kinds.TEXT: (str,),
    kinds.INTEGER: (int,),
    kinds.BOOLEAN: (bool,),
    kinds.USER: (User,),
    kinds.CHANNEL: (Channel,),
    kinds.ROLE: (Role,),
    kinds.MENTIONABLE: (User, Role),
    kinds.NUMBER: (int, float),
    kinds.FILE: (Attachment,),
}


@dataclass
class Acting:
    """A person who uses apps."""

    world: World
    user: User

    def runs(self, where: Channel | App, app: App, name: str, /, **options: Any) -> Interaction:
        """Run a slash command, "ask" or "topic block", with these options.

        Raises:
            LookupError: there is no such command here, or the client wouldn't send it so.
            ApiError: this person may not.
        """
        channel = self._place(where)
        command, path = self._command(channel, app, name)
        resolved: Json = {}
        given = self._options(channel, self._leaf(command, path), options, resolved)
        for step, kind in reversed(path):
            given = [{"name": step, "type": kind, "options": given}]
        return self.world.interactions.begin(
            app, self.user, channel, COMMAND, _data(command, given, resolved)
        )

    async def autocompletes(
        self, where: Channel | App, app: App, name: str, option: str, typed: str, /, **options: Any
    ) -> list[Json]:
        """Type into an option; what is offered, nothing where the app doesn't answer in time.

        Raises:
            LookupError: there is no such command here, or it doesn't offer anything there.
        """
        channel = self._place(where)
        command, path = self._command(channel, app, name)
        leaf = self._leaf(command, path)
        meant = next((one for one in leaf.get("options", ()) if one["name"] == option), None)
        if meant is None or not meant.get("autocomplete"):
            raise LookupError(f"{name} offers nothing for {option}")
        known = {
            **leaf,
            "options": [{**one, "required": False} for one in leaf["options"] if one is not meant],
        }
        given = self._options(channel, known, options, {})
        given.append({"name": option, "type": meant["type"], "value": typed, "focused": True})
        for step, kind in reversed(path):
            given = [{"name": step, "type": kind, "options": given}]
        asked = self.world.interactions.begin(
            app, self.user, channel, AUTOCOMPLETE, _data(command, given, {})
        )
        await asked.acknowledged()
        return asked.choices or []

    def uses(self, target: Message | User, app: App, name: str, where: Channel | None = None) -> Interaction:
        """Use a message's or a user's context menu.

        Raises:
            LookupError: there is no such entry here.
            ApiError: this person may not.
        """
        channel = target.channel if isinstance(target, Message) else where
        if channel is None:
            raise LookupError("a user's menu is opened somewhere")
        kind = kinds.ON_MESSAGE if isinstance(target, Message) else kinds.ON_USER
        command, _ = self._command(channel, app, name, kind)
        resolved: Json = {}
        if isinstance(target, Message):
            told = target.to_json(self.world.files.url, self.world.clock.now(), app.id)
            resolved["messages"] = {str(target.id): told}
        else:
            self._resolve(channel, target, resolved)
        data = _data(command, [], resolved) | {"target_id": str(target.id)}
        return self.world.interactions.begin(app, self.user, channel, COMMAND, data)

    def presses(self, message: Message, label: str) -> Interaction:
        """Press a button by its label (or the name that its app gave it).

        Raises:
            LookupError: there is none that can be pressed.
        """
        button = next(
            (
                one for one in walk(message.content.components)
                if one["type"] == BUTTON and label in (one.get("label"), one.get("custom_id"))
            ),
            None,
        )  # fmt: skip
        if button is None or button.get("disabled") or button["style"] == LINK:
            raise LookupError(f"no button {label!r} that can be pressed")
        data = {"custom_id": button["custom_id"], "component_type": BUTTON, "id": button["id"]}
        return self._component(message, data)

    def picks(self, message: Message, name: str, *values: Any) -> Interaction:
        """Choose in a select by its name or placeholder: options' labels, or users, roles, channels.

        Raises:
            LookupError: there is no such select, no such option, or not as many may be chosen.
        """
        select = next(
            (
                one for one in walk(message.content.components)
                if one["type"] in SELECTS and name in (one["custom_id"], one.get("placeholder"))
            ),
            None,
        )  # fmt: skip
        if select is None or select.get("disabled"):
            raise LookupError(f"no select {name!r}")
        if not select["min_values"] <= len(values) <= select["max_values"]:
            raise LookupError(f"{len(values)} can't be chosen")
        data: Json = {
            "custom_id": select["custom_id"],
            "component_type": select["type"],
            "id": select["id"],
        }
        if select["type"] == STRING_SELECT:
            known = {each["label"]: each["value"] for each in select["options"]}
            known |= {each["value"]: each["value"] for each in select["options"]}
            if missing := [one for one in values if one not in known]:
                raise LookupError(f"no options {missing}")
            data["values"] = [known[one] for one in values]
        else:
            data["values"] = [str(one.id) for one in values]
            data["resolved"] = {}
            for one in values:
                self._resolve(message.channel, one, data["resolved"])
        return self._component(message, data)

    def submits(self, asked: Interaction, /, **fields: Any) -> Interaction:
        """Fill in the modal that an interaction brought up, and send it; fields by their apps' names.

        Raises:
            LookupError: there is no modal, no such field, or one must be filled in.
        """
        modal = asked.modal
        if modal is None:
            raise LookupError("there is no modal")
        names = {one["custom_id"] for one in walk(modal["components"]) if one.get("custom_id")}
        if missing := set(fields) - names:
            raise LookupError(f"no fields {missing}")
        data = {
            "custom_id": modal["custom_id"],
            "components": [self._filled(one, fields) for one in modal["components"]],
            "resolved": {},
        }
        return self.world.interactions.begin(
            asked.app, self.user, asked.channel, MODAL, data, asked.message, cause=asked
        )

    def _filled(self, one: Json, fields: dict[str, Any]) -> Json:
        known: Json = {"type": one["type"], "id": one["id"]}
        if "components" in one:
            return known | {"components": [self._filled(each, fields) for each in one["components"]]}
        if "component" in one:
            return known | {"component": self._filled(one["component"], fields)}
        if "custom_id" not in one:
            return known
        name = one["custom_id"]
        if one["type"] != TEXT_INPUT:
            return known | {"custom_id": name, "values": list(fields.get(name, ()))}
        value = str(fields.get(name, one.get("value") or ""))
        if one.get("required", True) and not value:
            raise LookupError(f"{name} must be filled in")
        if not (one.get("min_length") or 0) <= len(value) <= (one.get("max_length") or 4000):
            raise LookupError(f"{name} is too short or too long")
        return known | {"custom_id": name, "value": value}

    def _component(self, message: Message, data: Json) -> Interaction:
        app = message.app or self.world.apps.get(message.author.id)
        if app is None or message.deleted:
            raise LookupError("the message is no app's, or gone")
        if message.only_for not in (None, self.user.id):
            raise LookupError("the message isn't shown to this person")
        permissions.need(message.channel, self.user.id, int(May.VIEW_CHANNEL), self.world.clock.now())
        return self.world.interactions.begin(app, self.user, message.channel, COMPONENT, data, message)

    # Commands

    def commands(self, where: Channel | App, app: App, kind: int = kinds.CHAT) -> list[str]:
        """The names, in their language, of an app's commands that this person is offered in a place."""
        channel = self._place(where)
        every = self.world.commands.every(app.id, channel.guild.id if channel.guild else None)
        return [self.name_of(one) for one in every if one["type"] == kind and self._offered(channel, one)]

    def name_of(self, command: Json) -> str:
        """A command's (or an option's) name as this person is shown it."""
        return (command.get("name_localizations") or {}).get(self.user.locale) or str(command["name"])

    def _command(
        self, channel: Channel, app: App, name: str, kind: int = kinds.CHAT
    ) -> tuple[Json, list[tuple[str, int]]]:
        first, *steps = name.split() if kind == kinds.CHAT else [name]
        guild_id = channel.guild.id if channel.guild else None
        commands = self.world.commands
        # People type the name that they are shown, in their language.
        found = commands.found(app.id, guild_id, first, kind) or next(
            (
                one
                for one in commands.every(app.id, guild_id)
                if self.name_of(one) == first and one["type"] == kind
            ),
            None,
        )
        if found is None or (channel.guild is not None and app.id not in channel.guild.members):
            raise LookupError(f"no command {name!r} here")
        if not self._offered(channel, found):
            raise refused(50013)
        path, options = [], found.get("options", [])
        for step in steps:
            inner = next((one for one in options if one["name"] == step and one["type"] in (1, 2)), None)
            if inner is None:
                raise LookupError(f"no command {name!r} here")
            path.append((step, inner["type"]))
            options = inner.get("options", [])
        if any(one["type"] in (kinds.SUBCOMMAND, kinds.GROUP) for one in options):
            raise LookupError(f"{name!r} is a group of commands")
        return found, path

    def _offered(self, channel: Channel, command: Json) -> bool:
        contexts = command["contexts"]
        place = kinds.IN_GUILD if channel.guild else kinds.IN_BOT_DM
        if contexts is not None and place not in contexts:
            return False
        if channel.guild is None:
            return bool(command.get("dm_permission", False))
        bits = permissions.inside(channel, self.user.id, self.world.clock.now())
        needed = command["default_member_permissions"]
        if not bits & May.USE_APPLICATION_COMMANDS or not bits & May.VIEW_CHANNEL:
            return False
        if needed is None or bits & May.ADMINISTRATOR:
            return True
        return int(needed) != 0 and bits & int(needed) == int(needed)

    @staticmethod
    def _leaf(command: Json, path: list[tuple[str, int]]) -> Json:
        for step, _ in path:
            command = next(one for one in command["options"] if one["name"] == step)
        return command

    def _options(self, channel: Channel, leaf: Json, given: dict[str, Any], resolved: Json) -> list[Json]:
        known = {one["name"]: one for one in leaf.get("options", ())}
        if missing := [one for one in given if one not in known]:
            raise LookupError(f"no options {missing}")
        made = []
        for name, one in known.items():
            if name not in given:
                if one.get("required"):
                    raise LookupError(f"{name} must be given")
                continue
            value: Any = given[name]
            if not isinstance(value, _OF_TYPE[one["type"]]) or (
                isinstance(value, bool) and one["type"] != kinds.BOOLEAN
            ):
                raise LookupError(f"{name} can't be {value!r}")
            self._check_value(one, value)
            if one["type"] in (kinds.USER, kinds.CHANNEL, kinds.ROLE, kinds.MENTIONABLE, kinds.FILE):
                self._resolve(channel, value, resolved)
                value = str(value.id)
            made.append({"name": name, "type": one["type"], "value": value})
        return made

    @staticmethod
    def _check_value(one: Json, value: Any) -> None:
        choices = [each["value"] for each in one.get("choices", ())]
        size = len(value) if isinstance(value, str) else value
        low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
        if choices and value not in choices:
            raise LookupError(f"{one['name']} can't be {value!r}: it isn't offered")
        if (low in one and size < one[low]) or (high in one and size > one[high]):
            raise LookupError(f"{one['name']} can't be {value!r}: too small or too large")

    def _resolve(self, channel: Channel, what: Any, resolved: Json) -> None:
        now, guild = self.world.clock.now(), channel.guild
        if isinstance(what, User):
            resolved.setdefault("users", {})[str(what.id)] = what.to_json()
            if guild is not None and what.id in guild.members:
                member = guild.members[what.id].to_json(with_user=False)
                bits = permissions.inside(channel, what.id, now)
                told = {name: value for name, value in member.items() if name not in ("deaf", "mute")}
                resolved.setdefault("members", {})[str(what.id)] = told | {"permissions": str(bits)}
        elif isinstance(what, Role):
            resolved.setdefault("roles", {})[str(what.id)] = what.to_json()
        elif isinstance(what, Channel):
            bits = permissions.inside(what, self.user.id, now)
            resolved.setdefault("channels", {})[str(what.id)] = what.to_json() | {"permissions": str(bits)}
        elif isinstance(what, Attachment):
            told = what.to_json(self.world.files.url, now, ephemeral=True)
            resolved.setdefault("attachments", {})[str(what.id)] = told

    def _place(self, where: Channel | App) -> Channel:
        return self.world.private_channel(where.user, self.user) if isinstance(where, App) else where


def _data(command: Json, options: list[Json], resolved: Json) -> Json:
    known: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        known["guild_id"] = command["guild_id"]
    if resolved:
        known["resolved"] = resolved
    return known | {"options": options} if options else known
