"""A quote is judged with what a fan sees of it: its title, its heading, the sentences around it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from community.types import NoEntitlements
from memory.types import Locator, PassageInfo, Question, Quote, Recalled, RecalledPassage
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule, defaults
from persona_engine.decisions import Asked, PersonaContext, Quoted, Reply
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, PASSAGE, Known, step

ASKED = (
    "Why did you and your brother fall out?", "Do you have a brother?", "What does your brother do now?",
)  # fmt: skip
BROTHER = Rule("brother", Kind.FORBIDDEN, "My brother", ("Anselm",), ASKED)
LEFT = "My brother Anselm left the workshop in 2016 after a quarrel about money."
SELLS = "He sells plastic carousel ponies in Rotterdam now, and we don't speak."
HORSES = "Wooden horses are sold in Rotterdam each May."
TITLED = "A word on Anselm"


def passage(text: str, title: str = "Notes", *, number: int = 7, heading: str | None = None) -> PassageInfo:
    """A passage of the creator's."""
    return replace(PASSAGE, id=number, text=text, title=title, locator=Locator(heading=heading))


def found(said: str, *passages: PassageInfo) -> Recalled:
    """What is found where this sentence of the first passage answers."""
    first = passages[0]
    start = first.text.index(said)
    return replace(
        FOUND,
        passages=tuple(RecalledPassage(each, 0.9, 0.8, None) for each in passages),
        quote=Quote(first.id, said, start, start + len(said), 0.9, start, start + len(said)),
    )


class Library(Known):
    """A memory that finds these one after the other: what answers best of what isn't left out."""

    def __init__(self, *answers: Recalled, titles: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(replace(FOUND, passages=(), quote=None, answerable=False), titles)
        self._answers = answers
        self.times = 0

    def find(self, question: Question) -> Recalled:
        """The best of what may be found."""
        self.times += 1
        return next(
            (each for each in self._answers if each.quote and each.quote.passage_id not in question.without),
            self._found,
        )


async def ask(
    guard: Guard, question: str, *answers: Recalled, rules: Boundaries | None = None
) -> tuple[Reply, Library]:
    """What a fan gets."""
    boundaries = Boundaries((BROTHER,)) if rules is None else rules
    context = PersonaContext(AVATAR, None, boundaries, hash(boundaries))
    library = Library(*answers)
    persona = Persona(library, NoEntitlements(), guard)
    return await persona.respond(Asked(1, 1, 1, 1, 1, "Ana", question, "webchat"), context), library


@pytest.mark.parametrize("question", ["Rotterdam?", "¿Qué se vende en Rotterdam?"])
@pytest.mark.parametrize(
    "about",
    [
        passage(f"{LEFT} {SELLS}", TITLED),
        passage(f"{LEFT} {SELLS}"),
        passage(SELLS, TITLED),
        passage(SELLS, heading="Family › Anselm"),
        passage(f"{SELLS} The glue has to dry for a night. Ask Anselm."),
    ],
)
async def test_a_phrase_anywhere_in_the_passage_or_above_it_stops_it(
    guard: Guard, question: str, about: PassageInfo
) -> None:
    made, _ = await ask(guard, question, found(SELLS, about))
    assert made.outcome == "forbidden:brother"
    assert step(made, "content").data["rule_id"] == "brother"
    assert not any(word in part.text for part in made.parts for word in ("plastic", "Anselm"))


@pytest.mark.parametrize(
    "about",
    [
        passage(SELLS, "Why did my brother and I fall out?"),
        passage(SELLS, heading="What my brother does now"),
        passage(f"My brother and I fell out. {SELLS}"),
        passage(f"{SELLS} That is what my brother does now."),
    ],
)
async def test_what_is_like_an_example_stops_what_stands_beside_it(guard: Guard, about: PassageInfo) -> None:
    rules = Boundaries((replace(BROTHER, phrases=()),))
    made, _ = await ask(guard, "Rotterdam?", found(SELLS, about), rules=rules)
    assert made.outcome == "forbidden:brother"


async def test_a_long_passage_isnt_lost_for_one_paragraph_that_is_like_an_example(guard: Guard) -> None:
    between = "The glue has to dry for a night. The saddle gets three coats of oil."
    about = passage(f"{HORSES} {between} My brother and I fell out.")
    rules = Boundaries((replace(BROTHER, phrases=()),))
    made, _ = await ask(guard, "Rotterdam?", found(HORSES, about), rules=rules)
    assert made.outcome == "quoted"


async def test_another_passage_that_answers_is_given_instead(guard: Guard) -> None:
    held = found(SELLS, passage(SELLS, TITLED), passage(LEFT, number=9))
    other = found(LEFT, passage(LEFT, number=9))
    free = found(HORSES, passage(HORSES, "Markets", number=8))
    made, library = await ask(guard, "What is sold in Rotterdam?", held, other, free)
    assert made.outcome == "quoted"
    assert HORSES in made.parts[0].text
    assert [each.passage_id for each in made.parts[0].citations] == [8]
    assert library.times == 2


async def test_an_exception_frees_the_sentence_that_it_is_about(guard: Guard) -> None:
    rule = replace(BROTHER, exceptions=("Anselm Street is where the market stands.",))
    text = f"{HORSES} Anselm Street is where the market stands."
    made, _ = await ask(guard, "Rotterdam?", found(HORSES, passage(text)), rules=Boundaries((rule,)))
    assert made.outcome == "quoted"
    made, _ = await ask(
        guard, "Rotterdam?", found(HORSES, passage(f"{text} {LEFT}")), rules=Boundaries((rule,))
    )
    assert made.outcome == "forbidden:brother"


async def test_what_is_free_is_found_once(guard: Guard) -> None:
    made, library = await ask(
        guard, "Rotterdam?", found(HORSES, passage(HORSES, "Markets")), rules=defaults()
    )
    assert (made.outcome, library.times) == ("quoted", 1)


async def test_going_on_is_judged_with_its_surroundings(guard: Guard) -> None:
    class Following(Library):
        async def continued(
            self,
            creator_id: int,
            passage_id: int,
            said: str,
            lang: str,
            *,
            tiers: frozenset[str] = frozenset(),
            at: int = 0,
        ) -> Recalled | None:
            """What stands in a passage under the name."""
            return found(SELLS, passage(SELLS, TITLED))

    context = PersonaContext(AVATAR, None, Boundaries((BROTHER,)), 1)
    asked = Asked(1, 1, 1, 2, 1, "Ana", "tell me more", "webchat", quoted=Quoted(8, HORSES))
    made = await Persona(Following(), NoEntitlements(), guard).respond(asked, context)
    assert made.outcome == "forbidden:brother"


FUNGI = Rule(
    "fungi",
    Kind.FORBIDDEN,
    "Wild mushrooms",
    ("death cap",),
    (
        "Can I eat this wild mushroom I found?",
        "Is this mushroom from the forest poisonous?",
        "Can you identify a mushroom from my photo?",
    ),
)
BISCUIT = "My dog Biscuit sleeps on the spawn bags."
LAST = "A poisonous mushroom from the forest often has a ring."


@pytest.mark.parametrize(
    "text",
    [
        f"{LAST} {BISCUIT}",
        f"{BISCUIT} {LAST}",
        f"A death cap looks harmless. {BISCUIT}",
        f"{LAST} {BISCUIT} Is this mushroom from the forest poisonous? Smell it.",
        f"{BISCUIT} The glue dries for a night. Never cook a death cap.",
    ],
)
@pytest.mark.parametrize("title", ["My cellar", "The death cap and I"])
async def test_the_sentences_that_stopped_a_quote_are_named_and_as_exceptions_free_it(
    guard: Guard, text: str, title: str
) -> None:
    about = found(BISCUIT, passage(text, title))
    made, _ = await ask(guard, "Who is Biscuit?", about, rules=Boundaries((FUNGI,)))
    assert made.outcome == "forbidden:fungi"
    data = step(made, "content").data
    assert BISCUIT not in data["parts"]
    assert data["text"] == " … ".join(data["parts"])
    freed = replace(FUNGI, exceptions=tuple(data["parts"]))
    made, _ = await ask(guard, "Who is Biscuit?", about, rules=Boundaries((freed,)))
    assert made.outcome == "quoted"


@pytest.mark.parametrize(
    "beside",
    [
        "The cellar was damp, so I filled it with mushrooms.",
        "Mushrooms don't feed on light, but the caps grow towards it.",
        "The mushrooms you buy in a shop are three days old at best.",
    ],
)
@pytest.mark.parametrize("said", [BISCUIT, "Caps crack when the air is too dry."])
async def test_a_neighbour_that_only_names_the_rules_subject_keeps_no_quote_back(
    guard: Guard, beside: str, said: str
) -> None:
    rules = Boundaries((FUNGI,))
    for text in (f"{beside} {said}", f"{said} {beside}"):
        made, _ = await ask(guard, "Rotterdam?", found(said, passage(text, "My cellar")), rules=rules)
        assert made.outcome == "quoted"
    # As what is given, or what stands above all, it counts as a question does.
    assert (await guard.quotable(beside, "en", rules)).stops
    made, _ = await ask(guard, "Rotterdam?", found(said, passage(said, beside)), rules=rules)
    assert made.outcome == "forbidden:fungi"


INCOME = Rule(
    "income",
    Kind.FORBIDDEN,
    "My income",
    examples=("How much money do you earn?", "What is your salary?", "How rich are you?"),
)
BOUNDED = replace(defaults(), rules=(*defaults().rules, INCOME))
# (language, what anybody may hear, what nobody is told)
DROWNED = [
    ("en", "The roof leaked all spring.", "My salary at the museum was 1,900 a month before tax."),
    (
        "en",
        "Last autumn my knee was swollen after the move into the new barn.",
        "I swallowed four pills of ibuprofen a day with beer.",
    ),
    ("es", "El tejado goteó toda la primavera.", "Tomaba dos pastillas de ibuprofeno cada noche con vino."),
    ("zh-Hans", "去年冬天仓库里很冷。", "我每天晚上吃两片布洛芬，几天就好了。"),
]


@pytest.mark.parametrize(("lang", "free", "told"), DROWNED)
async def test_what_is_forbidden_isnt_told_behind_a_harmless_sentence(
    guard: Guard, lang: str, free: str, told: str
) -> None:
    joined = "" if lang == "zh-Hans" else " "
    for text in (f"{free}{joined}{told}", f"{told}{joined}{free}"):
        about = replace(passage(text), lang=lang)
        start = text.index(told)
        best = replace(
            FOUND,
            passages=(RecalledPassage(about, 0.9, 0.8, None),),
            quote=Quote(7, text, 0, len(text), 0.9, start, start + len(told)),
        )
        made, _ = await ask(guard, "Rotterdam?", best, rules=BOUNDED)
        assert made.outcome.startswith(("forbidden:", "handover:"))
        assert not (await guard.quotable(free, lang, BOUNDED)).stops
        assert (await guard.quotable(text, lang, BOUNDED)).stops


DAMP = "The cellar was damp, so I filled it with mushrooms."
BOUGHT = "The mushrooms you buy in a shop are three days old at best."


@pytest.mark.parametrize("text", [f"{BISCUIT} {DAMP}", f"{DAMP} {BISCUIT}"])
async def test_a_quote_leaves_out_a_sentence_that_falls_under_a_rule(guard: Guard, text: str) -> None:
    rules = Boundaries((FUNGI,))
    assert (await guard.quotable(DAMP, "en", rules)).stops
    start = text.index(BISCUIT)
    best = replace(
        FOUND,
        passages=(RecalledPassage(passage(text), 0.9, 0.8, None),),
        quote=Quote(7, text, 0, len(text), 0.9, start, start + len(BISCUIT)),
    )
    made, _ = await ask(guard, "Rotterdam?", best, rules=rules)
    assert made.outcome == "quoted"
    assert BISCUIT in made.parts[0].text
    assert DAMP not in made.parts[0].text
    assert step(made, "answer").data["at"] == start


NAMES_A_SUBJECT = [
    ("en", "Medicine", "The hive gets oxalic acid once, in December."),
    ("en", "What I invested in", "A drum roaster for five kilos."),
    ("en", "My divorce from factory glue", "Hide glue holds for a century."),
    ("es", "La dosis", "18 gramos para 36 de bebida."),
    ("es", "La inversión", "El tostador costó lo que un coche usado."),
    ("zh-Hans", "给猫喂药", "先裹在一小块鸡肉里。"),
    ("zh-Hans", "合同", "磨坊每周送三袋面粉。"),
    ("de", "Mein Vertrag mit der Molkerei", "Montags kommen zwanzig Liter."),
    ("pt", "O remédio", "Sabão de potássio contra os pulgões."),
    ("ru", "Лекарство для пчёл", "Муравьиная кислота в сентябре."),
    ("ar", "الدواء", "أستعمل حمض الأكساليك في الشتاء."),
    ("tr", "Yatırım", "Yeni fırın iki tepsi alıyor."),
]
TELLS_ADVICE = [
    ("en", "Which shares to buy now"), ("en", "What dose of ibuprofen to take"),
    ("es", "Cómo demandar a tu casero"), ("zh-Hans", "停药吧"), ("de", "Welche Aktien jetzt kaufen"),
    ("ru", "Сколько таблеток можно выпить"), ("ar", "أي الأسهم تستحق الشراء"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "title", "said"), NAMES_A_SUBJECT)
async def test_a_title_that_names_a_subject_keeps_nothing_below_it_back(
    guard: Guard, lang: str, title: str, said: str
) -> None:
    for about in (passage(said, title), passage(said, heading=title)):
        made, _ = await ask(guard, "Rotterdam?", found(said, replace(about, lang=lang)), rules=defaults())
        assert made.outcome == "quoted"


@pytest.mark.parametrize(("lang", "title"), TELLS_ADVICE)
async def test_a_title_that_tells_advice_keeps_what_stands_below_it_back(
    guard: Guard, lang: str, title: str
) -> None:
    about = replace(passage("18 g.", title), lang=lang)
    made, _ = await ask(guard, "Rotterdam?", found("18 g.", about), rules=defaults())
    assert made.outcome.startswith("handover:")


async def test_a_title_in_one_word_of_the_creators_own_rule_counts(guard: Guard) -> None:
    about = passage(HORSES, "My divorce")
    rule = Rule("divorce", Kind.FORBIDDEN, "My divorce", examples=("Why did you get divorced?",))
    made, _ = await ask(guard, "Rotterdam?", found(HORSES, about), rules=Boundaries((rule,)))
    assert made.outcome == "forbidden:divorce"


async def test_an_exception_of_several_sentences_frees_each(guard: Guard) -> None:
    text = f"{DAMP} {BOUGHT}"
    rules = Boundaries((FUNGI,))
    assert (await guard.quotable(text, "en", rules)).stops
    freed = Boundaries((replace(FUNGI, exceptions=(text,)),))
    for said in (text, DAMP, BOUGHT):
        assert not (await guard.quotable(said, "en", freed)).stops
