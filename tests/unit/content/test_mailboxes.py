"""Whose domain a mailbox of the author may have."""

import pytest

from penstock.content.headers import a_labels, parse_mailboxes
from penstock.content.message import Problem


@pytest.mark.parametrize(
    "domain", ["[127.0.0.1]", "[ipv6:::1]", "example-.org", "-example.org", "example.org-", "a..b"]
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(ValueError):
        a_labels(domain)
    assert isinstance(parse_mailboxes(f"x@{domain}", "from", several=False), Problem)


@pytest.mark.parametrize(
    ("domain", "ascii_"),
    [
        ("Example.ORG", "example.org"),
        ("a", "a"),
        ("a-b.c--d.org", "a-b.c--d.org"),
        ("example.org.", "example.org"),
        ("example。org。", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_what_is_a_domain(domain: str, ascii_: str) -> None:
    assert a_labels(domain) == ascii_


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("G: a@example.org;", "group"),
        ("B <@relay.example:a@example.org>", "route"),
        ("<@a.example,@b.example:a@example.org>", "route"),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_groups_and_routes_are_refused(text: str, words: str, several: bool) -> None:
    found = parse_mailboxes(text, "from", several=several)
    assert isinstance(found, Problem)
    assert words in found.what
    assert found.cure


def test_a_name_may_look_like_a_group_or_a_route() -> None:
    found = parse_mailboxes('"G: a; <@b:c>" <a@example.org>', "from", several=False)
    assert not isinstance(found, Problem)
    assert found[0].address == "a@example.org"
