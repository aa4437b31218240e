"""Every message that a mailing has had: listed, shown whole, taken again, taken over from another mailing."""

from typing import Any

import psycopg
import pytest

from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]


@pytest.fixture
def draft(conn: Conn) -> int:
    return stage.draft(conn, stage.add_contacts(conn, "readers", 3))


def edited(api: Any, mailing: int, **change: Any) -> Any:
    answer = api.patch(f"/mailings/{mailing}", change)
    assert answer.status_code == 200, answer.content
    return answer.json()


def revisions(api: Any, mailing: int) -> list[dict[str, Any]]:
    return list(api.get(f"/mailings/{mailing}/revisions").json()["items"])


def test_nothing_that_was_saved_is_lost(api: Any, draft: int, conn: Conn) -> None:
    for subject in ("First", "Second"):
        edited(api, draft, message={"subject": subject})
    edited(api, draft, name="Other news")  # says nothing of the message
    assert api.post(f"/mailings/{draft}/submit", {"plan": {"kind": "later"}}).status_code == 200
    api.post(f"/mailings/{draft}/withdraw")
    edited(api, draft, message={"html": "<p>third</p>", "subject": "Third"})
    there = revisions(api, draft)
    assert [(each["number"], each["subject"]) for each in there] == [
        (4, "Third"),
        (3, "Second"),
        (2, "First"),
        (1, "News"),
    ]
    assert [each["number"] for each in there if each["submitted_at"]] == [3]
    assert [each["number"] for each in there if each["current"]] == [4]
    one = api.get(f"/mailings/{draft}/revisions/2").json()
    assert (one["message"]["subject"], one["message"]["html"]) == ("First", stage.HTML)
    problem(api.get(f"/mailings/{draft}/revisions/5"), 404, "not_found")
    first = api.get(f"/mailings/{draft}/revisions?limit=3").json()
    rest = api.get(f"/mailings/{draft}/revisions?limit=3&cursor={first['next_cursor']}").json()
    assert [each["number"] for each in (*first["items"], *rest["items"])] == [4, 3, 2, 1]


def test_one_is_taken_again_by_an_edit(api: Any, draft: int) -> None:
    edited(api, draft, message={"subject": "Second", "html": "<p>second</p>"})
    back = edited(api, draft, message_from={"number": 1})
    assert (back["message"]["subject"], back["message"]["html"]) == ("News", stage.HTML)
    assert [each["subject"] for each in revisions(api, draft)] == ["News", "Second", "News"]
    dry = edited(api, draft, message_from={"number": 2}, message={"subject": "Second, mended"}, dry_run=True)
    assert (dry["message"]["subject"], dry["message"]["html"]) == ("Second, mended", "<p>second</p>")
    assert len(revisions(api, draft)) == 3
    lines = api.get(f"/mailings/{draft}/journal").json()["items"]
    assert lines[-1]["data"]["changed"] == ["message_id"]


def test_another_mailings_message_is_taken_over(api: Any, draft: int, conn: Conn) -> None:
    other = stage.draft(conn, stage.add_contacts(conn, "others", 1), html="<p>theirs</p>")
    edited(api, other, message={"html": "<p>theirs, later</p>"})
    assert edited(api, draft, message_from={"mailing": other})["message"]["html"] == "<p>theirs, later</p>"
    assert (
        edited(api, draft, message_from={"mailing": other, "number": 1})["message"]["html"] == "<p>theirs</p>"
    )
    edited(api, draft, message={"subject": "Ours"})
    assert api.get(f"/mailings/{other}").json()["message"]["subject"] == "News", "theirs stays theirs"


def test_what_cannot_be_taken_is_named(api: Any, draft: int) -> None:
    said = problem(api.patch(f"/mailings/{draft}", {"message_from": {"number": 7}}), 422, "invalid")
    assert said["errors"] == [
        {
            "pointer": "#/message_from",
            "detail": f"Mailing {draft} has no saved message 7: they are numbered from 1 to 1.",
        }
    ]
    said = problem(api.patch(f"/mailings/{draft}", {"message_from": {"mailing": 999}}), 422, "invalid")
    assert "There is no mailing 999." in said["detail"]
    api.post(f"/mailings/{draft}/submit", {"plan": {"kind": "later"}})
    problem(api.patch(f"/mailings/{draft}", {"message_from": {"number": 1}}), 409, "wrong_state")


def test_a_message_of_another_account_is_not_there(api: Any, bearer: Any, draft: int, conn: Conn) -> None:
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'other', 'UTC', '{}', now())"
    )
    theirs = bearer("administrator", account=2)
    listed = theirs.post("/lists", {"name": "theirs"}).json()["id"]
    theirs.post("/transports", {"name": "t", "url": "smtp://127.0.0.1:1"})
    message = {"sender": "a@x.example", "subject": "s", "text": "t"}
    mine = theirs.post("/mailings", {"name": "n", "message": message, "audience": {"list": listed}}).json()[
        "id"
    ]
    said = problem(theirs.patch(f"/mailings/{mine}", {"message_from": {"mailing": draft}}), 422, "invalid")
    assert f"There is no mailing {draft}." in said["detail"]
    assert theirs.get(f"/mailings/{mine}").json()["message"]["subject"] == "s"


def test_a_copy_begins_with_the_message_that_it_copies(api: Any, draft: int) -> None:
    made = api.post(f"/mailings/{draft}/copy").json()["made"]
    assert [(each["number"], each["subject"]) for each in revisions(api, made)] == [(1, "News")]
