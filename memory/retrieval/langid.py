"""The language of a short message, among those a creator has enabled; not what to reply in."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from memory.retrieval import analysis, terms

Reason = Literal["script", "model", "last", "hint", "default", "foreign", "unknown"]

_SCRIPTS = (
    "Han", "Hiragana", "Katakana", "Hangul", "Thai", "Lao", "Khmer", "Myanmar", "Devanagari", "Bengali",
    "Tamil", "Telugu", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Sinhala", "Hebrew", "Arabic",
    "Cyrillic", "Greek", "Georgian", "Armenian", "Ethiopic", "Latin",
)  # fmt: skip
_SCRIPT = regex.compile("|".join(rf"(?P<{name}>\p{{{name}}})" for name in _SCRIPTS))
# A whole word of them: not the "i" of a Cyrillic one.
_LATIN_WORD = regex.compile(
    r"(?<!\p{Cyrillic})\p{Latin}[\p{Latin}\p{M}]*+(?:['’]\p{Latin}+)?(?!\p{Cyrillic})"
)
# Roman, behind a name: the English "I" is none there.
_NUMERAL = regex.compile(r"(?<=[^\p{Latin}\p{Han}\P{L}]\s)[IVXLC]+\b")
_KOREAN_ENDING = regex.compile(r"\p{Hangul}(?:요|니다|까|은|는|을|를)\b")
_LATIN_I = regex.compile(r"(?<=\p{Cyrillic})i|i(?=\p{Cyrillic})")
# An address, of the web or of a person, is written the same in every language.
_ADDRESS = regex.compile(
    r"(?a)(?:(?i:https?://|www\.)[!-~]+|(?<![\w.+-])[\w.+-]{1,64}+@[\w-]+(?:\.[\w-]+)+|@\w+)"
)
# Languages by script; whatever isn't named is written in Latin.
_WRITTEN_IN = {
    "Han": {"zh", "ja", "yue"}, "Hiragana": {"ja"}, "Katakana": {"ja"}, "Hangul": {"ko"}, "Thai": {"th"},
    "Lao": {"lo"}, "Khmer": {"km"}, "Myanmar": {"my"}, "Devanagari": {"hi", "mr", "ne", "sa"},
    "Bengali": {"bn", "as"}, "Tamil": {"ta"}, "Telugu": {"te"}, "Gujarati": {"gu"}, "Gurmukhi": {"pa"},
    "Kannada": {"kn"}, "Malayalam": {"ml"}, "Sinhala": {"si"}, "Hebrew": {"he", "yi"},
    "Arabic": {"ar", "fa", "ur", "ps", "ug", "sd", "ckb"},
    "Cyrillic": {"ru", "uk", "bg", "be", "mk", "sr", "kk", "ky", "mn", "tg", "tt"}, "Greek": {"el"},
    "Georgian": {"ka"}, "Armenian": {"hy"}, "Ethiopic": {"am", "ti"},
}  # fmt: skip
_BY_OTHER_SCRIPT = frozenset().union(*_WRITTEN_IN.values()) - {"sr"}
# Letters that one language of a script has and its neighbours lack.
_LETTERS = {
    "uk": "іїєґ", "ru": "ыэёъ", "fa": "پچژگیک", "ar": "يكةىأإؤئ", "ur": "ٹڈڑےں", "es": "ñ¿¡", "pt": "ãõ",
    "de": "ß", "tr": "ığş", "fr": "œùëêûî", "pl": "ąęłśźżń",
    "vi": "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơư",
    "ro": "țșăâ", "sv": "å", "cs": "ěřů", "hu": "őű", "be": "ў", "bg": "щъ",
}  # fmt: skip
_SOME_GRAMMAR = 0.3  # of a message's words in Latin letters, where what else it says has none
_LETTER_EVIDENCE = 1.5  # nats for the first such letter, less for each further one
_WORD_EVIDENCE = 1.0  # nats for a function word that no other candidate has
_LAST_EVIDENCE = 1.0  # nats: a fan seldom changes language between two messages
_HINT_EVIDENCE = 0.4  # nats: the platform's setting is often left as it came
_FOREIGN = 0.9  # how sure a language that isn't enabled must be: no short sentence of one enabled was then
# How sure one that isn't known at all must be; less where it would otherwise be taken for a foreign one.
# Of Tatoeba's short sentences the first takes none of a known language for such, and finds two in three.
_UNKNOWN, _UNKNOWN_OR_FOREIGN = 0.8, 0.5
# How much of the model's belief may lie in languages that aren't known before a guess among the known ones is
# worth less than what the fan was answered in last, or their platform says. Of Tatoeba's short sentences in
# eleven such languages 99 in 100 then go on in one language; of those in a known one 1 in 1000 more is lost.
_DOUBTFUL = 0.8
_DOUBTED_FROM = 8  # letters: in fewer, the model believes in anything
# Who writes the one reads the other, and short sentences hardly differ.
_KIN = {"ms": "id"}
# Below it the fan's last language decides, or the platform's; one or two words must be surer.
_CERTAIN, _CERTAIN_OF_FEW, _FEW_WORDS = 0.55, 0.9, 2


@dataclass(frozen=True, slots=True)
class Detected:
    """A language tag, how sure (0..1), and what decided it.

    It is one of the enabled tags, but for ``foreign``, and for ``last`` where the last one was foreign.
    """

    lang: str
    confidence: float
    reason: Reason


@lru_cache(maxsize=1)
def _whole_model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


class _Signs:
    """What a text shows of its language, worked out once for however many sets of candidates."""

    def __init__(self, text: str) -> None:
        self.text = _ADDRESS.sub(" ", text)

    @cached_property
    def scripts(self) -> Counter[str]:
        """How many of its characters are of which script."""
        return Counter(match.lastgroup or "" for match in _SCRIPT.finditer(self.text))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words between spaces."""
        return frozenset(w for w, is_run in analysis.tokens(analysis.normalise(self.text)) if not is_run)

    @cached_property
    def chances(self) -> dict[str, float]:
        """What the model gives to each language that it knows."""
        return dict(_whole_model().rank(self.text))


def _candidates(signs: _Signs, languages: frozenset[str]) -> frozenset[str]:
    """The enabled languages that are written in the message's main script."""
    counts = signs.scripts
    if not counts:
        return frozenset()
    latin = languages - _BY_OTHER_SCRIPT
    beside = counts.keys() - {"Latin"}
    others = languages & frozenset().union(*(_WRITTEN_IN[name] for name in beside))
    if counts["Latin"] and latin and others:
        # A name or a word stands in messages of any language; grammar is of the message's own.
        said, grammar = _share_of_grammar(signs, latin)
        theirs = _grammar_of(signs, others)
        if theirs:
            most = said > 0.5 and grammar > theirs
            return latin if most else _of_scripts(counts - Counter(Latin=counts["Latin"]), others)
        if grammar and said >= _SOME_GRAMMAR:
            return latin
    return _of_scripts(counts, languages)


def _share_of_grammar(signs: _Signs, languages: frozenset[str]) -> tuple[float, int]:
    """Of the words in Latin letters, the share, and how many, that carry a language's grammar.

    What joins the parts of a name isn't one: "Simone de Beauvoir".
    """
    words = _LATIN_WORD.findall(_NUMERAL.sub(" ", signs.text))
    known = frozenset().union(*(terms.function_words(lang) for lang in languages))
    grammar = sum(
        analysis.normalise(word) in known
        and not (0 < at < len(words) - 1 and words[at - 1][0].isupper() and words[at + 1][0].isupper())
        for at, word in enumerate(words)
    )
    return (grammar / len(words) if words else 0.0), grammar


def _grammar_of(signs: _Signs, languages: frozenset[str]) -> int:
    """How much of what isn't in Latin letters carries the grammar of one of these languages."""
    text = _LATIN_WORD.sub(" ", signs.text)
    endings = len(_KOREAN_ENDING.findall(text))
    return endings + max(
        sum(unit.weight <= terms.FUNCTION_WEIGHT for unit in terms.units(text, lang)) for lang in languages
    )


def _of_scripts(counts: Counter[str], languages: frozenset[str]) -> frozenset[str]:
    kana = counts["Hiragana"] + counts["Katakana"]
    if "ja" in languages and kana and 3 * (kana + counts["Han"]) >= counts["Latin"]:
        return frozenset({"ja"})
    # An ideograph says about as much as a word; names in Latin letters stand in messages of any language.
    weight = {"Han": 5, "Hiragana": 3, "Katakana": 3, "Hangul": 4}
    script = max(counts, key=lambda name: counts[name] * weight.get(name, 1))
    if script == "Latin":
        return languages - _BY_OTHER_SCRIPT
    return languages & _WRITTEN_IN[script]


def _evidence(signs: _Signs, candidates: frozenset[str]) -> dict[str, float]:
    """Nats for each candidate from its own letters and its function words."""
    found = dict.fromkeys(candidates, 0.0)
    # Many who write Ukrainian on a Russian keyboard take the Latin letter.
    lowered = _LATIN_I.sub("і", signs.text.casefold())
    for lang in candidates:
        count = sum(lowered.count(letter) for letter in _LETTERS.get(lang, ""))
        found[lang] += _LETTER_EVIDENCE * math.log2(1 + count)
    lists = {lang: terms.function_words(lang) for lang in candidates}
    for word in signs.words:
        speakers = [lang for lang in candidates if word in lists[lang]]
        for lang in speakers:
            found[lang] += _WORD_EVIDENCE / len(speakers)
    return found


def _probabilities(signs: _Signs, candidates: frozenset[str], prior: dict[str, float]) -> dict[str, float]:
    logits = _evidence(signs, candidates)
    among = sum(signs.chances.get(lang, 0.0) for lang in candidates) or 1.0
    for lang in logits:
        likely = max(signs.chances.get(lang, 0.0) / among, 1e-6)
        logits[lang] += math.log(likely) + prior.get(lang, 0.0)
    top = max(logits.values())
    total = sum(math.exp(value - top) for value in logits.values())
    return {lang: math.exp(value - top) / total for lang, value in logits.items()}


@lru_cache(maxsize=8192)
def _chinese_script(character: str) -> int:
    """1 for an ideograph of simplified writing only, -1 of traditional only, else 0 (by the old charsets)."""

    def within(charset: str) -> bool:
        try:
            character.encode(charset)
        except UnicodeEncodeError:
            return False
        return True

    return int(within("gb2312")) - int(within("big5"))


def _tag(lang: str, text: str, enabled: Sequence[str], preferred: Sequence[str | None]) -> str:
    """The enabled tag for a language; Chinese by the writing of the message, else as preferred."""
    tags = [tag for tag in enabled if analysis.base(tag) == lang]
    if len(tags) == 1:
        return tags[0]
    if lang == "zh":
        balance = sum(_chinese_script(character) for character in text if "一" <= character <= "鿿")
        if balance:
            wanted = "zh-Hans" if balance > 0 else "zh-Hant"
            if wanted in tags:
                return wanted
    return next((tag for tag in preferred if tag in tags), tags[0])


def _match(tag: str | None, enabled: Sequence[str]) -> str | None:
    """The enabled tag that is, or shares its language with, ``tag``."""
    if tag is None:
        return None
    if tag in enabled:
        return tag
    return next((known for known in enabled if analysis.base(known) == analysis.base(tag)), None)


def likeliest(text: str) -> str:
    """The language (ISO 639-1) of a text among all that the model knows; "zxx" where it is in none."""
    return str(_whole_model().classify(text)[0])


def detect(
    text: str,
    enabled: Sequence[str],
    *,
    last: str | None = None,
    hint: str | None = None,
    known: Sequence[str] = (),
) -> Detected:
    """Which of the ``enabled`` language tags (at least one) a message is in.

    Script evidence first, then py3langid's model among the languages of that script, helped by letters and
    function words that only one of them has. ``last`` is the language of the fan's last message, ``hint``
    the platform's setting; they tip close calls, and decide where the message has no letters. A message
    surely in one of the languages ``known`` beyond those, or in a script that only they are written in, is
    told to be in that one, as ``foreign``; one that is surely in none of either in the likeliest enabled one,
    as ``unknown``; one that is likely in none goes on in the last one, or else the hint's.
    """
    if not enabled:
        raise ValueError("enable at least one language before detecting one")
    signs = _Signs(text)
    languages = frozenset(analysis.base(tag) for tag in enabled)
    beyond = [tag for tag in known if analysis.base(tag) not in languages]
    if known:
        found = _among(signs, (*enabled, *beyond), last, hint)
        foreign = analysis.base(found.lang) not in languages
        if foreign and found.reason == "last":
            return found
        sure = found.reason == "script" or (found.reason == "model" and found.confidence >= _FOREIGN)
        # No enabled language is written so: the likeliest of those that are will be read sooner than another.
        sure = sure or not ("Latin" in signs.scripts or _candidates(signs, languages))
        spoken = languages.union(analysis.base(tag) for tag in beyond)
        if _unknown(signs, spoken, _UNKNOWN_OR_FOREIGN if foreign and sure else _UNKNOWN):
            return replace(_among(signs, enabled, last, hint), reason="unknown")
        if foreign and sure:
            return replace(found, reason="foreign")
        return _steadied(
            signs, _among(signs, enabled, last, hint), spoken, _match(last, enabled), _match(hint, enabled)
        )
    return _among(signs, enabled, last, hint)


def _steadied(
    signs: _Signs, guess: Detected, spoken: frozenset[str], last: str | None, hint: str | None
) -> Detected:
    """A guess, unless the message is likelier in a language that nobody speaks, and another is at hand."""
    if guess.reason != "model":
        return guess
    beyond = sum(chance for lang, chance in signs.chances.items() if _KIN.get(lang, lang) not in spoken)
    if beyond < _DOUBTFUL or signs.scripts.total() < _DOUBTED_FROM:
        return guess
    if last is not None:
        return Detected(last, guess.confidence, "last")
    return Detected(hint, guess.confidence, "hint") if hint is not None else guess


def _unknown(signs: _Signs, spoken: frozenset[str], needed: float) -> bool:
    """Whether a message is in none of these languages: by its script, or by what the model makes of it."""
    if not _candidates(signs, spoken):
        return bool(signs.scripts)
    if len(signs.text.split()) <= _FEW_WORDS:
        return False
    likeliest = max(signs.chances, key=lambda lang: signs.chances[lang])
    return _KIN.get(likeliest, likeliest) not in spoken and signs.chances[likeliest] >= needed


def _among(signs: _Signs, enabled: Sequence[str], last: str | None, hint: str | None) -> Detected:
    last, hint = _match(last, enabled), _match(hint, enabled)
    candidates = _candidates(signs, frozenset(analysis.base(tag) for tag in enabled))
    if not candidates:
        if last is not None:
            return Detected(last, 0.0, "last")
        if hint is not None:
            return Detected(hint, 0.0, "hint")
        return Detected(enabled[0], 0.0, "default")
    if len(candidates) == 1:
        return Detected(_tag(next(iter(candidates)), signs.text, enabled, (last, hint)), 1.0, "script")
    prior: dict[str, float] = {}
    if last is not None:
        prior[analysis.base(last)] = _LAST_EVIDENCE
    if hint is not None:
        prior[analysis.base(hint)] = prior.get(analysis.base(hint), 0.0) + _HINT_EVIDENCE
    chances = _probabilities(signs, candidates, prior)
    best = max(sorted(chances), key=lambda lang: chances[lang])
    reason: Reason = "model"
    # A name, "lol" or "ok" is no sign of another language, whatever its letters resemble.
    needed = _CERTAIN if len(signs.text.split()) > _FEW_WORDS else _CERTAIN_OF_FEW
    if chances[best] < needed:
        if last is not None and analysis.base(last) in chances:
            best, reason = analysis.base(last), "last"
        elif hint is not None and analysis.base(hint) in chances:
            best, reason = analysis.base(hint), "hint"
    return Detected(_tag(best, signs.text, enabled, (last, hint)), chances[best], reason)
