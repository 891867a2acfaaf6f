"""What a first start finds: the demo creator, and the look-ups that the command line needs."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import anyio.to_thread
import structlog

from app.container import Container
from app.demo import DEMO, POSTS, DemoCase, DemoConversation
from app.demo.character import CHARACTER
from bots import service as bots
from community import service as community
from community.errors import NoSuchAvatar
from community.types import Role
from conversation.service import autonomy, backdate, broadcasts
from conversation.types import Room, Segment
from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.files import StoredFile
from memory import service as memory
from memory.types import SourceState
from moderation import service as moderation
from moderation.types import Kind
from persona_engine.service import character, learning

log = structlog.get_logger(__name__)

_LOOK_AGAIN_S = 0.5
_LIVENED_WITHIN = timedelta(days=7)


async def first_start(container: Container) -> None:
    """On an empty database: the demo creator, unless it is switched off; else an empty one to set up."""
    await _bury(container)
    async with container.db.system_uow() as uow:
        empty = not await community.creator_ids(uow)
    if not empty:
        return
    if container.settings.demo:
        await demo(container)
        return
    async with container.db.system_uow() as uow:
        await first_creator(uow)


async def _bury(container: Container) -> None:
    """Delete for good the creators that were deleted earlier, once what they imported is erased."""
    async with container.db.system_uow() as uow:
        retired = await community.retired_creators(uow)
    for creator_id in retired:
        async with container.db.uow(creator_id) as uow:
            erased = not (await memory.knowledge(uow)).size  # counts what is still being erased
        if erased:
            async with container.db.system_uow() as uow:
                await community.bury_creator(uow, creator_id)


async def add_creator(container: Container, name: str) -> None:
    """Another creator, owned by the account that `understudy login-link` signs in."""
    async with container.db.system_uow() as uow:
        owner = await community.ensure_owner(uow, await first_creator(uow), "Owner")
        creator_id = await community.create_creator(uow, name)
        await community.add_member(uow, creator_id, owner, Role.OWNER)


async def demo(container: Container) -> bool:
    """The demo creator with portrait and posts, whole or not at all; False where it is there already."""
    async with container.db.system_uow() as uow:
        await community.serialise_creators(uow)
        if await community.slug_taken(uow, DEMO.slug):
            return False
        creator_id = await community.create_creator(uow, DEMO.creator, demo=True)
        await uow.become(creator_id)

        async def store(path: Path) -> StoredFile:
            return await anyio.to_thread.run_sync(container.files.save_path, creator_id, path)

        avatar = await community.create_avatar(
            uow,
            slug=DEMO.slug,
            name=DEMO.name,
            languages=list(DEMO.languages),
            time_zone=DEMO.time_zone,
            tagline=dict(DEMO.tagline),
            samples={tag: list(questions) for tag, questions in DEMO.samples.items()},
            portrait=(await store(DEMO.portrait)).sha256,
            consent="fictional",
            live=True,
        )
        await character.kept.save(uow, avatar.id, CHARACTER)
        asked = [learning.Question(text, lang) for text, lang in DEMO.taught.questions]
        await learning.teach(uow, avatar.id, DEMO.taught.text, asked, by=DEMO.creator)
        await broadcasts.draft(uow, avatar.id, texts=DEMO.news, segment=Segment(), by=DEMO.creator)
        connection = await bots.ensure_connection(uow, avatar.id, bots.WEBCHAT)
        for number, case in enumerate(DEMO.cases):
            place = moderation.Place(avatar.id, connection, bots.WEBCHAT, "demo", "", case.lang)
            await _warn(uow, place, case, f"demo-{number}")
        # It speaks for nobody, and is there to be tried at once.
        by_itself = autonomy.Autonomy(autonomy.Mode.AUTO, threshold=0.0)
        await autonomy.save(uow, avatar.id, by_itself)
        for post in POSTS:
            stored = await store(post.path)
            await memory.add_file(uow, stored, post.path.name, origin="demo", tier=post.tier)
    log.info("demo.seeded", posts=len(POSTS))
    return True


async def _warn(uow: UnitOfWork, place: moderation.Place, told: DemoCase, once: str) -> None:
    """Have a fan of the demo have been warned, on the page alone.

    All cases of the demo are warnings: neither they nor their way back need anything of a platform, so
    whoever tries the buttons sees them do what they say.
    """
    fan = _fan(told)
    whom = await moderation.whom(uow, place.platform, fan, told.fan, told.words)
    decision = moderation.Decision(Kind.WARN, once, "" if told.rule else DEMO.creator, told.rule, told.reason)
    case = await moderation.warn(uow, place, decision, whom)
    if told.undone:
        await moderation.undo(uow, place.avatar_id, case.number, by=DEMO.creator)
    if told.appeal:
        await moderation.appeals.lodge(
            uow, case, whom.fan_id, place.connection_id, fan, told.lang, told.appeal
        )
    then = [now() - timedelta(hours=hours) for hours in (told.hours, told.undone, told.appealed)]
    await moderation.backdate(uow, case.id, *then)


async def liven(container: Container) -> None:
    """Let the demo's fans say their lines as soon as its posts can be asked about; each line once.

    One line after the other, so that whoever comes meanwhile waits for one answer at most; and as of the
    days before the demo was made, since an avatar whose fans all came this minute looks like nobody's. What
    was interrupted goes on at the next start, for a week: later the avatar is theirs who live with it.
    """
    async with container.db.system_uow() as uow:
        made = await community.demo_since(uow, DEMO.slug)
    if made is None or now() - made > _LIVENED_WITHIN:
        return
    room = await container.webchat.room(DEMO.slug)
    creator = room.avatar.creator_id
    _, last = await container.webchat.transcript(room, _fan(DEMO.conversations[-1]))
    if last.lines and last.lines[0].at < made:  # the last thing that is done below
        return
    while True:
        async with container.db.uow(creator) as uow:
            states = (await memory.knowledge(uow)).states
        if not any(states.get(state) for state in (SourceState.QUEUED, SourceState.READING)):
            break
        await asyncio.sleep(_LOOK_AGAIN_S)
    for talk in DEMO.conversations:
        await _tell(container, room, talk, made - timedelta(hours=talk.hours))


async def _tell(container: Container, room: Room, talk: DemoConversation, at: datetime) -> None:
    """Have a fan of the demo say what they haven't said yet, wait for the answers, and date all of it."""
    for number, line in enumerate(talk.messages):
        said = await container.webchat.say(
            room, _fan(talk), line, f"demo-{number}", name=talk.fan, hint=talk.lang
        )
        if not said.thread_id:
            return  # erased, and not to come back
        async for found in container.webchat.follow(room, _fan(talk), ""):
            if not found.typing:
                break
    async with container.db.uow(room.avatar.creator_id) as uow:
        await backdate(uow, said.thread_id, at)


def _fan(told: DemoConversation | DemoCase) -> str:
    return f"demo:{told.fan}"


async def first_creator(uow: UnitOfWork) -> int:
    """The oldest creator, made where there is none; in a system unit of work."""
    await community.serialise_creators(uow)
    known = await community.creator_ids(uow)
    return known[0] if known else await community.create_creator(uow, community.UNNAMED)


async def first_slug(container: Container) -> str | None:
    """The address of the oldest avatar, if there is one."""
    async with container.db.system_uow() as uow:
        try:
            return (await community.first_avatar(uow)).slug
        except NoSuchAvatar:
            return None
