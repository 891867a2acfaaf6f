"""Which hosts of an address could be on the public internet, told without looking any of them up."""

import pytest

from kernel.addresses import is_public_host


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "EXAMPLE.org.",
        "a-b.xn--p1ai",
        "помощь.рф",
        "例え.テスト",
        "9.9.9.9",
        "2620:fe::fe",
        "3114.fr",
    ],
)
def test_whole_names_and_public_numbers_are(host: str) -> None:
    assert is_public_host(host)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            ".",
            "a..b",
            ".a.b",
            "a.b..",
            "host",
            "-a.b",
            "a-.b",
            "a_b.c",
            "a b.c",
            "%61.b",
            "a" * 64 + ".org",
        ),
        *("a." * 127 + "org", "printer.local", "a.localhost", "box.lan"),
        *(
            "10.0.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "0.0.0.0",
            "１２７.0.0.1",
            "127。0。0。1",
            "127.1",
            "2130706433",
        ),
        *("1.2.3.0x4", "010.0.0.1", "999.1.1.1", "1.2.3.4.5"),
        *("::1", "fe80::1", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a00:1", "not:a:number"),
    ],
)
def test_nothing_that_leads_inside_or_nowhere_is(host: str) -> None:
    assert not is_public_host(host)
