"""A page of somebody's other creator: a bookmark, or a tab left open, finds the way back there."""

from typing import cast

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from community.types import CreatorInfo
from kernel.errors import NotFound
from kernel.web import pages
from kernel.web.failures import failure, told


class OfAnotherCreator(NotFound):
    """The avatar is of a creator that this browser may work for, and doesn't at the moment."""

    def __init__(self, message: str, creator: CreatorInfo) -> None:
        super().__init__(message)
        self.creator = creator


def install(app: FastAPI) -> None:
    """Offer to change creators where a page is opened."""

    def offer(request: Request, error: OfAnotherCreator) -> Response:
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            return failure(request, error.status, told(request, error), error.code)
        query = f"?{request.url.query}" if request.url.query else ""
        context = {"creator": error.creator, "back": f"{request.url.path}{query}"}
        return pages(request).page(request, "elsewhere.html", context, status=error.status)

    app.add_exception_handler(OfAnotherCreator, cast(ExceptionHandler, offer))
