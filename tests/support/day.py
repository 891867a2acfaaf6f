"""What is said on a day of the demo creator's avatar, whatever the platform, and waiting for its end."""

import asyncio

from app.container import Container

PATIENCE_S = 60

ASKED = {
    "en": ("Why is the flame yellow?", "What is wax made of?", "Who was Faraday?", "thanks, that was great!"),
    "zh-Hans": ("火焰为什么是黄色的？", "蜡烛熄灭后为什么能隔空点燃？", "谢谢，你讲得真好", "你好呀"),
    "es": ("¿Por qué la llama sube?", "¿De qué está hecha la cera?", "¡gracias!", "¿Eres un bot?"),
    "ja": ("炎はなぜ黄色いのですか？", "石灰水はなぜ濁るのですか？", "こんにちは！", "ありがとうございます"),
    "ar": ("لماذا لهب الشمعة أصفر؟", "كم محاضرة ألقى فاراداي عن الشمعة؟", "شكرا جزيلا", "هل أنت إنسان؟"),
    "de": ("Warum ist die Flamme gelb?", "Woraus besteht Wachs?", "Danke dir!", "Bist du ein Mensch?"),
}
# What the demo creator has written about: quoted, wherever it is asked.
KNOWN = frozenset(questions[0] for questions in ASKED.values())
CHATTER = (
    "good morning all", "did you see the new clip?", "jajaja qué bueno", "早上好", "おはよう", "صباح الخير",
    "na, wie geht's?", "I burnt my thumb again", "who is coming on Friday?", "same here 😂",
    "why is it yellow?",
)  # fmt: skip
SPAM = (
    "FREE COINS https://coins.example/claim now", "join t.me/spamgroup " * 40, "🎁" * 300, "x" * 4_096,
    "\u202egnipmats\u202c <b>win</b> [here](https://x.example)",
    "@everyone @here 100% profit",
)  # fmt: skip
NAMES = ("Ana", "烛", "<b>Bo</b>", "\u202eeveS", "Zoë 🔥", "أمل", "x" * 60, "O'Neil & Sons", "はな")


async def all_indexed(house: Container) -> None:
    """Wait until everything that was handed in is read."""
    async with asyncio.timeout(120):
        while True:
            async with house.db.system_uow() as uow:
                row = await uow.fetch_one("SELECT bool_and(state = 'indexed') AS done FROM source")
            if row and row.done:
                return
            await asyncio.sleep(0.2)


async def all_answered(house: Container) -> None:
    """Wait until nothing waits."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await asyncio.sleep(1)
            async with house.db.system_uow() as uow:
                row = await uow.fetch_one(
                    "SELECT (SELECT count(*) FROM message WHERE state = 'new') "
                    "+ (SELECT count(*) FROM outbound WHERE state IN ('queued', 'sending')) AS waiting"
                )
            if row.waiting == 0:
                return
