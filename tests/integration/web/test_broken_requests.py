"""What browsers do not send: HEAD where something is done, numbers that no row has, control characters; and ways that led nowhere."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def test_head_does_nothing_where_only_forms_lead(desk: Desk, visitor: Visitors) -> None:
    anna, boss = visitor(), visitor(platform=True)
    person = desk.conn.execute("select id from account_person where email = %s", (anna.email,)).fetchone()
    assert person is not None
    for page in ("people-lock", "people-platform"):
        answer = boss.client.head(reverse(f"room:{page}", args=person))
        assert (answer.status_code, answer["Allow"]) == (405, "POST"), page
    assert boss.client.head("/board").status_code == 200
    row = desk.conn.execute("select is_active from account_person where id = %s", person).fetchone()
    assert row == (True,)


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
def test_a_number_that_no_row_can_have_leads_nowhere(number: int, visitor: Visitors) -> None:
    anna = visitor()
    for page in ("/mailings/{}", "/mailings/{}/cancel", "/content/templates/{}", "/audience/imports/{}"):
        assert anna.get(page.format(number)).status_code == 404, page


def test_a_page_that_no_row_can_begin_is_none(visitor: Visitors) -> None:
    assert visitor().get("/content/pictures?before=99999999999999999").status_code == 404


def test_a_session_with_a_zero_byte_is_nobodys(pages: None) -> None:
    client = Client(SERVER_NAME="127.0.0.1", HTTP_COOKIE='sessionid="\\000aaaaaaaaaaaa"')
    assert client.get("/board").status_code == 302
    assert client.get("/sign-in").status_code == 200


def test_the_way_back_is_one_line_for_a_script(desk: Desk, visitor: Visitors) -> None:
    fields = {"account": desk.account, "next": "/board?q=é\r\nSet-Cookie: a=b"}
    answer = visitor().post("/place", fields, HX_Request="true")
    assert answer["HX-Redirect"] == "/board?q=%C3%A9%0D%0ASet-Cookie:%20a=b"


def test_a_sender_of_notices_with_a_zero_byte_is_kept_without(visitor: Visitors) -> None:
    assert visitor().post("/settings/notices", {"transport": "", "sender": "a\0b"}).status_code == 302


@pytest.mark.parametrize("days", ["30 days", "-5", "0"])
def test_a_token_is_not_everlasting_because_its_days_are_no_number(
    days: str, desk: Desk, visitor: Visitors
) -> None:
    fields = {"name": f"For {days}", "scope": "mailings:read", "days": days}
    assert visitor().post("/settings/tokens", fields).status_code == 422
    row = desk.conn.execute(
        "select count(*) from account_token where name = %s", (fields["name"],)
    ).fetchone()
    assert row == (0,)


@pytest.mark.parametrize("path", ["/board", "/sign-in/forgot"])
def test_without_the_database_one_is_asked_to_come_again(
    path: str, visitor: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = visitor()
    anna.client.raise_request_exception = False

    def away(*_given: object, **_named: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    monkeypatch.setattr("penstock.web.entrance.knocking.connection", away)
    answer = anna.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "try again" in answer.content.decode()


def _uploads(anna: Visitor, data: bytes) -> None:
    anna.post("/audience/imports/upload", {"file": SimpleUploadedFile("x.csv", data)})


def test_a_file_is_imported_into_the_account_that_it_was_uploaded_for(desk: Desk, visitor: Visitors) -> None:
    anna, other = visitor(), Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    desk.conn.execute(
        "insert into account_membership (person_id, account_id, roles)"
        " select id, %s, '{administrator}' from account_person where email = %s",
        (other.account, anna.email),
    )
    anna.post("/place", {"account": desk.account})
    _uploads(anna, b"email\nx@example.org\n")
    anna.post("/place", {"account": other.account})
    assert anna.get("/audience/imports/look").status_code == 404
    assert anna.post("/audience/imports/look", {"do": "import"}).status_code == 404
    anna.post("/place", {"account": desk.account})
    assert anna.get("/audience/imports/look").status_code == 200


def test_a_link_throws_no_file_away(visitor: Visitors) -> None:
    anna = visitor()
    _uploads(anna, b"email\nx@example.org\n")
    assert anna.get("/audience/imports/look?do=drop").status_code == 200
    assert anna.get("/audience/imports/look").status_code == 200


def test_a_field_beyond_all_bounds_is_a_line_that_will_not_do(visitor: Visitors) -> None:
    anna = visitor()
    _uploads(anna, b"email\n" + b"x" * 200_000 + b"@example.org\n")
    assert anna.get("/audience/imports/look").status_code == 200


def test_nobody_is_looked_for_by_a_zero_byte(desk: Desk, visitor: Visitors) -> None:
    anna, mailing = visitor(), desk.draft("Nobody is nothing")
    for query in ("q=%00", "q=a&at=address:%00"):
        assert anna.get(f"/mailings/{mailing}/preview?{query}").status_code == 200, query


def test_who_copies_and_may_not_write_is_led_to_the_copy(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.draft("To be copied")
    for role, page in (("operator", ""), ("author", "/edit")):
        anna = visitor(role)
        where = anna.post(f"/mailings/{mailing}/copy")["Location"]
        assert re.fullmatch(rf"/mailings/\d+{page}", where), (role, where)
        assert anna.get(where).status_code == 200
