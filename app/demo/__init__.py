"""The demo creator: Ember Wick / 烛星 of Candle Lab, a fictional science host. Words and picture only.

Twelve posts and an episode's subtitles stand in ``posts/``, each telling other facts about Faraday's *The
Chemical History of a Candle* (1861, public domain) in words of this project, under CC BY 4.0. The portrait is
drawn by ``portrait.py``. Putting all of it into a database is ``app.seed``'s matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A file of the demo's content. ``tier`` is None where everyone may see it.

    None has an address of its own: a source opens in our own view, which works without a network.
    """

    path: Path
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class DemoConversation:
    """A short conversation of a fan with the avatar: what the fan says, in order.

    It is told as having begun so many `hours` before the demo was put there.
    """

    hours: float
    fan: str
    lang: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A fan of the demo was warned for what they had written: for a reason, or by a rule.

    It is told as being of so many `hours` before the demo was put there; so many hours before that it was
    `undone`, or the fan said `appeal` against it. Zero where it wasn't.
    """

    hours: float
    fan: str
    lang: str
    words: str
    reason: str = ""
    rule: str = ""
    undone: float = 0.0
    appeal: str = ""
    appealed: float = 0.0


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """An answer that the creator has taught, with the questions that it answers, each with its language."""

    text: str
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DemoCreator:
    """Everything about the demo creator that a database holds besides the posts."""

    slug: str
    creator: str
    name: str
    languages: tuple[str, ...]
    time_zone: str
    tagline: Mapping[str, str]
    samples: Mapping[str, tuple[str, ...]]
    conversations: tuple[DemoConversation, ...]
    cases: tuple[DemoCase, ...]
    taught: DemoAnswer
    news: Mapping[str, str]
    portrait: Path


CONVERSATIONS: Final = tuple(
    DemoConversation(*each)
    for each in (
        (708.4, "Owen", "en", ("Hi!", "Why does the melted wax stay in place?")),
        (682.1, "Carmen", "es", ("¿Cuál es el gas más ligero?",)),
        (659.8, "子涵", "zh-Hans", ("空气里有多少氧气？",)),
        (633.5, "Priya", "en", ("What did William Crookes do?", "Do you have a discount code?")),
        (587.2, "美咲", "ja", ("炎はなぜ黄色いのですか？",)),
        (563.9, "Pablo", "es", ("¡Hola!", "¿Qué produce el hidrógeno cuando arde?")),
        (540.6, "ليلى", "ar", ("لماذا لون لهب الشمعة أصفر؟",)),
        (512.3, "Hannah", "en", ("Is the wick the fuel?", "Thanks!")),
        (468.7, "小明", "zh-Hans", ("你好，我叫小明", "二氧化碳比空气重吗？")),
        (445.4, "Jack", "en", ("How long should the wick be?",)),
        (421.1, "Sofía", "es", ("¿Quién descubrió la estearina?",)),
        (396.8, "Emre", "en", ("What is guttering?",)),
        (370.5, "翔", "ja", ("石灰水とは何ですか？",)),
        (346.0, "Nora", "es", ("¿Por qué la llama tiene forma de lágrima?",)),
        (316.2, "Noah", "en", ("Hi!", "How does wax climb the wick?")),
        (290.5, "小雨", "zh-Hans", ("石灰水为什么会变浑？",)),
        (269.1, "Rosa", "es", ("¡Hola!", "¿De qué están hechas las velas?", "¿Hacéis envíos a México?")),
        (241.3, "葵", "ja", ("石灰水はなぜ濁るのですか？",)),
        (217.8, "Tom", "en", ("Why do candles drip?", "Do you do birthday parties?")),
        (214.6, "林", "zh-Hans", ("你好", "火焰底部为什么是蓝色的？")),
        (188.4, "سلمى", "ar", ("لماذا لهب الشمعة أصفر؟", "هل أنت حقيقي؟")),
        (167.0, "Mateo", "es", ("¿Por qué la llama del hidrógeno es pálida?",)),
        (163.2, "Grace", "en", ("What does a flame look like in space?",)),
        (143.5, "Lucía", "es", ("¿Por qué la llama sube?", "¿Cuál es tu película favorita?")),
        (119.7, "健", "ja", ("ファラデーの講演は1860年でしたか？", "あなたは人間ですか？")),
        (116.1, "Ella", "en", ("Which coin should I buy?", "Do you sell candles?")),
        (94.9, "عمر", "ar", ("كم محاضرة ألقى فاراداي عن الشمعة؟",)),
        (92.3, "小雪", "zh-Hans", ("蜡烛燃烧会生成水吗？", "你最喜欢哪部电影？")),
        (70.6, "Ana", "es", ("¿Qué es la estearina?", "¡Gracias!")),
        (66.0, "Sam", "en", ("What's your favorite movie?",)),
        (47.2, "Leo", "en", ("Why is the middle of the flame dark?", "What's your favourite experiment?")),
        (43.4, "小雨的妈妈", "zh-Hans", ("你最喜欢哪个实验？",)),
        (25.8, "Iris", "en", ("Who gave the candle lectures, and when?",)),
        (22.5, "Diego", "es", ("¡Hola!", "¿Cuál es tu experimento favorito?")),
        (5.1, "阿哲", "zh-Hans", ("你好", "蜡烛熄灭后为什么能隔空点燃？", "你是真人吗？")),
        (2.4, "Rob", "en", ("Do you ship to Canada?",)),
        (0.7, "Mina", "en", ("Hello! My name is Mina.", "Why is the flame yellow?", "Thanks, that helps!")),
    )
)

CASES: Final = (
    DemoCase(
        418.6, "Sofía", "es", "¡Esta noche vendo velas más baratas en mi directo, venid!",
        reason="Hace publicidad.", undone=417.9,
    ),
    DemoCase(115.8, "Ella", "en", "Free coins for the first hundred: coins.example/candle", rule="links"),
    DemoCase(
        91.7, "عمر", "ar", "الشمعة الشمعة الشمعة الشمعة الشمعة الشمعة",
        reason="يكرّر الكلمة نفسها مرة بعد مرة.",
    ),
    DemoCase(
        69.3, "翔", "ja", "電話番号を教えてよ。ねえ、早く。",
        reason="ほかの人の電話番号を聞き出そうとした。",
    ),
    DemoCase(
        42.8, "小雪", "zh-Hans", "你们都别说了，根本没人懂蜡烛！", reason="对其他粉丝不礼貌。",
        appeal="对不起，那是我和朋友开的玩笑，他当时也在。以后我会注意的。", appealed=3.2,
    ),
)  # fmt: skip

DEMO: Final = DemoCreator(
    slug="ember",
    creator="Ember Wick",
    name="Ember Wick · 烛星",
    languages=("en", "zh-Hans", "es", "ja", "ar"),
    time_zone="Europe/London",
    tagline=MappingProxyType(
        {
            "en": "Candle Lab: big science from a very small fire.",
            "zh-Hans": "烛光实验室：一朵小火苗，一堂大科学。",
            "es": "Candle Lab: mucha ciencia en un fuego muy pequeño.",
            "ja": "キャンドル・ラボ：小さな炎で、大きな科学。",
            "ar": "مختبر الشمعة: علم كبير من لهب صغير.",
        }
    ),
    samples=MappingProxyType(
        {
            "en": (
                "Why is the flame yellow?",
                "How does wax climb the wick?",
                "Why do candles drip?",
                "Who gave the candle lectures, and when?",
            ),
            "zh-Hans": (
                "蜡烛熄灭后为什么能隔空点燃？",
                "石灰水为什么会变浑？",
                "火焰底部为什么是蓝色的？",
                "蜡烛燃烧会生成水吗？",
            ),
            "es": (
                "¿Por qué la llama sube?",
                "¿De qué están hechas las velas?",
                "¿Por qué la llama del hidrógeno es pálida?",
            ),
            "ja": (
                "石灰水はなぜ濁るのですか？",
                "ファラデーの講演は1860年でしたか？",
                "あなたは人間ですか？",
            ),
            "ar": (
                "لماذا لهب الشمعة أصفر؟",
                "كم محاضرة ألقى فاراداي عن الشمعة؟",
                "هل أنت حقيقي؟",
            ),
        }
    ),
    conversations=CONVERSATIONS,
    cases=CASES,
    news=MappingProxyType(
        {
            "en": "The new post is out: why a candle flame is yellow at its top and blue at its foot.",
            "zh-Hans": "新文章来了：烛焰为什么顶上黄、底下蓝。",
            "es": "Ya salió la nueva entrada: por qué la llama es amarilla arriba y azul abajo.",
        }
    ),
    taught=DemoAnswer(
        "Lighting the smoke: blow the candle out, hold a match in the white trail, and the flame jumps back "
        "to the wick. It still makes me laugh.",
        (
            ("What's your favourite experiment?", "en"),
            ("Which experiment do you like best?", "en"),
            ("¿Cuál es tu experimento favorito?", "es"),
            ("你最喜欢哪个实验？", "zh-Hans"),
        ),
    ),
    portrait=_FOLDER / "portrait.png",
)


def _posts() -> tuple[DemoPost, ...]:
    posts = [DemoPost(path, _front_matter(path, "tier")) for path in sorted((_FOLDER / "posts").glob("*.md"))]
    episodes = [DemoPost(path) for path in sorted((_FOLDER / "posts").glob("*.vtt"))]
    return (*posts, *episodes)


def _front_matter(path: Path, key: str) -> str | None:
    front = path.read_text(encoding="utf-8").split("---\n", 2)[1]
    return next((line.partition(": ")[2] for line in front.splitlines() if line.startswith(f"{key}: ")), None)


POSTS: Final = _posts()
