"""Whatever a message or a text repeats, and in whatever digits it writes, it is read, and at once."""

import time

from memory.readers.plain import join_printed
from memory.retrieval import dates, langid, sentences


def test_digits_of_a_newer_script_are_no_date() -> None:
    assert dates.read("What did you do in 𑽑𑽙𑽕𑽓年2月 5?", "en") is None
    found = dates.read("What did you do on ١٩٥٣年2月5日?", "en")
    assert found is not None
    assert found[0] == dates.Date(1953, 2, 5)


def test_a_long_run_of_one_sign_is_read_at_once() -> None:
    began = time.process_time()
    sentences._END.search(";" * 20_000 + "x")
    langid._ADDRESS.sub("", "x" * 20_000)
    assert time.process_time() - began < 1


def test_words_cut_at_many_lines_ends_are_put_together_at_once() -> None:
    began = time.process_time()
    assert (
        join_printed(["the wa-", *["te-"] * 50_000, "r", "and", "The"]) == f"the wa{'te' * 50_000}r and The"
    )
    assert time.process_time() - began < 1


def test_no_part_of_a_long_sentence_is_empty() -> None:
    text = "的" * 2000 + "   "
    for end in range(1, len(text) + 1, 7):
        assert all(start < stop for start, stop in sentences._parts(text, 0, end))
