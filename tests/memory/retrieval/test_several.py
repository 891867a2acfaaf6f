"""A message that asks several things is taken apart into what can be asked alone, and nothing else is."""

import pytest

from memory.retrieval.several import questions_in


@pytest.mark.parametrize(
    ("lang", "text", "asked"),
    [
        ("en", "When do you open and where can I park?", ("When do you open", "where can I park?")),
        ("en", "When do you open? Where can I park?", ("When do you open?", "Where can I park?")),
        ("es", "¿Cuánto cuesta y cuándo empieza?", ("¿Cuánto cuesta", "cuándo empieza?")),
        ("es", "¿Por qué sube la llama y qué es la cal?", ("¿Por qué sube la llama", "qué es la cal?")),
        ("zh-Hans", "几点开门？可以停车吗？", ("几点开门？", "可以停车吗？")),
        ("zh-Hant", "幾點開門，哪裡可以停車？", ("幾點開門", "哪裡可以停車？")),
        ("ja", "料金はいくらですか。駐車場はありますか。", ("料金はいくらですか。", "駐車場はありますか。")),
        ("ja", "何時に開いて、どこに駐車できますか？", ("何時に開いて", "どこに駐車できますか？")),
        ("ko", "몇 시에 열고 주차는 어디에 하나요?", ("몇 시에 열고", "주차는 어디에 하나요?")),
        ("de", "Wann macht ihr auf und wo kann ich parken?", ("Wann macht ihr auf", "wo kann ich parken?")),
        ("fr", "Quand ouvrez-vous et où puis-je me garer ?", ("Quand ouvrez-vous", "où puis-je me garer ?")),
        ("pt", "Quando abre e onde posso estacionar?", ("Quando abre", "onde posso estacionar?")),
        ("ru", "Когда вы открыты и где можно стоять?", ("Когда вы открыты", "где можно стоять?")),
        ("uk", "Коли ви відкриті і де можна стати?", ("Коли ви відкриті", "де можна стати?")),
        ("ar", "متى تفتحون وأين يمكنني ركن السيارة؟", ("متى تفتحون", "أين يمكنني ركن السيارة؟")),
        ("fa", "کی باز می‌کنید و کجا می‌توانم پارک کنم؟", ("کی باز می‌کنید", "کجا می‌توانم پارک کنم؟")),
        ("tr", "Ne zaman açık ve nereye park edebilirim?", ("Ne zaman açık", "nereye park edebilirim?")),
        ("hi", "कब खुलता है और कहाँ पार्क कर सकते हैं?", ("कब खुलता है", "कहाँ पार्क कर सकते हैं?")),
        ("id", "Kapan buka dan di mana saya bisa parkir?", ("Kapan buka", "di mana saya bisa parkir?")),
        ("vi", "Mấy giờ mở cửa và đỗ xe ở đâu?", ("Mấy giờ mở cửa", "đỗ xe ở đâu?")),
        ("th", "เปิดกี่โมงและจอดรถได้ที่ไหน", ("เปิดกี่โมง", "จอดรถได้ที่ไหน")),
        # Both mean what was spoken of before the message, so neither needs the other.
        ("en", "What does it cost and when does it start?", ("What does it cost", "when does it start?")),
    ],
)  # fmt: skip
def test_each_question_stands_alone(lang: str, text: str, asked: tuple[str, ...]) -> None:
    assert questions_in(text, lang) == asked


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Why is the flame yellow, and why?"),
        ("en", "Who invented the candle? And when did he die?"),
        ("en", "What is a flame and how hot is it?"),
        ("en", "How hot is a candle's flame and how tall?"),
        ("en", "When and where does the course start?"),
        ("en", "When does the long workshop start and what is the price?"),
        ("en", "Who are the people who came and who left?"),
        ("en", "What's the difference between wax and tallow?"),
        ("en", "I bought the kit and I like it. How long does it burn?"),
        ("es", "¿Quién inventó la vela y cuándo murió?"),
        ("es", "¿Cuándo y dónde empieza el curso?"),
        ("de", "Was ist eine Flamme und warum ist sie gelb?"),
        ("de", "Weißt du, wann die Kerze erfunden wurde?"),
        ("zh-Hans", "蜡烛是谁发明的？他什么时候死的？"),
        ("ar", "ما هو الشمع ولماذا؟"),
        ("tlh", "nuq? nuqDaq?"),
        ("en", "What is the top-up function and where can I find that at?"),
        ("vi", "Đơn hàng của tôi chưa đến, tôi phải làm gì?"),
        # What speaks of the asking asks nothing else.
        ("en", "Why is soot black? Can you help me?"),
        ("en", "Why is soot black? What do you think?"),
        ("es", "¿Por qué es negro el hollín? ¿Me lo puedes explicar?"),
        ("de", "Warum ist Ruß schwarz? Kannst du mir das erklären?"),
        ("fr", "Pourquoi la suie est noire ? Tu peux m'expliquer ?"),
        ("ru", "Почему сажа чёрная? Что думаешь?"),
        ("ar", "لماذا السخام أسود؟ هل يمكنك أن تشرح لي؟"),
        ("zh-Hans", "关于“石灰水为什么会变浑”，你能说说吗？"),
        ("ja", "なぜ煤は黒いのですか？教えてもらえますか？"),
        ("ko", "그을음은 왜 검은가요? 설명해 주실 수 있나요?"),
        ("vi", "Tại sao bồ hóng màu đen? Bạn giải thích được không?"),
        ("th", "ทำไมเขม่าถึงดำ อธิบายได้ไหม"),
    ],
)
def test_what_leans_on_the_rest_stays_with_it(lang: str, text: str) -> None:
    assert questions_in(text, lang) == (text,)


def test_what_is_only_said_goes_with_the_question_that_means_it() -> None:
    text = "I love your videos. Where can I park? I have a wooden wick. Why does it crackle?"
    assert questions_in(text, "en") == ("Where can I park?", "I have a wooden wick. Why does it crackle?")


def test_a_story_is_not_taken_apart() -> None:
    text = "Where can I park? When do you open? " + "My sister has a shop in Rome. " * 30
    assert questions_in(text, "en") == (text,)
