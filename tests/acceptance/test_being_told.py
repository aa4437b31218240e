"""Being told, from outside alone: set up over the API, real processes, a server that catches mail, a program that receives."""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.procedures.office import Office, Person, soon
from tests.acceptance.procedures.site import Site, eventually, running
from tests.integration.notices.stage import Receiver, receiver


@pytest.fixture(scope="module")
def site(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose webhooks may lead to loopback."""
    folder: Path = tmp_path_factory.mktemp("site")
    os.environ["PENSTOCK_WEBHOOKS_PRIVATE"] = "1"
    try:
        with running(folder) as site:
            Office(
                site
            ).person()  # the first person of an installation has every role: that is none of those below
            yield site
    finally:
        del os.environ["PENSTOCK_WEBHOOKS_PRIVATE"]


@pytest.fixture
def office(site: Site) -> Callable[..., Office]:
    return lambda **policies: Office(site, **policies)


def is_ours(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it, after the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split()


def letters(office: Office, person: Person) -> list[bytes]:
    return office.site.post.letters(person.address)


def mail_to(office: Office, boss: Person) -> None:
    setting = {"notice_transport": office.transport, "notice_from": f"Penstock <penstock@{office.domain}>"}
    assert boss.ask("PUT", "/notices/settings", json=setting) == setting


@pytest.mark.behaviour("S1.13")
def test_the_author_is_told_of_a_rejection_with_its_reason(office: Callable[..., Office]) -> None:
    there = office()
    author, approver, boss = there.person("author"), there.person("approver"), there.person("administrator")
    mail_to(there, boss)
    mailing = author.write(there.list(*there.readers(2)), "Spring")
    author.submit(mailing)
    eventually(lambda: letters(there, approver))
    approver.give(mailing, "reject", reason="Das Datum ist falsch.")
    (letter,) = eventually(lambda: letters(there, author))
    assert b"Das Datum ist falsch." in letter
    (notice,) = author.pages("/notices", unread="true")
    assert (notice["kind"], notice["mailing"]) == ("mailing.rejected", mailing)
    assert "Das Datum ist falsch." in notice["text"]
    assert author.ask("POST", "/notices/read", json={"notices": [notice["id"]]}) == {"marked": 1}
    assert list(author.pages("/notices", unread="true")) == []
    assert len(letters(there, approver)) == 1, "who rejected it is not told that it was"


@pytest.mark.behaviour("S1.15")
def test_who_can_let_it_pass_and_the_author_are_told_that_it_is_held(office: Callable[..., Office]) -> None:
    there = office(late_gate="hold")
    author, approver, boss = there.person("author"), there.person("approver"), there.person("administrator")
    mail_to(there, boss)
    mailing = author.write(there.list(*there.readers(2)), "Soon")
    author.submit(mailing, {"kind": "at", "at": soon(1.5), "zone": "UTC"})
    eventually(lambda: author.see(mailing)["reason"])
    assert author.see(mailing)["reason"]["code"] == "held:late_gate"
    assert b"held" in eventually(lambda: letters(there, author))[0]
    eventually(lambda: any(b"held" in letter for letter in letters(there, approver)))


def test_a_program_is_told_and_can_tell_that_it_is_us(office: Callable[..., Office]) -> None:
    there = office(approvals_required=0)
    boss, everything = there.person("administrator"), there.person()
    with receiver() as program, receiver(status=500) as broken:
        made = boss.ask("POST", "/webhooks", 201, json={"url": program.url, "events": ["mailing.finished"]})
        other = boss.ask("POST", "/webhooks", 201, json={"url": broken.url})
        mailing = everything.write(there.list(*there.readers(3)), "Figures")
        everything.submit(mailing)
        eventually(lambda: program.heard)
        headers, body = program.heard[0]
        assert is_ours(made["secret"], headers, body)
        assert not is_ours(other["secret"], headers, body)
        (event,) = program.events()
        assert event["type"] == "mailing.finished"
        assert event["data"]["mailing"]["state"] == "sent"
        assert event["data"]["recipients"] == {"total": 3, "accepted": 3}
        _failures_are_in_the_log(boss, other["id"], broken)
        assert len(program.heard) == 1


def _failures_are_in_the_log(boss: Person, webhook: int, broken: Receiver) -> None:
    """What failed is in the log, is tried again by itself, and leaves at once when asked for after the program was mended."""

    def log() -> dict:
        (delivery,) = boss.pages(f"/webhooks/{webhook}/deliveries")
        return boss.ask("GET", f"/webhooks/{webhook}/deliveries/{delivery['id']}")

    eventually(lambda: log()["attempts"] >= 2, 30)
    assert {attempt["status"] for attempt in log()["log"]} == {500}
    assert len({headers["webhook-id"] for headers, _ in broken.heard}) == 1
    assert boss.ask("GET", f"/webhooks/{webhook}")["failures"] >= 2
    broken.status = 200
    boss.ask("POST", f"/webhooks/{webhook}/test", 202)
    eventually(lambda: any(event["type"] == "webhook.test" for event in broken.events()))
    eventually(lambda: boss.ask("GET", f"/webhooks/{webhook}")["failures"] == 0)


def test_secrets_do_not_come_back(office: Callable[..., Office]) -> None:
    boss = office().person("administrator")
    with receiver() as program:
        made = boss.ask("POST", "/webhooks", 201, json={"url": program.url})
        turned = boss.ask("POST", f"/webhooks/{made['id']}/rotate-secret")
        assert made["secret"] != turned["secret"]
        shown = boss.http.get(f"/webhooks/{made['id']}").text + boss.http.get("/webhooks").text
        assert "whsec_" not in shown
        boss.ask("POST", f"/webhooks/{made['id']}/test", 202)
        eventually(lambda: program.heard)
        headers, body = program.heard[0]
        assert is_ours(made["secret"], headers, body), "both sign for a day"
        assert is_ours(turned["secret"], headers, body)
