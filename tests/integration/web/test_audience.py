"""The pages of the audience, as somebody signed in sees them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from psycopg.types.json import Jsonb

from penstock.account import policies
from penstock.audience import contacts, imports, lists, suppression
from penstock.audience.jobs import import_upload
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.web.room.audience import lists as pages
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
CSV = "Email;First name\nanna@example.org;Anna\nnobody\nbjörn@example.org;Björn\n".encode("latin-1")


def test_contacts_are_found_by_the_beginning_of_their_address(desk: Desk, visitor: Visitors) -> None:
    desk.list(addresses=["Anna@example.org", "annika@example.org", "bert@example.org"])
    text = visitor().text("/audience?q=ANN")
    assert "Anna@example.org" in text
    assert "annika@example.org" in text
    assert "bert@example.org" not in text


def test_a_long_list_is_leafed_through_page_by_page(desk: Desk, visitor: Visitors) -> None:
    number, seen, path = desk.list(120), [], ""
    anna = visitor()
    for search in (f"list={number}", "q=reader"):
        seen, path = [], f"/audience?{search}"
        while path:
            text = anna.text(path)
            seen += re.findall(r"<bdi>(reader\d+@[^<]+)</bdi>", text)
            further = re.search(r'<p class="more"><a class="button" href="([^"]+)"', text)
            path = "/audience" + further[1].replace("&amp;", "&") if further else ""
        assert len(seen) == len(set(seen)) == 120


def test_a_contact_is_added_changed_and_erased(desk: Desk, visitor: Visitors) -> None:
    anna, number = visitor(), desk.list(1, name="Club")
    made = anna.post("/audience/contacts/new", {
        "address": "New@Example.org", "name": ["first_name", ""], "value": ["Nora", ""], "list": [str(number)],
    })  # fmt: skip
    assert made.status_code == 302
    there = contacts.find(desk.conn, desk.account, "new@example.org")
    assert there
    assert there.attributes == {"first_name": "Nora"}
    assert lists.of_contact(desk.conn, desk.account, there.id) == [number]
    page = f"/audience/contacts/{there.id}"
    assert "Club" in anna.text(page)
    changed = {"address": "new@example.org", "name": ["first_name", "town"], "value": ["", "Ulm"]}
    assert anna.post(page, changed).status_code == 302
    now = contacts.get(desk.conn, desk.account, there.id)
    assert now
    assert now.attributes == {"town": "Ulm"}
    assert anna.post(f"{page}/erase").status_code == 302
    assert contacts.get(desk.conn, desk.account, there.id) is None


def drawn(answer: Any) -> str:
    """The text of an answer that is sent block by block."""

    async def draw() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    return async_to_sync(draw)().decode()


def test_the_file_for_people_has_no_formulas_and_that_for_programs_is_exact(
    desk: Desk, visitor: Visitors
) -> None:
    number = desk.list(addresses=["anna@example.org"])
    (contact,) = contacts.page(desk.conn, desk.account, limit=2, list_id=number)
    attributes = {"code": "=1+1", "name": "O'Hara", "phone": "+49 170 1", "site": "@me"}
    desk.conn.execute(
        "update audience_contact set attributes = %s where id = %s", (Jsonb(attributes), contact.id)
    )
    answer = visitor().get(f"/audience/export?list={number}")
    assert drawn(answer).splitlines()[1] == "anna@example.org,'=1+1,O'Hara,+49 170 1,'@me"
    exact = b"".join(contacts.export(desk.conn, desk.account, number)).decode()
    assert exact.splitlines()[1] == "anna@example.org,=1+1,O'Hara,+49 170 1,@me"


def test_a_list_of_many_is_counted_behind_the_page(
    desk: Desk, visitor: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, anna = desk.list(12), visitor()
    monkeypatch.setattr(pages, "AT_ONCE", 10)
    page = f"/audience/lists/{number}"
    assert "more than 10" in anna.text(page)
    assert anna.get(page, HX_Request="true").content.decode().strip() == "12"
    assert "more than 10, stay" in anna.text(f"{page}/delete")


def test_what_cannot_be_says_why_and_loses_nothing(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    desk.list(addresses=["here@example.org"])
    for address in ("no address", "here@example.org"):
        answer = anna.post(
            "/audience/contacts/new", {"address": address, "name": ["town"], "value": ["Ulm & Neu-Ulm"]}
        )
        assert answer.status_code == 422
        text = answer.content.decode()
        assert 'role="alert"' in text
        assert f'value="{address}"' in text
        assert "Ulm &amp; Neu-Ulm" in text


def test_who_may_only_read_gets_no_forms_and_changes_nothing(desk: Desk, visitor: Visitors) -> None:
    desk.list(addresses=["here@example.org"])
    there = contacts.find(desk.conn, desk.account, "here@example.org")
    assert there
    approver = visitor("approver")
    assert approver.get("/audience").status_code == 403
    assert approver.post(f"/audience/contacts/{there.id}/erase").status_code == 403
    stranger = visitor(of=Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none"))
    for path in (f"/audience/contacts/{there.id}", f"/audience/contacts/{there.id}/erase"):
        assert stranger.get(path).status_code == 404
    assert contacts.get(desk.conn, desk.account, there.id)


def test_a_file_is_looked_at_before_anything_is_written(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    sent = anna.post("/audience/imports/upload", {"file": SimpleUploadedFile("readers.csv", CSV)})
    assert sent["Location"] == "/audience/imports/look"
    text = anna.text("/audience/imports/look")
    assert "The file has 3 rows; 1 of them will be rejected." in text
    assert "<code>first_name</code>" in text
    assert "Björn" in text
    assert contacts.count(desk.conn, desk.account) == 0
    begun = anna.post(
        "/audience/imports/look", {"do": "import", "list": "Readers", "address_column": "Email"}
    )
    assert re.fullmatch(r"/audience/imports/\d+", begun["Location"])
    number = int(begun["Location"].rpartition("/")[2])
    assert "Waiting for a worker" in anna.text(begun["Location"])
    import_upload(number)
    text = anna.text(begun["Location"])
    assert 'data-import="done"' in text
    assert "nobody" in text
    assert contacts.count(desk.conn, desk.account) == 2
    report = drawn(anna.get(f"{begun['Location']}/report"))
    assert report.startswith("line,kind,value,reason\n3,rejected,nobody,")
    assert anna.get("/audience/imports/look").status_code == 404  # the file is the import's now


def test_a_file_that_is_no_list_says_so_and_can_be_thrown_away(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    anna.post("/audience/imports/upload", {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert 'role="alert"' in anna.text("/audience/imports/look", 422)
    assert anna.post("/audience/imports/look", {"do": "drop"}).status_code == 302
    assert imports.page(desk.conn, desk.account, limit=1) == []


def test_lists_are_made_renamed_and_deleted_unless_in_use(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    made = anna.post("/audience/lists", {"name": "Friends"})["Location"]
    assert anna.post("/audience/lists", {"name": "Friends"}).status_code == 422
    assert anna.post(made, {"name": "Old friends"}).status_code == 302
    assert "Old friends" in anna.text(made)
    assert anna.post(f"{made}/delete").status_code == 302
    assert anna.get(made).status_code == 404
    used = desk.list(2)
    desk.submit(desk.draft(to=used))
    anna.post(f"/audience/lists/{used}/delete")
    assert lists.require(desk.conn, desk.account, used)


def test_an_address_is_suppressed_and_let_go_by_hand(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    assert (
        anna.post("/audience/suppressions", {"address": "No@Example.org", "reason": "complaint"}).status_code
        == 302
    )
    assert suppression.suppressed(desk.conn, desk.account, "no@example.org") == "complaint"
    text = anna.text("/audience/suppressions?q=no@example.org")
    lift = re.search(r'href="(/audience/suppressions/\d+/lift)"', text)
    assert lift
    assert "Write to this address or number again?" in anna.text(lift[1])
    assert anna.post(lift[1]).status_code == 302
    assert suppression.suppressed(desk.conn, desk.account, "no@example.org") is None
    assert anna.post("/audience/suppressions", {"address": "nonsense"}).status_code == 422


def test_bounces_are_listed_with_what_was_said_and_whom_they_suppressed(
    desk: Desk, visitor: Visitors
) -> None:
    for seq, kind in ((1, "hard"), (2, "blocked")):
        desk.conn.execute(
            "insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)"
            " values (%s, %s, %s, 1, %s, now(), %s, 550, '', 'no such user <b>here</b>', 'dsn', %s)",
            (desk.account, 2**31 - 1 - desk.account, seq, f"away{seq}@example.org", kind, kind == "hard"),
        )
    suppression.suppress(desk.conn, desk.account, "away1@example.org", "hard_bounce", "mailing 7")
    anna = visitor()
    text = anna.text("/audience/bounces")
    assert "550 no such user &lt;b&gt;here&lt;/b&gt;" in text
    assert "Blocked: the sender is at fault" in text
    only = anna.text("/audience/bounces?q=AWAY1@example.org")
    assert "away1@example.org" in only
    assert "away2@example.org" not in only
    assert "No bounce here." in anna.text("/audience/bounces?mailing=99999999999999999")
    assert "is no address" in anna.text("/audience/bounces?q=nonsense") or "has no @" in anna.text(
        "/audience/bounces?q=nonsense"
    )
    assert "550 no such user" in anna.text("/audience/suppressions?q=away1@example.org")


def test_a_contact_has_a_number_that_is_found_edited_and_suppressed_by_itself(
    desk: Desk, visitor: Visitors
) -> None:
    policies.change(desk.conn, desk.account, {"country": "FR"}, Actor("anna", EVERY_ROLE, "cli"))
    anna = visitor()
    refused = anna.post("/audience/contacts/new", {"address": "zoe@example.org", "phone": "06 12"})
    assert refused.status_code == 422
    assert "The number 06 12 is too short for a number of FR." in refused.content.decode()
    assert (
        "Give an e-mail address, a telephone number, or both."
        in anna.post("/audience/contacts/new", {"address": "", "phone": ""}).content.decode()
    )
    assert anna.post("/audience/contacts/new", {"address": "", "phone": "06 23 45 67 89"}).status_code == 302
    assert "+33623456789" in anna.text("/audience?q=06+23")
    there = contacts.find(desk.conn, desk.account, "+33623456789")
    assert there
    page = f"/audience/contacts/{there.id}"
    assert anna.post(page, {"address": "zoe@example.org", "phone": "+33 6 23 45 67 89"}).status_code == 302
    listed = SimpleUploadedFile("stop.csv", b"06 23 45 67 89\nnobody@\nx@example.org\n")
    assert anna.post("/audience/suppressions", {"file": listed, "reason": "unsubscribed"}).status_code == 302
    assert "2 suppressed; 0 were so already. 1 lines" in anna.text("/audience/suppressions?q=06+23+45+67+89")
    text = anna.text(page)
    assert "Nothing is sent to +33623456789: unsubscribed." in text
    assert "Nothing is sent to zoe@example.org" not in text

    anna.post("/audience/contacts/new", {"address": "", "phone": "06 23 45 67 90"})
    added = anna.post("/audience/contacts/new", {"address": "yan@example.org", "phone": "06 23 45 67 90"})
    assert "+33623456790 was a contact already, without an address; it has yan@example.org now." in anna.text(
        added.headers["Location"]
    )
    assert "others&#x27;, too" not in anna.text(page)
    anna.post("/audience/contacts/new", {"address": "wim@example.org", "phone": "06 23 45 67 89"})
    other = contacts.find(desk.conn, desk.account, "wim@example.org")
    assert other
    assert f'href="/audience/contacts/{other.id}"><bdi>wim@example.org' in anna.text(page)
    assert f'href="/audience/contacts/{other.id}/story"><bdi>wim@example.org' in anna.text(f"{page}/story")


def test_an_import_is_told_the_column_and_the_country_of_the_numbers(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    sent = SimpleUploadedFile(
        "n.csv", b"email,mobile,city\nn1@example.org,0171 1234567,Ulm\nn2@example.org,1,Ulm\n"
    )
    anna.post("/audience/imports/upload", {"file": sent})
    assert "Not one of the 2 telephone numbers is good" in anna.text(
        "/audience/imports/look?country=FR&phone_column=mobile"
    )
    assert "1 telephone numbers are no good" in anna.text("/audience/imports/look?country=DE")
    assert "telephone numbers are no good" not in anna.text("/audience/imports/look?country=DE&phone_column=")
    wrong = anna.post("/audience/imports/look", {"do": "import", "country": "XX"})
    assert (wrong.status_code, b"is no country" in wrong.content) == (422, True)
    given = {"do": "import", "address_column": "email", "phone_column": "mobile", "country": "DE", "list": ""}
    assert anna.post("/audience/imports/look", given).status_code == 302
    [newest] = imports.page(desk.conn, desk.account, limit=1)
    import_upload(newest.id)
    done = imports.require(desk.conn, desk.account, newest.id)
    assert (done.created, done.numbers_refused, done.error) == (2, 1, None)
    found = contacts.find(desk.conn, desk.account, "n1@example.org")
    assert found
    assert (found.phone, found.region) == ("+491711234567", "DE")
    assert "Without their number" in anna.text(f"/audience/imports/{newest.id}")
    assert "Not one of the" not in anna.text(f"/audience/imports/{newest.id}")

    anna.post(
        "/audience/imports/upload",
        {"file": SimpleUploadedFile("m.csv", b"email,mobile\na@b.example,0171 1234567\n")},
    )
    anna.post("/audience/imports/look", given | {"country": "FR"})
    [newest] = imports.page(desk.conn, desk.account, limit=1)
    import_upload(newest.id)
    assert "Not one of the 1 telephone numbers was taken" in anna.text(f"/audience/imports/{newest.id}")
