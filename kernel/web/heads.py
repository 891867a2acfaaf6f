"""What is asked with HEAD: the answer that GET would get, without its body. (RFC 9110, 9.3.2.)"""

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _Enough(Exception):
    """The rest of a body isn't wanted."""


class Heads:
    """ASGI middleware: every route that answers GET answers HEAD.

    A body that comes in parts is left after the first one: it may be a stream that doesn't end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; of what comes back, keep the head."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        ended = False

        async def headed(message: Message) -> None:
            nonlocal ended
            if message["type"] != "http.response.body":
                await send(message)
                return
            if not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            if message.get("more_body"):
                raise _Enough

        with suppress(_Enough):
            await self._app({**scope, "method": "GET"}, receive, headed)
