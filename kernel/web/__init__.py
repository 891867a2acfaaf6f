"""The web base of both sites: pages, security, static files, live streams. It knows no room's pages."""

from kernel.web.failures import told
from kernel.web.limits import Places, RateLimiter
from kernel.web.pages import Pages, page_lang, pages
from kernel.web.site import Site, create_site
from kernel.web.sse import ServerEvent, Streams, event_stream

__all__ = [
    "Pages",
    "Places",
    "RateLimiter",
    "ServerEvent",
    "Site",
    "Streams",
    "create_site",
    "event_stream",
    "page_lang",
    "pages",
    "told",
]
