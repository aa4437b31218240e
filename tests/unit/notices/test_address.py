"""Where a webhook may lead."""

import ipaddress

import pytest

from penstock.notices.address import AddressRefused, check, judge
from penstock.platform.internet import is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:a00:1::1", "2001:0:1:2:3:4:5:6", "2001:db8::1",
    ],
)  # fmt: skip
def test_what_is_private_however_it_is_written(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_what_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://example.org/hook", "https://"),
        ("ftp://example.org/", "https://"),
        ("example.org", "nothing://"),
        ("https://", "no host"),
        ("https:///hook", "no host"),
        ("https://example.org:0/", "port 0"),
        ("https://example.org:99999/", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("https://ann:secret@example.org/", "user name"),
        ("https://example.org/#top", "#fragment"),
        ("https://example.org/a b", "space"),
        ("https://example.org/\r\nHost: x", "control character"),
        ("https://example.org\\@evil.example/", "backslash"),
        ("https://127.0.0.1/hook", "private network"),
        ("https://[::ffff:169.254.169.254]/", "private network"),
        ("https://example.org/" + "x" * 2000, "2,000"),
    ],
)
def test_addresses_that_are_refused_say_why(url: str, word: str) -> None:
    with pytest.raises(AddressRefused, match=word.replace("#", "[#]")):
        check(url, private=False)


def test_private_ones_are_allowed_where_that_is_meant() -> None:
    assert check("http://127.0.0.1:8000/hook", private=True)
    assert judge("localhost", ["127.0.0.1"], private=True) == "127.0.0.1"


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    assert judge("example.org", ["93.184.215.14"], private=False) == "93.184.215.14"
    with pytest.raises(AddressRefused, match=r"10[.]0[.]0[.]1"):
        judge("example.org", ["93.184.215.14", "10.0.0.1"], private=False)
    with pytest.raises(AddressRefused, match="no address"):
        judge("example.org", [], private=False)
