"""Each record of a sending domain against a DNS server that has it, has it not, has it wrong, or does not answer."""

import time

import pytest

from penstock.account import dkim_keys
from penstock.account.records import dkim, dmarc, resolver, return_path, spf, wanted
from penstock.account.records.answers import Answer, Finding, State
from penstock.account.records.resolver import Resolver
from penstock.platform.trouble import Trouble
from tests.nameserver import Nameserver

NAME = "ps1-k7q2._domainkey.example.org"
RSA = dkim_keys.make("rsa").public
OTHER = dkim_keys.make("rsa").public
SHORT = dkim_keys.make("ed25519").public


def ask(name: str, kind: str) -> Answer:
    return Resolver().ask(name, kind)


def of_key(public: str = RSA, algorithm: str = "rsa") -> Finding:
    return dkim.judge(ask, "example.org", "ps1-k7q2", algorithm, public)


def no_look_up(name: str, kind: str) -> Answer:
    raise AssertionError(f"{name} was asked for")


# -- DKIM ----------------------------------------------------------------------


@pytest.mark.parametrize(("algorithm", "public"), [("rsa", RSA), ("ed25519", SHORT)], ids=["rsa", "ed25519"])
@pytest.mark.parametrize("pieces", [255, 100])
def test_a_record_as_it_is_given_is_right(dns: Nameserver, algorithm: str, public: str, pieces: int) -> None:
    dns.txt(NAME, dkim_keys.record(algorithm, public), pieces=pieces)
    found = of_key(public, algorithm)
    assert (found.state, found.cure) == (State.FOUND, "")


@pytest.mark.parametrize(
    "text",
    [
        f"p={RSA}",
        f"k=rsa;p={RSA};",
        f" v = DKIM1 ; k=rsa; t=s; s=email; h=sha1:sha256; n=hello; p={RSA[:70]} {RSA[70:]} ",
    ],
)
def test_other_ways_to_write_it_are_right_too(dns: Nameserver, text: str) -> None:
    dns.txt(NAME, text)
    assert of_key().state is State.FOUND


def test_the_zone_file_line_is_the_record(dns: Nameserver) -> None:
    """In pieces of 255, as a server reads it: the quoted strings parsed by dnspython."""
    line = wanted.zone_line("TXT", NAME, dkim_keys.record("rsa", RSA))
    name, _, _, rest = line.split(" ", 3)
    assert name == f"{NAME}."
    dns.set(NAME, "TXT", rest.strip("( )"))
    assert len(dns.records[NAME, "TXT"][0].strings) == 2
    assert of_key().state is State.FOUND


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"v=DKIM1; k=rsa; p={OTHER}", "another key"),
        (f"v=DKIM1; k=rsa; p={RSA[:255]}", "first 255 of the 392 characters"),
        (f"v=DKIM1; k=rsa; p={RSA}xyz", "something after the key"),
        (f"v=DKIM1; k=rsa; p={RSA[:100]}{RSA[104:]}", "characters"),
        (f"v=DKIM1; k=rsa; p={RSA[:-30]}{'A' * 30}", "some characters changed"),
        (f"v=DKIM1; k=ed25519; p={RSA}", "k=ed25519; it is one for k=rsa"),
        (f"v=DKIM1; k=ed25519; p={SHORT}", "a key for k=ed25519; this one is for k=rsa"),
        (f"v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----{RSA}-----END PUBLIC KEY-----", "BEGIN PUBLIC KEY"),
        (f'"v=DKIM1; k=rsa; p={RSA}"', "quotation marks"),
        (f"v=DKIM1\\; k=rsa\\; p={RSA}", "backslashes"),
        (f"v=DKIM2; k=rsa; p={RSA}", "v=DKIM1"),
        (f"k=rsa; v=DKIM1; p={RSA}", "does not begin with v=DKIM1"),
        ("v=DKIM1; k=rsa", "no key"),
        ("v=DKIM1; k=rsa; p=", "revoked"),
        ("v=DKIM1; k=rsa; p=%%%%", "no base64"),
        (f"v=DKIM1; h=sha1; p={RSA}", "signatures use sha256"),
        (f"v=DKIM1; s=tlsrpt; p={RSA}", "not for e-mail"),
        ("hello", "no list of tags"),
        ("", "no list of tags"),
        (f"v=DKIM1; p={RSA}; p={RSA}", "no list of tags"),
    ],
    ids=lambda value: (
        "record" if "p=" in value else value
    ),  # the keys are made anew by every process that collects
)
def test_what_is_wrong_is_said_precisely(dns: Nameserver, text: str, words: str) -> None:
    dns.txt(NAME, text)
    found = of_key()
    assert found.state is State.WRONG
    assert words in found.what
    assert found.cure
    assert found.found == (text,)


def test_a_record_in_test_mode_is_right_with_advice(dns: Nameserver) -> None:
    dns.txt(NAME, f"v=DKIM1; t=s:y; p={RSA}")
    found = of_key()
    assert (found.state, "t=y" in found.what, "t=y" in found.cure) == (State.FOUND, True, True)


def test_several_records_are_none(dns: Nameserver) -> None:
    dns.txt(NAME, f"p={RSA}", f"p={OTHER}")
    assert (of_key().state, "2 TXT records" in of_key().what) == (State.SEVERAL, True)


def test_a_missing_record_is_told_from_a_name_entered_twice(dns: Nameserver) -> None:
    assert of_key().state is State.MISSING  # NXDOMAIN
    dns.set(NAME, "A", "192.0.2.1")
    assert of_key().state is State.MISSING  # the name, without such a record
    dns.txt(f"{NAME}.example.org", f"p={RSA}")
    found = of_key()
    assert (found.state, "Enter ps1-k7q2._domainkey as" in found.cure) == (State.MISSING, True)


def test_a_cname_is_followed(dns: Nameserver) -> None:
    dns.cname(NAME, "keys.example.net")
    found = of_key()
    assert (found.state, "leads to keys.example.net" in found.what) == (State.MISSING, True)
    dns.txt("keys.example.net", f"p={RSA}")
    found = of_key()
    assert (found.state, "leads to keys.example.net" in found.what) == (State.FOUND, True)
    dns.txt("keys.example.net", f"p={OTHER}")
    assert (of_key().state, "leads to keys.example.net" in of_key().what) == (State.WRONG, True)


def test_an_answer_too_large_for_udp_comes_over_tcp(dns: Nameserver) -> None:
    dns.txt(NAME, f"n={'x' * 1500}; p={RSA}")
    assert of_key().state is State.FOUND
    assert dns.over_tcp == 1


@pytest.mark.parametrize("code", ["SERVFAIL", "REFUSED"])
def test_an_error_of_the_server_proves_nothing(dns: Nameserver, code: str) -> None:
    dns.fails(NAME, code)
    found = of_key()
    assert (found.state, f"answered {code}" in found.what, found.certain) == (State.UNREACHABLE, True, False)


def test_a_server_that_does_not_answer_is_waited_for_so_long_and_no_longer(
    dns: Nameserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "PATIENCE", 1.0)
    monkeypatch.setattr(resolver, "PATIENCE_OF_ONE", 0.3)
    dns.hushes("example.org")
    begun = time.monotonic()
    found = of_key()
    assert (found.state, "no answer within 1 s" in found.what) == (State.UNREACHABLE, True)
    assert time.monotonic() - begun < 3
    asked = Resolver(0.2)
    asked.ask(NAME, "TXT")
    assert "time for this check was over" in (asked.ask(NAME, "TXT").trouble or "")


# -- SPF -----------------------------------------------------------------------


def of_spf(mechanisms: str = "include:spf.example.net") -> Finding:
    return spf.judge(ask, "example.org", mechanisms)


@pytest.mark.parametrize(
    ("record", "mechanisms"),
    [
        ("v=spf1 include:spf.example.net ~all", "include:spf.example.net"),
        ("V=SPF1 +INCLUDE:spf.EXAMPLE.net. -all", "include:spf.example.net"),
        ("v=spf1 mx a:out.example.org/28 -all", "mx a:out.example.org/28"),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all", "ip4:192.0.2.7 ip6:2001:db8::1"),
        ("v=spf1 include:inner.example.net -all", "ip4:192.0.2.7"),
        ("v=spf1 redirect=inner.example.net", "ip4:192.0.2.7"),
    ],
)
def test_spf_that_lets_our_servers_send(dns: Nameserver, record: str, mechanisms: str) -> None:
    dns.txt("example.org", "google-site-verification=1", record)
    dns.txt("inner.example.net", "v=spf1 ip4:192.0.2.0/28 -all")
    assert of_spf(mechanisms).state is State.FOUND


@pytest.mark.parametrize(
    ("records", "state", "words", "proposed"),
    [
        ([], State.MISSING, "no SPF record", None),
        (["spf2.0/pra ~all"], State.WRONG, "looks like SPF", "v=spf1 include:spf.example.net ~all"),
        (["v=spf1mx -all"], State.WRONG, "looks like SPF", "v=spf1 include:spf.example.net ~all"),
        (["v=spf1 mx -all"], State.WRONG, "include:spf.example.net is not in it", "v=spf1 mx include:spf.example.net -all"),
        (["v=spf1 -include:spf.example.net ~all"], State.WRONG, "is not in it", None),
        (["v=spf1 a ~all include:spf.example.net"], State.WRONG, "behind all", "v=spf1 a include:spf.example.net ~all"),
        (["v=spf1 ipv4:192.0.2.1 include:spf.example.net ~all"], State.WRONG, "ipv4:192.0.2.1", "v=spf1 include:spf.example.net ~all"),
        (["v=spf1 mx ~all", "v=spf1 a ~all"], State.SEVERAL, "2 SPF records", "v=spf1 a mx include:spf.example.net ~all"),
        (["v=spf1 include:spf.example.net +all"], State.FOUND, "everybody else too", None),
        (["v=spf1 " + "a:h.example.org " * 11 + "include:spf.example.net"], State.WRONG, "more than 10 look-ups", None),
    ],
)  # fmt: skip
def test_spf_that_does_not(
    dns: Nameserver, records: list[str], state: State, words: str, proposed: str | None
) -> None:
    dns.txt("example.org", *records)
    found = of_spf()
    assert (found.state, words in found.what) == (state, True), found
    assert found.cure
    if proposed:
        there = found.more.get("record")
        wanted = ["include:spf.example.net"]
        assert (spf.with_mechanisms(there, wanted) if there else spf.new_record(*wanted)) == proposed


def test_spf_that_includes_itself_ends(dns: Nameserver) -> None:
    dns.txt("example.org", "v=spf1 include:loop.example.org ~all")
    dns.txt("loop.example.org", "v=spf1 include:example.org include:%{d}.example.org ~all")
    assert of_spf().state is State.WRONG


def test_spf_whose_include_does_not_answer_is_not_called_wrong(dns: Nameserver) -> None:
    dns.txt("example.org", "v=spf1 include:away.example.net ~all")
    dns.fails("away.example.net")
    assert of_spf("ip4:192.0.2.1").state is State.UNREACHABLE
    dns.fails("example.org")
    assert of_spf().state is State.UNREACHABLE


# -- DMARC ---------------------------------------------------------------------


def test_dmarc_of_the_domain_or_of_its_organisation(dns: Nameserver) -> None:
    assert dmarc.judge(ask, "news.example.org").state is State.MISSING
    dns.txt("_dmarc.example.org", "v=DMARC1; p=reject; sp=quarantine; adkim=s")
    above = dmarc.judge(ask, "news.example.org")
    assert {name: above.more[name] for name in ("policy", "adkim", "aspf", "of")} == {
        "policy": "quarantine",
        "adkim": "s",
        "aspf": "r",
        "of": "example.org",
    }
    assert dmarc.judge(ask, "example.org").more["policy"] == "reject"
    dns.txt("_dmarc.news.example.org", "v=DMARC1;p=none")
    assert dmarc.judge(ask, "news.example.org").more["of"] == "news.example.org"


@pytest.mark.parametrize(
    ("records", "state"),
    [
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], State.SEVERAL),
        (["v=DMARC1; rua=mailto:a@example.org"], State.WRONG),
        (["v=DMARC1; p=perhaps"], State.WRONG),
        (["v=dmarc1; p=none"], State.WRONG),
        (["something else"], State.MISSING),
    ],
)
def test_dmarc_that_nobody_heeds(dns: Nameserver, records: list[str], state: State) -> None:
    dns.txt("_dmarc.example.org", *records)
    found = dmarc.judge(ask, "example.org")
    assert (found.state, bool(found.cure)) == (state, True)
    dns.fails("_dmarc.example.org")
    assert dmarc.judge(ask, "example.org").state is State.UNREACHABLE


# -- the return path -----------------------------------------------------------


def test_a_return_path_leads_to_a_server(dns: Nameserver) -> None:
    host = "bounce.example.org"

    def found(target: str | None = None) -> State:
        return return_path.judge(ask, host, target).state

    assert found() is State.MISSING
    dns.set(host, "A", "192.0.2.1")
    assert (found(), found("mx.example.net")) == (State.FOUND, State.MISSING)
    dns.set(host, "MX", "10 mx.example.net.", "20 mx2.example.net.")
    assert (found(), found("mx2.example.net"), found("other.example.net")) == (
        State.FOUND,
        State.FOUND,
        State.WRONG,
    )
    dns.set(host, "MX", "0 .")
    assert found() is State.WRONG
    dns.set(host, "MX")
    dns.cname(host, "in.provider.example")
    dns.set("in.provider.example", "MX", "10 mx.provider.example.")
    assert (found("in.provider.example"), found("mx.provider.example"), found()) == (State.FOUND,) * 3
    dns.fails(host)
    assert found() is State.UNREACHABLE


# -- which servers are asked -----------------------------------------------------


@pytest.mark.parametrize(
    ("given", "servers"),
    [
        ("", []),
        ("192.0.2.53", [("192.0.2.53", 53)]),
        ("127.0.0.1:5353, [::1]:53,2001:db8::53", [("127.0.0.1", 5353), ("::1", 53), ("2001:db8::53", 53)]),
    ],
)
def test_servers_are_read(
    monkeypatch: pytest.MonkeyPatch, given: str, servers: list[tuple[str, int]]
) -> None:
    monkeypatch.setenv("PENSTOCK_DNS", given)
    assert resolver.given_servers() == servers


@pytest.mark.parametrize(
    "given", ["dns.example.org", "192.0.2.1:99999", "192.0.2.1/x", "300.0.0.1", "a@192.0.2.1"]
)
def test_what_is_no_server_is_told(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PENSTOCK_DNS", given)
    with pytest.raises(Trouble, match="no address of a DNS server"):
        resolver.given_servers()
    assert of_key().state is State.UNREACHABLE
    assert "PENSTOCK_DNS" in of_key().what


def test_a_second_server_is_asked_when_the_first_fails(
    dns: Nameserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import nameserver

    with nameserver.running() as other:
        dns.fails(NAME)
        other.txt(NAME, f"p={RSA}")
        monkeypatch.setenv("PENSTOCK_DNS", f"{dns.address},{other.address}")
        assert of_key().state is State.FOUND
