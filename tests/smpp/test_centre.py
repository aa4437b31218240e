"""A centre's URL."""

import pytest

from penstock.account.transport_url import same_keeper
from penstock.transport.server_url import ServerURLError
from penstock.transport.smpp.centre import Centre
from penstock.transport.terms import terms


def test_a_centre_is_written_and_read() -> None:
    url = (
        "smpps://me%40x@smsc.example.net:3550?bind=transmitter&connections=4&window=100&id=hex-decimal&receipts=no"
        "&permanent=0x401%2C0x402&zone=Europe%2FParis&source_ton=0"
    )
    centre = terms(url, "s3cret")
    assert isinstance(centre, Centre)
    assert (centre.system_id, centre.tls, centre.window, centre.receipts, centre.permanent) == (
        "me@x",
        True,
        100,
        False,
        (0x401, 0x402),
    )
    assert Centre.from_url(centre.url, centre.password) == centre
    assert "s3cret" not in centre.url + repr(centre) + str(centre)
    assert centre.channel == "sms"


def test_usual_ports() -> None:
    assert Centre.from_url("smpp://me:x@smsc.example.net").port == 2775
    assert Centre.from_url("smpps://me:x@smsc.example.net").port == 3550


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smpp://me:x@", "names no host"),
        ("smpp://smsc.example.net", "names no system id"),
        ("smpp://me:x@smsc.example.net/path", "has a path"),
        ("smpp://me:x@smsc.example.net?window=0", "window='0'.*from 1 on"),
        ("smpp://me:x@smsc.example.net?window=99999", "10000 at most"),
        ("smpp://me:x@smsc.example.net?bind=both", "transceiver, transmitter"),
        ("smpp://me:x@smsc.example.net?permanent=abc", "statuses like 0x401"),
        ("smpp://me:x@smsc.example.net?zone=Mars", "time zone like"),
        ("smpp://me:x@smsc.example.net?zone=../../etc/passwd", "time zone like"),
        ("smpp://me:x@smsc.example.net?colour=red", "unknown option 'colour'"),
        ("smpp://a-system-id-of-many:x@smsc.example.net", "room for 15"),
        ("smpp://me:x@10.1.2.3", "private network.*private=yes"),
        ("smpp://me:x@[::ffff:192.168.1.1]", "private=yes"),
        ("smpp://m%C3%A9:x@smsc.example.net", "outside of ASCII"),
        ("smpp://me:a%0Ab@smsc.example.net", "control character"),
    ],
)
def test_what_cannot_be(url: str, words: str) -> None:
    with pytest.raises(ServerURLError, match=words):
        terms(url)


def test_a_password_stays_with_who_it_was_given_for() -> None:
    there = "smpp://me@smsc.example.net"
    assert same_keeper(there, "smpp://me@smsc.example.net?window=50")
    assert not same_keeper(there, "smpp://me@smsc.example.org")
    assert not same_keeper("smpps://me@smsc.example.net:1", "smpp://me@smsc.example.net:1")
    assert not same_keeper("smpps://me@smsc.example.net", "smpps://me@smsc.example.net?verify=no")
