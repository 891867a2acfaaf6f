"""Building a site: an ASGI application with its pages, static files, guard and failure pages in place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Depends, FastAPI, params
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Lifespan

from kernel.i18n import PAGE_LANGS
from kernel.web import failures
from kernel.web.assets import Assets
from kernel.web.heads import Heads
from kernel.web.pages import Context, Pages
from kernel.web.security import Admission, Guard, Guarding, check_csrf
from kernel.web.sse import Streams

HERE = Path(__file__).parent
MAX_BODY = 1 << 20


@dataclass(frozen=True, slots=True)
class Site:
    """What makes a site: who it answers to, where its templates and static files lie, who is sent to sign in.

    `templates` are folders searched before the shared one; `static` maps a first path part to a folder.
    `max_body` bounds every request's body in bytes; routes that take more say so themselves, and take
    it from those alone whom `admit` lets pass. `dependencies` are asked before every route, `common` gives
    what every page shows.
    """

    name: str
    guarding: Guarding
    templates: Sequence[Path]
    static: Mapping[str, Path] = field(default_factory=dict)
    sign_in: str | None = None
    max_body: int = MAX_BODY
    admit: Admission | None = None
    langs: Sequence[str] = PAGE_LANGS
    common: Callable[[Request], Context] | None = None
    dependencies: Sequence[params.Depends] = ()


def create_site(site: Site, *, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The site's application, without routes yet. `app.state.streams.close()` ends its live streams."""
    app = FastAPI(
        title=site.name,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(check_csrf), *site.dependencies],
        lifespan=lifespan,
    )
    assets = Assets({"web": HERE / "static", **site.static})
    app.state.assets = assets
    app.state.streams = Streams()
    app.state.pages = Pages(
        [*site.templates, HERE / "templates"], assets, common=site.common, langs=site.langs
    )
    app.router.routes.append(Route("/static/{version}/{name:path}", assets.serve, name="static"))
    failures.install(app, sign_in=site.sign_in)
    app.add_middleware(
        Guard,
        guarding=site.guarding,
        max_body=site.max_body,
        on_error=failures.unexpected,
        admit=site.admit,
    )
    app.add_middleware(Heads)
    return app
