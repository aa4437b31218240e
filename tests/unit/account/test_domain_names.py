"""What can be a sending domain, and what lets servers send for it: for any text at all."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock.account import domain_name
from penstock.account.domain_name import DomainNameError
from penstock.account.records import mechanisms, spf, suggestion
from penstock.account.records.mechanisms import MechanismError
from penstock.account.records.wanted import zone_line

NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LABELS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.from_regex(
    r"[a-z0-9]{1,10}", fullmatch=True
)


@given(st.lists(LABELS, min_size=1, max_size=4).map(".".join))
@example("BÜCHER.example")
@example("xn--a.example.org")
@example("ß.example.org")
def test_a_domain_is_refused_or_a_name_that_stays_as_it_is(text: str) -> None:
    try:
        name = domain_name.parse(text)
    except DomainNameError:
        return
    assert NAME.fullmatch(name)
    assert len(name) <= domain_name.LONGEST
    assert domain_name.parse(name) == name
    assert not domain_name.is_public_suffix(name)


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("example.org", "example.org"),
        ("me.github.io", "me.github.io"),
        ("a.corp.internal", "corp.internal"),
        ("org", "org"),
    ],
)
def test_the_organisation_of_a_name(name: str, organisation: str) -> None:
    assert domain_name.organisation(name) == organisation


def test_a_suffix_of_a_company_is_its_domain() -> None:
    assert domain_name.parse("github.io") == "github.io"
    assert domain_name.parse("mail.internal") == "mail.internal"


def test_names_are_shown_with_their_letters() -> None:
    assert domain_name.in_words("xn--bcher-kva.example") == "bücher.example"
    assert domain_name.in_words("xn--.example") == "xn--.example"


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["mx", "a", "ip4:192.0.2.1", "include:x.example", "-all", "redirect=x"])).map(
        " ".join
    )
)
def test_mechanisms_are_refused_or_a_record_that_has_them(text: str) -> None:
    try:
        kept = mechanisms.mechanisms(text)
    except MechanismError:
        return
    assert mechanisms.mechanisms(kept) == kept
    record = spf.new_record(kept)
    assert mechanisms.is_record(record)
    assert mechanisms.unknown(record) == []
    for word in kept.split():
        assert any(mechanisms.covers(found, mechanisms.term(word)) for found in mechanisms.terms(record))


@given(st.text(max_size=80))
def test_any_record_can_be_read(text: str) -> None:
    record = f"v=spf1 {text}"
    found = mechanisms.terms(record)
    assert len(found) == len(text.split())
    assert "mx" in spf.with_mechanisms(record, ["mx"]).split() or any(str(each) == "mx" for each in found)
    assert isinstance(mechanisms.unknown(record), list)


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ([], "mx"),
        (["smtp://smtp.mailgun.org:587", "smtp://smtp.eu.mailgun.org"], "include:mailgun.org"),
        (["anymail+postmark://api", "anymail+resend://api"], "include:spf.mtasv.net"),
        (["smtp://[2001:db8::1]:25"], "ip6:2001:db8::1"),
        (["smtp://["], "mx"),
    ],
)
def test_what_lets_known_servers_send(urls: list[str], expected: str) -> None:
    assert suggestion.of_hosts(map(suggestion.host_of, urls)) == expected


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=700))
def test_a_zone_file_line_is_read_as_the_same_text(text: str) -> None:
    import dns.rdata

    line = zone_line("TXT", "x.example.org", text or "-")
    quoted = line.removeprefix("x.example.org. IN TXT ")
    read = dns.rdata.from_text(
        "IN", "TXT", quoted.removeprefix("( ").removesuffix(" )") if quoted[0] == "(" else quoted
    )
    assert b"".join(read.strings).decode() == (text or "-")
    assert all(len(string) <= 255 for string in read.strings)
