"""Templates and pictures in the control room: made, changed, taken again, deleted; nobody else's."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from penstock.content import templates
from penstock.content.messages import load_message
from penstock.content.pictures import storing
from penstock.mailing import mailings
from tests.browser.desk import TERMINAL, Desk


@pytest.fixture
def author(visitor: Callable[..., Any]) -> Any:
    return visitor("author")


def picture(colour: str = "#aa3344") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (30, 12), colour).save(file, "PNG")
    file.seek(0)
    file.name = "<b>harbour</b>.png"
    return file


def kept(desk: Desk, author: Any) -> int:
    """A template made of a mailing's message; its number."""
    draft = desk.draft("Monthly")
    made = author.post(f"/mailings/{draft}/edit/template", {"name": "Monthly letter"})
    return int(made.url.rsplit("/", 1)[1])


def test_a_mailing_s_message_is_kept_and_another_mailing_made_of_it(desk: Desk, author: Any) -> None:
    number = kept(desk, author)
    assert "Monthly letter" in author.text("/content")
    begun = author.post("/mailings/new", {"name": "May", "begin": "template", "template": number})
    mailing = mailings.find(desk.conn, desk.account, int(begun.url.split("/")[2]))
    assert mailing
    assert mailing.message == templates.require(desk.conn, desk.account, number).message


def test_each_change_is_another_version_and_each_is_taken_again(desk: Desk, author: Any) -> None:
    number = kept(desk, author)
    typed = {
        "version": 1,
        "name": "Monthly letter",
        "subject": "Second",
        "form": "html",
        "html": "<p>Second</p>",
    }
    author.post(f"/content/templates/{number}", typed)
    now = templates.require(desk.conn, desk.account, number)
    assert (now.version, now.subject) == (2, "Second")
    late = author.post(f"/content/templates/{number}", {**typed, "subject": "Third"})
    assert late.status_code == 409, "somebody saved another version meanwhile"
    assert "Third" in late.content.decode()
    author.post(f"/content/templates/{number}/versions", {"number": 1})
    assert templates.require(desk.conn, desk.account, number).version == 3
    assert "Second" in author.get(f"/content/templates/{number}/look?version=2").content.decode()


def test_a_name_that_is_taken_is_refused_with_what_was_typed(desk: Desk, author: Any) -> None:
    number = kept(desk, author)
    refused = author.post("/content/templates/new", {"name": "Monthly letter", "begin": "mjml"})
    assert refused.status_code == 422
    other = author.post("/content/templates/new", {"name": "Other", "begin": "mjml"}).url
    refused = author.post(other, {"version": 1, "name": "Monthly letter", "subject": "Kept as typed"})
    assert refused.status_code == 422
    assert "Kept as typed" in refused.content.decode()
    author.post(f"/content/templates/{number}/delete")
    assert author.get(f"/content/templates/{number}").status_code == 404


def test_pictures_are_uploaded_shown_and_deleted(desk: Desk, author: Any) -> None:
    answer = author.client.post("/content/pictures", {"file": [picture(), picture("#112233")]})
    assert answer.status_code == 302
    page = author.text("/content/pictures")
    assert page.count("/p/") == 2
    assert "<b>harbour" not in page
    one = storing.page(desk.conn, desk.account, limit=1)[0]
    assert one.url in author.text(f"/content/pictures/{one.id}")
    choice = author.get("/content/pictures?pick=yes", HX_Request="true").content.decode()
    assert f'data-picture="{one.url}"' in choice
    assert "<main" not in choice
    author.post(f"/content/pictures/{one.id}/delete")
    assert author.get(f"/content/pictures/{one.id}").status_code == 404


def test_what_is_no_picture_is_refused_with_its_name(author: Any) -> None:
    file = io.BytesIO(b"<svg onload=alert(1)>")
    file.name = "evil.png"
    for headers in ({}, {"HX-Request": "true"}):
        file.seek(0)
        refused = author.client.post("/content/pictures", {"file": file}, headers=headers)
        assert refused.status_code == 422
        assert "evil.png" in refused.content.decode()


def test_a_picture_that_is_shown_is_deleted_by_a_second_yes_only(desk: Desk, author: Any) -> None:
    one, _new = storing.keep(
        desk.conn, desk.account, name="x.png", data=picture("#00ff00").read(), actor=TERMINAL
    )
    mailing = desk.draft("Shows it", html=f'<img src="{one.url}" alt="">')
    assert f"/mailings/{mailing}" in author.text(f"/content/pictures/{one.id}/delete")
    author.post(f"/content/pictures/{one.id}/delete")
    assert author.get(f"/content/pictures/{one.id}").status_code == 200
    author.post(f"/content/pictures/{one.id}/delete", {"force": "yes"})
    assert author.get(f"/content/pictures/{one.id}").status_code == 404


def test_others_have_no_way_in(desk: Desk, visitor: Callable[..., Any], author: Any) -> None:
    number = kept(desk, author)
    one, _new = storing.keep(
        desk.conn, desk.account, name="x.png", data=picture("#0000ff").read(), actor=TERMINAL
    )
    stranger = visitor("administrator", of=Desk(desk.conn, "smtp://127.0.0.1:1"))
    for path in (f"templates/{number}", f"templates/{number}/look", f"templates/{number}/versions", f"templates/{number}/delete",
                 f"pictures/{one.id}", f"pictures/{one.id}/delete"):  # fmt: skip
        assert stranger.get(f"/content/{path}").status_code == 404, path
        assert stranger.post(f"/content/{path}", {"name": "x", "number": 1}).status_code == 404, path
    assert templates.require(desk.conn, desk.account, number).version == 1
    approver = visitor("approver")
    assert approver.post(f"/content/templates/{number}", {"name": "x"}).status_code == 403
    assert approver.client.post("/content/pictures", {"file": picture()}).status_code == 403
    mine = approver.get(f"/content/templates/{number}")
    assert mine.status_code == 200
    assert load_message(desk.conn, templates.require(desk.conn, desk.account, number).message)
