"""What Discord's refusals mean to whoever connects an app: each becomes an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from bots.discord.failures import Broken, CallFailed, Limited, NoAnswer, Unauthorized
from bots.errors import Busy, DiscordAway, Refused, TokenRefused
from kernel.db import assert_no_transaction
from kernel.logs import scrub


@contextmanager
def asking() -> Iterator[None]:
    """Around calls of Discord's that somebody waits for.

    Raises:
        TokenRefused, Busy, DiscordAway, Refused: as Discord answers, or doesn't.
    """
    assert_no_transaction("a call of Discord")
    try:
        yield
    except Unauthorized as error:
        raise TokenRefused(
            "Discord doesn't know this token. Reset it in the developer portal, and paste the new one."
        ) from error
    except Limited as error:
        raise Busy(
            "Discord wants to be asked again a little later. Wait, then try once more.",
            retry_after=round(error.retry_after_s),
        ) from error
    except (NoAnswer, Broken) as error:
        raise DiscordAway("Discord doesn't answer. Check this machine's network, then try again.") from error
    except CallFailed as error:
        raise Refused("Discord refused: {reason}", reason=scrub(error.message)[:200]) from error
