"""Sending domains: made with keys, verified when the DNS has one of them, and given up only when it surely has none."""

import base64
import dataclasses
import functools
import itertools
from datetime import timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from penstock.account import accounts, dkim_keys, domain_checks, domains, transports
from penstock.account.access import Forbidden
from penstock.account.domain import Domain, Key
from penstock.account.secrets import SecretError
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.control import Refused
from penstock.mailing.lifecycle import ADMINISTRATOR, OPERATOR, PLATFORM
from tests.integration.delivery import stage
from tests.nameserver import Nameserver

Conn = psycopg.Connection
OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
ADMIN = Actor("ann", frozenset({ADMINISTRATOR}), "api", 1)


REAL = dkim_keys.make


@functools.cache
def spare(algorithm: dkim_keys.Algorithm, number: int) -> dkim_keys.Pair:
    return REAL(algorithm)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of a test are not those of the one before it, but are made once: an RSA key takes its time."""
    numbers = itertools.count()
    monkeypatch.setattr(dkim_keys, "make", lambda algorithm: spare(algorithm, next(numbers) % 8))


def add(conn: Conn, name: str = "example.org", **more: str) -> Domain:
    return domains.create(conn, 1, name=name, actor=ADMIN, **more)


def check(conn: Conn, domain: Domain) -> Domain:
    return domain_checks.check(conn, domain.account, domain.id, ADMIN)


def publish(dns: Nameserver, domain: Domain, *selectors: str) -> None:
    """Set the records of these keys, of all without one."""
    for record in domain.records:
        if record.kind == "dkim" and (not selectors or record.selector in selectors):
            dns.txt(record.name, record.value)


def withdraw(dns: Nameserver, domain: Domain) -> None:
    for record in domain.records:
        dns.txt(record.name)


def signs(conn: Conn, sender: str = "example.org", account: int = 1) -> list[str]:
    return [selector for _, selector, _, _ in domains.signing_keys(conn, account, sender)]


def standing(conn: Conn, sender: str = "example.org", account: int = 1) -> str:
    row = conn.execute("select account_sender_domain(%s, %s)", (account, sender)).fetchone()
    assert row
    return str(row[0])


def key(domain: Domain, algorithm: str) -> Key:
    return next(each for each in domain.keys if each.algorithm == algorithm and each.state != "retired")


def happened(conn: Conn) -> list[str]:
    rows = conn.execute("select command from mailing_entry where mailing_id is null order by id").fetchall()
    return [row[0] for row in rows]


def later(conn: Conn, hours: float) -> None:
    """As if so much time had passed."""
    past = timedelta(hours=hours)
    conn.execute(
        "update account_domain_key set failing_since = failing_since - %s, found_at = found_at - %s",
        (past, past),
    )
    conn.execute(
        "update account_domain set failing_since = failing_since - %s, check_at = check_at - %s", (past, past)
    )


# -- made ------------------------------------------------------------------------


def test_a_domain_is_made_with_two_keys_that_sign_nothing_yet(conn: Conn) -> None:
    made = add(conn, " Bücher.Example.ORG. ")
    assert (made.name, made.state, made.spf) == ("xn--bcher-kva.example.org", "unverified", "mx")
    assert [(each.algorithm, each.state) for each in made.keys] == [
        ("rsa", "waiting"),
        ("ed25519", "waiting"),
    ]
    assert made == domains.find(conn, 1, made.id) == domains.named(conn, 1, "BÜCHER.example.org")
    assert signs(conn, made.name) == []
    assert standing(conn, made.name) == "unverified"
    assert standing(conn) == "missing"


def test_the_private_keys_fit_the_public_ones_and_are_stored_encrypted(conn: Conn, dns: Nameserver) -> None:
    made = add(conn)
    publish(dns, made)
    check(conn, made)
    rsa, short = domains.signing_keys(conn, 1, "example.org")
    assert [row[:3] for row in (rsa, short)] == [
        ("example.org", each.selector, each.algorithm) for each in made.keys
    ]
    big, small = load_der_private_key(rsa[3], None), load_der_private_key(short[3], None)
    assert isinstance(big, RSAPrivateKey)
    assert isinstance(small, Ed25519PrivateKey)
    assert big.key_size == 2048
    published = big.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64decode(made.keys[0].public) == published
    assert base64.b64decode(made.keys[1].public) == small.public_key().public_bytes(
        Encoding.Raw, PublicFormat.Raw
    )
    for (secret,) in conn.execute("select secret from account_domain_key").fetchall():
        assert rsa[3] not in secret
        assert base64.b64encode(rsa[3]) not in secret
    shown = str(dataclasses.asdict(made)) + str(conn.execute("select data from mailing_entry").fetchall())
    assert base64.b64encode(rsa[3]).decode()[200:260] not in shown


def test_keys_of_another_secret_key_are_an_error_and_not_silence(conn: Conn, dns: Nameserver) -> None:
    made = add(conn)
    publish(dns, made)
    check(conn, made)
    conn.execute("update account_domain_key set secret = '\\x00'")
    with pytest.raises(SecretError):
        domains.signing_keys(conn, 1, "example.org")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give the domain's name"),
        ("example", "no dot"),
        ("192.0.2.1", "IP address"),
        ("a@example.org", "behind the @"),
        ("https://example.org/", "name alone"),
        ("co.uk", "public suffix"),
        ("org", "no dot"),
        ("ex_ample.org", "no host name has"),
        ("-a.example.org", "hyphen"),
        ("a..example.org", "dot too many"),
        ("xn--zzzzzz.example.org", "no valid A-label"),
        (f"{'a' * 64}.example.org", "more than 63"),
        (f"{'a.' * 99}example.org", "at most 200"),
        ("mail.localhost", "nobody can own"),
        ("bü cher.example.org", "no international domain"),
        ("a\nb.example.org", "no host name has"),
    ],
)
def test_what_cannot_be_a_domain_is_refused(conn: Conn, name: str, words: str) -> None:
    with pytest.raises(domains.DomainError, match=words):
        add(conn, name)
    assert domains.listed(conn, 1) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"spf": "all"}, "does not let a server send"),
        ({"spf": "-mx"}, "does not let a server send"),
        ({"spf": "ip4:2001:db8::1"}, "no address of that kind"),
        ({"spf": "include:"}, "no host name"),
        ({"spf": "v=spf1 mx"}, "does not let a server send"),
        ({"return_host": "example.org"}, "give a host under"),
        ({"return_host": "b ounce"}, "no host name"),
        ({"return_target": "localhost"}, "no host name"),
    ],
)
def test_what_its_records_cannot_say_is_refused(conn: Conn, more: dict[str, str], words: str) -> None:
    with pytest.raises(domains.DomainError, match=words):
        add(conn, **more)
    made = add(conn)
    with pytest.raises(domains.DomainError, match=words):
        domains.update(conn, 1, made.id, actor=ADMIN, **more)
    assert domains.listed(conn, 1) == [made]


def test_the_mechanism_follows_from_the_servers_of_the_account(conn: Conn) -> None:
    for name, url in (
        ("here", "smtp://127.0.0.1:25"),
        ("own", "smtp://u:p@out.example.org:587"),
        ("provider", "smtp://u:p@email-smtp.eu-west-1.amazonaws.com:587"),
        ("bare", "smtp://192.0.2.7:25"),
    ):
        transports.create(conn, 1, name=name, url=url, actor=ADMIN)
    assert add(conn).spf == "a:out.example.org include:amazonses.com ip4:192.0.2.7"


def test_a_domain_is_there_once_in_each_account(conn: Conn, dns: Nameserver) -> None:
    """Two accounts may share a domain: whoever can set its records decides that, and their keys are apart."""
    made, other = add(conn), accounts.create(conn, name="other", actor=OWNER).id
    with pytest.raises(domains.Taken, match="already"):
        add(conn, "EXAMPLE.org")
    theirs = domains.create(conn, other, name="example.org", actor=OWNER)
    assert not {each.selector for each in made.keys} & {each.selector for each in theirs.keys}
    publish(dns, made)
    check(conn, made)
    assert (standing(conn), standing(conn, account=other)) == ("verified", "unverified")
    assert signs(conn, account=other) == []
    publish(dns, theirs)
    domain_checks.check(conn, other, theirs.id, OWNER)
    assert signs(conn, account=other) == [each.selector for each in theirs.keys]
    for call in (
        lambda: domains.find(conn, other, made.id),
        lambda: domain_checks.check(conn, other, made.id, OWNER),
        lambda: domains.update(conn, other, made.id, spf="mx", actor=OWNER),
        lambda: domains.make_key(conn, other, made.id, "rsa", OWNER),
        lambda: domains.delete_key(conn, other, made.id, made.keys[0].selector, OWNER),
        lambda: domains.delete(conn, other, made.id, OWNER),
    ):
        with pytest.raises(domains.UnknownDomain):
            call()


def test_only_administrators_change_domains_and_only_their_own(conn: Conn) -> None:
    made = add(conn)
    for actor in (
        Actor("bob", frozenset({OPERATOR}), "api", 1),
        Actor("eve", frozenset({ADMINISTRATOR}), "api", 2),
    ):
        for call in (
            lambda actor=actor: domains.create(conn, 1, name="other.example.org", actor=actor),
            lambda actor=actor: domains.update(conn, 1, made.id, spf="mx", actor=actor),
            lambda actor=actor: domain_checks.check(conn, 1, made.id, actor),
            lambda actor=actor: domains.make_key(conn, 1, made.id, "rsa", actor),
            lambda actor=actor: domains.delete_key(conn, 1, made.id, made.keys[0].selector, actor),
            lambda actor=actor: domains.delete(conn, 1, made.id, actor),
        ):
            with pytest.raises(Forbidden):
                call()
    assert domains.listed(conn, 1) == [made]


# -- verified ----------------------------------------------------------------------


def test_one_right_key_verifies_and_the_names_below_it(conn: Conn, dns: Nameserver) -> None:
    made = add(conn)
    found = check(conn, made)
    assert (found.state, found.checked_at is not None) == ("unverified", True)
    assert {record.state for record in found.records} == {"missing"}
    publish(dns, made, key(made, "ed25519").selector)
    found = check(conn, made)
    assert (found.state, signs(conn)) == ("verified", [key(made, "ed25519").selector])
    assert [standing(conn, name) for name in ("example.org", "news.example.org", "notexample.org")] == [
        "verified", "verified", "missing",
    ]  # fmt: skip
    assert signs(conn, "news.example.org") == signs(conn)
    assert signs(conn, "notexample.org") == []
    publish(dns, made)
    check(conn, made)
    assert signs(conn) == [key(made, "rsa").selector, key(made, "ed25519").selector]
    assert happened(conn) == ["domain_add", "domain_key_found", "domain_verified", "domain_key_found"]
    assert journal.verify(conn) == []


def test_the_longest_verified_domain_signs(conn: Conn, dns: Nameserver) -> None:
    above, below = add(conn), add(conn, "news.example.org")
    publish(dns, above)
    check(conn, above)
    assert [row[0] for row in domains.signing_keys(conn, 1, "a.news.example.org")] == ["example.org"] * 2
    publish(dns, below)
    check(conn, below)
    assert [row[0] for row in domains.signing_keys(conn, 1, "a.news.example.org")] == ["news.example.org"] * 2
    assert [row[0] for row in domains.signing_keys(conn, 1, "example.org")] == ["example.org"] * 2


def test_a_key_that_does_not_match_its_record_is_said_and_does_not_verify(
    conn: Conn, dns: Nameserver
) -> None:
    made = add(conn)
    dns.txt(made.records[0].name, dkim_keys.record("rsa", dkim_keys.make("rsa").public))
    found = check(conn, made)
    assert found.state == "unverified"
    assert (found.records[0].state, "another key" in found.records[0].what) == ("wrong", True)
    assert found.records[0].cure
    assert signs(conn) == []


# -- given up ------------------------------------------------------------------------


def verified(conn: Conn, dns: Nameserver, **more: str) -> Domain:
    made = add(conn, **more)
    publish(dns, made)
    return check(conn, made)


def test_a_wrong_answer_has_to_hold_for_a_day_and_two_checks(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns)
    withdraw(dns, made)
    assert check(conn, made).state == "failing"
    assert check(conn, made).state == "failing"  # two checks, but no day
    later(conn, 25)
    assert (standing(conn), signs(conn)) == ("verified", [each.selector for each in made.keys])
    after = check(conn, made)
    assert (after.state, standing(conn), signs(conn)) == ("unverified", "unverified", [])
    assert happened(conn)[-4:] == [
        "domain_failing",
        "domain_key_lost",
        "domain_key_lost",
        "domain_unverified",
    ]
    rows = conn.execute(
        "select actor, data from mailing_entry where command = 'domain_unverified'"
    ).fetchall()
    assert rows[0][0] == "Penstock"
    assert (rows[0][1]["name"], "no TXT record" in rows[0][1]["why"]) == ("example.org", True)


def test_a_day_and_one_check_are_not_enough(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns)
    withdraw(dns, made)
    later(conn, 100)
    assert check(conn, made).state == "failing"
    publish(dns, made)
    assert check(conn, made).state == "verified"
    assert happened(conn)[-2:] == ["domain_failing", "domain_recovered"]
    later(conn, 100)
    withdraw(dns, made)
    assert check(conn, made).state == "failing"  # counted anew


@pytest.mark.parametrize("code", ["SERVFAIL", "REFUSED"])
def test_errors_of_the_dns_never_unverify(conn: Conn, dns: Nameserver, code: str) -> None:
    made = verified(conn, dns)
    for record in made.records:
        dns.fails(record.name, code)
    for _ in range(4):
        later(conn, 100)
        assert check(conn, made).state == "verified"
    assert {record.state for record in domains.find(conn, 1, made.id).records if record.kind == "dkim"} == {
        "unreachable"
    }
    assert signs(conn) == [each.selector for each in made.keys]


def test_a_server_that_does_not_answer_never_unverifies(
    conn: Conn, dns: Nameserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penstock.account.records import resolver

    made = verified(conn, dns)
    monkeypatch.setattr(resolver, "PATIENCE", 0.4)
    monkeypatch.setattr(resolver, "PATIENCE_OF_ONE", 0.2)
    dns.hushes("org")
    for _ in range(3):
        later(conn, 100)
        assert check(conn, made).state == "verified"
    dns.works("org")
    withdraw(dns, made)
    assert check(conn, made).state == "failing"  # what was not answered counted for nothing


def test_a_key_that_fails_leaves_signing_to_the_other(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns)
    dns.txt(made.records[0].name)
    found = check(conn, made)
    assert (found.state, signs(conn)) == ("verified", [key(made, "ed25519").selector])
    later(conn, 25)
    assert check(conn, made).state == "verified"
    assert happened(conn)[-1] == "domain_key_lost"
    assert [each.state for each in domains.find(conn, 1, made.id).keys] == ["waiting", "signing"]


# -- keys that take turns --------------------------------------------------------------


def test_a_new_key_takes_over_when_its_record_is_found(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns)
    old, short = made.keys
    new = domains.make_key(conn, 1, made.id, "rsa", ADMIN)
    assert new.selector not in {old.selector, short.selector}
    check(conn, made)
    assert signs(conn) == [old.selector, short.selector]  # it waits
    with pytest.raises(domains.KeyWaits, match=new.selector):
        domains.make_key(conn, 1, made.id, "rsa", ADMIN)
    publish(dns, domains.find(conn, 1, made.id))
    after = check(conn, made)
    assert signs(conn) == [new.selector, short.selector]
    assert [each.state for each in after.keys] == ["retired", "signing", "signing"]
    assert old.selector not in {record.selector for record in after.records}
    assert "domain_key_retired" in happened(conn)
    domains.delete_key(conn, 1, made.id, old.selector, ADMIN)
    assert [each.selector for each in domains.find(conn, 1, made.id).keys] == [short.selector, new.selector]


def test_the_last_key_that_signs_stays(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns)
    domains.delete_key(conn, 1, made.id, made.keys[1].selector, ADMIN)
    with pytest.raises(domains.InUse, match="only key"):
        domains.delete_key(conn, 1, made.id, made.keys[0].selector, ADMIN)
    with pytest.raises(domains.UnknownKey):
        domains.delete_key(conn, 1, made.id, "ps9", ADMIN)
    with pytest.raises(domains.DomainError, match="algorithm"):
        domains.make_key(conn, 1, made.id, "dsa", ADMIN)


# -- the return path, and the other records ----------------------------------------------


def test_a_return_host_is_used_once_it_takes_mail_and_we_may_send_for_it(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns, return_host="bounce", spf="ip4:192.0.2.7")
    assert made.return_host == "bounce.example.org"
    assert domains.return_host(conn, 1, "news.example.org") is None
    dns.set("example.org", "MX", "10 mx.example.org.")
    proposed = {record.kind: record.value for record in check(conn, made).records}
    assert (proposed["return_path"], proposed["spf"]) == ("10 mx.example.org.", "v=spf1 ip4:192.0.2.7 ~all")
    dns.set("bounce.example.org", "MX", proposed["return_path"])
    check(conn, made)
    assert domains.return_host(conn, 1, "example.org") is None  # its SPF would fail
    dns.txt("bounce.example.org", proposed["spf"])
    check(conn, made)
    assert domains.return_host(conn, 1, "example.org") == "bounce.example.org"
    assert domains.return_host(conn, 1, "news.example.org") == "bounce.example.org"
    assert domains.return_host(conn, 1, "elsewhere.example") is None
    dns.fails("bounce.example.org")
    check(conn, made)
    assert domains.return_host(conn, 1, "example.org") == "bounce.example.org"
    dns.works("bounce.example.org")
    dns.set("bounce.example.org", "MX")
    check(conn, made)
    assert domains.return_host(conn, 1, "example.org") is None


def test_another_return_host_has_to_be_found_first(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns, return_host="bounce", spf="mx")
    for host in ("bounce.example.org", "back.example.org"):
        dns.set(host, "MX", "10 mx.example.org.")
        dns.txt(host, "v=spf1 mx ~all")
    check(conn, made)
    assert domains.return_host(conn, 1, "example.org")
    changed = domains.update(conn, 1, made.id, actor=ADMIN, return_host="back.example.org")
    assert (changed.return_host, domains.return_host(conn, 1, "example.org")) == ("back.example.org", None)
    check(conn, made)
    assert domains.return_host(conn, 1, "example.org") == "back.example.org"
    assert domains.update(conn, 1, made.id, actor=ADMIN, return_host="").return_host is None
    assert domains.return_host(conn, 1, "example.org") is None


def test_what_the_other_records_say_is_kept_for_whoever_judges_mailings(conn: Conn, dns: Nameserver) -> None:
    made = verified(conn, dns)
    dns.txt("_dmarc.example.org", "v=DMARC1; p=reject; aspf=s")
    found = check(conn, made)
    assert {name: found.found["dmarc"][name] for name in ("state", "policy", "aspf", "adkim", "of")} == {
        "state": "found", "policy": "reject", "aspf": "s", "adkim": "r", "of": "example.org",
    }  # fmt: skip
    dns.fails("_dmarc.example.org")
    found = check(conn, made)
    assert (found.found["dmarc"]["state"], found.found["dmarc"]["policy"]) == ("unreachable", "reject")


# -- by itself -----------------------------------------------------------------------------


def test_domains_that_are_due_are_checked_by_themselves(conn: Conn, dns: Nameserver) -> None:
    made = [add(conn, f"n{number}.example.org") for number in range(10)]
    publish(dns, made[3])
    assert domain_checks.check_due(conn) == 10
    assert domain_checks.check_due(conn) == 0
    after = domains.listed(conn, 1)
    assert [each.state for each in after].count("verified") == 1
    waits = {
        each.name: each.check_at - each.checked_at for each in after if each.check_at and each.checked_at
    }
    assert waits[made[0].name] == timedelta(minutes=3)
    assert waits[made[3].name] == timedelta(hours=24)
    conn.execute("update account_domain set check_at = now() where name = %s", (made[4].name,))
    dns.asked.clear()
    assert domain_checks.check_due(conn) == 1
    assert {name.endswith(made[4].name) for name, _ in dns.asked if name != "_dmarc.example.org"} == {True}


def test_one_domain_that_cannot_be_checked_keeps_no_other_from_it(
    conn: Conn, dns: Nameserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = add(conn, "a.example.org"), add(conn, "b.example.org")
    publish(dns, second)
    look = domain_checks.look

    def fails(domain: Domain, ask: object) -> object:
        assert domain.id != first.id
        return look(domain, ask)  # type: ignore[arg-type]

    monkeypatch.setattr(domain_checks, "look", fails)
    domain_checks.check_due(conn)
    assert [each.state for each in domains.listed(conn, 1)] == ["unverified", "verified"]


def test_a_domain_deleted_while_it_is_looked_up_stays_deleted(conn: Conn, dns: Nameserver) -> None:
    made = add(conn)
    publish(dns, made)
    looked = domain_checks.look(made, domain_checks.Resolver().ask)
    domains.delete(conn, 1, made.id, ADMIN)
    domain_checks.apply(conn, made, looked)
    assert domains.listed(conn, 1) == []


# -- deleted ---------------------------------------------------------------------------------


def test_a_domain_that_mailings_under_way_send_as_stays(conn: Conn) -> None:
    made = add(conn)
    mailing = stage.draft(conn, stage.add_contacts(conn, "some", 1))  # from news@example.org
    stage.launch(conn, mailing)
    with pytest.raises(domains.InUse, match=str(mailing)):
        domains.delete(conn, 1, made.id, ADMIN)
    stage.command(conn, mailing, "cancel", reason="over")
    domains.delete(conn, 1, made.id, ADMIN)
    assert domains.listed(conn, 1) == []
    assert happened(conn)[-1] == "domain_delete"


# -- what is on its way ----------------------------------------------------------------------


def test_what_is_on_its_way_as_a_domain_that_is_no_longer_verified_is_interrupted(
    conn: Conn, dns: Nameserver
) -> None:
    made = verified(conn, dns)
    away, here = "smtp://192.0.2.1:25", "smtp://127.0.0.1:1"
    running = [stage.begin(conn, 1, via) for via in (away, here)]
    waiting = stage.draft(conn, stage.add_contacts(conn, "later", 1), away)
    stage.command(conn, waiting, "submit", plan={"kind": "later"}, confirm=True)
    withdraw(dns, made)
    check(conn, made)
    assert [stage.state(conn, each) for each in running] == ["starting", "starting"]
    later(conn, 25)
    check(conn, made)
    states = dict(conn.execute("select id, state from mailing_mailing order by id").fetchall())
    assert list(states.values()) == ["interrupted", "starting", "in_review"]
    told = stage.reason(conn, running[0])
    assert told
    assert (told["code"], "example.org is not verified" in told["text"]) == ("sender_domain", True)
    with pytest.raises(Refused) as refused:
        stage.command(conn, running[0], "resume", reason="again")
    assert "sender_domain" in [reason.code for reason in refused.value.reasons]
    publish(dns, made)
    check(conn, made)
    assert stage.command(conn, running[0], "resume", reason="again").state == "starting"


def test_what_was_changed_is_unchecked_and_keeps_the_record_that_is_there(
    conn: Conn, dns: Nameserver
) -> None:
    made = add(conn, spf="mx")
    dns.txt("example.org", "v=spf1 a:old.example.org mx -all")
    dns.txt("_dmarc.example.org", "v=DMARC1; p=reject")

    def shown(domain: Domain) -> list[tuple[str, str]]:
        return [(each.state, each.value) for each in domain.records if each.kind in ("spf", "dmarc")]

    policy = ("found", "v=DMARC1; p=reject")
    assert shown(check(conn, made)) == [("found", "v=spf1 a:old.example.org mx -all"), policy]
    changed = domains.update(conn, 1, made.id, actor=ADMIN, spf="ip4:192.0.2.7")
    assert shown(changed) == [("unchecked", "v=spf1 a:old.example.org mx ip4:192.0.2.7 -all"), policy]
    assert shown(check(conn, made)) == [("wrong", "v=spf1 a:old.example.org mx ip4:192.0.2.7 -all"), policy]
    changed = domains.update(conn, 1, made.id, actor=ADMIN, return_host="bounce")
    assert shown(changed) == [("unchecked", "v=spf1 ip4:192.0.2.7 ~all"), policy]


def test_records_that_nobody_can_print_are_kept_all_the_same(conn: Conn, dns: Nameserver) -> None:
    made = add(conn)
    dns.txt("example.org", "v=spf1 \x00\x1b[2J\u202ebad ~all")
    dns.txt(made.records[0].name, "v=DKIM1; p=\x00")
    dns.txt("_dmarc.example.org", "v=DMARC1; p=\x00")
    found = check(conn, made)
    assert [each.state for each in found.records] == ["wrong", "missing", "wrong", "missing", "wrong"]
    assert all(text.isprintable() for each in found.records for text in (each.what, each.value, *each.found))
