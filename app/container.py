"""The one place where everything is built and fitted together, for one process."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import app.models  # noqa: F401 - an export looks through every room's tables
from app import wiring
from app.addresses import AddressBook
from app.checkup.finding import Finding
from app.doctor import examine
from bots.discord import tasks as discord_tasks
from bots.discord.answering import Answering
from bots.discord.checking import Checks as DiscordChecks
from bots.discord.client import Client as DiscordClient
from bots.discord.commands import Published
from bots.discord.enforcing import DiscordEnforcer
from bots.discord.fetching import Fetching as DiscordFetching
from bots.discord.files import SentFiles as DiscordFiles
from bots.discord.gateway import Gateway
from bots.discord.guilds import Guilds
from bots.discord.interactions import Interactions
from bots.discord.joining import Joining as DiscordJoining
from bots.discord.profile import Profile as DiscordProfile
from bots.discord.receiver import Receiver as DiscordReceiver
from bots.discord.roster import Roster as DiscordRoster
from bots.discord.sender import DiscordSender
from bots.discord.sounds import Sounds as DiscordSounds
from bots.holder import Holder
from bots.relays import Relays
from bots.telegram import joining_repository
from bots.telegram import tasks as telegram_tasks
from bots.telegram.checking import Checks
from bots.telegram.client import Client
from bots.telegram.enforcing import TelegramEnforcer
from bots.telegram.fetching import Fetching as TelegramFetching
from bots.telegram.files import SentFiles
from bots.telegram.hooks import Hooks
from bots.telegram.joining import Joining, number_in
from bots.telegram.manager import Manager
from bots.telegram.polling import Polling
from bots.telegram.posts import Posts
from bots.telegram.profile import Profile
from bots.telegram.rates import Rates
from bots.telegram.receiver import Receiver
from bots.telegram.recordings import Recordings
from bots.telegram.roster import Roster
from bots.telegram.sender import TelegramSender
from bots.telegram.sounds import Sounds as TelegramSounds
from bots.telegram.watching import Watching
from bots.typing import Typing
from bots.voice import VoiceNotes
from bots.webchat.chat import PLATFORM as WEBCHAT
from bots.webchat.chat import WebChat
from community.types import Entitlements, NoEntitlements
from conversation import broadcast_orders, linking, orders
from conversation import service as conversation
from conversation.atmosphere import Prompts
from conversation.broadcasts import Broadcasts
from conversation.commands import router as conversation_commands
from conversation.intake import Intake
from conversation.menus import for_role, menus
from conversation.pump import Pump
from conversation.rights import Erasures
from conversation.turn import Responder, Turns
from conversation.types import Sender, TakenUp
from kernel.bus import Bus
from kernel.chat import RELAYED, CommandRouter, Medium
from kernel.crypto import SecretBox, load_key
from kernel.db import Database
from kernel.events import EventTable
from kernel.files import FileStore
from kernel.ids import token
from kernel.jobs import Jobs
from kernel.settings import Settings
from memory import tasks as memory_tasks
from memory.service import Memory
from moderation import service as moderation
from moderation.service import Acting, Captchas, RuleBook
from persona_engine import tasks as persona_tasks
from persona_engine.service import Drafts, Persona, TrialRunner, Writer, boundaries, help_lines, learning

TURNS = "turns"


@dataclass(frozen=True, slots=True)
class Roles:
    """What a process does: serve pages, hold connections, work jobs."""

    web: bool = True
    bots: bool = True
    worker: bool = True


class Container:
    """Everything of one process. Parts are built when first asked for; `open` connects what is needed."""

    def __init__(self, settings: Settings, dsn: str, *, roles: Roles | None = None) -> None:
        self.settings = settings
        self.dsn = dsn
        self.roles = roles or Roles()
        self.name = f"{os.getpid()}:{token(6)}"
        self.events = EventTable()
        self.jobs = Jobs(dsn)
        self.db = Database(dsn, events=self.events, jobs=self.jobs, name=self.name)
        self.bus = Bus(dsn)
        self.files = FileStore(settings.data / "files")
        self.entitlements: Entitlements = NoEntitlements()
        self.responder: Responder | None = None
        self.warmed = asyncio.Event()
        wiring.wire(self.events)
        self._register()

    @cached_property
    def secrets(self) -> SecretBox:
        """Encrypts what must not lie open in the database."""
        key = self.settings.secret_key
        return SecretBox(load_key(self.settings.data, key.get_secret_value() if key else None))

    @cached_property
    def addresses(self) -> AddressBook:
        """Where this instance's sites are reached."""
        return AddressBook(self.settings)

    @cached_property
    def memory(self) -> Memory:
        """What the avatars know."""
        return Memory(
            db=self.db, files=self.files, settings=self.settings, bus=self.bus, recalls=self.roles.worker
        )

    @cached_property
    def guard(self) -> boundaries.Guard:
        """Holds messages against the creators' boundaries."""
        return boundaries.Guard(self.memory.comparing)

    @cached_property
    def judge(self) -> boundaries.Judge:
        """Asks a creator's models what a message is about."""
        return boundaries.Judge(self.drafts)

    @cached_property
    def persona(self) -> Persona:
        """How the avatars speak."""
        return Persona(
            self.memory,
            self.entitlements,
            self.guard,
            Writer(self.drafts, self.guard, self.memory.comparing, self.db),
            self.taught,
            self.judge,
            help_lines.HelpLines(self.db),
        )

    @cached_property
    def trials(self) -> TrialRunner:
        """Asks what is tried out, of settings in force or not."""
        return TrialRunner(self.db, self.persona, self.drafts)

    @cached_property
    def taught(self) -> learning.Taught:
        """The answers that creators' people have taught."""
        return learning.Taught(self.db, self.memory.comparing)

    @cached_property
    def clusters(self) -> learning.Clusters:
        """Puts the questions that are the same together."""
        return learning.Clusters(self.memory.comparing, self.taught)

    @cached_property
    def drafts(self) -> Drafts:
        """Asks the language models that creators have connected."""
        return Drafts(self.db, self.secrets, private=self.settings.models_may_be_local)

    @cached_property
    def commands(self) -> CommandRouter:
        """Every room's chat commands."""
        table = CommandRouter()
        table.include(conversation_commands(self.db, table))
        table.include(linking.router(self.db))
        table.include(orders.router(self.db, lambda: self.guard, self.addresses.admin))
        table.include(moderation.router(self.db, self.rule_book))
        table.include(broadcast_orders.router(self.db, lambda: self.entitlements))
        return table

    @cached_property
    def intake(self) -> Intake:
        """Takes messages in."""
        return Intake(self.db, self.commands)

    @cached_property
    def turns(self) -> Turns:
        """Answers threads."""
        outlet = self.pump if self.roles.bots else None
        return Turns(self.db, self.responder or self.persona, self.commands, self.voice_notes, outlet)

    @cached_property
    def erasures(self) -> Erasures:
        """Erases fans who have asked for it."""
        return Erasures(self.db)

    @cached_property
    def prompts(self) -> Prompts:
        """Begins conversations in groups."""
        return Prompts(self.db)

    @cached_property
    def broadcasts(self) -> Broadcasts:
        """Moves broadcasts on."""
        return Broadcasts(self.db, self.entitlements)

    @cached_property
    def lapsing(self) -> boundaries.Lapsing:
        """Takes boundaries out whose time is over."""
        return boundaries.Lapsing(self.db)

    @cached_property
    def webchat(self) -> WebChat:
        """The web chat behind its pages."""
        return WebChat(self.db, self.bus, self.intake)

    @cached_property
    def telegram(self) -> Client:
        """Calls Telegram."""
        return Client(self.settings.telegram_api)

    @cached_property
    def telegram_bots(self) -> Roster:
        """Which bot each connection is."""
        return Roster(self.db, self.secrets)

    @cached_property
    def telegram_hooks(self) -> Hooks:
        """How updates of Telegram's come."""
        return Hooks(self.telegram, self.telegram_bots, self.settings.public_url)

    @cached_property
    def telegram_joining(self) -> Joining:
        """Connects avatars with Telegram's bots."""
        secret = self.settings.telegram_manager_token
        return Joining(
            self.db,
            self.telegram,
            self.telegram_bots,
            self.telegram_hooks,
            self.secrets,
            maker=number_in(secret.get_secret_value()) if secret else 0,
        )

    @cached_property
    def telegram_manager(self) -> Manager:
        """The operator's bot that makes bots."""
        secret = self.settings.telegram_manager_token
        return Manager(
            self.db,
            self.telegram,
            self.telegram_joining,
            self.secrets,
            secret.get_secret_value() if secret else None,
            self.name,
        )

    @cached_property
    def telegram_checks(self) -> Checks:
        """Looks at avatars' bots."""
        return Checks(self.db, self.telegram, self.telegram_bots, self.telegram_hooks, self.secrets)

    @cached_property
    def telegram_profile(self) -> Profile:
        """Tells Telegram what avatars are."""
        return Profile(
            self.db,
            self.telegram,
            self.telegram_bots,
            self.files,
            partial(menus, self.commands),
            partial(for_role, self.commands),
        )

    @cached_property
    def telegram_recordings(self) -> Recordings:
        """Fetches what is posted in creators' channels."""
        return Recordings(self.db, self.telegram, self.telegram_bots, self.files)

    @cached_property
    def voice_notes(self) -> VoiceNotes:
        """Understands voice messages."""
        sounds = (
            TelegramSounds(self.telegram, self.telegram_bots),
            DiscordSounds(self.discord, self.discord_apps),
        )
        return VoiceNotes(sounds, self.memory)

    @cached_property
    def telegram_files(self) -> SentFiles:
        """The files that bots send and get."""
        return SentFiles(self.db, self.files, self.relays)

    @cached_property
    def relays(self) -> Relays:
        """Hands on what somebody has sent, whatever platform that was on."""
        return Relays(
            (
                TelegramFetching(self.telegram, self.telegram_bots),
                DiscordFetching(self.discord, self.discord_apps),
            )
        )

    @cached_property
    def telegram_sender(self) -> TelegramSender:
        """Sends to Telegram."""
        return TelegramSender(
            self.db,
            self.telegram,
            self.telegram_bots,
            self.telegram_files,
            self.addresses.public,
            self.telegram_rates,
            self.typing.end,
        )

    @cached_property
    def telegram_rates(self) -> Rates:
        """How much each bot may send now."""
        return Rates()

    @cached_property
    def discord(self) -> DiscordClient:
        """Calls Discord."""
        return DiscordClient(self.settings.discord_api, self.settings.discord_gateway)

    @cached_property
    def discord_apps(self) -> DiscordRoster:
        """Which app each connection is."""
        return DiscordRoster(self.db, self.secrets)

    @cached_property
    def discord_commands(self) -> Published:
        """Tells Discord of the commands."""
        return Published(self.db, self.discord, self.commands)

    @cached_property
    def discord_joining(self) -> DiscordJoining:
        """Connects avatars with Discord's apps."""
        return DiscordJoining(
            self.db,
            self.discord,
            self.discord_apps,
            self.secrets,
            self.discord_commands,
            self.settings.public_url,
        )

    @cached_property
    def discord_checks(self) -> DiscordChecks:
        """Looks at avatars' apps."""
        return DiscordChecks(self.db, self.discord, self.discord_apps, self.secrets)

    @cached_property
    def discord_profile(self) -> DiscordProfile:
        """Tells Discord what avatars are."""
        return DiscordProfile(self.db, self.discord, self.discord_apps, self.files, self.discord_commands)

    @cached_property
    def discord_receiver(self) -> DiscordReceiver:
        """Takes in what is said in Discord."""
        return DiscordReceiver(self.db, self.discord, self.typing)

    @cached_property
    def discord_interactions(self) -> Interactions:
        """Takes in what Discord's commands and buttons stand for."""
        return Interactions(self.db, self.discord_receiver, self.commands, self.secrets)

    @cached_property
    def discord_gateway(self) -> Gateway:
        """Listens to Discord."""
        return Gateway(
            self.db,
            self.discord,
            self.discord_apps,
            self.discord_receiver,
            self.discord_interactions,
            Guilds(self.db),
            self.discord_commands,
        )

    @cached_property
    def discord_sender(self) -> DiscordSender:
        """Sends to Discord."""
        return DiscordSender(
            self.db,
            self.discord,
            self.discord_apps,
            DiscordFiles(self.db, self.files, self.relays),
            Answering(self.db, self.secrets),
            self.addresses.public,
            self.typing.end,
        )

    @cached_property
    def pump(self) -> Pump:
        """Sends what waits on the connections that this process holds."""
        senders: Sequence[Sender] = (self.telegram_sender, self.discord_sender)
        return Pump(self.db, self.bus, self.name, senders, pages=[WEBCHAT])

    @cached_property
    def rule_book(self) -> RuleBook:
        """The rules of groups."""
        return RuleBook(
            self.db,
            frozenset({TelegramEnforcer.platform, DiscordEnforcer.platform}),
            frozenset({TelegramEnforcer.platform}),
        )

    @cached_property
    def captchas(self) -> Captchas:
        """Puts out who hasn't shown in time that they are a person."""
        return Captchas(self.db)

    @cached_property
    def telegram_watching(self) -> Watching:
        """Holds what happens in Telegram's groups against their rules."""
        return Watching(self.db, self.telegram, self.rule_book)

    @cached_property
    def acting(self) -> Acting:
        """Does what moderators decide on the connections that this process holds."""
        enforcers = (
            TelegramEnforcer(self.db, self.telegram, self.telegram_bots, self.telegram_rates),
            DiscordEnforcer(self.discord, self.discord_apps),
        )
        return Acting(self.db, self.bus, self.name, enforcers)

    @cached_property
    def holder(self) -> Holder:
        """Holds connections and pumps what they send."""
        return Holder(self.db, self.bus, self.name, self.pump, [self.telegram_polling, self.discord_gateway])

    @cached_property
    def telegram_receiver(self) -> Receiver:
        """Takes Telegram's updates in."""
        return Receiver(
            self.db, self.telegram, self.commands, self.typing, Posts(self.db), self.telegram_watching
        )

    @cached_property
    def telegram_polling(self) -> Polling:
        """Asks Telegram for updates."""
        return Polling(
            self.db, self.telegram, self.telegram_bots, self.telegram_hooks, self.telegram_receiver
        )

    @cached_property
    def typing(self) -> Typing:
        """Shows that an answer is on its way."""
        return Typing()

    async def bot_name(self, creator_id: int, avatar_id: int) -> str:
        """The name of an avatar's bot in Telegram; empty where it has none."""
        async with self.db.uow(creator_id) as uow:
            row = await joining_repository.of_avatar(uow, avatar_id)
        return row.username if row else ""

    async def said_file(self, creator_id: int, connection_id: int, medium: Medium, *, by_fan: bool) -> bytes:
        """What stands beside what was said on a connection: as a fan has sent it, or from the store.

        Raises:
            NotFound, TooLarge, Unavailable: it isn't to be had, or not now.
        """
        if medium.file.startswith(RELAYED):
            return await self.relays.relayed(creator_id, medium.file, medium)
        if not by_fan:
            return await asyncio.to_thread(self.files.path(creator_id, medium.file).read_bytes)
        return await self.relays.fetch(creator_id, connection_id, medium)

    def findings(self) -> Sequence[Finding]:
        """What the doctor says of this machine (blocking)."""
        return examine(self.settings)

    def _register(self) -> None:
        async def turn(creator_id: int, thread_id: int, taken_up: TakenUp | None = None) -> None:
            await self.turns.run(creator_id, thread_id, taken_up)

        # What its messages wait for, `Turns.sweep` finds.
        self.jobs.register(conversation.TURN, turn, queue=TURNS, swept=True)
        memory_tasks.register(self.jobs, self)
        telegram_tasks.register(self.jobs, self, queue=memory_tasks.IMPORTS)
        discord_tasks.register(self.jobs, self, queue=memory_tasks.IMPORTS)
        persona_tasks.register(self.jobs, self.db, lambda: self.guard, queue=memory_tasks.IMPORTS)
        persona_tasks.register_trials(self.jobs, lambda: self.trials, quick=TURNS, slow=memory_tasks.IMPORTS)

    async def open(self) -> None:
        """Connect to the database, listen for wake-ups."""
        await self.jobs.open()
        await self.bus.open()
        await self.memory.open()

    async def close(self) -> None:
        """Let go of everything."""
        if "drafts" in self.__dict__:
            await self.drafts.close()
        if "telegram_receiver" in self.__dict__:
            self.telegram_receiver.close()
        if "typing" in self.__dict__:
            self.typing.close()
        if "telegram" in self.__dict__:
            await self.telegram.close()
        if "discord" in self.__dict__:
            await self.discord.close()
        await self.memory.close()
        await self.bus.close()
        await self.jobs.close()
        await self.db.close()
