"""Pages that a browser prints are read as they were written, in every script. (Needs a Chromium.)"""

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.memory.readers.conftest import Reading

pytestmark = pytest.mark.browser

TEXTS = {
    "ar": "بنى جدي بيته سنة 1931 في عين كارم (قرب القدس) بنسبة 50% في 12/11/1950 عند الساعة 10:30.",
    "fa": "پدربزرگم در سال ۱۳۲۰ یک باغ خرید و نسخهٔ Windows 11 را در ۱۴۰۲/۰۷/۱۵ نصب می‌کرد.",
    "he": "קניתי iPhone 15 Pro במחיר 3,500 (הנחה של 50%) ב-14.05.1950. בְּרֵאשִׁית בָּרָא.",
    "ur": "میرے دادا نے 1947 میں لاہور میں ایک کتاب خانہ بنایا۔ شام 5:30 بجے مشاعرہ ہوتا تھا۔",
    "hi": "मेरे दादा ने 1952 में गंगा के किनारे एक नाव बनाई। विद्यार्थियों को प्रशिक्षण मिला।",
    "th": "คุณปู่ของฉันสร้างเรือไม้สักในปี 2495 ที่จังหวัดน่าน ท่านใช้เรือลำนั้นจับปลา",
    "vi": "Quán phở của bà Nguyễn mở cửa lúc năm giờ sáng, giá 45.000 đồng.",
    "en": "An efficient office affair: 24 hours a day, at 3.5% of its old cost (see p. 12).",
    "de": "Großvater baute 1952 in Überlingen ein Boot aus Lärchenholz.",
    "zh": "我的祖父一九五二年在绍兴造了一条木船，船长7.5米。",
    "ja": "祖父は1952年に気仙沼で木の舟を作りました。",
    "ko": "할아버지는 1952년에 통영에서 나무배를 만드셨습니다.",
}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs a Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def need_font(lang: str) -> None:
    """Skips where no letters of a language can be printed."""
    fonts = subprocess.run(["/usr/bin/env", "fc-list", f":lang={lang}"], capture_output=True, check=False)
    if not fonts.stdout:
        pytest.skip(f"no font for {lang} is installed")


def way(lang: str) -> str:
    """The direction in which a language is written, as HTML has it."""
    return "rtl" if lang in ("ar", "fa", "he", "ur") else "ltr"


@pytest.mark.parametrize("lang", TEXTS)
def test_a_printed_page_is_read_as_it_was_written(page: Page, reading: Reading, lang: str) -> None:
    need_font(lang)
    page.set_content(f"<html lang={lang} dir={way(lang)}><body><h1>1. {lang}</h1><p>{TEXTS[lang]}</p></body>")
    (document,) = reading("a.pdf", page.pdf()).documents
    assert document.blocks[-1].text == TEXTS[lang]


@pytest.mark.parametrize(
    ("lang", "rows"),
    [
        ("en", [["Plan", "Price", "Seats"], ["Free", "0 euros", "1"], ["Pro", "12 euros", "5"]]),
        ("zh", [["商品", "价格", "重量"], ["毛毯", "1280元", "1.2公斤"], ["羊毛围巾", "380元", "90克"]]),
        (
            "ar",
            [
                ["المنتج", "السعر", "الوزن"],
                ["شمع العسل", "12 يورو", "200 غرام"],
                ["فتيل", "4 يورو", "15 غرام"],
            ],
        ),
        (
            "he",
            [["מוצר", "מחיר", "משקל"], ["שעוות דבורים", "12 אירו", "200 גרם"], ["פתיל", "4 אירו", "15 גרם"]],
        ),
    ],
)
@pytest.mark.parametrize(
    "style", ["", "table{border-collapse:collapse;width:100%}td,th{border:1px solid;padding:5px}"]
)
def test_a_printed_table_is_read_by_rows(
    page: Page, reading: Reading, lang: str, rows: list[list[str]], style: str
) -> None:
    need_font(lang)
    head, *body = rows
    table = f"<tr><th>{'<th>'.join(head)}" + "".join(f"<tr><td>{'<td>'.join(row)}" for row in body)
    text = "We are open, and what we have is here. " * 4
    around = f"<p dir=ltr>{text}</p>"
    page.set_content(f"<html dir={way(lang)}><style>{style}</style>{around}<table>{table}</table>{around}")
    (document,) = reading("a.pdf", page.pdf()).documents
    mark = "：" if lang == "zh" else ": "
    assert [block.text for block in document.blocks] == [
        text.strip(),
        *(" | ".join(f"{label}{mark}{cell}" for label, cell in zip(head, row, strict=True)) for row in body),
        text.strip(),
    ]
