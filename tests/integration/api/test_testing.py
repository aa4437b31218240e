"""Test sends over the API: who gets what, what is refused, what is counted, and what is left when a process dies."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.content.links import tokens
from penstock.mailing import switches
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.platform import jobs
from penstock.platform.environment import link_key
from tests.integration.api.test_facets import everything
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage
from tests.integration.delivery.conftest import CatchingThread, a_catcher
from tests.signatures import both, dkimpy_says

__all__ = ["a_catcher"]

Conn = psycopg.Connection[Any]
Catchers = Callable[..., CatchingThread]
PLATFORM = Actor("root", EVERY_ROLE | {"platform"}, "cli")
ME = "me@tester.example"


def work() -> None:
    """What a worker does, until nothing is left."""
    asyncio.run(jobs.work(wait=False))


def asked(api: Any, mailing: int, *to: str, **more: Any) -> list[dict[str, Any]]:
    answer = api.post(f"/mailings/{mailing}/test", {**({"to": list(to)} if to else {}), **more})
    assert answer.status_code == 202, answer.content
    return list(answer.json()["items"])


def became(api: Any, mailing: int) -> dict[str, dict[str, Any]]:
    """Every test by its address; of several to one the newest."""
    return {each["address"]: each for each in reversed(everything(api, f"/mailings/{mailing}/tests?limit=2"))}


def letters(post: CatchingThread, address: str) -> list[EmailMessage]:
    read = [message_from_bytes(each.data, policy=policy.default) for each in post.catcher.messages if each.recipients == (address,)]  # fmt: skip
    return [each for each in read if isinstance(each, EmailMessage)]


def contact(conn: Conn, number: int) -> int:
    row = conn.execute(
        "select id from audience_contact where normal = %s", (stage.address(number),)
    ).fetchone()
    assert row
    return int(row[0])


@pytest.fixture
def post(a_catcher: Catchers) -> CatchingThread:
    return a_catcher(refuse={"*@gone.example": "550 5.1.1 No such user"}, defer_matching={"*@later.example": "450 4.2.1 Later"})  # fmt: skip


@pytest.fixture
def mailing(conn: Conn, post: CatchingThread) -> int:
    return stage.draft(conn, stage.add_contacts(conn, "readers", 5), via=post.url())


def test_a_test_arrives_as_a_recipient_gets_it(
    api: Any, conn: Conn, post: CatchingThread, mailing: int
) -> None:
    who = contact(conn, 3)
    [waiting] = asked(api, mailing, ME, **{"as": who})
    assert (waiting["state"], waiting["contact"], waiting["reply"], waiting["current"]) == (
        "waiting",
        who,
        None,
        True,
    )
    work()
    there = became(api, mailing)[ME]
    assert there["state"] == "accepted"
    assert there["reply"].startswith("250 ")
    assert there["ended_at"] is not None
    [letter] = letters(post, ME)
    assert (letter["To"], letter["Subject"]) == (ME, "News")  # the subject as it is
    assert letter["X-Penstock-Test"] == f"mailing {mailing}, revision 1"
    seen = api.get(f"/mailings/{mailing}/preview/{who}").json()
    body = letter.get_body(("html",))
    assert body is not None
    assert "your code is [[3]]" in seen["html"]
    assert body.get_content().strip() == seen["html"].strip()
    assert stage.state(conn, mailing) == "draft"
    assert conn.execute("select count(*) from delivery_recipient").fetchone() == (0,)


def test_each_gets_their_own_and_a_stranger_nobodys(
    api: Any, conn: Conn, post: CatchingThread, mailing: int
) -> None:
    asked(api, mailing, stage.address(2), ME, ME.upper(), prefix="[test] ")
    work()
    assert {address: each["contact"] for address, each in became(api, mailing).items()} == {
        stage.address(2): contact(conn, 2), ME: None,
    }  # fmt: skip
    [own], [nobodys] = letters(post, stage.address(2)), letters(post, ME)
    assert "[[2]]" in str(own)
    assert "[[]]" in str(nobodys)
    assert own["Subject"] == nobodys["Subject"] == "[test] News"
    assert own["Message-ID"] != nobodys["Message-ID"]


def test_a_test_group_gets_it(api: Any, conn: Conn, post: CatchingThread, mailing: int) -> None:
    group = stage.add_contacts(conn, "testers", 2, first=100)
    as_one = asked(api, mailing, list=group, **{"as": contact(conn, 5)})
    each = asked(api, mailing, list=group)
    assert {test["contact"] for test in as_one} == {contact(conn, 5)}
    assert {test["contact"] for test in each} == {contact(conn, 100), contact(conn, 101)}
    work()
    codes = sorted(str(letter)[str(letter).index("[[") :][:5] for n in (100, 101) for letter in letters(post, stage.address(n)))  # fmt: skip
    assert codes == ["[[100", "[[101", "[[5]]", "[[5]]"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "to whom"),
        ({"to": [ME], "list": 1}, "to whom"),
        ({"to": ["nonsense"]}, "no @"),
        ({"list": 99}, "no list 99"),
        ({"to": [ME], "prefix": "{{ secret }}"}, "prefix"),
        ({"to": [ME], "prefix": "a\nBcc: b@x.example"}, "prefix"),
    ],
)
def test_what_cannot_be_asked_for_is_said(api: Any, mailing: int, given: Any, words: str) -> None:
    assert words in problem(api.post(f"/mailings/{mailing}/test", given), 422, "test_invalid")["detail"]
    assert became(api, mailing) == {}


def test_the_shape_is_checked(api: Any, conn: Conn, mailing: int) -> None:
    problem(api.post(f"/mailings/{mailing}/test", {"to": [ME] * 51}), 422, "invalid")
    problem(api.post(f"/mailings/{mailing}/test", {"to": [ME], "as": "somebody"}), 422, "invalid")
    problem(api.post(f"/mailings/{mailing}/test", {"to": [ME], "as": 999_999}), 404, "not_found")
    many = stage.add_contacts(conn, "many", 51, first=1000)
    said = problem(api.post(f"/mailings/{mailing}/test", {"list": many}), 422, "test_invalid")
    assert "at most 50" in said["detail"]


def test_an_account_has_its_fill_within_the_hour(api: Any, conn: Conn, mailing: int) -> None:
    fifty = [f"t{n}@tester.example" for n in range(50)]
    for _ in range(4):
        asked(api, mailing, *fifty)
    answer = api.post(f"/mailings/{mailing}/test", {"to": [ME]})
    problem(answer, 429, "too_many_requests")
    assert 3500 < int(answer["Retry-After"]) <= 3600
    conn.execute("update preflight_test set asked_at = asked_at - interval '61 minutes' where id <= 30")
    assert len(asked(api, mailing, *fifty[:30])) == 30
    problem(api.post(f"/mailings/{mailing}/test", {"to": [ME]}), 429)


def test_the_same_request_sends_once(api: Any, post: CatchingThread, mailing: int) -> None:
    given = {"to": [ME]}
    first = api.post(f"/mailings/{mailing}/test", given, Idempotency_Key="k")
    again = api.post(f"/mailings/{mailing}/test", given, Idempotency_Key="k")
    assert again["Idempotent-Replayed"] == "true"
    assert [test["id"] for test in first.json()["items"]] == [test["id"] for test in again.json()["items"]]
    work()
    work()
    assert post.catcher.counts == {ME: 1}


def test_the_servers_words_are_kept(api: Any, mailing: int) -> None:
    asked(api, mailing, "a@gone.example", "b@later.example", ME)
    work()
    there = became(api, mailing)
    assert {address: each["state"] for address, each in there.items()} == {
        "a@gone.example": "refused", "b@later.example": "refused", ME: "accepted",
    }  # fmt: skip
    assert there["a@gone.example"]["reply"] == "550 5.1.1 No such user"
    assert there["b@later.example"]["reply"] == "450 4.2.1 Later"


def test_a_server_that_is_not_there(api: Any, conn: Conn) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 1), via="smtp://127.0.0.1:1")
    asked(api, mailing, ME)
    work()
    there = became(api, mailing)[ME]
    assert there["state"] == "failed"
    assert "127.0.0.1:1" in there["reply"]


def test_a_message_that_cannot_be_made(api: Any, conn: Conn, post: CatchingThread, mailing: int) -> None:
    broken = stage.draft(conn, 1, via=post.url(), html="{% if %}")
    said = problem(api.post(f"/mailings/{broken}/test", {"to": [ME]}), 409, "content")
    assert said["reasons"][0]["code"] == "content"
    dividing = stage.draft(conn, 1, via=post.url(), html="{{ code | divided_by: code }}")
    conn.execute(
        'update audience_contact set attributes = \'{"code": "0"}\' where id = %s', (contact(conn, 2),)
    )
    asked(api, dividing, ME, **{"as": contact(conn, 2)})
    work()
    there = became(api, dividing)[ME]
    assert there["state"] == "failed"
    assert "divided_by" in there["reply"]
    assert post.catcher.total == 0


def test_kill_switches_hold_tests_back(api: Any, conn: Conn, post: CatchingThread, mailing: int) -> None:
    row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    for scope, value in (
        ("all", ""),
        ("channel", "email"),
        ("sender", "news@example.org"),
        ("transport", str(row[0])),
    ):
        switch = switches.put(conn, PLATFORM, scope=scope, value=value, reason="why not").switch
        said = problem(api.post(f"/mailings/{mailing}/test", {"to": [ME]}), 409, "kill_switch")
        assert "why not" in said["detail"]
        assert "submit" in said["allowed_actions"]
        switches.lift(conn, PLATFORM, switch.id, "enough")
    asked(api, mailing, ME, "you@other.example")
    switches.put(conn, PLATFORM, scope="domain", value="tester.example", reason="they asked", account=1)
    work()  # a switch that is put between asking and sending counts as well
    there = became(api, mailing)
    assert (there[ME]["state"], there["you@other.example"]["state"]) == ("refused", "accepted")
    assert "they asked" in there[ME]["reply"]
    assert post.catcher.counts == {"you@other.example": 1}


def test_who_is_suppressed_gets_no_test(api: Any, conn: Conn, post: CatchingThread, mailing: int) -> None:
    suppress(conn, 1, ME, "complaint", "test")
    asked(api, mailing, ME)
    work()
    assert became(api, mailing)[ME]["reply"] == "the address is suppressed (complaint)"
    assert post.catcher.total == 0


def test_a_domain_that_is_not_verified_holds_tests_back(api: Any, conn: Conn) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 1), via="smtp://mail.example.com")
    problem(api.post(f"/mailings/{mailing}/test", {"to": [ME]}), 409, "sender_domain")
    stage.policy(conn, sender_domain="warn")
    asked(api, mailing, ME)
    stage.policy(conn, sender_domain="required")
    work()
    there = became(api, mailing)[ME]
    assert there["state"] == "refused"
    assert "not verified" in there["reply"]


def test_a_paused_mailing_is_tested_and_stays_as_it_is(
    api: Any, conn: Conn, post: CatchingThread, mailing: int
) -> None:
    stage.launch(conn, mailing)
    stage.command(conn, mailing, "pause")
    before = api.get(f"/mailings/{mailing}").json()
    asked(api, mailing, ME)
    work()
    assert became(api, mailing)[ME]["state"] == "accepted"
    after = api.get(f"/mailings/{mailing}").json()
    assert {name: after[name] for name in ("state", "version", "progress")} == {
        name: before[name] for name in ("state", "version", "progress")
    }


@pytest.mark.behaviour("S5.1")
def test_a_test_counts_for_the_message_that_it_was_of(api: Any, conn: Conn, mailing: int) -> None:
    """Policy require_test: a test of exactly this message, taken by a server, comes before the submission."""

    def submitted() -> Any:
        return api.post(
            f"/mailings/{mailing}/submit", {"plan": {"kind": "later"}, "confirm": True, "dry_run": True}
        )

    untested = "No test of this message was sent."
    assert untested in submitted().json()["warnings"]
    stage.policy(conn, require_test="on")
    assert untested in problem(submitted(), 409, "test_required")["detail"]
    asked(api, mailing, "a@gone.example")
    work()
    problem(submitted(), 409, "test_required")  # no server took it
    asked(api, mailing, ME)
    work()
    assert submitted().status_code == 200
    assert submitted().json()["warnings"] == []
    api.patch(f"/mailings/{mailing}", {"message": {"subject": "Another"}})
    assert "edited after the last test" in problem(submitted(), 409, "test_required")["detail"]
    assert not became(api, mailing)[ME]["current"]
    stage.policy(conn, require_test="off")
    assert "The message was edited after the last test of it was sent." in submitted().json()["warnings"]


def test_an_edit_between_asking_and_sending_changes_no_test(
    api: Any, post: CatchingThread, mailing: int
) -> None:
    asked(api, mailing, ME)
    api.patch(f"/mailings/{mailing}", {"message": {"subject": "Another"}})
    work()
    assert [letter["Subject"] for letter in letters(post, ME)] == ["News"]
    assert not became(api, mailing)[ME]["current"]


def test_no_link_of_a_test_is_anybodys(api: Any, conn: Conn, post: CatchingThread, mailing: int) -> None:
    api.patch(f"/mailings/{mailing}", {"options": {"unsubscribe": "link"}, "message": {"text": "{{ unsubscribe_url }} {{ view_url }}"}})  # fmt: skip
    stage.launch(conn, mailing)
    asked(api, mailing, ME, **{"as": contact(conn, 1)})
    work()
    [raw] = [each.data for each in post.catcher.messages if each.recipients == (ME,)]
    assert raw.count(b"/u/0-0-") >= 2
    for seq in range(1, 6):
        assert not any(token in raw for token in tokens(mailing, seq, link_key()))
    from django.test import Client

    asked_for = message_from_bytes(raw, policy=policy.default)["List-Unsubscribe"]
    path = str(asked_for).partition("/u/")[2].partition(">")[0]
    Client().post(f"/u/{path}", {"List-Unsubscribe": "One-Click"})
    assert conn.execute("select count(*) from audience_suppression").fetchone() == (0,)


def test_a_test_is_signed_as_the_mailing_is(
    api: Any, conn: Conn, post: CatchingThread, mailing: int, monkeypatch: Any
) -> None:
    from penstock.account import domains

    keys = [(key.domain, key.selector, key.algorithm, key.private) for key in both()]
    monkeypatch.setattr(domains, "signing_keys", lambda *_: keys)
    asked(api, mailing, ME, prefix="[test] ", **{"as": contact(conn, 1)})
    work()
    [raw] = [each.data for each in post.catcher.messages if each.recipients == (ME,)]
    assert dkimpy_says(raw, both()) == ["pass", "pass"]
    assert raw.isascii()
    preview = api.get(f"/mailings/{mailing}/preview", Accept="message/rfc822").content
    assert dkimpy_says(preview, both()) == ["pass", "pass"]


# -- dying ---------------------------------------------------------------------


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "penstock.platform.background"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_killed_worker_leaves_a_doubt_and_no_second_copy(
    api: Any, conn: Conn, a_catcher: Catchers, worker: subprocess.Popen[bytes]
) -> None:
    post = a_catcher(stall_at="dot", stall_seconds=60.0)
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 1), via=post.url())
    asked(api, mailing, ME)
    stage.eventually(lambda: became(api, mailing)[ME]["state"] == "sending", 30)
    worker.kill()
    worker.wait()
    stage.eventually(lambda: became(api, mailing)[ME]["state"] == "in_doubt", 30)
    assert "ended before" in became(api, mailing)[ME]["reply"]
    jobs.defer(conn, "send_tests", mailing=mailing, queue=jobs.PROMPT)
    post.catcher.faults.stall_at = ""
    work()
    assert became(api, mailing)[ME]["state"] == "in_doubt"
    assert post.catcher.counts[ME] <= 1


def test_a_test_that_nobody_sent_within_the_hour_is_not_sent(
    api: Any, conn: Conn, post: CatchingThread, mailing: int
) -> None:
    asked(api, mailing, ME)
    conn.execute("update preflight_test set asked_at = asked_at - interval '61 minutes'")
    work()
    assert became(api, mailing)[ME]["state"] == "failed"
    assert post.catcher.total == 0


def test_what_it_takes_to_send_a_test(bearer: Any, api: Any, mailing: int) -> None:
    given = {"to": [ME]}
    for scopes in (("mailings:read", "recipients:read"), ("mailings:write",)):
        problem(bearer(*scopes).post(f"/mailings/{mailing}/test", given), 403, "forbidden")
    assert (
        bearer("mailings:write", "recipients:read").post(f"/mailings/{mailing}/test", given).status_code
        == 202
    )
    problem(bearer("mailings:read").get(f"/mailings/{mailing}/tests"), 403, "forbidden")
