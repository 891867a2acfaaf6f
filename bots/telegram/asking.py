"""What Telegram's refusals mean to whoever connects a bot: each becomes an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bots.errors import Busy, Refused, TelegramAway, TokenRefused
from kernel.db import assert_no_transaction


@contextmanager
def asking() -> Iterator[None]:
    """Around calls of Telegram's that somebody waits for.

    Raises:
        TokenRefused, Busy, TelegramAway, Refused: as Telegram answers, or doesn't.
    """
    assert_no_transaction("a call of Telegram")
    try:
        yield
    except (TelegramUnauthorizedError, TelegramNotFound) as error:
        raise TokenRefused(
            "Telegram doesn't know this token, or doesn't any more. Open @BotFather, send /mybots, choose "
            "the bot, press “API Token”, and paste what it shows."
        ) from error
    except TelegramRetryAfter as error:
        raise Busy(
            "Telegram wants to be asked again a little later. Wait, then try once more.",
            retry_after=error.retry_after,
        ) from error
    except (TelegramNetworkError, TelegramServerError) as error:
        raise TelegramAway(
            "Telegram doesn't answer. Check this machine's network, then try again."
        ) from error
    except TelegramAPIError as error:
        raise Refused("Telegram refused: {reason}", reason=error.message[:200]) from error
    except AiogramError as error:  # no JSON, or of another form than is known
        raise TelegramAway("Telegram answered in a way that this version doesn't understand.") from error
