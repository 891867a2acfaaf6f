"""Links, addresses, handles, wallets and telephone numbers in a draft that no source of it has."""

import re
from collections.abc import Iterator
from typing import Final

from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

_TAIL: Final = ".,;:!?)]}>'\"»”’…。，、！？/"
_ENDINGS: Final = (
    "com|net|org|io|ai|co|me|xyz|info|app|dev|shop|store|link|site|online|live|club|pro|biz|ru|cn|de|uk|fr|es|"
    "br|in|eu|us|to|ly|gg|tv|cc|eth|sol|ton|finance|money"
)
# "de" and "in" are words beside "punto" and "point".
_LONG_ENDINGS: Final = (
    "com|net|org|xyz|info|app|dev|shop|store|link|site|online|live|club|eth|sol|ton|example|io|gg"
)
# Those that stand in no sentence as words, nor beside the English "dot".
_PLAIN_ENDINGS: Final = "com|net|org|xyz|example|io|gg|eth"
_SPOKEN_ENDINGS: Final = f"{_LONG_ENDINGS}|ai|co|me|biz|ru|cn|uk|ly|tv|cc|finance|money|top|vip|icu"
_ANY_ENDING: Final = (
    f"{_ENDINGS}|example|top|vip|icu|win|bet|page|wiki|cloud|space|website|tech|news|blog|chat|group|email|"
    "click|team|world|life|zone|network|exchange|trade|market|cash|fund|gift|games|social|art|fun|one|[a-z]{2}"
)
_DOT: Final = (
    "dot|punkt|punto|ponto|point|точка|крапка|нокта|nokta|titik|chấm|नुक्ता|डॉट|बिंदु|点|點|ドット|닷|점|จุด|"
    "ดอท|ดอต|نقطة|نقطه|دوت|دات"
)
# Of these no space parts what is before and behind.
_DOT_ALONE: Final = "ドット|닷|จุด|ดอท|ดอต"
_DOT_OR_POINT: Final = "点|點|てん"
_UNSPACED_DOT: Final = f"{_DOT_OR_POINT}|{_DOT_ALONE}"
# How other scripts spell the commonest; then such as are words as well.
_ENDINGS_ELSEWHERE: Final = "ком|орг|инфо|ру|рф|юа|كوم|اورج|أورغ|کام|オルグ|컴|कॉम|ऑर्ग|คอม(?!พิ|โบ|เม|แพ|มู)"
_WORDS_ELSEWHERE: Final = "нет|نت|コム|ネット|넷|नेट|इन|เน็ต"
_COUNTRIES: Final = "fr|pt|br|mx|ar|ru|ua|cn|tw|hk|jp|kr|tr|id|vn|th|ir|uk|eu|ch|nl|pl|co|ai|tv|cc|ly"
# Those that no word or abbreviation beside a point is: "重点AI".
_PLAIN_COUNTRIES: Final = "cn|cc|jp|kr|tw|ru|ly"
# These are words: "el primer punto es", "the signs point to", "một chấm to".
_COUNTRY_WORDS: Final = "es|de|it|in|us|me|to|at"
# Behind these a point is a matter, not a part of an address.
_NO_ADDRESS: Final = (
    r"(?!(?:el|un|este|ese|otro|mi|tu|su|cada|qué|que|tal|gran|buen|único|mismo|aquel|ningún|algún|nuestro|"
    r"primer|segundo|tercer|cuarto|último|le|ce|mon|ton|son|est|quel|chaque|aucun|notre|premier|deuxième|"
    r"second|troisième|dernier|der|den|dem|ein|einen|einem|dieser|diesem|diesen|jeder|jedem|kein|mein|erster|"
    r"letzter|wichtigster|o|um|esse|este|nesse|neste|cada|nenhum|nosso|primeiro|terceiro|último|the|my|this|"
    r"that|every|each|any|some|du|del|de|jeden|bu|her|son|bir|một|dấu|các|những|cái)\s)"
)
_NOW: Final = (
    "now|today|ahora|hoy|agora|hoje|maintenant|aujourd['’]hui|jetzt|heute|прямо|сейчас|сегодня|зараз|сьогодні|"
    "şimdi|bugün|sekarang|الآن|اليوم|امروز|अभी|आज"
)
_CLAUSE_ENDS: Final = rf"(?=\s*(?:[.,;:!?)\]、，。！？،؛]|$)|\s+(?:{_NOW})(?!\w))"
_SENTENCE_ENDS: Final = r"(?=\s*(?:[.!?)\]。！？؟।]|$))"
# What stands before 点 in a word of its own: three o'clock, a main point, "in this respect".
_NO_HOST_CJK: Final = (
    r"(?:(?<=[一二三四五六七八九零〇]{3})|(?<![\d一二三四五六七八九十两兩几幾多早晚重热熱优優缺欠观觀看差这這那特要焦起终終地景亮难難卖賣弱盲论論据"
    r"據网網站节節零半有快慢燃沸熔冰交评評価視利争的识識笑爆满満\u3040-\u309f]))"
)
# A word from its first sign to its last: begun nowhere else and given back by none, it is read but once.
_WORD: Final = r"(?<![\w\-])[\w\-]++"
_WORD_OF_TWO: Final = r"(?<![\w\-])[\w\-]{2,}+"
# Where a space is missing behind a sentence: "the end.Then we left".
_NEXT_SENTENCE: Final = rf"(?!(?:{_ANY_ENDING})(?!\w))(?-i:[A-Z][a-z]{{2,23}})(?![\w@/#]|[:?]\w)"
# Of the years in which such companies were new, nobody is sent anywhere.
_BUBBLE: Final = r"\W+(?:bubble|boom|bust|crash|crisis|era|years|days|mania|compan(?:y|ies)|stocks?)\b"
_NO_HOST: Final = r"(?!(?:the|a|an|this|that|every|polka)\s)"
_LINKS: Final = tuple(
    re.compile(each, re.IGNORECASE)
    for each in (
        r"[a-z][a-z0-9+.\-]{0,30}:\s?//\s?[^\s<>]+",
        r"\b(?:mailto|tel|sms|javascript|data|tg|bitcoin|ethereum|solana|ton|lightning|magnet|ipfs|file|intent|"
        r"whatsapp|viber|skype|callto|xmpp):[^\s<>]+",
        r"\bwww\.[^\s<>]+",
        # One letter is a host under few endings only: "e.g.this" has none.
        rf"(?<![\w@\-])(?:[\w\-]{{1,63}}+\.){{0,9}}(?:[\w\-]{{2,63}}+\.(?!{_NEXT_SENTENCE})"
        rf"(?:[^\W\d_]{{2,24}}|xn--[\w\-]+)|[\w\-]\.(?:{_ANY_ENDING}))(?![\w@])(?:[/:?#][^\s<>]*)?",
        r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])(?:[/:][^\s<>]*)?",
        rf"{_WORD}\s*+[\[({{<]\s*+(?:{_DOT}|\.)\s*+[\])}}>]\s*+[\w\-]++",
        rf"{_NO_HOST}{_WORD}\s++dot\s++(?:{_SPOKEN_ENDINGS})\b(?!{_BUBBLE})",
        rf"{_WORD}\s++\.\s++(?:{_ENDINGS}|example)\b",
        rf"{_NO_HOST}{_WORD_OF_TWO}\s++(?:{_DOT})\s++(?:{_LONG_ENDINGS})\b(?!{_BUBBLE})",
        r"\b(?!http\b|www\b)(?:h\W?t\W?t\W?p|w\W?w\W?w)\b",
        r"\b(?:h\s+t\s+t\s+p(?:\s+s)?|w\s+w\s+w)\b",
        rf"\b(?:https?|www)\s+[\w\-]++\s+(?:{_PLAIN_ENDINGS})\b",
        rf"(?:{_WORD}\s++(?:{_PLAIN_ENDINGS})|\bt\s+me)\s++(?:forward )?slash\s++[\w\-]++",
        rf"{_WORD_OF_TWO}\s++\.\s?(?:{_ENDINGS})\b",
        rf"{_WORD_OF_TWO}[。｡](?:{_ENDINGS})\b",
        rf"[\w\-]\s?(?:(?:{_UNSPACED_DOT}|점)\s?(?:{_PLAIN_ENDINGS}|{_ENDINGS_ELSEWHERE})|ドット\s?(?:コム|ネット))"
        r"(?![A-Za-z]|バブル|ブーム|企業|\s?(?:시대|버블|기업|붕괴|열풍|회사))",
        rf"[\w\-]\s?(?:{_DOT_OR_POINT})\s?(?:{_PLAIN_COUNTRIES})(?![A-Za-z])",
        rf"[\w\-](?:{_NO_HOST_CJK}\s?(?:{_DOT_OR_POINT})|\s?(?:{_DOT_ALONE}))\s?"
        rf"(?:{_LONG_ENDINGS}|{_COUNTRIES}|{_COUNTRY_WORDS}|コム|ネット|넷)(?![A-Za-z])",
        rf"(?<!\w)\w++[-–](?:{_DOT})[-–](?:{_SPOKEN_ENDINGS}|{_COUNTRIES}|{_COUNTRY_WORDS}|{_ENDINGS_ELSEWHERE}|"
        rf"{_WORDS_ELSEWHERE})(?!\w)",
        rf"{_WORD_OF_TWO}\s?[·•∙⋅・‧․]\s?(?:{_LONG_ENDINGS})\b",
        rf"\S\s++(?:{_DOT})\s++(?:{_ENDINGS_ELSEWHERE})(?!\w)",
        rf"\S\s++(?:{_DOT})\s++(?:{_WORDS_ELSEWHERE}){_CLAUSE_ENDS}",
        rf"{_NO_ADDRESS}{_WORD_OF_TWO}\s++(?:{_DOT})\s++(?:{_COUNTRIES})\b{_CLAUSE_ENDS}",
        rf"{_NO_ADDRESS}{_WORD_OF_TWO}\s++(?!point\b)(?:{_DOT})\s++(?:{_COUNTRY_WORDS})\b{_SENTENCE_ENDS}",
        r"\]\s*+\(\s*+[^\s)]+",
        r"<\s*+(?:a|img|script|iframe|form|svg)\b[^>]*",
    )
)
# What is spelled so is an address only where somebody is sent there.
_SENT_THERE: Final = re.compile(
    r"\b(?:visit\w*|go\sto|type|click|open|website|web|site|page|url|link|visita\w*|entra\w*|busca|página|sitio|"
    r"acesse|acessa|visite\w*|vai\sa|va\ssur|allez\ssur|ouvre|adresse|besuch\w*|geh\w*\sauf|schau\w*|seite|"
    r"зайд\w+|заход\w+|перейд\w+|откр\w+|сайт\w*|зайді\w*|відкри\w+|gir\w*|site\w*|adres\w*|buka|kunjungi|"
    r"situs|vào|truy\scập|trang)\b|ادخل|زوروا?|زر|موقع|برو|سایت|जाओ|जाएं|जाएँ|जाइए|खोलो|साइट|เข้า|ไปที่|เว็บ|"
    r"\b(?:mehr\s(?:auf|unter|bei)|(?:more|shop|order|buy|find\s\w+|sign\sup)\sat|más\sen|mais\sem|plus\ssur)\b|"
    r"访问|訪問|登录|登錄|打开|打開|アクセス|방문|접속",
    re.IGNORECASE,
)
_THERE: Final = tuple(
    re.compile(each, re.IGNORECASE)
    for each in (
        rf"{_NO_ADDRESS}{_WORD_OF_TWO}\s++(?:{_DOT})\s++(?:{_COUNTRY_WORDS})\b{_CLAUSE_ENDS}",
        rf"\S\s?(?:{_DOT})\s?(?:{_WORDS_ELSEWHERE})(?!\w)",
        rf"{_NO_ADDRESS}{_WORD_OF_TWO}\s++(?:{_DOT})\s++(?:{_COUNTRIES})\b",
    )
)
_EMAIL: Final = re.compile(
    r"(?<![\w.+%\-])[\w.+%\-]++(?:@[\w\-]+(?:\.[\w\-]+)*|\s?@\s?[\w\-]+(?:\.[\w\-]+)+|"
    r"\s*+[\[({]\s*+(?:at|@)\s*+[\])}]\s*+[\w.\-]+)"
)
# "at" as it is spelt out; whoever is at Yahoo or Outlook may work there.
_MAILERS: Final = "gmail|hotmail|protonmail|icloud|gmx"
_SPELT_EMAIL: Final = re.compile(
    rf"(?<![\w.])[\w.\-]++\s?(?:at\s(?:{_MAILERS})|(?:arroba|arobase|klammeraffe|собака|собачка|равлик|圈|"
    r"アット(?:マーク)?|골뱅이|آت|एट|a còng|kuyruklu a)\s?"
    rf"(?:{_MAILERS}|yahoo|outlook|proton|yandex|qq|163|naver|яндекс|지메일|네이버|جيميل|जीमेल))\b",
    re.IGNORECASE,
)
_HANDLE: Final = re.compile(r"(?<![\w.])@\s?\w(?:[\w.]*\w)?")
# Where somebody may be met; a name that is told with one of these is a handle, whatever sign it lacks.
_PLACE: Final = re.compile(
    r"(?<![^\W_])(?:telegram|whats ?app|wechat|weixin|(?-i:Discord)|instagram|tik ?tok|snap ?chat|facebook|"
    r"twitter|viber|kakao ?talk|vkontakte|only ?fans|pay ?pal|venmo|cash ?app|skype|threema|weibo|"
    r"(?-i:Twitch)|patreon)"
    r"(?![^\W\d_a-z])|微信|薇信|绿泡泡|微博|抖音|某音(?![乐樂])|小红书|小紅書|小某书|テレグラム|インスタ|ラインで|텔레그램|카카오톡|인스타|"
    r"телеграм|вотсап|ватсап|инстаграм|вайбер|تيليجرام|تلغرام|تليجرام|واتساب|واتس|انستغرام|تلگرام|واتساپ|اینستاگرام|"
    r"टेलीग्राम|व्हाट्सएप|व्हाट्सऐप|इंस्टाग्राम|เทเลแกรม|เฟซบุ๊ก|(?<!ออน)(?<!ออฟ)ไลน์|"
    r"(?<![A-Za-z])(?-i:LINE(?=[でにへの])|DM(?=[でにへをしく]))|카톡|디엠|"
    r"(?<![参參更增添])加我|私信我|私聊我|تيليغرام|تيلجرام|تلجرام|تليغرام|سناب شات|"
    r"(?<!\w)(?:пиш\w+|напиш\w+|писать|стуч\w+|заход\w+|добавля\w+)"
    r"\s(?:[^\W\d_]+\s){0,3}?в\s(?:телег[уе]|тг|личк[уе]|лс|вк)(?!\w)|"
    r"(?<!\w)(?:dm|pm|inbox)\sme(?!\w)|"
    r"(?<!\w)my\sdms(?!\w)|(?<!\w)(?:wasap|guasap|wsp|zalo|zapzap)(?!\w)|no\szap(?!\w)|"
    r"(?<!\w)(?:on|via|over|en|por|sur|auf|über|im|no|di|qua|trên)\s(?:insta|whats|tg)(?!\w)",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:\b(?:as|called|named|user(?:name)?|handle|account|nick(?:name)?|id|como|usuario|llamad[oa]|als|namens|unter|"
    r"sous|pseudo|comme|come|под|ником|як|adıyla|باسم|sebagai|tên)\b|[:：号為为叫名])\s*([A-Za-z][\w.\-]{2,})"
    r"|(?<=[\u2e80-\uffef])([A-Za-z][\w.\-]{3,})",
    re.IGNORECASE,
)
# Told of what was: nobody is asked there.
_BYGONE: Final = re.compile(
    r"\b(?:met|spoke|talked|chatted|posted|streamed|started|learned|heard|saw)\s(?:[\w'’]+\s){0,3}"
    rf"(?:on|over|via|through|by)\s(?:{_PLACE.pattern})",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(r"(?<![\w@./:])(?=\w*[A-Za-z])[^\W_]++(?:_[^\W_]++)+(?!\w)")
# Without a place, two words that are joined are a handle only where somebody is to be written to.
_WRITTEN_TO: Final = re.compile(
    r"\b(?:dm|pm|ask|message|text|follow|ping|contact|add|find|reach|write to|talk to|user(?:name)?|handle|"
    r"account|nick(?:name)?)(?:\s(?:me|us|is|at|as))*[\s:]+$",
    re.IGNORECASE,
)
_NEAR: Final = 40
_WALLETS: Final = tuple(
    map(
        re.compile,
        (
            r"0x[0-9a-fA-F]{12,}",
            r"\b(?:bc|tb|ltc)1[0-9a-zA-Z]{11,}",
            r"(?<![\w-])[EU]Q[A-Za-z0-9_\-]{30,}",
            r"-?\d:[0-9a-fA-F]{40,}",
            r"\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b",
            r"\b[1-9A-HJ-NP-Za-km-z]{32,44}\b",
        ),
    )
)
# In English words run together, neither stands by chance.
_SPACED_WALLETS: Final = tuple(map(re.compile, ("0x[0-9a-f]{12,}", "bc1[02-9ac-hj-np-z]{30,}")))
_LONG_TOKEN: Final = re.compile(r"[A-Za-z0-9_+/=\-]{25,}")
_PHONE: Final = re.compile(r"\+?\(?\d[\d\s().\-/‐‑–]{5,}\d")
_PHONE_DIGITS: Final = 7


def check(draft: Draft) -> Fault | None:
    """A contact that neither a source nor the creator's guidance has."""
    text = draft.plain
    allowed = reading.plain("\n".join((draft.source, *draft.links)))
    for code, find in (
        ("email", _emails),
        ("link", _found_links),
        ("handle", _handles),
        ("wallet", wallets),
    ):
        known, there = set(find(allowed)), allowed.casefold()
        for each in find(text):
            # What is a handle only beside the name of a place may stand elsewhere in a source.
            if each not in known and not (code == "handle" and each[0] != "@" and each in there):
                return Fault(code, each)
    known_digits = reading.digits(allowed)
    for each in _PHONE.findall(text):
        number = reading.digits(each)
        if len(number) >= _PHONE_DIGITS and number not in known_digits:
            return Fault("phone", each)
    return None


def without_links(text: str) -> str:
    """The text without its links and e-mail addresses."""
    for pattern in (_EMAIL, *_LINKS):
        text = pattern.sub(" ", text)
    return text


def _found_links(text: str) -> Iterator[str]:
    text = _EMAIL.sub(" ", text)
    yield from (_told(found[0]) for pattern in _LINKS for found in pattern.finditer(text))
    for sentence in filter(_SENT_THERE.search, reading.sentences(text)):
        yield from (_told(found[0]) for pattern in _THERE for found in pattern.finditer(sentence))


def _told(link: str) -> str:
    """A link without what doesn't change where it leads: scheme, `www.`, what ends the sentence."""
    bare = link.casefold().strip().rstrip(_TAIL)
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", bare)


def _emails(text: str) -> Iterator[str]:
    ways = (_EMAIL, _SPELT_EMAIL)
    found = (each[0] for way in ways for each in way.finditer(text))
    return ("".join(each.split()).casefold().rstrip(_TAIL) for each in found)


def _handles(text: str) -> Iterator[str]:
    text = _EMAIL.sub(" ", text)
    yield from ("".join(found[0].split()).casefold() for found in _HANDLE.finditer(text))
    for sentence in reading.sentences(text):
        places = _PLACE.search(sentence) is not None
        asked = _BYGONE.sub(" ", sentence)
        yield from ("".join(found[0].split()).casefold() for found in _PLACE.finditer(asked))
        yield from (
            found[0].casefold()
            for found in _JOINED.finditer(sentence)
            if places or _WRITTEN_TO.search(sentence, max(0, found.start() - _NEAR), found.start())
        )
        if places:
            yield from ((found[1] or found[2]).casefold() for found in _NAMED.finditer(sentence))


def wallets(text: str) -> Iterator[str]:
    """Wallets of the usual chains, and any long run of letters and digits as only such things are."""
    for link in _LINKS[:3]:
        text = link.sub(" ", text)
    for pattern in _WALLETS:
        yield from (found[0] for found in pattern.finditer(text) if _mixed(found[0]))
    yield from (found[0] for found in _LONG_TOKEN.finditer(text) if _mixed(found[0]))
    joined = reading.bare(text)
    for pattern in _SPACED_WALLETS:
        yield from (found[0][:42] for found in pattern.finditer(joined))


def _mixed(token: str) -> bool:
    return any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
