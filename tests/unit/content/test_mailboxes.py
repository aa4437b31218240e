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
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_what_is_a_domain(domain: str, ascii_: str) -> None:
    assert a_labels(domain) == ascii_
