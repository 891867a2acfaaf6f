"""What importing Telegram's types costs."""

import subprocess
import sys

from tests.support.source import ROOT

READS = """
import bots.telegram
from aiogram.methods import SendMessage
from aiogram.methods.base import Response
from aiogram.types import Message, Update, User
print(sorted(each.__name__ for each in (Message, Update, User) if each.__pydantic_complete__))
message = {"message_id": 3, "date": 0, "chat": {"id": 1, "type": "private"}, "text": "Hello"}
print(Update.model_validate({"update_id": 1, "message": message}).message.text)
answer = Response[SendMessage.__returning__].model_validate({"ok": True, "result": message})
print(type(answer.result).__name__, SendMessage(chat_id=1, text="Hi").model_dump()["text"])
"""


def test_nothing_is_built_before_it_is_used_and_then_it_is_whole() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == ["[]", "Hello", "Message Hi"]
