"""Language tags: the eighteen languages the product speaks, and how foreign spellings of a tag map to them.

What a text's language *is* is decided elsewhere (``memory.retrieval``); here a tag is only read, compared
and named. Tags follow BCP 47 in the shortest form that keeps what matters: ``en``, ``zh-Hans``.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from opencc import OpenCC


@dataclass(frozen=True, slots=True)
class Language:
    """A language the product speaks. ``name`` is what its speakers call it."""

    tag: str
    name: str
    rtl: bool = False


LANGUAGES: Final[dict[str, Language]] = {
    language.tag: language
    for language in (
        Language("en", "English"),
        Language("zh-Hans", "简体中文"),
        Language("zh-Hant", "繁體中文"),
        Language("ja", "日本語"),
        Language("ko", "한국어"),
        Language("es", "Español"),
        Language("pt", "Português"),
        Language("fr", "Français"),
        Language("de", "Deutsch"),
        Language("ru", "Русский"),
        Language("uk", "Українська"),
        Language("tr", "Türkçe"),
        Language("ar", "العربية", rtl=True),
        Language("fa", "فارسی", rtl=True),
        Language("hi", "हिन्दी"),
        Language("id", "Bahasa Indonesia"),
        Language("vi", "Tiếng Việt"),
        Language("th", "ภาษาไทย"),
    )
}
SUPPORTED: Final[tuple[str, ...]] = tuple(LANGUAGES)
UNSPACED: Final = frozenset({"ja", "th", "zh"})
"""Those of them, without script or region, that are written without spaces between words."""
DEFAULT: Final = "en"

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*\Z")
# Old codes that devices still send, and Chinese languages written with a script that we speak.
_ALIASES: Final = {"in": "id", "cmn": "zh", "yue": "zh-Hant"}
_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})
_RTL: Final = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku", "nqo", "ps", "sd", "syr", "ug", "ur", "yi")
)


def normalise(tag: str | None) -> str | None:
    """The supported tag that a spelling means (``zh_TW`` -> ``zh-Hant``, ``pt-BR`` -> ``pt``), else None."""
    if not tag or not _TAG.match(tag):
        return None
    first, *rest = tag.lower().replace("_", "-").split("-")
    alias = _ALIASES.get(first, first)
    if alias == "zh":
        return "zh-Hant" if "hans" not in rest and _TRADITIONAL.intersection(rest) else "zh-Hans"
    return alias if alias in LANGUAGES else None


@lru_cache(maxsize=1024)
def base(tag: str) -> str:
    """The language without script or region: ``zh-Hans`` -> ``zh``."""
    first = tag.lower().replace("_", "-").split("-")[0]
    return _ALIASES.get(first, first).split("-")[0]


def same(one: str, other: str) -> bool:
    """Whether a reader of one reads the other: script and region don't count."""
    return base(one) == base(other)


def is_rtl(tag: str) -> bool:
    """Whether the language is written from right to left; holds for languages we don't speak, too."""
    return base(tag) in _RTL


def direction(tag: str) -> Literal["ltr", "rtl"]:
    """The value of HTML's ``dir`` attribute."""
    return "rtl" if is_rtl(tag) else "ltr"


def native_name(tag: str) -> str:
    """What the language's speakers call it; the tag itself where nobody has told us."""
    known = LANGUAGES.get(tag)
    return known.name if known else name_in(tag, tag)


@lru_cache(maxsize=1024)
def name_in(tag: str, reader: str) -> str:
    """The name of the language ``tag`` as used in a sentence of the language ``reader`` (CLDR).

    A creator writes "Chinese", not "Simplified Chinese": scripts are left out. Unknown tags come back as
    they are.
    """
    try:
        return str(locale(reader).languages.get(base(tag)) or tag)
    except (UnknownLocaleError, ValueError):
        return tag


def names_apart(tags: Sequence[str], reader: str) -> dict[str, str]:
    """The name of each language in a list to choose from: two that share a name are told by their script."""
    names = {tag: name_in(tag, reader) for tag in tags}
    shared = Counter(names.values())
    known = locale(reader).languages
    return {
        tag: str(known.get(tag.replace("-", "_"), name)) if shared[name] > 1 else name
        for tag, name in names.items()
    }


def names_in(tags: Sequence[str], reader: str) -> str:
    """Languages as a sentence of the language ``reader`` lists them: "English, Chinese and Spanish"."""
    return format_list(list(dict.fromkeys(name_in(tag, reader) for tag in tags)), locale=locale(reader))


def in_characters_of(tag: str, text: str) -> str:
    """A Chinese text in the characters that ``tag`` names; its words stay."""
    return str(_converter("s2tw" if tag == "zh-Hant" else "t2s").convert(text))


@lru_cache(maxsize=2)
def _converter(config: str) -> OpenCC:
    return OpenCC(config)


@lru_cache(maxsize=64)
def locale(tag: str) -> Locale:
    """Babel's locale of a tag, for dates, numbers and names.

    Raises ``UnknownLocaleError`` or ``ValueError`` for what CLDR doesn't know.
    """
    return Locale.parse(tag.replace("_", "-"), sep="-")


def negotiate(wanted: str | None, enabled: Sequence[str] = SUPPORTED, default: str | None = None) -> str:
    """The enabled language that suits best: from an ``Accept-Language`` header (RFC 9110, 12.5.4) or one tag
    such as Telegram's ``language_code``. Falls back to ``default``, else to the first enabled one.
    """
    ranked: list[tuple[float, int, str]] = []
    # A browser sends a handful; a hostile header must not cost more than that.
    for position, part in enumerate((wanted or "")[:500].split(",")[:20]):
        tag, _, quality = part.partition(";")
        weight = _quality(quality)
        if weight > 0:
            ranked.append((-weight, position, tag.strip()))
    ranked.sort()
    for _, _, tag in ranked:
        known = normalise(tag)
        if known is None:
            continue
        if known in enabled:
            return known
        if near := next((each for each in enabled if same(each, known)), None):
            return near
    return default or enabled[0]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
