"""Messages come in the reader's language, complete, and unharmed by what is put into them."""

import ast
import importlib
import re
import unicodedata
from pathlib import Path

import pytest

from kernel.errors import UnderstudyError
from kernel.i18n import (
    MissingMessageError,
    Word,
    bidi,
    catalogues,
    check,
    extract,
    isolate,
    one_after_another,
    t,
    tell,
    translator,
    variants,
)
from kernel.lang import SUPPORTED

ANSWER_KEYS = [
    message.id if isinstance(message.id, str) else message.id[0]
    for message in extract.template(catalogues.ANSWERS)
    if message.id
]
_ENGLISH = catalogues.catalogue_path(catalogues.ANSWERS, "en").read_text(encoding="utf-8")
PARAMS = {name: name.upper() for name in re.findall(r"\{(\w+)\}", _ENGLISH) if name != "count"}
PLURALS = set(re.findall(r'^msgid_plural "([\w.]+)"', _ENGLISH, re.MULTILINE))


@pytest.mark.parametrize("lang", SUPPORTED)
def test_every_answer_message_is_there_in_every_language(lang: str) -> None:
    for key in ANSWER_KEYS:
        said = t(lang, key, count=3 if key in PLURALS else None, **PARAMS)
        assert said
        assert "{" not in said


@pytest.mark.parametrize("lang", SUPPORTED)
def test_the_first_contact_says_that_it_is_an_ai_and_whose(lang: str) -> None:
    word = {"es": "IA", "pt": "IA", "fr": "IA", "de": "KI", "ru": "ИИ", "uk": "ШІ", "tr": "yapay zekâ"}
    word |= {"ar": "الذكاء الاصطناعي", "fa": "هوش مصنوعی"}
    for key in ("disclosure.first", "disclosure.badge", "smalltalk.real.1", "smalltalk.identity_plain.1"):
        said = t(lang, key, creator="Ember")
        assert word.get(lang, "AI") in said
        assert "Ember" in said


def test_plural_forms_follow_the_language() -> None:
    assert "3 секунды" in t("ru", "error.slow_down", count=3)
    assert "5 секунд." in t("ru", "error.slow_down", count=5)
    assert "ثانيتين" in t("ar", "error.slow_down", count=2)
    assert "1 second." in t("en", "error.slow_down", count=1)


def test_a_title_of_the_other_direction_is_isolated_and_cannot_turn_the_sentence() -> None:
    in_arabic = t("ar", "answer.same.1", title="Why is it yellow?")
    assert f"{bidi.FSI}Why is it yellow?{bidi.PDI}" in in_arabic
    assert bidi.FSI not in t("ar", "answer.same.1", title="لماذا؟")
    assert bidi.FSI in t("en", "answer.same.1", title="لماذا؟")
    hostile = t("en", "answer.same.1", title="evil\u202e\u2069\u2066name")
    assert "“evilname”" in hostile
    assert not any(unicodedata.bidirectional(char) == "RLO" for char in hostile)
    assert isolate("3", "ar") == "3"


@pytest.mark.parametrize("number", ["116 123", "+44 20 7946 0000", "*4141", "(02) 1234"])
def test_a_number_of_several_groups_keeps_their_order_from_right_to_left(number: str) -> None:
    assert isolate(number, "ar") == f"{bidi.FSI}{number}{bidi.PDI}"
    assert isolate(number, "en") == number


@pytest.mark.parametrize("lang", ["ar", "fa"])
def test_a_command_reads_from_right_to_left_as_it_is_to_be_written(lang: str) -> None:
    for key in ("command.help", "human.way_back"):
        told = t(lang, key)
        assert re.findall("/[a-z]+", told) == re.findall(f"{bidi.FSI}(/[a-z]+){bidi.PDI}", told)
    assert f"{bidi.FSI}/lang ar{bidi.PDI}" in t("ar", "command.lang.choices", choices="")
    assert f"{bidi.FSI}/topic block dosage 7d{bidi.PDI}" in t("ar", "topic.usage")
    for order in ("/approve 12", "/reject 12"):
        assert f"{bidi.FSI}{order}{bidi.PDI}" in t("ar", "queue.how", id=12)
    assert bidi.FSI not in t("en", "command.help")
    for other in ("https://example.com/path", "<strong>x</strong>"):
        assert bidi.commands_isolated(other, lang) == other


def test_a_latin_name_keeps_its_distance_from_chinese_characters() -> None:
    assert t("zh-Hans", "smalltalk.real.1", creator="Ember").startswith("我不是真人，我是 Ember 的 AI 分身")
    assert t("zh-Hans", "smalltalk.real.1", creator="烛星").startswith("我不是真人，我是烛星的 AI 分身")
    assert "《Why?》" in t("zh-Hant", "answer.same.1", title="Why?")
    assert "我是Ember" not in tell("zh-Hans", "我是{name}。", {"name": "Ember"})


def test_what_is_put_in_is_never_read_as_a_place() -> None:
    assert "{tier.__class__}" in t("en", "answer.same.1", title="{tier.__class__}")


def test_an_unknown_key_or_place_is_an_error_and_an_unknown_language_speaks_english() -> None:
    with pytest.raises(MissingMessageError, match=r"no\.such\.key"):
        t("en", "no.such.key")
    with pytest.raises(MissingMessageError):
        variants("no.such")
    with pytest.raises(KeyError, match="title"):
        t("es", "answer.same.1")
    assert t("el", "source.label") == "Source"
    assert t("zh-TW", "source.label") == "出處"


def test_what_a_language_lacks_is_told_in_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    catalogues._answers.cache_clear()
    english = tmp_path / "en"
    english.mkdir()
    (english / "answers.po").write_bytes(catalogues.catalogue_path("answers", "en").read_bytes())
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    assert t("es", "source.label") == "Source"
    catalogues._answers.cache_clear()


def test_variants_are_counted_from_one() -> None:
    assert variants("answer.nothing") == ("answer.nothing.1", "answer.nothing.2", "answer.nothing.3")


def test_pages_speak_their_readers_language() -> None:
    assert translator("es").gettext("Close") == "Cerrar"
    assert translator("ar").gettext("Close") == "إغلاق"
    assert translator("en").gettext("Close") == "Close"
    assert translator("en").ngettext("%(num)s file", "%(num)s files", 2) == "%(num)s files"


def test_why_an_import_failed_is_told_in_the_readers_language() -> None:
    sentence = "{host} answered {status}."
    told = {"host": "example.com", "status": 404}
    assert tell("en", sentence, told) == "example.com answered 404."
    assert tell("es", sentence, told) == "example.com respondió 404."
    assert f"{bidi.FSI}example.com{bidi.PDI}" in tell("ar", sentence, told)


def test_a_parameter_that_is_a_word_is_told_in_the_readers_language_too() -> None:
    sentence = "This needs the role “{needed}”; yours is “{yours}”. Ask an owner."
    roles = {"needed": Word("Creator"), "yours": Word("Viewer")}
    assert tell("en", sentence, roles) == "This needs the role “Creator”; yours is “Viewer”. Ask an owner."
    told = tell("es", sentence, roles)
    assert translator("es").gettext("Creator") in told
    assert translator("es").gettext("Viewer") in told


def test_no_expected_error_is_raised_with_a_sentence_that_no_catalogue_can_hold() -> None:
    expected = {kind.__name__ for kind in _kinds(UnderstudyError)}
    assert {"BadMessage", "BadCard", "NoSuchAvatar"} <= expected
    raised = [
        f"{path.relative_to(extract.ROOT)}:{said.lineno}"
        for domain in (catalogues.CHAT, catalogues.PAGES)
        for path, kind, said in extract.raises(domain)
        if kind in expected and isinstance(said, ast.JoinedStr)
    ]
    assert raised == []


def _kinds(root: type[UnderstudyError]) -> set[type[UnderstudyError]]:
    importlib.import_module("app.container")  # which knows every room
    return {root}.union(*(_kinds(kind) for kind in root.__subclasses__()))


def test_catalogues_are_complete_and_in_step_with_the_code() -> None:
    assert list(check.problems()) == []


def test_the_check_finds_a_lost_place_a_gap_and_a_stray_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in catalogues.FOLDER.rglob("*.po"):
        copy = tmp_path / path.relative_to(catalogues.FOLDER)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    spanish, german = tmp_path / "es/answers.po", tmp_path / "de/answers.po"
    spanish.write_text(spanish.read_text("utf-8").replace("página {page}", "página {pagina}"), "utf-8")
    german.write_text(german.read_text("utf-8").replace('msgstr "Quelle"', 'msgstr ""'), "utf-8")
    (tmp_path / "de/answers.mo").write_bytes(b"")
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    monkeypatch.setattr(check, "FOLDER", tmp_path)
    found = "\n".join(check.problems())
    assert "es/answers.po: 'source.page' has the places ['pagina'], not ['page']" in found
    assert "de/answers.po: 'source.label' is not translated" in found
    assert "de/answers.mo belongs to nothing" in found


@pytest.mark.parametrize("lang", ["es", "zh-Hans", "ru"])
def test_bringing_a_catalogue_in_step_twice_changes_nothing(lang: str) -> None:
    wanted = extract.template(catalogues.ANSWERS)
    once = extract.render(extract.updated(catalogues.ANSWERS, lang, wanted), lang)
    assert once == catalogues.catalogue_path(catalogues.ANSWERS, lang).read_bytes()


def test_addresses_and_tokens_are_not_turned_round_in_arabic() -> None:
    bare = re.compile(r"(?<![\u200e\u2068\w@])@[A-Za-z]|(?<![\u200e\d])\d+:AA")
    known = catalogues.read_catalogue(catalogues.catalogue_path(catalogues.PAGES, "ar"))
    told = [str(message.string) for message in known if message.id]
    assert [text for text in told if bare.search(text)] == []


def test_sentences_follow_each_other_as_their_script_has_it() -> None:
    assert one_after_another("zh-Hans", "你好！", "我是 AI。") == "你好！我是 AI。"
    assert one_after_another("ja", "こんにちは！", "AI です。") == "こんにちは！AI です。"
    assert one_after_another("ar", "مرحبًا!", "أنا برنامج.") == "مرحبًا! أنا برنامج."
