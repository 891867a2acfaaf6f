"""What can go wrong with an avatar's connections.

UnderstudyError
├── BadInput
│   ├── BadToken             what was pasted holds no bot's token, or several
│   ├── TokenRefused         Telegram doesn't know the token, or doesn't any more
│   ├── OtherBot             the token is another bot's
│   └── Refused              Telegram doesn't want what was asked; carries its words
├── NotFound
│   └── NotConnected         the avatar has no bot there
├── Conflict
│   ├── AlreadyConnected     the avatar has another bot
│   ├── BotTaken             the bot is another avatar's, or makes bots here
│   └── BotInUse             another program receives the bot's messages; carries where
├── TooMany
│   └── Busy                 Telegram wants to be asked later
└── Unavailable
    ├── TelegramAway         Telegram didn't answer, or couldn't
    ├── DiscordAway          Discord didn't answer, or couldn't
    ├── NoPublicAddress      nothing reaches this instance from outside
    ├── NoManager            the operator has no bot that makes bots
    └── ManagerRefused       Telegram refuses the token of the bot that makes bots
"""

from kernel.errors import BadInput, Conflict, NotFound, TooMany, Unavailable


class BadToken(BadInput):
    """What was pasted holds no bot's token, or several."""

    code = "bad_token"


class TokenRefused(BadInput):
    """Telegram doesn't know the token, or doesn't any more."""

    code = "token_refused"


class OtherBot(BadInput):
    """The token is another bot's."""

    code = "other_bot"


class Refused(BadInput):
    """Telegram doesn't want what was asked."""

    code = "refused"


class NotConnected(NotFound):
    """The avatar has no bot there."""

    code = "not_connected"


class AlreadyConnected(Conflict):
    """The avatar has another bot."""

    code = "already_connected"


class BotTaken(Conflict):
    """The bot is another avatar's, whoever's that is, or the one that makes bots here."""

    code = "bot_taken"


class BotInUse(Conflict):
    """Another program receives the bot's messages."""

    code = "bot_in_use"


class Busy(TooMany):
    """Telegram wants to be asked later."""

    code = "busy"


class TelegramAway(Unavailable):
    """Telegram didn't answer, or couldn't."""

    code = "telegram_away"


class DiscordAway(Unavailable):
    """Discord didn't answer, or couldn't."""

    code = "discord_away"


class NoPublicAddress(Unavailable):
    """Nothing reaches this instance from outside."""

    code = "no_public_address"


class NoManager(Unavailable):
    """The operator has no bot that makes bots."""

    code = "no_manager"


class ManagerRefused(Unavailable):
    """Telegram refuses the token of the bot that makes bots: only the operator can mend that."""

    code = "manager_refused"
