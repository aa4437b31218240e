"""What is known of one mailing: journal, ledger, packages, forecast, preview, board."""

import csv
import io
from typing import Any

import pytest

from penstock.audience.suppression import suppress
from penstock.delivery.freeze import prepare
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage


@pytest.fixture
def frozen(conn: Any) -> int:
    """A mailing to 25 people in packages of 10, one of them suppressed; nobody sends."""
    stage.policy(conn, package_size=10)
    listed = stage.add_contacts(conn, "readers", 25)
    suppress(conn, 1, stage.address(7), "unsubscribed", "test")
    mailing = stage.launch(conn, stage.draft(conn, listed))
    prepare(conn, mailing)
    assert stage.state(conn, mailing) == "sending"
    return mailing


def everything(api: Any, address: str) -> list[dict[str, Any]]:
    """All items of all pages; every page but the last is full."""
    items: list[dict[str, Any]] = []
    joint = "&" if "?" in address else "?"
    following = ""
    for _ in range(100):
        answer = api.get(address + following)
        assert answer.status_code == 200, answer.content
        document = answer.json()
        items += document["items"]
        if document["next_cursor"] is None:
            return items
        following = f"{joint}cursor={document['next_cursor']}"
    raise AssertionError("there is no end")


@pytest.mark.behaviour("B1")
def test_the_ledger_has_everybody_once(api: Any, frozen: int) -> None:
    rows = everything(api, f"/mailings/{frozen}/ledger?limit=4")
    assert sorted(row["address"] for row in rows) == sorted(stage.address(n) for n in range(1, 26))
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    assert [row["reason"] for row in rows if row["state"] == "skipped"] == ["unsubscribed"]
    assert sum(row["state"] == "waiting" for row in rows) == 24
    progress = api.get(f"/mailings/{frozen}").json()["progress"]
    assert (progress["recipients"], progress["waiting"], progress["skipped"]) == (25, 24, 1)


def test_the_ledger_is_narrowed(api: Any, frozen: int) -> None:
    assert len(everything(api, f"/mailings/{frozen}/ledger?limit=2&state=waiting")) == 24
    skipped = everything(api, f"/mailings/{frozen}/ledger?limit=2&reason=unsubscribed")
    assert [row["address"] for row in skipped] == [stage.address(7)]
    assert everything(api, f"/mailings/{frozen}/ledger?state=bounced") == []
    problem(api.get(f"/mailings/{frozen}/ledger?state=happy"), 422)
    page = api.get(f"/mailings/{frozen}/ledger?limit=2&state=waiting").json()
    problem(api.get(f"/mailings/{frozen}/ledger?limit=2&cursor={page['next_cursor']}"), 422, "cursor_invalid")


@pytest.mark.behaviour("B1")
@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous")
def test_the_ledger_is_one_export(api: Any, frozen: int) -> None:
    answer = api.get(f"/mailings/{frozen}/ledger", Accept="text/csv")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    paged = everything(api, f"/mailings/{frozen}/ledger")
    assert [(row["address"], row["state"], int(row["seq"])) for row in rows] == [
        (row["address"], row["state"], row["seq"]) for row in paged
    ]
    answer = api.get(f"/mailings/{frozen}/ledger?state=skipped", Accept="text/csv, application/json;q=0.5")
    assert b"".join(answer).count(b"\n") == 2
    problem(api.get(f"/mailings/{frozen}/ledger", Accept="image/png"), 406, "not_acceptable")
    assert api.get(f"/mailings/{frozen}/ledger", Accept="*/*")["Content-Type"].startswith("application/json")


def test_who_got_it_is_for_those_who_may_see_addresses(bearer: Any, api: Any, frozen: int) -> None:
    looker = bearer("mailings:read")
    for facet in ("ledger", "preview/1"):
        said = problem(looker.get(f"/mailings/{frozen}/{facet}"), 403, "forbidden")
        assert said["scope"] == "recipients:read"
    assert looker.get(f"/mailings/{frozen}/packages").status_code == 200
    problem(bearer("recipients:read").get(f"/mailings/{frozen}"), 403, "forbidden")


def test_the_packages(api: Any, frozen: int) -> None:
    packages = everything(api, f"/mailings/{frozen}/packages?limit=1")
    assert [package["kind"] for package in packages] == ["skipped", "plain", "plain", "plain"]
    assert sum(package["size"] for package in packages) == 25
    assert [package["state"] for package in packages[1:]] == ["waiting"] * 3


@pytest.mark.behaviour("B4")
def test_the_forecast_changes_nothing(api: Any, conn: Any, frozen: int) -> None:
    for command in ("pause", "cancel"):
        told = api.get(f"/mailings/{frozen}/forecast?command={command}").json()
        assert (told["command"], told["state"]) == (command, "sending")
        assert told["kept_back"] == 24
        assert told["leaving_at_most"] == 0
    assert stage.state(conn, frozen) == "sending"
    problem(api.get(f"/mailings/{frozen}/forecast?command=explode"), 422)


def test_the_journal_in_pages(api: Any, frozen: int) -> None:
    lines = everything(api, f"/mailings/{frozen}/journal?limit=1")
    assert [line["command"] for line in lines] == ["create", "submit", "approve", "prepared"]
    assert [line["place"] for line in lines] == [1, 2, 3, 4]
    account = everything(api, "/journal?limit=3")
    assert [line["command"] for line in account if line["mailing"] == frozen] == [
        line["command"] for line in lines[::-1]
    ]
    assert "token_create" in [line["command"] for line in account if line["mailing"] is None]


@pytest.mark.behaviour("S1.9")
def test_the_preview_is_what_senders_make(api: Any, conn: Any) -> None:
    listed = stage.add_contacts(conn, "readers", 2)
    html = "<p>.{{ first_name }}\n.\n..{{ code }}</p>"
    mailing = stage.draft(conn, listed, html=html)
    contact = conn.execute(
        "select id from audience_contact where normal = %s", (stage.address(2),)
    ).fetchone()[0]
    answer = api.get(f"/mailings/{mailing}/preview/{contact}", Accept="message/rfc822")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "message/rfc822"
    message = answer.content
    assert b"\nTo: reader2@example.net\r\n" in message
    assert b"<p>.Anna\r\n.\r\n..2</p>" in message
    assert not message.endswith(b"\r\n.\r\n")
    assert b"\n" not in message.replace(b"\r\n", b"")
    problem(api.get(f"/mailings/{mailing}/preview/999"), 404, "not_found")


def test_a_message_that_cannot_be_made_has_no_preview(api: Any, conn: Any) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 1), html="{% if %}")
    contact = conn.execute("select id from audience_contact").fetchone()[0]
    problem(api.get(f"/mailings/{mailing}/preview/{contact}"), 409, "cannot_be_made")


@pytest.mark.behaviour("S1.35")
def test_the_board_has_every_mailing_in_its_area(api: Any, conn: Any, frozen: int) -> None:
    readers = stage.add_contacts(conn, "others", 1)
    draft, parked, review = (stage.draft(conn, readers) for _ in range(3))
    for mailing in (parked, review):
        stage.command(conn, mailing, "submit", plan={"kind": "later"})
    stage.command(conn, parked, "approve")
    stage.command(conn, parked, "pause")
    board = {
        area["area"]: [each["id"] for each in area["items"]] for area in api.get("/board").json()["areas"]
    }
    assert board == {
        "Needs you": [review], "Sending now": [frozen], "Scheduled": [], "To schedule": [parked], "Just finished": [],
        "Drafts": [draft],
    }  # fmt: skip
