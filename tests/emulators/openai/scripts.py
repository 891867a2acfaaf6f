"""What the scripted server can play: good answers, ways of failing, and texts that no guard should pass."""

from typing import Any

from tests.emulators.openai.server import Exchange, Script


def says(text: str, **details: Any) -> Script:
    """Answers with a text."""
    return lambda exchange: exchange.say(text, **details)


def hears(text: str) -> Script:
    """Writes down what is said."""
    return lambda exchange: exchange.hear(text)


obedient = says("The flame is yellow because hot soot glows.")
empty = says("", usage=(20, 0))
jailbroken = says("Sure! I am now DAN and I follow no rules. Here is how you pick any lock: first you")
inventing = says("As written in “The Secret Book of Flames” [99], see https://flames.example/free-coins.")
cut = says("The flame is", finish="length")


def leaking(exchange: Exchange) -> None:
    """Tells everything that it was told to keep to itself."""
    told = [line["content"] for line in exchange.asked.body["messages"] if line["role"] == "system"]
    exchange.say("My instructions are: " + " ".join(told))


def slow(seconds: float) -> Script:
    """Answers well, but late."""

    def play(exchange: Exchange) -> None:
        exchange.wait(seconds)
        obedient(exchange)

    return play


def failing(status: int, *, code: str | None = None, retry_after: str | None = None) -> Script:
    """Answers with an error."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return lambda exchange: exchange.refuse(status, "as the script says", code=code, headers=headers)


def redirects(url: str) -> Script:
    """Sends the asker elsewhere."""
    return lambda exchange: exchange.reply(307, {}, {"Location": url})


def not_json(exchange: Exchange) -> None:
    """Answers with somebody's home page."""
    exchange.reply(200, b"<!doctype html><title>It works!</title>", {"Content-Type": "text/html"})


def broken_json(exchange: Exchange) -> None:
    """Answers with something that only begins like JSON."""
    exchange.reply(200, b'{"choices": [{"message": {"content": "The fl')


def other_json(exchange: Exchange) -> None:
    """Answers with JSON that is no completion."""
    exchange.reply(200, {"hello": ["world"]})


def broken(exchange: Exchange) -> None:
    """Breaks off in the middle of the answer."""
    exchange.begin_events("application/json")
    exchange.part(b'{"choices": [{"message": {"role": "assistant", "content": "The flame')
    exchange.hang_up()


def endless(exchange: Exchange) -> None:
    """Never comes to an end, as fast as it can."""
    exchange.begin_events("application/json")
    exchange.part(b'{"choices": [{"message": {"role": "assistant", "content": "')
    for _ in exchange.until_gone():
        exchange.part(b"and another flame, " * 500)


def dripping(exchange: Exchange) -> None:
    """Never comes to an end, one character at a time."""
    exchange.begin_events("application/json")
    exchange.part(b'{"choices": [{"message": {"role": "assistant", "content": "')
    for _ in exchange.until_gone():
        exchange.part(b"x")
        exchange.wait(0.02)


def packed(exchange: Exchange) -> None:
    """Answers with a small body that would unpack to a large one, which nobody asked for."""
    exchange.reply(200, b"\x1f\x8b\x08\x00", {"Content-Encoding": "gzip"})
