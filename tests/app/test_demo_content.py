"""The demo creator is whole: words that answer what fans ask, and a portrait with a face in it."""

import re

import cv2
import numpy as np
import pytest
from PIL import Image

from app.demo import DEMO, POSTS, DemoPost
from app.demo.character import CHARACTER
from kernel.lang import LANGUAGES
from memory.readers.markdown import split_front_matter
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import defaults
from persona_engine.service import character
from tests.persona_engine.stand_ins import Matching

ARTICLES = [post for post in POSTS if post.path.suffix == ".md"]


def test_twelve_posts_in_three_languages_and_an_episode() -> None:
    langs = [split_front_matter(post.path.read_text("utf-8"))[0]["lang"] for post in ARTICLES]
    assert sorted(langs) == ["en"] * 5 + ["es"] * 3 + ["zh-Hans"] * 4
    assert [post.path.suffix for post in POSTS if post not in ARTICLES] == [".vtt"]


@pytest.mark.parametrize("post", ARTICLES, ids=lambda post: post.path.stem)
def test_each_post_says_whose_it_is_and_is_short(post: DemoPost) -> None:
    front, body = split_front_matter(post.path.read_text("utf-8"))
    assert front["title"]
    assert front["licence"] == "CC-BY-4.0"
    assert re.fullmatch(r"2026-\d\d-\d\d", front["date"])
    assert "url" not in front, "a made-up address would open nothing"
    words = len(body) / 1.7 if front["lang"].startswith("zh") else len(body.split())
    assert 120 <= words <= 350


def test_one_post_is_for_a_tier_alone() -> None:
    assert [(post.tier, post.path.stem[11:]) for post in POSTS if post.tier] == [
        ("Lamplighters", "flame-in-orbit")
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "A candle flame is yellow because it is full of tiny glowing particles of soot.",
        "蜡烛熄灭后能隔空点燃，是因为那缕白烟是还没来得及烧掉的蜡蒸气，它本身就是燃料。",
        "La llama sube porque el gas caliente pesa menos que el aire frío que la rodea.",
        "The middle of a candle flame is dark because no oxygen gets in there",
    ],
)
def test_what_fans_ask_is_answered_by_a_sentence_that_stands_alone(sentence: str) -> None:
    told = [" ".join(post.path.read_text("utf-8").split()) for post in POSTS]
    assert sum(sentence in text for text in told) == 1


def test_nothing_is_said_about_what_fans_should_be_declined() -> None:
    told = " ".join(post.path.read_text("utf-8").casefold() for post in POSTS)
    assert not re.search(r"\b(films?|movies?|coins?|favou?rites?|película|moneda|favorit\w+)\b|电影|币", told)


def test_its_character_is_whole_in_each_language_and_allowed_to_be_said() -> None:
    assert character.checked(CHARACTER) == CHARACTER
    for said in (CHARACTER.greetings, CHARACTER.sign_offs, CHARACTER.no_answers):
        assert set(said) == set(DEMO.languages)
    assert set(CHARACTER.guidance.tiers) == {post.tier for post in POSTS if post.tier}


async def test_nothing_of_it_is_off_bounds() -> None:
    await character.allowed(Guard(Matching(None)), CHARACTER, defaults(), DEMO.creator, key=("demo",))


def test_the_avatar_is_introduced_in_each_of_its_languages() -> None:
    assert set(DEMO.languages) <= set(LANGUAGES)
    assert set(DEMO.tagline) == set(DEMO.samples) == set(DEMO.languages)
    assert all(len(questions) >= 3 for questions in DEMO.samples.values())
    assert {lang for _, lang in DEMO.taught.questions} <= set(DEMO.languages)


def test_its_fans_ask_in_each_of_its_languages_over_thirty_days_up_to_now() -> None:
    hours = [talk.hours for talk in DEMO.conversations]
    assert hours == sorted(hours, reverse=True), "the newest is asked last, so that lists have it first"
    days = {int(each // 24) for each in hours}
    assert set(range(14)) <= days, "a day of the chart without a question"
    assert max(days) == 29
    assert all({day, day + 1} & days for day in range(29)), "two days without a question"
    assert {talk.lang for talk in DEMO.conversations} == set(DEMO.languages)
    assert len({talk.fan for talk in DEMO.conversations}) == len(DEMO.conversations)


def test_its_cases_are_of_its_fans_in_each_of_its_languages_one_undone_one_by_a_rule_one_appealed() -> None:
    hours = [case.hours for case in DEMO.cases]
    assert hours == sorted(hours, reverse=True)
    begun = {(talk.fan, talk.lang): talk.hours for talk in DEMO.conversations}
    for case in DEMO.cases:
        assert begun[case.fan, case.lang] > case.hours, "nobody is warned before they come"
        assert case.hours > max(case.undone, case.appealed)
        assert bool(case.reason) != bool(case.rule)
        assert bool(case.appeal) == bool(case.appealed)
    assert {case.lang for case in DEMO.cases} == set(DEMO.languages)
    assert [sum(map(bool, each)) for each in zip(
        *((case.undone, case.rule, case.appeal) for case in DEMO.cases), strict=True
    )] == [1, 1, 1]  # fmt: skip


def test_the_portrait_shows_one_frontal_face_over_half_of_its_width() -> None:
    assert DEMO.portrait.stat().st_size < 1_500_000
    with Image.open(DEMO.portrait) as picture:
        assert picture.size >= (1080, 1350)
        grey = cv2.cvtColor(np.asarray(picture.convert("RGB")), cv2.COLOR_RGB2GRAY)
    folder = cv2.data.haarcascades
    finder = cv2.CascadeClassifier(f"{folder}haarcascade_frontalface_alt2.xml")
    faces = finder.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=5, minSize=(200, 200))
    assert len(faces) == 1
    left, top, width, height = faces[0]
    assert width >= 1080 / 2
    eye = cv2.CascadeClassifier(f"{folder}haarcascade_eye.xml")
    for half in (grey[:, left : left + width // 2], grey[:, left + width // 2 : left + width]):
        upper = half[top : top + height * 6 // 10]
        assert len(eye.detectMultiScale(upper, scaleFactor=1.05, minNeighbors=4, minSize=(70, 70))) == 1
