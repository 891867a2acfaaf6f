"""Structured logs, scrubbed: no token, key, cookie or one-time link reaches a log or a traceback."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_HIDDEN = "[hidden]"
# Libraries whose every step is told as information; their warnings are heard.
_NOISY = ("alembic", "chromadb", "httpcore", "httpx", "procrastinate", "psycopg.pool", "uvicorn")
_SECRET_NAMES = re.compile(r"token|secret|password|passwd|api_?key|authorization|cookie|session_id|dsn", re.I)
_SECRET_SHAPES = re.compile(
    r"""
    (?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}                  # Telegram bot token, also in /bot…/sendMessage
    | \b[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,}    # Discord bot token: an application's number first
    | \baW50ZXJhY3Rpb246[\w-]{16,}                      # Discord interaction token: "interaction:" first
    | \bsk-[A-Za-z0-9_-]{16,}                           # model provider key
    | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)                   # user:password in a URL
    | (?<=/sign-in/)[\w-]{16,}                          # one-time sign-in link
    | (?<=Bearer\s)[\w.~+/=-]+                          # HTTP credentials
    | \b0x[0-9a-fA-F]{64}\b                             # private key
    """,
    re.X,
)


def scrub(text: str) -> str:
    """The text with everything that looks like a secret hidden."""
    return _SECRET_SHAPES.sub(_HIDDEN, text)


def _scrub_value(name: str, value: Any) -> Any:
    if _SECRET_NAMES.search(name):
        return _HIDDEN
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: _scrub_value(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub_value("", item) for item in value]
    return value


def scrub_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that hides secrets by name and by shape, tracebacks included."""
    for name in list(event):
        event[name] = _scrub_value(name, event[name])
    return event


def configure(level: str, *, as_json: bool, stream: TextIO | None = None) -> None:
    """Send every log, the libraries' too, through one scrubbed pipeline to `stream` (standard error)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        scrub_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty())
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
