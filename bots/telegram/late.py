"""aiogram, whose types get their validators when they are first used.

By itself it builds those of all its four hundred types when it is imported: that takes two and a half of its
three seconds of every process's start, also where Telegram is never spoken with. A process uses some thirty.
"""

import sys
from typing import Any

from pydantic import BaseModel

_build: Any = BaseModel.__dict__["model_rebuild"].__func__


def import_aiogram() -> None:
    """Import it so; where somebody has imported it already, all is built."""
    if "aiogram.types" in sys.modules:
        return
    # What the types' annotations name, which their own modules don't import.
    names: dict[str, Any] = {}

    def not_yet(cls: type[BaseModel], /, *, _types_namespace: Any = None, **how: Any) -> Any:
        if not cls.__module__.startswith("aiogram."):
            return _build(cls, _types_namespace=_types_namespace, **how)
        names.update(_types_namespace or {})
        return False

    def when_used(
        cls: type[BaseModel], /, *, force: bool = False, raise_errors: bool = True, **_: Any
    ) -> Any:
        return _build(cls, force=force, raise_errors=raise_errors, _types_namespace=names)

    _become(BaseModel, not_yet)
    try:
        from aiogram.methods.base import Response, TelegramMethod
        from aiogram.types.base import TelegramObject
    finally:
        _become(BaseModel, _build)
    for base in (TelegramObject, TelegramMethod, Response):
        _become(base, when_used)


def _become(base: type[BaseModel], build: Any) -> None:
    type.__setattr__(base, "model_rebuild", classmethod(build))
