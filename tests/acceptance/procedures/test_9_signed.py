"""A domain set up as its owner would, and its mail judged as a receiver would: with the key that stands in the DNS."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dkim
import dns.resolver
import pytest

from tests import nameserver
from tests.acceptance.procedures.office import MESSAGE, Document, Office, Person
from tests.acceptance.procedures.site import Site, eventually, running
from tests.opendkim import OpenDKIM

Offices = Callable[..., Office]


@pytest.fixture(scope="module")
def names() -> Iterator[nameserver.Nameserver]:
    """The DNS: what Penstock asks, and the receivers of its mail."""
    with nameserver.running() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PENSTOCK_DNS", server.address)
        yield server


@pytest.fixture(scope="module")
def site(
    names: nameserver.Nameserver, module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """As for the other procedures, with a DNS server of its own."""
    folder: Path = tmp_path_factory.mktemp("site")
    with running(folder) as site:
        yield site


def publish(names: nameserver.Nameserver, domain: Document, *kinds: str) -> None:
    """Set the records that the owner of a domain is told to set."""
    for record in domain["records"]:
        if record["kind"] in kinds:
            if record["type"] == "TXT":
                names.txt(record["name"], record["value"])
            else:
                names.set(record["name"], record["type"], f"{record['value'].removesuffix('.')}.")


def checked(person: Person, domain: Document) -> Document:
    return dict(person.ask("POST", f"/domains/{domain['id']}/check"))


class Receiver:
    """Verifies what arrives, by dkimpy and by OpenDKIM, with the keys that it finds in the DNS."""

    def __init__(self, names: nameserver.Nameserver) -> None:
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.nameservers, self._resolver.port = ["127.0.0.1"], names.port

    def text(self, name: str) -> str:
        (answer,) = self._resolver.resolve(name, "TXT")
        return b"".join(answer.strings).decode()

    def signers(self, letter: bytes) -> list[str]:
        """The selectors of a letter's signatures, from the top; all of them must be right."""
        message = letter.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        found = re.findall(rb"\bd=([^;]+);\s*s=([^;]+);", message)
        records = {
            f"{selector}._domainkey.{domain}": ""
            for domain, selector in ((d.decode(), s.decode()) for d, s in found)
        }
        records = {name: self.text(name) for name in records}
        known = {f"{name}.".encode(): text.encode() for name, text in records.items()}
        for number in range(len(found)):
            assert dkim.DKIM(message).verify(number, dnsfunc=lambda name, timeout=5: known.get(name))
        assert OpenDKIM(records).verdicts(message) == ["pass"] * len(found)
        return [selector.decode() for _, selector in found]


def sent(site: Site, office: Office, person: Person, subject: str, **message: Any) -> list[bytes]:
    """Send a mailing to three readers; returns what they got."""
    listed = office.list(*office.readers(3))
    given = MESSAGE | {"sender": f"News <news@{office.domain}>", "subject": subject, **message}
    mailing = person.write(listed, subject, message=given)
    person.submit(mailing)
    person.approve(mailing)
    person.becomes(mailing, "sent")
    letters = list(site.post.bodies(subject).values())
    assert len(letters) == 3
    return letters


def test_what_is_sent_from_a_verified_domain_is_signed_by_the_keys_in_its_dns(
    office: Offices, site: Site, names: nameserver.Nameserver
) -> None:
    there = office()
    anna, receiver = there.person(), Receiver(names)
    domain = anna.ask("POST", "/domains", 201, json={"name": there.domain, "spf": "ip4:192.0.2.1"})
    assert domain["state"] == "unverified"
    assert all(receiver.signers(letter) == [] for letter in sent(site, there, anna, "before"))
    publish(names, domain, "dkim", "spf", "dmarc")
    domain = checked(anna, domain)
    assert domain["state"] == "verified"
    selectors = [key["selector"] for key in sorted(domain["keys"], key=lambda key: key["algorithm"] != "rsa")]
    awkward = {
        "html": "<p>Grüße,  {{ first_name }} </p>\n.\n..x\n<p>\té</p>\n\n\n",
        "headers": {"Feedback-ID": "7:penstock"},
    }
    for letter in sent(site, there, anna, "signed", **awkward):
        assert receiver.signers(letter) == selectors
    # A new key takes over when its record is found; what the old one signed stays right, for its record stays.
    new = anna.ask("POST", f"/domains/{domain['id']}/keys", 201, json={"algorithm": "rsa"})
    assert receiver.signers(sent(site, there, anna, "with the new key waiting")[0]) == selectors
    publish(names, anna.ask("GET", f"/domains/{domain['id']}"), "dkim")
    checked(anna, domain)
    for letter in sent(site, there, anna, "with the new key"):
        assert receiver.signers(letter) == [new["selector"], selectors[1]]
    for letter in site.post.bodies("signed").values():
        assert receiver.signers(letter) == selectors


def test_previews_and_tests_are_signed_as_the_mailing_will_be(
    office: Offices, site: Site, names: nameserver.Nameserver
) -> None:
    there = office()
    anna, receiver = there.person(), Receiver(names)
    domain = anna.ask("POST", "/domains", 201, json={"name": there.domain, "spf": "ip4:192.0.2.1"})
    publish(names, domain, "dkim")
    selectors = [
        key["selector"]
        for key in sorted(checked(anna, domain)["keys"], key=lambda key: key["algorithm"] != "rsa")
    ]
    given = MESSAGE | {"sender": f"News <news@{there.domain}>", "subject": "seen before it goes"}
    mailing = anna.write(there.list(*there.readers(3)), "seen before it goes", message=given)
    first = anna.ask("GET", f"/mailings/{mailing}/preview")
    raw = anna.http.get(
        f"/mailings/{mailing}/preview/{first['contact']}", headers={"Accept": "message/rfc822"}
    )
    assert receiver.signers(raw.content) == selectors
    tester = f"tester@{there.domain}"
    anna.ask("POST", f"/mailings/{mailing}/test", 202, json={"to": [tester]})
    (letter,) = eventually(lambda: site.post.letters(tester))
    assert b"X-Penstock-Test" in letter
    assert receiver.signers(letter) == selectors
