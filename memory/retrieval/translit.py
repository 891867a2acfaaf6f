"""Names across scripts: a rough Latin spelling of any script, and the consonant skeleton that spellings share."""

import unicodedata
from functools import lru_cache

import regex

_TABLES = (
    # Russian, Ukrainian, Bulgarian, Serbian
    dict(zip("абвгґдеєжзиіїйклмнопрстуфхцчшщъыьэюяёўђћџљњј",
             "a b v g g d e e zh z i i i i k l m n o p r s t u f h ts ch sh sh _ y _ e yu ya e u j ch j l n j".split(),
             strict=True)),
    # Modern Greek, after its digraphs
    dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω",
             "a v g d e z i th i k l m n ks o p r s s t i f h ps o".split(), strict=True)),
    # Arabic, Persian, Urdu: long vowels are vowels
    dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأإؤئىةپچژگکیڤ",
             "a b t th j h kh d d r z s sh s d t z _ gh f k k l m n h w y _ a a i w y a _ p ch zh g k y v".split(),
             strict=True)),
    # Hebrew
    dict(zip("אבגדהוזחטיכךלמםנןסעפףצץקרשת",
             "a b g d h w z h t y k k l m m n n s _ p p ts ts k r sh t".split(), strict=True)),
    # Thai consonants by their sound at the start of a syllable, which their names don't tell
    dict(zip("กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
             "k k k k k k ng j ch ch s ch y d t th th th n d t th th th n b p ph f ph f ph m y r l w s s s h l _ h".split(),
             strict=True)),
)  # fmt: skip
_LETTERS = {letter: latin.replace("_", "") for table in _TABLES for letter, latin in table.items()}
_GREEK_PAIRS = (
    ("μπ", "b"),
    ("ντ", "d"),
    ("γκ", "g"),
    ("γγ", "ng"),
    ("τζ", "j"),
    ("ου", "u"),
    ("αυ", "av"),
    ("ευ", "ev"),
)
_SYLLABARIES = ("HANGUL SYLLABLE", "HIRAGANA LETTER", "KATAKANA LETTER", "ETHIOPIC SYLLABLE")
_NAMED = regex.compile(r"(?:LETTER|VOWEL SIGN) (?:(?:SHORT|LONG|VOCALIC|CANDRA|SMALL) )*([^AEIOU ]+|[AEIOU])")
_NASAL_SIGN = regex.compile(r"SIGN (?:ANUSVARA|CANDRABINDU|NIKAHIT)")
_ARTICLE = regex.compile(r"^(?:[وبكف]?ال|لل)(?=..)")
# How spellings of one sound differ between languages that write Latin; applied in order.
_SPELLINGS = (
    ("dzh", "s"), ("tsch", "s"), ("sch", "s"), ("ng", "n"), ("tch", "s"), ("sh", "s"), ("zh", "s"), ("ch", "s"), ("ph", "f"), ("th", "t"), ("gh", "k"),
    ("kh", "k"), ("ck", "k"), ("ks", "x"), ("ts", "s"), ("tz", "s"), ("dz", "s"), ("dj", "s"), ("qu", "k"), ("x", "ks"),
)  # fmt: skip
_SOFT = regex.compile(r"[cg](?=[eiy])")
_CLASSES = str.maketrans({
    "b": "p", "p": "p", "f": "f", "v": "f", "d": "t", "t": "t", "k": "k", "g": "k", "c": "k", "q": "k",
    "s": "s", "z": "s", "j": "s", "m": "m", "n": "n", "l": "l", "r": "l",
})  # fmt: skip
_KEPT = regex.compile(r"[pftksmnl]")
_DOUBLED = regex.compile(r"(.)\1+")


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    """A rough Latin spelling of one letter, by table, else by the letter's Unicode name."""
    if character.isascii():
        return character
    known = _LETTERS.get(character)
    if known is not None:
        return known
    bare = unicodedata.normalize("NFD", character)[0]
    if bare.isascii() or bare in _LETTERS:
        return bare if bare.isascii() else _LETTERS[bare]
    name = unicodedata.name(character, "")
    if name.startswith(_SYLLABARIES):
        return name.rsplit(" ", 1)[1].lower()
    match = _NAMED.search(name)
    # The letter KA of an Indic script is k with a vowel of its own; the skeleton drops vowels anyway.
    if match is not None:
        return match.group(1).lower()
    return "n" if _NASAL_SIGN.search(name) else ""


def romanise(word: str) -> str:
    """A rough Latin spelling of a folded word of any alphabet or syllabary; ideographs give nothing."""
    if word.isascii():
        return word
    word = _ARTICLE.sub("", word)
    if "α" <= word[0] <= "ω":
        for pair, latin in _GREEK_PAIRS:
            word = word.replace(pair, latin)
    return "".join(_letter(character) for character in word)


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The classes of a word's consonants in order: ``panthers`` and ``пантерс`` both give ``pntls``.

    Voiced and voiceless sounds fall together and so do r and l (Chinese, Japanese and Korean tell them apart
    poorly); vowels, ``h``, ``w`` and ``y`` are dropped (a first ``w`` counts as ``f``), doubles are single.
    """
    latin = romanise(word)
    if not latin:
        return ""
    if latin == word:
        latin = _SOFT.sub("s", latin)
    for spelling, plain in _SPELLINGS:
        latin = latin.replace(spelling, plain)
    if latin[:1] == "w":
        latin = "f" + latin[1:]
    classes = "".join(_KEPT.findall(latin.translate(_CLASSES)))
    return _DOUBLED.sub(r"\1", classes)


# How Chinese newspapers spell foreign names: the consonants of each ideograph that does so. A coda n is added.
_SPELT = {
    "p": "巴帕芭伯布比彼皮贝佩波博柏珀普蒲拜派保鲍包邦班宾彭本庞坡碧毕",
    "f": "弗夫福法菲费芬方冯凡范瓦韦维威沃乌伍文温万翁旺佛",
    "t": "德特达塔蒂迪底丁廷丹坦唐汤登滕杜图都托多道陶戴泰代台大太提",
    "k": "克格科可柯库卡加嘎盖凯开高考古戈哥基金根肯甘康坎冈昆贡",
    "s": "斯兹茨士丝思司西锡希塞赛萨莎沙谢舍施什史石索苏素桑森辛申逊孙松圣杰乔朱祖佐扎泽则齐奇吉切查恰楚丘秋柴兆焦久琼让若热",
    "m": "姆米迈麦马玛莫摩墨梅美默穆慕曼孟门蒙明敏缪",
    "n": "恩尼涅内奈纳娜诺努纽瑙南农宁安昂英因",
    "l": "尔勒莱雷蕾来赖里利丽莉立李黎列烈罗洛萝鲁卢露路拉兰朗伦龙隆林琳莲连廉瑞劳柳留律吕",
    "": "阿埃艾爱亚娅雅伊依以易奥欧哦尤于约耶叶哈海汉赫黑亨霍胡豪惠怀",
}  # fmt: skip
_NASAL = frozenset(
    "邦班宾彭本庞芬方冯凡范文温万翁旺丁廷丹坦唐汤登滕金根肯甘康坎冈昆贡桑森辛申逊孙松圣琼让曼孟门蒙明敏南农宁兰朗伦龙隆林琳莲连廉汉亨"
)
_SOUNDS = {
    letter: sound + ("n" if letter in _NASAL and sound != "n" else "")
    for sound, letters in _SPELT.items()
    for letter in letters
}
_SPELLING_RUN = regex.compile(f"[{''.join(_SOUNDS)}]{{2,}}")


def ideographic_names(run: str) -> list[str]:
    """Skeletons of the foreign names that a run of ideographs may spell, ``罗`` and ``尔`` read as ``l``."""
    found: dict[str, None] = {}
    for match in _SPELLING_RUN.finditer(run):
        sounds = [_SOUNDS[letter] for letter in match.group()]
        # Neighbouring words may lend a letter at either end.
        for start, end in ((0, 0), (1, 0), (0, 1)):
            part = sounds[start : len(sounds) - end]
            name = _DOUBLED.sub(r"\1", "".join(part))
            if len(name) >= 3 and (len(part) > 2 or start == end):
                found[name] = None
    return list(found)
