"""Lines of help: what a creator may enter, what is in force then, and who reads of which line."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from community.types import NoEntitlements
from kernel.db import Database
from kernel.errors import BadInput
from kernel.i18n import bidi, t
from kernel.lang import SUPPORTED
from persona_engine.boundaries import crisis, helping
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.help_lines import Line, LineForm, checked, countries, shipped
from persona_engine.boundaries.helping import HelpLines
from persona_engine.boundaries.rules import Boundaries
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.errors import BadLine, NoSuchLine
from persona_engine.respond import Persona
from tests.factories.people import Home, make_home
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known

TODAY = date(2026, 5, 1)
FORM = LineForm(
    name="Yorisoi Hotline",
    country="JP",
    languages=("ja",),
    phone="0120-279-338",
    source="https://example.org/lines",
    checked="2026-04-01",
)
LINE = checked(FORM, TODAY)
ANYWHERE = replace(
    LINE, name="Befrienders", country="", languages=("en", "ja"), phone="", url="https://b.example"
)


def wrong(**fields: object) -> dict[str, str]:
    """What is said of a form with these fields, by field."""
    with pytest.raises(BadLine) as error:
        checked(replace(FORM, **fields), TODAY)
    return {field: each.message for field, each in error.value.wrong.items()}


# ---- what may be entered ----


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("988", "988"),
        ("  116   123 ", "116 123"),
        ("112", "112"),
        ("+49 (0)30 1234-5678", "+49 (0)30 1234-5678"),
        ("(+34) 91 - 459 00 50", "(+34) 91 - 459 00 50"),
        ("＋81（0）3−5774", "+81(0)3-5774"),
        ("(02) 8899 0011", "(02) 8899 0011"),
        ("*4141", "*4141"),
        ("٩٢٠٠٣٣٣٦٠", "920033360"),
        ("０１２０−279–338", "0120-279-338"),
        ("\u202a116\u00a0123\u202c", "116 123"),
    ],
)
def test_a_number_is_kept_as_it_is_dialled(given: str, kept: str) -> None:
    assert checked(replace(FORM, phone=given), TODAY).phone == kept


@pytest.mark.parametrize(
    "given",
    [
        *("0800-TALK", "9", "1" * 16, "++49 30", "988; rm", "911\x00", "1 " * 30, "0800/111", "1.2"),
        *(
            "1(2",
            "1)2",
            "(1",
            "1()2",
            "((1))2",
            ")12(",
            "12 (",
            "1³2",
            "1②",
            "½12",
            "1--2",
            "-12",
            "12-",
            "1+2",
        ),
        *("+49 (+30) 12", "(" * 38, "1 (2" * 9),
    ],
)
def test_what_cannot_be_dialled_is_refused_with_what_to_write(given: str) -> None:
    assert "2 to 15 digits" in wrong(phone=given)["phone"]
    assert "2 to 15 digits" in wrong(sms=given)["sms"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("http://help.example", "begins with https://"),
        ("help.example", "begins with https://"),
        ("javascript:alert(1)", "begins with https://"),
        ("https://", "no whole address"),
        ("https://localhost/x", "no whole address"),
        ("https://me:secret@help.example", "no whole address"),
        ("https://help.example/a b", "no whole address"),
        ("https://help.example/\u202egpj", "no whole address"),
        ("https://[::1", "no whole address"),
        ("https://help.example:99999", "no whole address"),
        ("https://a..b/", "no whole address"),
        ("https://.help.example/", "no whole address"),
        ("https://-help.example/", "no whole address"),
        ("https://help_.example/", "no whole address"),
        ("https://help/", "no whole address"),
        ("https://192.168.0.7/help", "no whole address"),
        ("https://127.1/help", "no whole address"),
        ("https://0x7f000001/help", "no whole address"),
        ("https://[::ffff:10.0.0.1]/help", "no whole address"),
        ("https://help.example/" + "a" * 300, "at most 300"),
    ],
)
def test_an_address_that_does_not_open_for_everybody_is_refused(given: str, told: str) -> None:
    assert told in wrong(url=given)["url"]
    assert told in wrong(source=given)["source"]


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"name": "  "}, "name", "what the service is called"),
        ({"name": "n" * 81}, "name", "at most 80"),
        ({"name": "Ring\x07er"}, "name", "control character"),
        ({"country": "XX"}, "country", "no country"),
        ({"country": "EU"}, "country", "no country"),
        ({"languages": ("ja", "tlh")}, "languages", "no language"),
        ({"country": "", "languages": ()}, "languages", "whom it is for"),
        ({"phone": " "}, "phone", "how it is reached"),
        ({"source": " "}, "source", "where you checked"),
        ({"checked": "yesterday"}, "checked", "the day on which"),
        *(
            ({"checked": day}, "checked", "the day on which")
            for day in ("", "1999-12-31", "0026-04-01", "2026-W14-3", "20260401", "2026-02-30", "٢٠٢٦-٠٤-٠١")
        ),
        ({"checked": "2026-05-02"}, "checked", "still to come"),
    ],
)
def test_each_fault_says_at_its_field_what_to_do(fields: dict[str, object], field: str, told: str) -> None:
    said = wrong(**fields)
    assert said.keys() == {field}
    assert told in said[field]


@pytest.mark.parametrize(
    "given",
    [
        "https://help.example/a?b=c#d",
        "https://Help.Example.:8443",
        "https://помощь.рф/",
        "https://9.9.9.9/",
        "https://[2620:fe::fe]/",
        "https://3114.fr",
    ],
)
def test_an_address_that_opens_for_everybody_is_kept_as_it_was_written(given: str) -> None:
    assert checked(replace(FORM, url=given), TODAY).url == given


def test_a_line_may_be_checked_today_and_in_the_first_year_that_counts() -> None:
    for day in ("2026-05-01", "2000-01-01"):
        assert checked(replace(FORM, checked=day), TODAY).checked.isoformat() == day


def test_every_fault_is_told_at_once() -> None:
    faults = wrong(name="", country="??", phone="none", source="", checked="soon")
    assert faults.keys() == {"name", "country", "phone", "source", "checked"}


def test_a_name_may_have_the_joiners_that_persian_is_spelt_with_and_nothing_else_unseen() -> None:
    assert checked(replace(FORM, name="صدای\u200cیاری"), TODAY).name == "صدای\u200cیاری"
    assert checked(replace(FORM, name="\u202eLine\u200b \n of  help"), TODAY).name == "Line of help"


def test_a_line_is_old_a_year_after_it_was_checked() -> None:
    assert not LINE.old(LINE.checked + timedelta(days=365))
    assert LINE.old(LINE.checked + timedelta(days=366))


def test_every_country_has_a_name_in_every_language_of_the_pages() -> None:
    assert len(countries("en")) == 250, "those of ISO 3166, and Kosovo"
    for lang in ("zh-Hans", "es", "ja", "ar"):
        assert countries(lang).keys() == countries("en").keys()
    assert list(countries("es").values())[:2] == ["Afganistán", "Albania"]


def test_a_line_is_kept_and_shown_as_it_was_written() -> None:
    assert Line.from_json(LINE.to_json()) == LINE
    assert LineForm.of(LINE) == FORM


def test_what_comes_with_the_package_could_have_been_entered() -> None:
    for line in shipped().values():
        assert checked(LineForm.of(line), date(2100, 1, 1)) == line


# ---- who reads of which ----


def test_a_line_is_named_with_every_way_to_reach_it() -> None:
    line = replace(LINE, sms="741741", url="https://help.example/chat")
    assert "Japan: Yorisoi Hotline, 0120-279-338, text 741741, https://help.example/chat\n" in crisis.text(
        "en", "en-JP", [line]
    )
    assert "日本：Yorisoi Hotline、0120-279-338、SMS 741741、https://help.example/chat\n" in crisis.text(
        "ja", None, [line]
    )


@pytest.mark.parametrize("lang", ["ar", "fa"])
def test_groups_of_digits_keep_their_places_from_right_to_left(lang: str) -> None:
    said = crisis.text(lang, f"{lang}-GB", [replace(LINE, country="GB", phone="116 123", sms="85 258")])
    for number in ("116 123", "85 258"):
        assert f"{bidi.FSI}{number}{bidi.PDI}" in said


def test_a_line_of_no_country_reads_from_right_to_left_with_the_text_around_it() -> None:
    anywhere = replace(ANYWHERE, languages=("ar",))
    name, url = (f"{bidi.FSI}{text}{bidi.PDI}" for text in (anywhere.name, anywhere.url))
    assert f"\n\u200f{name}: {url}\n" in crisis.text("ar", None, [anywhere])


def test_a_country_that_is_known_has_its_lines_those_in_the_fans_language_first() -> None:
    french = replace(LINE, name="Écoute", country="CA", languages=("fr",))
    english = shipped()["ca-988"]
    fits = crisis.fitting([english, french, LINE, ANYWHERE], "fr", "CA")
    assert fits == (french, english)
    assert crisis.fitting([english, french, LINE, ANYWHERE], "en", "CA") == (english, french, ANYWHERE)


def test_a_country_that_is_not_known_has_the_lines_for_the_language() -> None:
    silent = replace(LINE, languages=())
    assert crisis.fitting([LINE, silent, ANYWHERE, *shipped().values()], "ja", None) == (LINE, ANYWHERE)
    assert crisis.fitting([silent], "ja", "JP") == (silent,)
    chinese = replace(LINE, languages=("zh-Hans",))
    assert crisis.fitting([chinese], "zh-Hant", None) == (chinese,)


@pytest.mark.parametrize("lang", SUPPORTED)
def test_where_no_line_is_left_the_general_text_stands_alone(lang: str) -> None:
    assert crisis.text(lang, f"{lang}-JP", []) == f"{t(lang, 'crisis.text')}\n{t(lang, 'crisis.danger')}"


def test_a_text_names_ten_lines_at_most() -> None:
    many = [replace(LINE, name=f"Line {number}") for number in range(12)]
    said = crisis.text("ja", None, many)
    assert ("Line 9" in said, "Line 10" in said) == (True, False)


# ---- what is in force ----


@pytest.fixture
async def home(database: Database) -> Home:
    return await make_home(database)


async def in_force(database: Database, home: Home) -> tuple[Line, ...]:
    async with database.uow(home.creator_id) as uow:
        return await helping.in_force(uow)


async def save(database: Database, home: Home, line: Line, *, on: bool = True, key: str = "") -> None:
    async with database.uow(home.creator_id) as uow:
        await helping.save(uow, line, on=on, key=key)


async def held(database: Database, home: Home) -> dict[str, helping.HeldLine]:
    async with database.uow(home.creator_id) as uow:
        return {each.key: each for each in await helping.listed(uow)}


async def test_without_a_word_of_the_creators_the_packages_lines_are_in_force(
    database: Database, home: Home
) -> None:
    assert await in_force(database, home) == tuple(shipped().values())


async def test_the_creators_own_lines_stand_before_the_packages(database: Database, home: Home) -> None:
    await save(database, home, LINE)
    await save(database, home, ANYWHERE, on=False)
    assert await in_force(database, home) == (LINE, *shipped().values())


async def test_the_same_line_sent_twice_is_one(database: Database, home: Home) -> None:
    await save(database, home, LINE)
    await save(database, home, LINE)
    assert (await in_force(database, home)).count(LINE) == 1


async def test_two_who_save_or_switch_at_once_make_one_row(database: Database, home: Home) -> None:
    async def switch_off() -> None:
        async with database.uow(home.creator_id) as uow:
            await helping.switch(uow, "us-988", on=False)

    await asyncio.gather(*(in_force(database, home) for _ in range(5)))  # so that no connection comes first
    await asyncio.gather(*(save(database, home, LINE) for _ in range(4)), *(switch_off() for _ in range(4)))
    assert (await in_force(database, home)).count(LINE) == 1
    async with database.uow(home.creator_id) as uow:
        assert len(await uow.fetch("SELECT id FROM help_line")) == 2


async def test_a_line_of_the_packages_is_left_out_and_named_again(database: Database, home: Home) -> None:
    for on in (False, False, True, True):
        async with database.uow(home.creator_id) as uow:
            await helping.switch(uow, "us-988", on=on)
        assert (shipped()["us-988"] in await in_force(database, home)) == on
    async with database.uow(home.creator_id) as uow:
        assert await uow.fetch("SELECT id FROM help_line") == [], "what is as it came needs no row"


async def test_another_line_takes_a_packages_place_until_it_is_as_it_came(
    database: Database, home: Home
) -> None:
    better = replace(shipped()["es-024"], url="https://linea024.example", checked=TODAY)
    await save(database, home, better, key="es-024")
    lines = await held(database, home)
    assert (lines["es-024"].line, lines["es-024"].own) == (better, True)
    assert list(lines) == list(shipped()), "in its place"
    async with database.uow(home.creator_id) as uow:
        await helping.switch(uow, "es-024", on=False)
    assert better not in await in_force(database, home)
    assert (await held(database, home))["es-024"].line == better, "what was written stays while it is off"
    for _ in range(2):
        async with database.uow(home.creator_id) as uow:
            await helping.remove(uow, "es-024")
    assert await in_force(database, home) == tuple(shipped().values())


async def test_saving_a_packages_line_as_it_is_leaves_it_the_packages(database: Database, home: Home) -> None:
    await save(database, home, shipped()["us-988"], key="us-988")
    assert not (await held(database, home))["us-988"].own


async def test_a_line_that_was_deleted_meanwhile_is_not_written_again_unasked(
    database: Database, home: Home
) -> None:
    await save(database, home, LINE)
    (key,) = (await held(database, home)).keys() - shipped().keys()
    async with database.uow(home.creator_id) as uow:
        await helping.remove(uow, key)
    with pytest.raises(NoSuchLine):
        await save(database, home, LINE, key=key)
    for never in ("x", "-1", "9" * 30):
        with pytest.raises(NoSuchLine):
            await save(database, home, LINE, key=never)


async def test_what_took_the_place_of_a_line_that_a_release_drops_stays(
    database: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(database, home, LINE, key="us-988")
    async with database.uow(home.creator_id) as uow:
        await helping.switch(uow, "ca-988", on=False)
    left = {key: line for key, line in shipped().items() if not key.endswith("988")}
    monkeypatch.setattr(helping, "shipped", lambda: left)
    assert await in_force(database, home) == (LINE, *left.values())


async def test_there_is_an_end_to_a_creators_lines(database: Database, home: Home) -> None:
    for number in range(helping.MOST_LINES):
        await save(database, home, replace(LINE, name=f"Line {number}"))
    with pytest.raises(BadInput, match="Delete one first"):
        await save(database, home, LINE)


async def test_another_creators_lines_are_nobody_elses(database: Database, home: Home) -> None:
    await save(database, home, LINE)
    other = await make_home(database)
    (key,) = (await held(database, home)).keys() - shipped().keys()
    assert LINE not in await in_force(database, other)
    with pytest.raises(NoSuchLine):
        await save(database, other, LINE, key=key)
    async with database.uow(other.creator_id) as uow:
        await helping.remove(uow, key)
    assert LINE in await in_force(database, home)


# ---- the reply ----


class Counted(HelpLines):
    """Counts how often the database is asked."""

    asked = 0

    async def of(self, creator_id: int) -> tuple[Line, ...]:
        """The lines in force."""
        self.asked += 1
        return await super().of(creator_id)


async def reply(guard: Guard, lines: HelpLines, home: Home, text: str, hint: str | None) -> Reply:
    persona = Persona(Known(FOUND), NoEntitlements(), guard, help_lines=lines)
    context = PersonaContext(replace(AVATAR, languages=SUPPORTED), None, Boundaries())
    asked = Asked(home.creator_id, 1, 1, 1, 1, "Ana", text, "webchat", None, None, hint)
    return await persona.respond(asked, context)


async def test_who_is_in_need_reads_of_the_creators_lines_and_nobody_else_costs_a_question(
    guard: Guard, database: Database, home: Home
) -> None:
    lines = Counted(database)
    await save(database, home, LINE)
    made = await reply(guard, lines, home, "もう死にたい", None)
    assert (made.outcome, made.parts[0].text) == ("crisis", crisis.text("ja", None, [LINE]))
    made = await reply(guard, lines, home, "I want to kill myself", "en-GB")
    assert made.parts[0].text == crisis.text("en", "en-GB")
    assert lines.asked == 2
    for text in ("Why is the flame yellow?", "hello", "I'm so sad today"):
        assert (await reply(guard, lines, home, text, None)).outcome != "crisis"
    assert lines.asked == 2
