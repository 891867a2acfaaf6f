"""Which legacy encoding bytes are in, by how often letters stand in languages; Unicode's are decode.py's."""

import math
import re
from collections import Counter
from functools import lru_cache
from typing import Final

_SAMPLE: Final = 64 * 1024  # bytes; more tells no more
_PLAIN: Final = -3.0  # the logarithm of an ASCII character's share: it weighs where one ends an ideograph
_STRANGE: Final = -10.0  # of a letter that the language doesn't have
_BROKEN: Final = -14.0
_MARK: Final = math.log(0.01)
_POOR: Final = -8.0  # the mean of a reading that is none
_CAPITAL: Final = 0.05
_MIXED: Final = re.compile(rb"[a-z][\x80-\xff]|[\x80-\xff][a-z]", re.I)  # no word is half Latin, half Arabic
_MARKS: Final = "“”„‘’‚–—…«»‹›€£§°·•©®™º\xa0，。、！？：；「」『』（）《》・ー〜～"
_WIDE: Final = math.log(1 / 1500)  # of an ideograph or syllable that isn't among the most frequent
_FREQUENT: Final = math.log(1 / 120)

# Letters beyond ASCII in the order of their frequency, and how much rarer each is than the one before.
_WESTERN: Final = {
    "es": "óíáéñú¿¡ü",
    "fr": "éèàêçôûîâùœëï",
    "de": "üäöß",
    "pt": "ãçéáíóêõúâàô",
    "it": "èàùòìé",
    "sv": "äåöé",
    "da": "øåæé",
    "nl": "ëéïèóü",
    "all": "éáóíüäãçöèàñúêßåøôæùâõòìîûœëï¿¡",
}
_CENTRAL: Final = ("łąęóżśćńź", "íáéěýůčřžšúťňóďľôäĺŕ", "áéöóőíüúű", "ăîşţâ", "čšžćđ")
_TURKISH: Final = "ıüşçğöİ"
_RUSSIAN: Final = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_UKRAINIAN: Final = "оаиніверткслдумпяязьйбгчхїжцшюєщфґ"
_GREEK: Final = "αοιετσνηυρπκμλωςόίδγχθήάφέύβξώζψϊ"
_ARABIC: Final = "اليمونرتبةعدسفهكقأحجشطصىخإءذزضغثآئؤظ،؟پگچژ"
_HEBREW: Final = "יוהלארמתשבםנקעחפדטכצגסזןץךף"
_THAI: Final = "านรอกเง่ยวล้มทสัตีดิะหปแไขคจบพช็โใ์ำถผูุึืซณฟธญศษภฐฉ"
_STEEP, _FLAT = 0.75, 0.91

# (encoding, what it is worth beforehand, the letters of its languages, their ratio)
_NARROW: Final = (
    *(("cp1252", 0.0, letters, _STEEP) for letters in _WESTERN.values()),
    *(("mac_roman", -9.0, letters, _STEEP) for letters in _WESTERN.values()),
    *(("cp1250", -4.0, letters, _STEEP) for letters in _CENTRAL),
    *(("iso8859-2", -5.0, letters, _STEEP) for letters in _CENTRAL),
    ("cp1254", -4.0, _TURKISH, _STEEP),
    *((name, worth, _RUSSIAN, _FLAT) for name, worth in (("cp1251", -2.0), ("koi8-r", -2.5))),
    *((name, -5.0, _RUSSIAN, _FLAT) for name in ("cp866", "iso8859-5")),
    *((name, worth, _UKRAINIAN, _FLAT) for name, worth in (("cp1251", -3.0), ("koi8-u", -3.5))),
    *((name, worth, _GREEK, _FLAT) for name, worth in (("cp1253", -2.0), ("iso8859-7", -2.5))),
    *((name, worth, _ARABIC, _FLAT) for name, worth in (("cp1256", -2.0), ("iso8859-6", -2.5))),
    *((name, worth, _HEBREW, _FLAT) for name, worth in (("cp1255", -2.0), ("iso8859-8", -2.5))),
    ("cp874", -2.0, _THAI, _FLAT),
)
_HAN: Final = "的一是不在有我他人大中上地到以出可也你生能而子得于下自之年作"
_KANA: Final = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7))))
# (encoding, how it writes its usual ideographs or syllables, the frequent ones)
_DOUBLE: Final = (
    ("gb18030", r"[\xb0-\xd7][\xa1-\xfe]", _HAN + "了这个们来为和国说时要就会对那着过发后里好今天很"),
    ("big5", r"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]", _HAN + "了這個們來為和國說時要就會對那著過發後裡好今天很"),
    ("cp932", r"[\x88-\x97][\x40-\x7e\x80-\xfc]|\x98[\x40-\x72]", _KANA),
    ("euc_jp", r"[\xb0-\xcf][\xa1-\xfe]", _KANA),
    (
        "cp949",
        r"[\xb0-\xc8][\xa1-\xfe]",
        "이다는의가을에고하지은로한기도를사나자인리어서아시대수들그해니요안",
    ),
)


def guess(data: bytes) -> str | None:
    """The likeliest encoding of bytes that aren't UTF-8; None where none reads like a language."""
    first = re.search(rb"[\x80-\xff]", data)
    sample = data[first.start() :][:_SAMPLE] if first else data[:_SAMPLE]
    read: dict[str, Counter[str]] = {}
    best, found = -math.inf, ""
    mixed = len(_MIXED.findall(sample))
    for name, worth, chances, rest, foreign in _models():
        if name not in read:
            read[name] = Counter(sample.decode(name, "replace"))
        score = worth + sum(times * _chance(char, chances, rest) for char, times in read[name].items())
        score += mixed * _PLAIN if foreign else 0.0
        if score > best:
            best, found = score, name
    beyond = [(char, times) for char, times in read[found].items() if char > "\x7f"]
    number = sum(times for _, times in beyond)
    plain = _PLAIN * (read[found].total() - number)
    return found if best - plain >= _POOR * number else None


def _chance(char: str, chances: dict[str, float], rest: float) -> float:
    if char <= "\x7f":
        return _PLAIN
    return _BROKEN if char == "\ufffd" else chances.get(char, rest)


@lru_cache(maxsize=1)
def _models() -> tuple[tuple[str, float, dict[str, float], float, bool], ...]:
    """Each encoding, its worth, the logarithms of its characters' shares, that of any other, and whether
    its letters never stand beside Latin ones."""
    narrow = [
        (name, worth, _narrow(letters, ratio), _STRANGE, letters > "\u02ff")
        for name, worth, letters, ratio in _NARROW
    ]
    double = [(name, -2.0, _double(name, usual, most), _STRANGE - 1, False) for name, usual, most in _DOUBLE]
    return (*narrow, *double)


def _narrow(letters: str, ratio: float) -> dict[str, float]:
    chances = dict.fromkeys(_MARKS, _MARK)
    total = sum(ratio**rank for rank in range(len(letters)))
    for rank, letter in enumerate(letters):
        share = ratio**rank / total
        if len(letter.upper()) == 1 and letter.upper() != letter:
            chances[letter.upper()] = math.log(share * _CAPITAL)
        chances[letter] = math.log(share)
    return chances


def _double(name: str, usual: str, most: str) -> dict[str, float]:
    pattern = re.compile(usual)
    chances: dict[str, float] = {}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            pair = bytes((lead, trail))
            if pattern.fullmatch(pair.decode("latin-1")):
                char = pair.decode(name, "ignore")
                if len(char) == 1:
                    chances[char] = _WIDE
    return {**chances, **dict.fromkeys(_MARKS, _FREQUENT), **dict.fromkeys(most, _FREQUENT)}
