"""What only a passage that tells such a thing can answer: a question for a price, somebody's age, or an hour.

What is near to a topic shares all the words of such a question but the one that counts. Numbers tell nothing
apart, since most passages hold some; a price, an age or an hour has words of its own. Others ("paid", "open")
are said of much else, and tell one beside a number, or an hour.
"""

from functools import lru_cache

import regex

from memory.retrieval import analysis, cues, word_lists

_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}\p{{Hangul}}]")
_BEYOND_ASCII = regex.compile(r"[^\x00-\x7f]+")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_SENTENCE = regex.compile(r"[.!?](?!\d)|[。؟।\n]")
# "How much is one cup?" may ask for a measure; a unit tells one.
_ONE = regex.compile(r"(?<![\p{L}\p{M}])(?:one|an?|une?|una?|uno|uma?) (?P<of>[\p{L}\p{M}' -]+)\W*$")
_MEASURED = regex.compile(
    r"(?<!\p{L})(?:[mcd]?l|m?g|gr|[ckm]?m|kg|oz|lbs?|lit(?:re|er|ro)s?|gram\p{L}*|kilo\p{L}*|(?:centi|milli)?met(?:re|er|ro)s?"
    r"|mililitros?|ounces?|onces?|(?:tea|table)?spoon\p{L}*|cuchara\p{L}*|cuiller\p{L}*|colher\p{L}*|fingers?|dedos?|doigts?)"
    r"(?!\p{L})"
)
_BEGINNING, _SHORTEST = 4, 3
_CLAUSE = regex.compile(r"[.!?;,](?!\d)|[。、؟،।\n]")
# Told beside a number alone; a passage that has none may tell it in other words ("until it melts").
_TOLD_BESIDE = ("heat", "span")
# "12.50" and "20,-", but no length, weight, date or time of day.
_UNITS = r"[ck]?m|mm|in|ft|m?[gl]|kg|[cd]l|oz|lbs?|[°%x×:]|h|[ap]m|uhr|mins?|bar|[vw]"
_CURRENCIES = "kr|zl|kc|tl|lei|sek|nok|dkk|pln|czk|huf"
_MONEY = (
    rf"\p{{Sc}}|(?<![\p{{N}}.,:])\d{{1,4}}[.,](?:\d{{2}}\b(?![.,:]?\d|\s?(?:{_UNITS})(?!\p{{L}}))|-)"
    r"|\b(?:eur|usd|gbp|jpy|cny|chf|rub|inr|krw|thb|idr|vnd|brl)\b"
    rf"|\d\s?(?:{_CURRENCIES})\b"
)


def may_tell(text: str, lang: str, question: str, asked_in: str) -> bool:
    """Whether a passage's words can hold what a question asks for; True where that can't be told."""
    asks, says = _patterns().get(analysis.base(asked_in), {}), _patterns().get(analysis.base(lang), {})
    asked = analysis.fold(analysis.normalise(question))
    kinds = [
        kind
        for kind in ("price", "age", "hour")
        if f"{kind}_asks" in asks and f"{kind}_says" in says and asks[f"{kind}_asks"].search(asked)
    ]
    if "hour" in kinds and asks["opening_beside"].search(asked):
        kinds = ["opening" if kind == "hour" else kind for kind in kinds]
    return all(
        _tells(text, lang, kind, says) or (kind == "price" and _defines(text, lang, asked, asks))
        for kind in kinds
    )


def tells_asked(text: str, lang: str, question: str, asked_in: str) -> bool:
    """Whether a question asks for a price or a heat, and a sentence tells one."""
    asks, says = _patterns().get(analysis.base(asked_in), {}), _patterns().get(analysis.base(lang), {})
    asked = analysis.fold(analysis.normalise(question))
    if "price_asks" in asks and "price_says" in says and asks["price_asks"].search(asked):
        return _tells(text, lang, "price", says)
    if "heat_asks" in asks and "heat_beside" in says and asks["heat_asks"].search(asked):
        return _tells_beside(analysis.normalise(text), lang, says["heat_beside"])
    return False


@lru_cache(maxsize=256)
def asking_words(question: str, lang: str) -> frozenset[str]:
    """The words by which a question asks for such a thing ("cost"); what tells it needn't say them."""
    patterns, text = _patterns().get(analysis.base(lang), {}), analysis.normalise(question)
    folded = analysis.fold(text)
    asking: set[str] = set()
    for kind in _TOLD_BESIDE:
        asks = patterns.get(f"{kind}_asks")
        if asks is not None and (found := asks.search(folded)):
            asking.update(_WORD.findall(found[0]))
    asks, *says = (patterns.get(f"price_{name}") for name in ("asks", "says", "beside"))
    if asks is not None and asks.search(folded):
        known = [pattern for pattern in says if pattern is not None]
        asking.update(word for word in _WORD.findall(folded) if any(one.fullmatch(word) for one in known))
    return frozenset(word for word in _WORD.findall(text) if analysis.fold(word) in asking) | asking


def tells(text: str, lang: str, question: str, asked_in: str) -> bool:
    """Whether a quote tells what a question asks for beside a number: how hot, or how long it takes."""
    asks, says = _patterns().get(analysis.base(asked_in), {}), _patterns().get(analysis.base(lang), {})
    asked = analysis.fold(analysis.normalise(question))
    kinds = [
        kind
        for kind in _TOLD_BESIDE
        if f"{kind}_asks" in asks and f"{kind}_beside" in says and asks[f"{kind}_asks"].search(asked)
    ]
    return all(_tells_beside(analysis.normalise(text), lang, says[f"{kind}_beside"]) for kind in kinds)


def _opens(sentence: str, lang: str, says: dict[str, "regex.Pattern[str]"]) -> bool:
    """Whether a sentence tells when a place is open: an hour beside that word, or days."""
    folded = analysis.fold(sentence)
    if days := says["opening_says"].findall(folded):
        beside = (says["opening_beside"], says["hour_says"])
        return len(days) > 1 or any(pattern.search(folded) for pattern in beside)
    return _tells_beside(sentence, lang, says["opening_beside"]) or any(
        says["hour_says"].search(clause) and says["opening_beside"].search(clause)
        for clause in map(analysis.fold, _CLAUSE.split(sentence))
    )


def _tells_beside(text: str, lang: str, beside: "regex.Pattern[str]") -> bool:
    return any(
        cues.counts(clause, lang) and beside.search(analysis.fold(clause)) for clause in _CLAUSE.split(text)
    )


def _tells(text: str, lang: str, kind: str, says: dict[str, "regex.Pattern[str]"]) -> bool:
    said = analysis.normalise(text)
    if kind == "opening":
        return any(_opens(sentence, lang, says) for sentence in _SENTENCE.split(said))
    if says[f"{kind}_says"].search(analysis.fold(said)):
        return True
    if kind == "hour":
        return says["opening_says"].search(analysis.fold(said)) is not None
    beside = says.get(f"{kind}_beside")
    return beside is not None and _tells_beside(said, lang, beside)


def _defines(text: str, lang: str, asked: str, asks: dict[str, "regex.Pattern[str]"]) -> bool:
    """Whether "how much is one cup?" asks for a measure that a sentence gives of it ("one cup is 240 ml")."""
    one, price = _ONE.search(asked), (asks["price_says"], asks.get("price_beside"))
    if one is None or any(pattern is not None and pattern.search(asked) for pattern in price):
        return False
    of = [word[:_BEGINNING] for word in _WORD.findall(one["of"]) if len(word) >= _SHORTEST]
    return any(
        cues.counts(sentence, lang) and _MEASURED.search(folded) and any(word in folded for word in of)
        for sentence in _SENTENCE.split(analysis.normalise(text))
        for folded in (analysis.fold(sentence),)
    )


@lru_cache(maxsize=1)
def _patterns() -> dict[str, dict[str, "regex.Pattern[str]"]]:
    return {
        lang: {kind: _compiled(kind, pattern) for kind, pattern in kinds.items()}
        for lang, kinds in word_lists.kinds("told_kinds").items()
    }


def _compiled(kind: str, pattern: str) -> "regex.Pattern[str]":
    pattern = _BEYOND_ASCII.sub(lambda found: analysis.fold(analysis.normalise(found[0])), pattern)
    before, after = ("", "") if _UNSPACED.search(pattern) else (r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])")
    money = f"|{_MONEY}" if kind == "price_says" else ""
    return regex.compile(f"{before}(?:{pattern}){after}{money}")
