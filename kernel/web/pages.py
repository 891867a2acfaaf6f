"""Rendering pages: one Jinja environment per site, in the reader's language, direction and theme."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from kernel import clock, lang
from kernel.i18n import PAGE_LANGS, commands_isolated, isolate, t, tell, translator
from kernel.web.assets import Assets
from kernel.web.security import TOKEN_FIELD, csrf_token

LANG_COOKIE = "lang"
THEME_COOKIE = "theme"
_YEAR_S = 365 * 86_400
_THEMES = ("light", "dark")
_UNITS = ("B", "kB", "MB", "GB", "TB")

Context = Mapping[str, object]
# Seen by filters and by macros of other files, which don't get the page's context.
_lang: ContextVar[str] = ContextVar("page_lang", default=lang.DEFAULT)
_csrf: ContextVar[str] = ContextVar("page_csrf", default="")


class _I18n(Protocol):
    def install_gettext_callables(
        self, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str], newstyle: bool
    ) -> None: ...


class _Compiled(BytecodeCache):
    """What templates were compiled to, by their text: once in a process, however many sites it makes."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept for this text."""
        if (code := self._code.get(bucket.key + bucket.checksum)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what it was compiled to."""
        self._code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_compiled = _Compiled()


class Pages:
    """The templates of a site.

    `folders` are searched in order. `common` gives what every page of the site shows (who is signed in,
    the navigation); the page's own context wins over it.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        assets: Assets,
        *,
        common: Callable[[Request], Context] | None = None,
        langs: Sequence[str] = PAGE_LANGS,
    ) -> None:
        self.langs = tuple(langs)
        self._common = common
        self._env = _environment(folders, assets)

    def html(self, request: Request, name: str, context: Context | None = None) -> str:
        """The text of a page or of a part of one.

        A `lang` in the context overrides the reader's own, and `langs` the ones to choose from.
        """
        values: dict[str, object] = {
            "request": request,
            "lang": page_lang(request, self.langs),
            "langs": [(each, lang.native_name(each)) for each in self.langs],
        }
        if self._common is not None:
            values |= self._common(request)
        values |= context or {}
        tag = str(values["lang"])
        theme = request.cookies.get(THEME_COOKIE)
        values |= {
            "dir": lang.direction(tag),
            "theme": theme if theme in _THEMES else "system",
            "csrf_token": csrf_token(request),
        }
        lang_before, csrf_before = _lang.set(tag), _csrf.set(str(values["csrf_token"]))
        try:
            return self._env.get_template(name).render(values)
        finally:
            _lang.reset(lang_before)
            _csrf.reset(csrf_before)

    def page(
        self,
        request: Request,
        name: str,
        context: Context | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """A page, or a part of one, as a response."""
        response = HTMLResponse(self.html(request, name, context), status, headers)
        response.headers["vary"] = "cookie, accept-language, hx-request"
        if (chosen := lang.normalise(request.query_params.get("lang"))) in self.langs:
            secure = request.url.scheme == "https"
            response.set_cookie(LANG_COOKIE, str(chosen), max_age=_YEAR_S, secure=secure, samesite="lax")
        return response


def pages(request: Request) -> Pages:
    """The site's pages: a dependency of route handlers."""
    return cast(Pages, request.app.state.pages)


def page_lang(request: Request, langs: Sequence[str] = PAGE_LANGS) -> str:
    """The reader's language: as they chose, else as their browser asks.

    They choose by `?lang=`. It is kept in a cookie, and with their account where the site has accounts: it
    then names the account's as `request.state.reader_lang`.
    """
    own = getattr(request.state, "reader_lang", None)
    for chosen in (request.query_params.get("lang"), own, request.cookies.get(LANG_COOKIE)):
        if (tag := lang.normalise(chosen)) and tag in langs:
            return tag
    return lang.negotiate(request.headers.get("accept-language"), langs, lang.DEFAULT)


def _translations() -> NullTranslations:
    return translator(_lang.get())


def _environment(folders: Sequence[Path], assets: Assets) -> Environment:
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        bytecode_cache=_compiled,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    cast(_I18n, env).install_gettext_callables(
        lambda message: commands_isolated(_translations().gettext(message), _lang.get()),
        lambda one, many, n: commands_isolated(_translations().ngettext(one, many, n), _lang.get()),
        newstyle=True,
    )
    sprite = assets.url("web/vendor/icons.svg")

    def icon(name: str, kind: str = "") -> Markup:
        return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
            kind, sprite, name
        )

    env.globals.update(
        static=assets.url,
        icon=icon,
        csrf_field=_csrf_field,
        say=_say,
        tell=_tell,
        native_name=lang.native_name,
        now=clock.now,
    )
    env.filters.update(
        lang_name=_lang_name,
        datetime=_datetime,
        date=_date,
        ago=_ago,
        number=_number,
        percent=_percent,
        filesize=_filesize,
        timecode=clock.timecode,
        dir=lang.direction,
    )
    return env


def _csrf_field() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, _csrf.get())


def _tell(sentence: str, params: Mapping[str, object]) -> str:
    return tell(_lang.get(), sentence, params)


def _say(key: str, *, count: int | None = None, **params: object) -> str:
    return t(_lang.get(), key, count=count, **params)


def _lang_name(tag: str) -> str:
    return lang.name_in(tag, _lang.get())


def _locale() -> Any:
    return lang.locale(_lang.get())


def _datetime(moment: datetime, zone: str = "UTC") -> str:
    return format_datetime(moment, "medium", tzinfo=ZoneInfo(zone), locale=_locale())


def _date(moment: datetime) -> str:
    return format_date(moment, "medium", locale=_locale())


def _ago(moment: datetime) -> str:
    return format_timedelta(moment - clock.now(), add_direction=True, locale=_locale())


def _number(value: float, pattern: str | None = None) -> str:
    return format_decimal(value, pattern, locale=_locale())


def _percent(share: float, digits: int = 0) -> str:
    return format_percent(share, "#,##0" + ("." + "0" * digits if digits else "") + "%", locale=_locale())


def _filesize(size: float) -> str:
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    told = f"{_number(size, '#,##0.#' if size < 10 and unit else '#,##0')} {_UNITS[unit]}"
    return isolate(told, _lang.get())
