"""Files of others that pages use are as they were taken, with their licences."""

from kernel.web.vendor import problems


def test_vendored_files_are_unaltered_and_licensed() -> None:
    assert problems() == []
