"""Before it goes: previewed as everybody who gets it, analysed for all of them, tested; by HTTP, with real processes."""

import os
import re
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from tests.acceptance.procedures.office import MESSAGE, Office, Person
from tests.acceptance.procedures.site import Site, eventually

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]
CONTACTS = 200_000
_TOKEN = re.compile(rb"[0-9a-f]{1,15}-[0-9a-f]{1,15}-[0-9a-f]{24}")


def source(person: Person, mailing: int, contact: int) -> bytes:
    """The message as this contact would get it, by the byte."""
    path = f"/mailings/{mailing}/preview/{contact}"
    answer = person.http.get(path, headers={"Accept": "message/rfc822"})
    assert answer.status_code == 200, answer.text
    return answer.content


def comparable(raw: bytes) -> bytes:
    """A message without what differs each time it is made: the tokens in its links, its date."""
    text = _TOKEN.sub(b"TOKEN", raw.replace(b"\r\n", b"\n"))
    return re.sub(rb"(?m)^Date: .*\n", b"", text)


def walked(person: Person, mailing: int, **query: Any) -> list[dict[str, Any]]:
    """Previews from the first to the last."""
    found = [person.ask("GET", f"/mailings/{mailing}/preview", params=query)]
    while found[-1]["next"]:
        found.append(person.ask("GET", f"/mailings/{mailing}/preview/{found[-1]['next']}", params=query))
    return found


def became(person: Person, mailing: int) -> dict[str, str]:
    """The state of each test by its address."""
    return {each["address"]: each["state"] for each in person.pages(f"/mailings/{mailing}/tests")}


@behaviour("S1.9", "S1.10")
def test_the_approver_sees_what_everybody_will_get(office: Offices, site: Site) -> None:
    """The approver walks the recipients one after the other; what arrives then is, byte for byte, what was seen."""
    there = office()
    author, approver = there.person("author", "operator"), there.person("approver")
    listed = there.list(*there.readers(5))
    for number, name in enumerate(("Ann", "Zoë 🎈", ".", "a" * 1200, "")):
        there.conn.execute(
            "update audience_contact set attributes = jsonb_build_object('first_name', %s::text) where normal = %s",
            (name, there.readers(5)[number]),
        )
    html = "<p>Dear {{ first_name | default: 'reader' }}</p>\n.\n..two\n<p>{% if first_name == 'Ann' %}You are Ann.{% endif %}</p>"
    message = MESSAGE | {
        "html": html,
        "subject": "For {{ first_name }}",
        "headers": {"X-Tag": "{{ first_name }}"},
    }
    mailing = author.write(listed, "seen before", message=message, options={"unsubscribe": "link"})
    author.submit(mailing)
    approver.analysed(mailing)
    seen = walked(approver, mailing)
    assert [each["address"] for each in seen] == list(there.readers(5))
    assert "You are Ann." in seen[0]["html"]
    assert "You are Ann." not in seen[1]["html"]
    raw = {each["address"]: source(approver, mailing, each["contact"]) for each in seen}
    picked = next(iter(approver.pages(f"/mailings/{mailing}/recipients", q="zo")))
    assert picked["address"] == there.readers(5)[1]
    approver.approve(mailing, digest=approver.see(mailing)["digest"])
    approver.becomes(mailing, "sent")
    for address in there.readers(5):
        [arrived] = site.post.letters(address)
        assert comparable(arrived) == comparable(raw[address])
    assert [each["address"] for each in walked(approver, mailing)] == list(there.readers(5))


@behaviour("B12", "S1.11")
def test_the_analysis_names_exactly_those_whom_the_template_fails(office: Offices) -> None:
    """3 of very many contacts break the template: the analysis names these three, and the preview jumps to them."""
    there = office()
    anna = there.person()
    listed = there.list()
    there.conn.execute(
        "with made as (insert into audience_contact (account_id, address, normal, attributes)"
        " select %(account)s, a, a, jsonb_build_object('first_name', 'Ann', 'orders', '3')"
        " from (select 'reader' || n || '@' || %(domain)s as a from generate_series(1, %(count)s) n) one returning id)"
        " insert into audience_membership (list_id, contact_id) select %(list)s, id from made",
        {"account": there.account, "domain": there.domain, "count": CONTACTS, "list": listed},
    )
    three = [f"reader{n}@{there.domain}" for n in (7, CONTACTS // 2, CONTACTS - 1)]
    there.conn.execute(
        'update audience_contact set attributes = attributes || \'{"orders": "0"}\' where account_id = %s and normal = any(%s)',
        (there.account, three),
    )
    html = "<p>Dear {{ first_name }}, {{ 100 | divided_by: orders }} % each.</p>"
    mailing = anna.write(listed, "dividing", message=MESSAGE | {"html": html})
    anna.submit(mailing)
    eventually(lambda: anna.ask("GET", f"/mailings/{mailing}/analysis")["state"] == "done", 300, every=0.2)
    found = anna.ask("GET", f"/mailings/{mailing}/analysis")
    assert (found["total"], found["done"]) == (CONTACTS, CONTACTS)
    [failing] = [each for each in found["findings"] if each["code"] == "template_error"]
    assert failing["count"] == 3
    assert sorted(case["address"] for case in failing["cases"]) == sorted(three)
    # The preview jumps from one to the next, says why each cannot be made, and leaves nobody out.
    jumped: list[str] = []
    path = f"/mailings/{mailing}/preview"
    while path:
        said = anna.ask("GET", path, 409, params={"case": failing["id"]})
        assert said["code"] == "cannot_be_made"
        assert "divided_by" in said["detail"]
        assert [each["id"] for each in said["concerns"]] == [failing["id"]]
        jumped.append(said["address"])
        path = f"/mailings/{mailing}/preview/{said['next']}" if said["next"] else ""
    assert sorted(jumped) == sorted(three)
    assert anna.ask("GET", f"/mailings/{mailing}/preview", 409, params={"worst": True})["address"] in three


@behaviour("S2.19")
def test_a_test_goes_at_once_whatever_the_sequence_does(office: Offices, site: Site) -> None:
    """Sequential mailings go out one after the other; a test of one that waits, or of one that is paused, waits for none."""
    there = office(approvals_required=0)
    anna = there.person()
    going = anna.write(there.list(*there.readers(400)), "going out", options={"rate": 20})
    waiting = anna.write(there.list(*there.readers(3)), "waits for its turn")
    held = anna.write(there.list(*there.readers(3)), "held")
    for mailing in (going, waiting, held):
        anna.submit(mailing, {"kind": "sequence"})
    anna.reached(going, 2)
    anna.give(held, "pause")
    for mailing, address in ((waiting, "one"), (held, "two"), (going, "three")):
        anna.ask("POST", f"/mailings/{mailing}/test", 202, json={"to": [f"{address}@tester.example"]})
        eventually(lambda m=mailing: list(became(anna, m).values()) == ["accepted"], 15)  # type: ignore[misc]
    assert (anna.state(going), anna.state(waiting), anna.state(held)) == ("sending", "queued", "paused")
    assert anna.queue()[0] == waiting
    assert site.post.arrived("waits for its turn") == {"one@tester.example": 1}
    assert site.post.arrived("held") == {"two@tester.example": 1}
    assert anna.see(waiting)["progress"]["recipients"] == 0
    for mailing in (held, waiting, going):
        anna.give(mailing, "cancel", reason="end of the test")


@behaviour("S5.1")
def test_finalise_follows_the_test(office: Offices, site: Site) -> None:
    """ "Finalise follows the test step": where the account asks for it, nothing is submitted that nobody has had a test of."""
    there = office(require_test="on")
    anna = there.person()
    mailing = anna.write(there.list(*there.readers(2)), "tested first")
    plan = {"plan": {"kind": "now"}, "confirm": True}
    assert anna.refused(mailing, "submit", **plan) == ["test_required"]
    assert "submit" not in anna.see(mailing)["allowed_actions"]
    anna.ask("POST", f"/mailings/{mailing}/test", 202, json={"to": ["refused@gone.example"]})
    eventually(lambda: became(anna, mailing) == {"refused@gone.example": "refused"}, 15)
    assert anna.refused(mailing, "submit", **plan) == ["test_required"]  # nobody has had it
    anna.ask("POST", f"/mailings/{mailing}/test", 202, json={"to": ["one@tester.example"]})
    eventually(lambda: became(anna, mailing)["one@tester.example"] == "accepted", 15)
    anna.ask("PATCH", f"/mailings/{mailing}", json={"message": {"subject": "tested, then changed"}})
    problem = anna.problem(mailing, "submit", **plan)
    assert "edited after the last test" in problem["reasons"][0]["detail"]
    anna.ask("POST", f"/mailings/{mailing}/test", 202, json={"to": ["two@tester.example"]})
    eventually(lambda: became(anna, mailing)["two@tester.example"] == "accepted", 15)
    assert anna.submit(mailing)["state"] == "in_review"
    anna.approve(mailing)
    anna.becomes(mailing, "sent")
    expected = dict.fromkeys((*there.readers(2), "two@tester.example"), 1)
    assert site.post.arrived("tested, then changed") == expected


def test_a_test_waits_for_no_import(office: Offices, site: Site) -> None:
    """Long jobs hold both hands that the worker has for such; a test has hands of its own."""
    there = office()
    anna = there.person()
    mailing = anna.write(there.list(*there.readers(1)), "prompt")
    rows = "email,name\n" + "".join(f"p{n}@{there.domain},Ann {n}\n" for n in range(40_000))
    for n in range(4):
        sent = {"params": {"name": f"{n}.csv"}, "headers": {"Content-Type": "text/csv"}}
        assert anna.http.post("/imports", content=rows.encode(), **sent).status_code == httpx.codes.ACCEPTED
    with psycopg.connect(
        os.environ["PENSTOCK_DATABASE_URL"]
    ) as other:  # none of them ends while this is open
        other.execute("lock table audience_import in exclusive mode")
        left = (
            "select count(*) from audience_import where account_id = %s and state in ('waiting', 'running')"
        )
        held = other.execute(left, (there.account,)).fetchone()
        assert held is not None
        assert held[0] >= 2
        anna.ask("POST", f"/mailings/{mailing}/test", 202, json={"to": ["prompt@tester.example"]})
        eventually(lambda: became(anna, mailing) == {"prompt@tester.example": "accepted"}, 15)
        assert other.execute(left, (there.account,)).fetchone() == held
    eventually(lambda: {each["state"] for each in anna.pages("/imports")} == {"done"}, 60, every=0.1)
