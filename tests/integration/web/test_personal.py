"""One person's story, their data and their erasure, as somebody signed in sees them."""

import asyncio
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from penstock.audience import contacts, erasures, suppression
from penstock.feedback import events
from penstock.personal import many
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
EVIL = "<script>alert(1)</script>"


async def _whole(answer: Any) -> bytes:
    return b"".join([block async for block in answer.streaming_content])


def _person(desk: Desk, address: str = "anna@example.org") -> int:
    desk.list(addresses=[address, "bert@example.org"])
    found = contacts.find(desk.conn, desk.account, address)
    assert found
    return found.id


def test_a_story_is_leafed_through_and_harmless(desk: Desk, visitor: Visitors) -> None:
    anna, number = visitor(), _person(desk)
    for n in range(60):
        events.record(desk.conn, desk.account, number, f"bought {n} {EVIL}")
    path, seen = f"/audience/contacts/{number}/story", []
    text = anna.text(path)
    assert "Told by others" in text
    assert EVIL not in text
    while path:
        text = anna.text(path)
        seen += re.findall(r"bought (\d+) ", text)
        further = re.search(r'<p class="more"><a class="button" href="([^"]+)"', text)
        path = f"/audience/contacts/{number}/story{further[1].replace('&amp;', '&')}" if further else ""
    assert sorted(map(int, seen)) == list(range(60))
    assert "Became a contact" in text
    for made_up in ("after=x", "after=2026-01-01", "after=2026-01-01T00:00:00%2B00:00%20%00"):
        assert anna.get(f"/audience/contacts/{number}/story?{made_up}").status_code == 200


def test_what_is_held_is_given_as_an_archive(desk: Desk, visitor: Visitors) -> None:
    answer = visitor().get(f"/audience/contacts/{_person(desk)}/data")
    assert answer["Content-Type"] == "application/zip"
    content = asyncio.run(_whole(answer))
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert b"anna@example.org" in opened.read("personal-data.json")
        assert b"bert@example.org" not in opened.read("personal-data.json")


def test_who_is_erased_may_be_kept_out(desk: Desk, visitor: Visitors) -> None:
    anna, number = visitor(), _person(desk)
    question = anna.text(f"/audience/contacts/{number}/erase")
    assert "a pseudonym" in question
    assert anna.post(f"/audience/contacts/{number}/erase", {"keep_out": "1"}).status_code == 302
    assert contacts.get(desk.conn, desk.account, number) is None
    assert suppression.suppressed(desk.conn, desk.account, "anna@example.org") == "manual"
    assert "anna@example.org" not in anna.text("/audience"), "nor in the notice that it is done"


def test_many_are_erased_by_what_was_typed_and_a_file(desk: Desk, visitor: Visitors) -> None:
    anna, number = visitor(), _person(desk)
    file = SimpleUploadedFile("gone.csv", b"email;name\nbert@example.org;Bert\n")
    assert anna.post("/audience/erasures", {"addresses": "anna@example.org", "file": file}).status_code == 302
    (asked,) = erasures.page(desk.conn, desk.account, limit=9)
    assert asked.total == 2
    assert not many.work_off(desk.conn, asked.id)
    assert "Done" in anna.text("/audience/erasures")
    assert contacts.get(desk.conn, desk.account, number) is None
    wrong = anna.post("/audience/erasures", {"addresses": "nobody"})
    assert (wrong.status_code, "no address" in wrong.content.decode()) == (422, True)


def test_nobody_of_another_account_sees_or_erases(desk: Desk, visitor: Visitors) -> None:
    number = _person(desk)
    stranger = visitor(of=Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none"))
    for rest in ("story", "data", "erase"):
        assert stranger.get(f"/audience/contacts/{number}/{rest}").status_code == 404
    assert stranger.post(f"/audience/contacts/{number}/erase").status_code == 404
    assert (
        visitor("approver").post("/audience/erasures", {"addresses": "anna@example.org"}).status_code == 403
    )
    assert contacts.get(desk.conn, desk.account, number)
