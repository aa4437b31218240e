"""`/mailings`: made, listed, shown, edited, deleted; and what cannot be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from penstock.account import transports
from penstock.content import limits
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage

MESSAGE = {"sender": "News <news@example.org>", "subject": "Hi {{ first_name }}", "html": "<p>Hello</p>"}


@pytest.fixture
def readers(conn: Any) -> int:
    """A list, and a transport to reach it."""
    transports.store(conn, 1, "smtp://127.0.0.1:1")
    return stage.add_contacts(conn, "readers", 3)


def new(readers: int, **members: Any) -> dict[str, Any]:
    return {"name": "News", "message": MESSAGE, "audience": {"list": readers}, **members}


def pointers(answer: Any) -> set[str]:
    return {error.get("pointer") or error.get("parameter") for error in problem(answer, 422)["errors"]}


def stranger_things(conn: Any) -> tuple[int, int, int]:
    """A list, a transport and a mailing of another account."""
    account = conn.execute(
        "insert into account_account (name, zone, policy, created_at) values ('other', 'UTC', '{}', now()) returning id"
    ).fetchone()[0]
    listed = conn.execute(
        "insert into audience_list (account_id, name) values (%s, 'theirs') returning id", (account,)
    ).fetchone()[0]
    transport = transports.store(conn, account, "smtp://127.0.0.1:9")
    own = stage.draft(conn, stage.add_contacts(conn, "own", 1))
    conn.execute("update mailing_mailing set account_id = %s where id = %s", (account, own))
    return listed, transport, own


def test_what_was_sent_in_comes_back(api: Any, readers: int) -> None:
    plan = {"kind": "at", "at": "2040-12-01T09:00", "zone": "Europe/Paris"}
    made = api.post(
        "/mailings", new(readers, plan=plan, options={"undo_seconds": 30, "unsubscribe": "mailto"})
    )
    assert made.status_code == 201, made.content
    document = made.json()
    assert document["state"] == "draft"
    assert document["area"] == "Drafts"
    assert document["channel"] == "email"
    empty = dict.fromkeys(("text", "mjml", "design", "reply_to"))
    assert document["message"] == {**MESSAGE, **empty, "headers": {}, "channel": "email"}
    assert document["audience"] == {"list": readers}
    assert document["plan"] == plan
    assert document["options"] == {"undo_seconds": 30, "unsubscribe": "mailto"}
    assert document["blockers"] == []
    assert document["progress"]["recipients"] == 0
    assert {"edit", "submit", "copy", "delete"} <= set(document["allowed_actions"])
    assert made["ETag"] == '"1"'


def test_nothing_of_another_account_gets_into_a_draft(api: Any, conn: Any, readers: int) -> None:
    theirs, transport, mailing = stranger_things(conn)
    audience = {"list": theirs, "reached_by": [mailing], "not_reached_by": [mailing]}
    answer = api.post("/mailings", new(readers, audience=audience, transport=transport))
    wrong = {"#/audience/list", "#/audience/reached_by", "#/audience/not_reached_by", "#/transport"}
    assert pointers(answer) == wrong
    own = api.post("/mailings", new(readers)).json()["id"]
    assert pointers(api.patch(f"/mailings/{own}", {"audience": audience, "transport": transport})) == wrong
    problem(api.get(f"/mailings/{mailing}"), 404, "not_found")
    problem(api.post(f"/mailings/{mailing}/copy"), 404, "not_found")
    for facet in ("journal", "ledger", "packages", "forecast", "preview/1"):
        problem(api.get(f"/mailings/{mailing}/{facet}"), 404, "not_found")


@pytest.mark.parametrize(
    ("member", "value", "pointer"),
    [
        ("name", "two\nlines", "#/name"),
        ("name", "  ", "#/name"),
        ("options", {"nonsense": 1}, "#/options/nonsense"),
        ("options", {"undo_seconds": "long"}, "#/options/undo_seconds"),
        ("options", {"approvals_required": 0}, "#/options/approvals_required"),
        ("options", {"rate": -1}, "#/options/rate"),
        ("options", {"unsubscribe": "never"}, "#/options/unsubscribe"),
        ("options", {"utm_campaign": "a b"}, "#/options/utm_campaign"),
        ("transport", 99, "#/transport"),
        ("plan", {"kind": "soon"}, "#/plan/kind"),
        ("audience", {"list": "1"}, "#/audience/list"),
        ("surprise", 1, "#/surprise"),
        ("message", {**MESSAGE, "sender": None}, "#/message/sender"),
    ],
)
def test_a_fault_is_named_where_it_stands(
    api: Any, readers: int, member: str, value: Any, pointer: str
) -> None:
    assert pointer in pointers(api.post("/mailings", new(readers, **{member: value})))


def test_the_transport_is_asked_for_where_there_are_several(api: Any, conn: Any, readers: int) -> None:
    other = transports.store(conn, 1, "smtp://127.0.0.1:2")
    assert pointers(api.post("/mailings", new(readers))) == {"#/transport"}
    assert api.post("/mailings", new(readers, transport=other)).json()["transport"] == other


@pytest.mark.behaviour("B15")
def test_a_mailing_is_made_once_under_one_key(api: Any, conn: Any, readers: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: api.post("/mailings", new(readers), Idempotency_Key="a-key"), range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert conn.execute("select count(*) from mailing_mailing").fetchone()[0] == 1
    assert sorted(answer.get("Idempotent-Replayed", "") for answer in answers) == [""] + ["true"] * 7
    problem(api.post("/mailings", new(readers, name="Other"), Idempotency_Key="a-key"), 422, "key_reused")
    problem(api.post("/mailings", new(readers), Idempotency_Key="not a key\u00e9"), 400, "bad_request")
    assert api.post("/mailings", new(readers), Idempotency_Key="b-key").status_code == 201


def test_an_edit_changes_what_it_names(api: Any, readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    changed = api.patch(
        f"/mailings/{own}",
        {"message": {"subject": "Good news", "html": None, "text": "Hello"}, "name": "Renamed"},
    )
    assert changed.status_code == 200, changed.content
    document = changed.json()
    assert document["name"] == "Renamed"
    assert document["message"]["subject"] == "Good news"
    assert document["message"]["html"] is None
    assert document["message"]["sender"] == MESSAGE["sender"]
    assert changed["ETag"] == '"2"'
    assert api.patch(f"/mailings/{own}", {"plan": {"kind": "later"}}).json()["plan"] == {"kind": "later"}
    assert api.patch(f"/mailings/{own}", {"plan": None}).json()["plan"] is None


def test_a_dry_edit_changes_nothing(api: Any, readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    before = api.get(f"/mailings/{own}").json()
    shown = api.patch(f"/mailings/{own}", {"name": "Tried", "message": {"subject": "x"}, "dry_run": True})
    assert shown.json()["name"] == "Tried"
    assert shown.json()["message"]["subject"] == "x"
    assert api.get(f"/mailings/{own}").json() == before


def test_an_edit_of_what_was_changed_meanwhile_is_412(api: Any, readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    assert api.patch(f"/mailings/{own}", {"name": "First"}, If_Match='"1"').status_code == 200
    for stale in ('"1"', 'W/"2"', '"abc"', "2"):
        problem(api.patch(f"/mailings/{own}", {"name": "Second"}, If_Match=stale), 412, "version_changed")
    assert api.get(f"/mailings/{own}").json()["name"] == "First"
    assert api.patch(f"/mailings/{own}", {"name": "Third"}, If_Match="*").status_code == 200


def test_a_message_has_a_largest_size(api: Any, conn: Any, readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    before = conn.execute("select count(*) from content_message").fetchone()
    large = {"html": "x" * 2_000_000}
    for answer in (
        api.post("/mailings", new(readers, message={**MESSAGE, **large})),
        api.patch(f"/mailings/{own}", {"message": large}),
        api.patch(f"/mailings/{own}", {"message": {"text": "x" * 600_000, "html": "x" * 600_000}}),
    ):
        told = problem(answer, 422, "message_too_large")
        assert told["limit"] == limits.SIZE
        assert told["size"] > limits.SIZE
        assert f"{told['size']:,} bytes" in told["detail"]
        assert "1,000,000" in told["detail"]
        assert "Shorten it" in told["detail"]
        assert told["errors"][0]["pointer"] == "#/message"
    assert conn.execute("select count(*) from content_message").fetchone() == before
    assert api.get(f"/mailings/{own}").json()["message"]["html"] == MESSAGE["html"]


def test_a_message_that_was_stored_too_large_is_shown_and_blocked(api: Any, conn: Any, readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    conn.execute("update content_message set html = repeat('x', 2000000)")
    shown = api.get(f"/mailings/{own}").json()
    assert len(shown["message"]["html"]) == 2_000_000
    [blocker] = shown["blockers"]
    assert "may have 1,000,000" in blocker


@pytest.mark.behaviour("S4.6", "S3.7")
def test_only_a_draft_is_edited(api: Any, conn: Any, readers: int) -> None:
    own = stage.launch(conn, stage.draft(conn, readers))
    refused = problem(api.patch(f"/mailings/{own}", {"message": {"subject": "x"}}), 409, "wrong_state")
    assert refused["state"] == "starting"
    assert "cancel" in refused["allowed_actions"]
    assert refused["reasons"][0]["code"] == "wrong_state"
    messages = conn.execute("select count(*) from content_message").fetchone()[0]
    problem(api.patch(f"/mailings/{own}", {"message": {"subject": "x"}}), 409)
    assert conn.execute("select count(*) from content_message").fetchone()[0] == messages, (
        "an orphan was left"
    )


def test_a_draft_is_deleted_and_its_journal_stays(api: Any, readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    dry = api.delete(f"/mailings/{own}?dry_run=true")
    assert dry.json()["dry_run"] is True
    assert api.get(f"/mailings/{own}").status_code == 200
    assert api.delete(f"/mailings/{own}").status_code == 200
    problem(api.get(f"/mailings/{own}"), 404, "not_found")
    problem(api.delete(f"/mailings/{own}"), 404, "not_found")
    assert [line["command"] for line in api.get(f"/mailings/{own}/journal").json()["items"]] == [
        "create",
        "delete",
    ]


def test_pages_join_to_the_whole_list(api: Any, readers: int) -> None:
    numbers = [api.post("/mailings", new(readers, name=f"n{n}")).json()["id"] for n in range(7)]
    seen: list[int] = []
    address = "/mailings?limit=3"
    for _ in range(5):
        answer = api.get(address)
        seen += [each["id"] for each in answer.json()["items"]]
        following = answer.json()["next_cursor"]
        if following is None:
            assert "Link" not in answer
            break
        assert answer["Link"] == f'</api/v1/mailings?limit=3&cursor={following}>; rel="next"'
        address = f"/mailings?limit=3&cursor={following}"
    assert seen == numbers[::-1]


def test_lists_are_narrowed(api: Any, conn: Any, readers: int) -> None:
    api.post("/mailings", new(readers, name="Spring news"))
    waiting = api.post("/mailings", new(readers, name="Autumn news")).json()["id"]
    api.post(f"/mailings/{waiting}/submit", {"plan": {"kind": "later"}})
    api.post(f"/mailings/{waiting}/reject", {"reason": "wrong"})

    def names(query: str) -> list[str]:
        return [each["name"] for each in api.get(f"/mailings?{query}").json()["items"]]

    assert names("state=rejected") == ["Autumn news"]
    assert names("state=rejected&state=draft") == ["Autumn news", "Spring news"]
    assert names("search=SPRING") == ["Spring news"]
    assert api.post(f"/mailings/{waiting}/archive").status_code == 200
    assert names("") == ["Spring news"]
    assert names("archived=true") == ["Autumn news"]
    assert pointers(api.get("/mailings?state=flying")) == {"0"} or problem(
        api.get("/mailings?state=flying"), 422
    )


def test_tags_find_a_mailing_in_any_state_and_leave_its_version(api: Any, conn: Any, readers: int) -> None:
    made = api.post("/mailings", new(readers, tags=["News", "winter"])).json()
    plain = api.post("/mailings", new(readers)).json()
    assert (made["tags"], plain["tags"]) == (["news", "winter"], [])
    api.post(f"/mailings/{plain['id']}/submit", {"plan": {"kind": "later"}, "confirm": True})
    before = api.get(f"/mailings/{plain['id']}").json()["version"]
    answer = api.ask("PUT", f"/mailings/{plain['id']}/tags", {"tags": ["Sale", "sale ", ""]})
    assert answer.json() == {"tags": ["sale"]}
    assert api.get(f"/mailings/{plain['id']}").json()["version"] == before
    assert [each["id"] for each in api.get("/mailings?tag=SALE").json()["items"]] == [plain["id"]]
    assert api.get(f"/mailings/{plain['id']}/journal").json()["items"][-1]["command"] == "tag"
    assert pointers(api.ask("PUT", f"/mailings/{plain['id']}/tags", {"tags": ["x" * 41]})) == {"#/tags"}
    *_, theirs = stranger_things(conn)
    assert api.ask("PUT", f"/mailings/{theirs}/tags", {"tags": ["mine"]}).status_code == 404


@pytest.mark.parametrize("forged", ["x", "AAAA", "eyJhIjoxfQ", "%00", "\u00e9", "A" * 900])
def test_a_cursor_that_is_not_ours(api: Any, forged: str) -> None:
    problem(api.get(f"/mailings?cursor={forged}"), 422)


def test_a_cursor_of_another_list(api: Any, readers: int) -> None:
    for _ in range(2):
        api.post("/mailings", new(readers))
    cursor = api.get("/mailings?limit=1").json()["next_cursor"]
    problem(api.get(f"/mailings?limit=1&state=draft&cursor={cursor}"), 422, "cursor_invalid")


def test_roles_see_what_they_may_do(api: Any, bearer: Callable[..., Any], readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    approver = bearer("approver")
    assert "submit" not in approver.get(f"/mailings/{own}").json()["allowed_actions"]
    problem(approver.post("/mailings", new(readers)), 403, "forbidden")
    problem(approver.patch(f"/mailings/{own}", {"name": "x"}), 403, "forbidden")
    assert problem(approver.delete(f"/mailings/{own}"), 403, "forbidden")["reasons"]


def test_the_platform_says_which_account(bearer: Callable[..., Any], api: Any, readers: int) -> None:
    own = api.post("/mailings", new(readers)).json()["id"]
    platform = bearer("platform", account=None)
    problem(platform.get("/mailings"), 422, "account_required")
    assert [each["id"] for each in platform.get("/mailings?account=1").json()["items"]] == [own]
    assert platform.get(f"/mailings/{own}").json()["account"] == 1
    problem(api.get("/mailings?account=2"), 403, "forbidden")


def test_links_that_want_a_campaign_and_have_none_are_in_the_way(api: Any, readers: int) -> None:
    made = api.post("/mailings", new(readers, name="⁂ !!", options={"utm_tags": "on"}))
    assert made.status_code == 201, made.content
    [blocker] = made.json()["blockers"]
    assert "Set the option utm_campaign" in blocker
    spring = {"options": {"utm_tags": "on", "utm_campaign": "spring"}}
    changed = api.patch(f"/mailings/{made.json()['id']}", spring, If_Match=made["ETag"])
    assert changed.json()["blockers"] == [], changed.content
