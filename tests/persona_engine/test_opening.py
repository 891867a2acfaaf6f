"""What is said in greeting isn't part of the question."""

import pytest

from persona_engine.smalltalk import asking


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("good morning ember! how do candles drip?", "how do candles drip?"),
        ("hi! why is the flame yellow?", "why is the flame yellow?"),
        ("ok thanks, and why does it drip?", "and why does it drip?"),
        ("Hello! How are you? What is soot?", "What is soot?"),
        ("¡Hola! ¿Por qué la llama sube?", "¿Por qué la llama sube?"),
        ("hola Ember ¿por qué la llama sube?", "¿por qué la llama sube?"),
        ("oye mira ¿por qué la llama sube?", "oye mira ¿por qué la llama sube?"),
        ("你好，火焰为什么是黄色的？", "火焰为什么是黄色的？"),
        ("こんにちは。ろうそくはなぜ燃えますか？", "ろうそくはなぜ燃えますか？"),
        ("مرحبا! لماذا اللهب أصفر؟", "لماذا اللهب أصفر؟"),
        ("why is the flame yellow? thanks!", "why is the flame yellow? thanks!"),
        ("Hello!", "Hello!"),
        ("Wax, wick and flame: which burns?", "Wax, wick and flame: which burns?"),
    ],
)
def test_the_part_that_asks(message: str, question: str) -> None:
    assert asking(message, names=("Ember",)) == question
