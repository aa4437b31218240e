"""Which texts are addresses, and which two are the same."""

import pytest

from penstock.audience.address import AddressError, parse


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna.Smith+News@Example.ORG\t", "anna.smith+news@example.org"),
        ("o'brien!#$%&*/=?^`{|}~@example.org", "o'brien!#$%&*/=?^`{|}~@example.org"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
        ("JÜRGEN@BÜCHER.example", "jürgen@xn--bcher-kva.example"),
        ("ju\u0308rgen@example.org", "jürgen@example.org"),
        ("用户@例子.测试", "用户@xn--fsqu00a.xn--0zwm56d"),
        ("a@faß.example", "a@xn--fa-hia.example"),
        ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
        ("a@例子。测试", "a@xn--fsqu00a.xn--0zwm56d"),
        ("a@r3---sn.example.com", "a@r3---sn.example.com"),
        ("\ufeffa@b.example\u200b", "a@b.example"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_addresses_and_their_normal_form(given: str, normal: str) -> None:
    address = parse(given)
    assert address.normal == normal
    assert address.domain == normal.rpartition("@")[2]
    assert parse(address.address) == address
    assert parse(normal).normal == normal


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("anna", "no @"),
        ("a@b@c.example", "more than one @"),
        ("@example.org", "nothing before"),
        ("anna@", "nothing after"),
        (".anna@example.org", "dot"),
        ("anna.@example.org", "dot"),
        ("an..na@example.org", "dot"),
        ("an na@example.org", "space"),
        ("an\u00a0na@example.org", "space"),
        ("an\u3000na@example.org", "space"),
        ("an\u2028na@example.org", "space"),
        ("a\r\nRCPT TO:<x@y.example>@b.example", "control character U+000D"),
        ("a\n@b.example", "control character U+000A"),
        ("a\0@b.example", "control character U+0000"),
        ("a\x7f@b.example", "control character U+007F"),
        ("a\u202eb@c.example", "control character U+202E"),
        ("a\ud800@b.example", "control character U+D800"),
        ('"a b"@example.org', "space"),
        ('"ab"@example.org', 'has " before'),
        ("Anna <anna@example.org>", "space"),
        ("<anna@example.org>", "has < before"),
        ("anna,ben@example.org", "has , before"),
        ("a(b)@example.org", "has ( before"),
        ("a\\b@example.org", "has \\ before"),
        ("a@[192.0.2.1]", "address literal"),
        ("a@192.0.2.1", "number"),
        ("a@localhost", "no dot"),
        ("a@example..org", "dot too many"),
        ("a@example.org.", "dot too many"),
        ("a@-example.org", "hyphen"),
        ("a@exa_mple.org", "character _"),
        ("a@example.org>", "character >"),
        ("a@" + "b" * 64 + ".org", "more than 63"),
        ("a" * 65 + "@example.org", "more than 64"),
        ("ü" * 33 + "@example.org", "more than 64"),
        ("a" * 64 + "@" + ".".join(["b" * 63] * 3) + ".org", "longer than 254"),
        ("a@xn--zzzzzzzz99999.example", "international domain"),
        ("a@\u0300bc.example", "international domain"),
    ],
)
def test_what_is_no_address(given: str, reason: str) -> None:
    with pytest.raises(AddressError, match=r".") as caught:
        parse(given)
    assert reason in str(caught.value)
