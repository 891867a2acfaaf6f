"""`python -m app` is `understudy`."""

from app.cli import main

main()
