"""The admin's site over HTTP, as the tests of signing in see it, for the tests of its pages."""

from tests.admin_web.auth.conftest import app, browser, ember, owner, wick

__all__ = ["app", "browser", "ember", "owner", "wick"]
