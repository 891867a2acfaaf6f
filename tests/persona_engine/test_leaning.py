"""What leans on the exchange before it is answered as it is meant, or declined as it was before."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from community.types import NoEntitlements
from memory.retrieval import Encoder, Retriever
from memory.types import IndexedPassage, PassageInfo, Question, Recalled, RecalledPassage
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule
from persona_engine.decisions import Asked, Earlier, PersonaContext, Reply
from persona_engine.leaning import earlier_in
from persona_engine.learning.types import Found as Answer
from persona_engine.reasons import told
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, PASSAGE, TEXT, Known, step

BEFORE = Earlier("Who is your oldest horse?", "The oldest horse is Bucephalus.")


class Leaning(Known):
    """A memory that answers only what is asked with what went before it, and notes that."""

    def __init__(self) -> None:
        super().__init__(FOUND)
        self.after: list[str] = []

    def find(self, question: Question) -> Recalled:
        """One passage, or nothing."""
        self.after.append(question.after)
        return FOUND if question.after else replace(FOUND, quote=None, answerable=False)


def told_when_asked(earlier: Earlier | None) -> Callable[[], Awaitable[Earlier | None]]:
    """The exchange before, as the turn has it looked up."""

    async def look() -> Earlier | None:
        return earlier

    return look


async def ask(
    text: str,
    earlier: Earlier | None = BEFORE,
    memory: Known | None = None,
    guard: Guard | None = None,
    rules: Sequence[Rule] = (),
) -> Reply:
    """What a fan gets."""
    boundaries = Boundaries(tuple(rules))
    context = PersonaContext(AVATAR, None, boundaries, hash(boundaries))
    asked = Asked(1, 1, 1, 2, 1, "Ana", text, "webchat", before=1, earlier=told_when_asked(earlier))
    return await Persona(memory or Leaning(), NoEntitlements(), guard).respond(asked, context)


async def test_it_is_searched_once_more_with_what_the_question_before_was_about() -> None:
    memory = Leaning()
    made = await ask("how long did it take you to fix him?", memory=memory)
    assert made.outcome == "quoted"
    assert memory.after == ["", "oldest horse bucephalus"]
    shown = told(step(made, "leaning"), "en")
    assert shown.decision == "as “how long did it take you to fix him? oldest horse bucephalus”"
    assert shown.reason == "it leans on the question before it, which was answered"


@pytest.mark.parametrize(
    "text", ["how does your neighbour in Ghent feed seven parrots?", "is the moon far away?"]
)
async def test_what_has_a_subject_of_its_own_is_searched_once(text: str) -> None:
    memory = Leaning()
    assert (await ask(text, memory=memory)).outcome == "declined"
    assert memory.after == [""]


async def test_without_an_exchange_before_it_is_declined() -> None:
    assert (await ask("how long did it take you to fix him?", None)).outcome == "declined"


async def test_the_next_one_leans_on_what_this_one_was_taken_to_mean() -> None:
    made = await ask("how long did it take you to fix him?")
    assert made.trace
    earlier = earlier_in(made.trace, "how long did it take you to fix him?")
    assert earlier == Earlier("how long did it take you to fix him? oldest horse bucephalus", TEXT)


async def test_the_boundaries_judge_it_as_it_is_meant(guard: Guard) -> None:
    never = Rule("oldest", Kind.FORBIDDEN, "The oldest", phrases=("oldest",))
    assert (await ask("and who carved him?", guard=guard, rules=[never])).outcome == "forbidden:oldest"
    assert (await ask("and who carved him?", guard=guard)).outcome == "quoted"


class Carved:
    """The taught answer to who carved Bucephalus."""

    async def find(self, creator_id: int, avatar_id: int, text: str, lang: str) -> Answer | None:
        """That answer, where the question names him."""
        sure = "bucephalus" in text
        return Answer(5, "Bayol carved him.", "en", "written", (), "Who carved Bucephalus?", 0.9, sure)

    async def cited(self, creator_id: int, found: Answer, tiers: frozenset[str]) -> tuple[PassageInfo, ...]:
        """It cites nothing."""
        return ()


async def test_a_taught_answer_to_what_it_is_meant_to_ask_is_given() -> None:
    context = PersonaContext(AVATAR, None)
    asked = Asked(
        1, 1, 1, 2, 1, "Ana", "and who carved him?", "webchat", before=1, earlier=told_when_asked(BEFORE)
    )
    persona = Persona(Leaning(), NoEntitlements(), taught=Carved())  # type: ignore[arg-type]  # all that is used
    made = await persona.respond(asked, context)
    assert (made.outcome, made.parts[0].text) == ("taught:5", "Bayol carved him.")


class Found(Known):
    """A memory of some posts in one language, searched as a worker does."""

    def __init__(self, retriever: Retriever) -> None:
        super().__init__(FOUND)
        self._retriever = retriever

    def find(self, question: Question) -> Recalled:
        """What the posts say."""
        found = self._retriever.search(question)
        hits = tuple(
            RecalledPassage(
                replace(PASSAGE, id=each.passage_id, text=each.text, lang=each.lang, title=each.title),
                each.score,
                0.5,
                None,
            )
            for each in found.hits
        )
        return replace(
            FOUND,
            passages=hits,
            quote=found.quote,
            answerable=found.answerable,
            confidence=found.confidence,
        )


POSTS = {
    "en": (
        "The oldest horse in my workshop is called Bucephalus. He was carved in Angers in 1889 by the Bayol "
        "family. Restoring him took me seven months.",
        "You can visit the workshop on Thursdays from two to five. The price of a ticket is six euros, and "
        "children pay half.",
        "The tails are made of horsehair. Washing a tail takes me an hour, and I dry it in the sun.",
    ),
    "es": (
        "El caballo más viejo de mi taller se llama Bucéfalo. Fue tallado en Angers en 1889 por la familia "
        "Bayol. Su restauración duró siete meses.",
        "El taller se puede visitar los jueves de dos a cinco. El precio de la entrada es de seis euros, y "
        "los niños pagan la mitad.",
        "Las colas están hechas de crin de caballo. Lavar una cola me lleva una hora, y la seco al sol.",
    ),
    "zh-Hans": (
        "我工作室里最老的木马叫布塞法洛斯。它是1889年在昂热雕刻的。修复它花了我七个月。",
        "工作室每周四下午两点到五点可以参观。门票价格是六欧元，儿童半价。",
        "木马的尾巴是用马鬃做的。洗一条尾巴要一个小时，然后在太阳下晒干。",
    ),
    "ja": (
        "工房で一番古い馬の名前はブケパロスです。1889年にアンジェで彫られました。修復には七か月かかりました。",
        "工房は木曜日の二時から五時まで見学できます。入場の値段は六ユーロで、子供は半額です。",
        "尾は馬の毛で作られています。尾を一本洗うのに一時間かかり、日なたで乾かします。",
    ),
    "ar": (
        "أقدم حصان في ورشتي اسمه بوسيفالوس. نُحت في مدينة أنجيه سنة 1889. استغرق ترميمه سبعة أشهر.",
        "يمكن زيارة الورشة يوم الخميس من الساعة الثانية إلى الخامسة. "
        "سعر التذكرة ستة يورو، ويدفع الأطفال النصف.",
        "ذيول الخيول مصنوعة من شعر الخيل. يستغرق غسل الذيل ساعة، ثم أجففه في الشمس.",
    ),
}
# Twenty messages each, and what the answer says; empty: declined. Asked one after the other.
CONVERSATIONS = {
    "en": (
        ("who is your oldest horse?", "Bucephalus"),
        ("when was he carved?", "1889"),
        ("how long did restoring him take?", "seven months"),
        ("what does he eat?", ""),
        ("and who invented that?", ""),
        ("when can I visit the workshop?", "Thursdays"),
        ("how much is it?", "six euros"),
        ("and the parking?", ""),
        ("and children?", "half"),
        ("is it haunted?", ""),
        ("what are the tails made of?", "horsehair"),
        ("and washing them?", "an hour"),
        ("and who invented that?", ""),
        ("and in Brazil?", ""),
        ("who is your oldest horse?", "Bucephalus"),
        ("is he for sale?", ""),
        ("who carved him?", "Bayol"),
        ("and the president?", ""),
        ("when can I visit the workshop?", "Thursdays"),
        ("and the price?", "six euros"),
    ),
    "es": (
        ("¿cómo se llama tu caballo más viejo?", "Bucéfalo"),
        ("¿cuándo fue tallado?", "1889"),
        ("¿y cuánto duró su restauración?", "siete meses"),
        ("¿y qué come?", ""),
        ("¿y quién inventó eso?", ""),
        ("¿cuándo se puede visitar el taller?", "jueves"),
        ("¿y cuánto cuesta?", "seis euros"),
        ("¿y el aparcamiento?", ""),
        ("¿y los niños?", "mitad"),
        ("¿y la luna?", ""),
        ("¿de qué están hechas las colas?", "crin"),
        ("¿y quién inventó eso?", ""),
        ("¿y en Brasil?", ""),
        ("¿cómo se llama tu caballo más viejo?", "Bucéfalo"),
        ("¿y se vende?", ""),
        ("¿y quién es el presidente?", ""),
        ("¿cuándo se puede visitar el taller?", "jueves"),
        ("¿y el precio?", "seis euros"),
        ("¿y el gato?", ""),
        ("¿de qué están hechas las colas?", "crin"),
    ),
    "zh-Hans": (
        ("最老的木马叫什么名字？", "布塞法洛斯"),
        ("它是哪一年雕刻的？", "1889"),
        ("修复它花了多久？", "七个月"),
        ("它喜欢吃什么？", ""),
        ("那是谁发明的？", ""),
        ("工作室什么时候可以参观？", "周四"),
        ("那价格呢？", "六欧元"),
        ("那停车场呢？", ""),
        ("那儿童呢？", "半价"),
        ("那月亮呢？", ""),
        ("木马的尾巴是用什么做的？", "马鬃"),
        ("洗一条要多久？", "一个小时"),
        ("那是谁发明的？", ""),
        ("那巴西呢？", ""),
        ("最老的木马叫什么名字？", "布塞法洛斯"),
        ("它会咬人吗？", ""),
        ("那总统呢？", ""),
        ("工作室什么时候可以参观？", "周四"),
        ("多少钱？", "六欧元"),
        ("那猫呢？", ""),
    ),
    "ja": (
        ("一番古い馬の名前は？", "ブケパロス"),
        ("それは何年に彫られましたか？", "1889"),
        ("修復にどのくらいかかりましたか？", "七か月"),
        ("それは何を食べますか？", ""),
        ("それは誰が発明しましたか？", ""),
        ("工房はいつ見学できますか？", "木曜日"),
        ("そして値段は？", "六ユーロ"),
        ("駐車場は？", ""),
        ("子供は？", "半額"),
        ("火星は？", ""),
        ("尾は何でできていますか？", "馬の毛"),
        ("それを洗うのにどのくらいかかりますか？", "一時間"),
        ("それは誰が発明しましたか？", ""),
        ("ブラジルでは？", ""),
        ("一番古い馬の名前は？", "ブケパロス"),
        ("それは噛みますか？", ""),
        ("大統領は？", ""),
        ("工房はいつ見学できますか？", "木曜日"),
        ("そして値段は？", "六ユーロ"),
        ("猫は？", ""),
    ),
    "ar": (
        ("ما اسم أقدم حصان عندك؟", "بوسيفالوس"),
        ("وفي أي سنة نُحت؟", "1889"),
        ("وكم استغرق ترميمه؟", "سبعة أشهر"),
        ("وماذا يأكل؟", ""),
        ("ومن اخترع ذلك؟", ""),
        ("متى يمكنني زيارة الورشة؟", "الخميس"),
        ("وكم سعره؟", "ستة يورو"),
        ("وموقف السيارات؟", ""),
        ("والأطفال؟", "النصف"),
        ("والقمر؟", ""),
        ("مم صنعت ذيول الخيول؟", "شعر الخيل"),
        ("وكم يستغرق غسله؟", "ساعة"),
        ("ومن اخترع ذلك؟", ""),
        ("وفي البرازيل؟", ""),
        ("ما اسم أقدم حصان عندك؟", "بوسيفالوس"),
        ("وهل هو للبيع؟", ""),
        ("ومن هو الرئيس؟", ""),
        ("متى يمكنني زيارة الورشة؟", "الخميس"),
        ("وكم سعره؟", "ستة يورو"),
        ("والقطة؟", ""),
    ),
}


@pytest.mark.parametrize("lang", POSTS)
async def test_a_conversation_of_twenty_turns_follows_its_thread(
    lang: str, tmp_path: Path, encoder: Encoder
) -> None:
    posts = [
        IndexedPassage(number, number, f"{number}", text, lang) for number, text in enumerate(POSTS[lang], 1)
    ]
    retriever = Retriever(tmp_path / "creator", encoder=encoder)
    retriever.add(posts)
    retriever.commit(1)
    persona = Persona(Found(retriever), NoEntitlements())
    context = PersonaContext(replace(AVATAR, languages=(lang,)), None)
    earlier: Earlier | None = None
    wrong: list[str] = []
    for number, (text, says) in enumerate(CONVERSATIONS[lang]):
        before = told_when_asked(earlier)
        asked = Asked(1, 1, 1, number, 1, "Ana", text, "webchat", lang, before=number, earlier=before)
        made = await persona.respond(asked, context)
        assert made.trace
        earlier = earlier_in(made.trace, text)
        said = made.parts[0].text if made.outcome == "quoted" else ""
        if says not in said or bool(says) != bool(said):
            wrong.append(f"{text} {made.outcome} {said}")
    retriever.close()
    assert not wrong
