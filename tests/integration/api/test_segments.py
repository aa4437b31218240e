"""Segments over the API: kept, counted, and who gets a mailing that goes by one."""

from hashlib import sha256
from typing import Any

import psycopg
import pytest

from penstock.delivery import chosen, freeze
from penstock.mailing import mailings
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]
EVEN = 'code is one of ("2", "4", "6", "8")'


@pytest.fixture
def readers(conn: Conn) -> int:
    """Ten contacts, whose code is their number, on a list."""
    return stage.add_contacts(conn, "readers", 10)


def took(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def make(api: Any, name: str, text: str) -> dict[str, Any]:
    return dict(took(api.post("/segments", {"name": name, "text": text}), 201))


def reached(conn: Conn, mailing: int) -> list[str]:
    rows = conn.execute(
        "select c.attributes ->> 'code' from delivery_recipient r join audience_contact c on c.id = r.contact"
        " where r.mailing = %s and r.package > 0 order by c.id",
        (mailing,),
    )
    return [code for (code,) in rows]


def test_a_segment_is_kept_in_both_forms(api: Any, readers: int) -> None:
    made = make(api, "Few", 'code < 4 and on list "readers" and not address is "x@example.net"')
    assert made["text"] == 'code < 4 and on list "readers" and not address is "x@example.net"'
    assert made["definition"]["all"][1] == {"list": readers}
    same = took(api.post("/segments", {"name": "The same", "definition": made["definition"]}), 201)
    assert same["text"] == made["text"]
    changed = took(api.patch(f"/segments/{made['id']}", {"text": "code >= 9", "version": 1}))
    assert (changed["version"], changed["text"]) == (2, "code >= 9")
    assert (
        took(api.patch(f"/segments/{made['id']}", {"name": "x", "version": 1}), 409)["code"]
        == "segment_changed"
    )
    assert (
        took(api.post("/segments", {"name": "Few", "text": "everybody"}), 409)["code"] == "segment_name_taken"
    )
    assert [each["name"] for each in took(api.get("/segments"))["items"]] == ["Few", "The same"]


def test_it_is_counted_with_the_first_who_match(api: Any, readers: int) -> None:
    made = make(api, "Few", "code < 4")
    counted = took(api.get(f"/segments/{made['id']}/count?first=2"))
    assert counted["count"] == 3
    assert [each["attributes"]["code"] for each in counted["first"]] == ["1", "2"]
    tried = took(api.post("/segments/count", {"text": "code > 4"}))
    assert (tried["count"], len(tried["first"])) == (6, 6)


def test_an_attribute_that_nobody_has_is_named_with_what_was_meant(api: Any, readers: int) -> None:
    text = 'adress is "a" or email is "a" or codd = 4 or shoe_size = 44 or code = 99'
    counted = took(api.post("/segments/count", {"text": text}))
    meant = [{"name": "adress", "nearest": "address"}, {"name": "codd", "nearest": "code"}, {"name": "email", "nearest": "address"},
             {"name": "shoe_size", "nearest": None}]  # fmt: skip
    assert (counted["count"], counted["unknown"]) == (0, meant)
    assert took(api.post("/segments/count", {"text": "code = 99"}))["unknown"] == []


def test_what_takes_too_long_is_not_counted(api: Any, conn: Conn, readers: int) -> None:
    with conn.transaction():
        conn.execute("lock table audience_membership in access exclusive mode")
        counted = took(api.post("/segments/count?seconds=0.1", {"text": 'on list "readers"'}))
    assert (counted["count"], counted["first"]) == (None, [])
    assert took(api.post("/segments/count", {"text": 'on list "readers"'}))["count"] == 10


IMPOSSIBLE = [
    ("code <", "line 1, column 7: Here should stand a number; the text ends here."),
    ('on list "nowhere"', "There is no list 'nowhere'."),
    ("reached by mailing 99", "There is no mailing 99."),
    ("city is Paris", "line 1, column 9"),
    (
        "address < 3",
        "line 1, column 9: It is a text, which can be asked: is, is not, is one of, contains, starts with",
    ),
    ("created in the next 99999 days", "from 1 to 36,500"),
    ("(" * 200 + "everybody", "nested too deep"),
    (" and ".join(["a is set"] * 101), "It has 101 conditions; at most 100 are possible."),
    ("created in the last 0 days", "give a whole number from 1"),
    ('birthday before "x"', "a date: 2026-12-31"),
]


def test_what_cannot_be_says_where_and_why(api: Any) -> None:
    for text, words in IMPOSSIBLE:
        problem = took(api.post("/segments", {"name": "x", "text": text}), 422)
        assert problem["code"] == "segment_invalid"
        assert words in problem["detail"]


FAULTY: list[tuple[Any, str]] = [
    ({"all": [{"list": 1}, {"attribute": "a", "operator": "is"}]}, "#/definition/all/1"),
    ({"any": []}, "#/definition/any"),
    ({"did": "sold"}, "#/definition"),
    ({"not": {"field": "created", "operator": "is", "value": "2026-02-30"}}, "#/definition/not"),
    ({"list": 1, "event": "x"}, "#/definition"),
    ({"field": ["domain"], "operator": "is", "value": "x"}, "#/definition"),
    ({"attribute": "a", "type": "number", "operator": "is", "value": 10**400}, "#/definition"),
]


def test_a_document_is_read_as_strictly(api: Any) -> None:
    for definition, place in FAULTY:
        problem = took(api.post("/segments", {"name": "x", "definition": definition}), 422)
        assert problem["errors"][0]["pointer"] == place


def test_another_account_has_no_such_segment(api: Any, conn: Conn, bearer: Any, readers: int) -> None:
    made = make(api, "Few", "code < 4")
    conn.execute(
        "insert into account_account (name, zone, policy, created_at) values ('Other', 'UTC', '{}', now())"
    )
    other = bearer("administrator", account=2)
    for method, body in (("get", None), ("patch", {"name": "x"}), ("delete", None)):
        given = () if body is None else (body,)
        took(getattr(other, method)(f"/segments/{made['id']}", *given), 404)
    took(other.get(f"/segments/{made['id']}/count"), 404)
    assert took(other.post("/segments/count", {"text": "everybody"}))["count"] == 0
    assert (
        took(other.post("/segments/count", {"text": f"on list {readers}"}), 422)["code"] == "segment_invalid"
    )


def test_a_mailing_goes_to_whom_the_segment_meant_when_it_was_submitted(
    api: Any, conn: Conn, readers: int
) -> None:
    """Its digest holds the definition (B5), and what is changed afterwards is for later mailings."""
    even, last = make(api, "Even", EVEN), make(api, "Last", "code >= 8")
    mailing = stage.draft(conn, readers)
    took(
        api.patch(f"/mailings/{mailing}", {"audience": {"segment": even["id"], "not_segment": [last["id"]]}})
    )
    took(api.patch(f"/segments/{last['id']}", {"text": "code >= 6"}))  # a draft goes by what they say now
    there = mailings.find(conn, 1, mailing)
    assert there is not None
    assert chosen.count(conn, 1, there.rule) == 2
    stage.launch(conn, mailing)
    took(api.patch(f"/segments/{even['id']}", {"text": "everybody"}))
    assert took(api.delete(f"/segments/{even['id']}"), 409)["code"] == "segment_in_use"
    shown = took(api.get(f"/mailings/{mailing}"))
    assert shown["segments"][str(last["id"])]["version"] == 2
    assert freeze.freeze(conn, mailing)
    assert reached(conn, mailing) == ["2", "4"]


def test_the_digest_changes_with_what_the_segment_says(api: Any, conn: Conn, readers: int) -> None:
    even = make(api, "Even", EVEN)
    digests = []
    for text in (EVEN, EVEN, "code > 5"):
        took(api.patch(f"/segments/{even['id']}", {"text": text}))
        mailing = stage.draft(conn, readers)
        conn.execute("update mailing_mailing set audience = %s::jsonb, message_id = (select min(id) from content_message) where id = %s",
                     (f'{{"list": {readers}, "segment": {even["id"]}}}', mailing))  # fmt: skip
        stage.command(conn, mailing, "submit", plan={"kind": "later"}, confirm=True)
        digests.append(took(api.get(f"/mailings/{mailing}"))["digest"])
    assert digests[0] == digests[1] != digests[2]


def test_a_list_that_a_segment_names_is_not_deleted(api: Any, readers: int) -> None:
    made = make(api, "On it", f"on list {readers}")
    problem = took(api.delete(f"/lists/{readers}"), 409)
    assert (problem["code"], problem["segments"]) == ("list_in_use", [made["id"]])
    took(api.delete(f"/segments/{made['id']}"), 204)
    took(api.delete(f"/lists/{readers}"), 204)


def test_an_attribute_is_made_quick_to_ask_for(api: Any, conn: Conn, readers: int, bearer: Any) -> None:
    from penstock.audience.segments import indexing

    took(bearer("author").post("/segments/indexes", {"attribute": "code", "type": "number"}), 403)
    made = took(api.post("/segments/indexes", {"attribute": "code", "type": "number"}), 201)
    took(api.post("/segments/indexes", {"attribute": "first_name"}), 201)
    assert took(api.post("/segments/indexes", {"attribute": "First Name"}), 422)["code"] == "index_invalid"
    assert indexing.build(conn) == 2
    assert {each["state"] for each in took(api.get("/segments/indexes"))["items"]} == {"ready"}
    conn.execute("set enable_seqscan = off")
    for text in ("code < 4", 'first_name starts with "An"', "first_name since 2026-01-01"):
        assert f"audience_contact_a1_{1 if 'code' in text else 2}" in _plan(conn, text)
    assert took(api.post("/segments/count", {"text": "code < 4"}))["count"] == 3
    took(api.delete(f"/segments/indexes/{made['id']}"), 204)
    assert indexing.build(conn) == 0
    assert "audience_contact_a1_1" not in _plan(conn, "code < 4")


def test_an_attribute_with_an_index_may_be_long_all_the_same(api: Any, conn: Conn, readers: int) -> None:
    from penstock.audience.segments import indexing

    took(api.post("/segments/indexes", {"attribute": "bio"}), 201)
    long = "".join(sha256(str(n).encode()).hexdigest() for n in range(200))  # does not compress
    conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object('bio', %s::text)"
        " where id = (select min(id) from audience_contact)",
        (long,),
    )
    assert indexing.build(conn) == 1
    conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object('bio', 'x' || %s)"
        " where id = (select max(id) from audience_contact)",
        (long,),
    )
    for text, count in (
        (f'bio is "{long[:600]}"', 0), (f'bio is "{long[:400]}"', 0), (f'bio starts with "{long[:600]}"', 1),
        ('bio starts with "x"', 1), (f'bio contains "{long[5000:5500]}"', 2), ("bio is set", 2),
    ):  # fmt: skip
        assert took(api.post("/segments/count", {"text": text}))["count"] == count, text


def _plan(conn: Conn, text: str) -> str:
    from penstock.audience.segments.asker import indexed, moment
    from penstock.audience.segments.compiling import Compiler
    from penstock.audience.segments.text import read

    compiler = Compiler(moment(conn, 1), indexed=indexed(conn, 1))
    wanted = compiler.compile(read(text))
    rows = conn.execute(
        f"explain select count(*) from audience_contact c where c.account_id = %(account)s and {wanted}",
        {"account": 1, **compiler.parameters}, prepare=False,
    )  # fmt: skip
    return "\n".join(line for (line,) in rows)


def test_events_are_told_once_and_nobody_forges_what_penstock_sees(
    api: Any, conn: Conn, readers: int, bearer: Any
) -> None:
    sold = {"name": "purchase", "address": "Reader2@example.net", "data": {"amount": 20.5}, "key": "order 1"}
    told = {
        "events": [
            sold,
            {"name": "purchase", "address": "nobody@example.net"},
            {"name": "visit", "contact": 3, "at": "2026-01-22T08:00:00Z"},
        ]
    }
    shop = bearer("events:write")
    assert took(shop.post("/events", told)) == {"noted": 2, "repeated": 0, "unknown": [1]}
    assert took(shop.post("/events", {"events": [sold]})) == {"noted": 0, "repeated": 1, "unknown": []}
    for name in ("opened", "clicked", "complained"):
        assert (
            took(shop.post("/events", {"events": [{**sold, "name": name, "key": "k"}]}), 422)["code"]
            == "event_invalid"
        )
    took(shop.get("/events"), 403)
    listed = took(api.get("/events"))["items"]
    assert [(each["name"], each["kind"], each["data"]) for each in listed] == [
        ("visit", "custom", None),
        ("purchase", "custom", {"amount": 20.5}),
    ]
    for text, count in (
        ('did "purchase"', 1), ('did "purchase" in the last 7 days where (amount > 20)', 1), ('did "purchase" where (amount > 21)', 0),
        ('did "visit" since 2026-01-22 until 2026-01-22', 1), ('not did "visit"', 9), ('did "purchase" at least 2 times', 0),
    ):  # fmt: skip
        assert took(api.post("/segments/count", {"text": text}))["count"] == count, text


NO_EVENTS: list[tuple[dict[str, Any], str]] = [
    ({"name": "x"}, "Name the contact"),
    ({"name": "x", "contact": 1, "at": "2990-01-01T00:00:00Z"}, "in the future"),
    ({"name": "x", "contact": 1, "at": "2026-01-01T00:00:00"}, "has no zone"),
    ({"name": "x", "address": "no address"}, "no address"),
    ({"name": "x", "contact": 1, "data": {"a": "y" * 2000}}, "longer than"),
    ({"name": "x\ny", "contact": 1}, "printable"),
]


def test_an_event_that_cannot_be_is_named(api: Any, readers: int, conn: Conn) -> None:
    for wrong, words in NO_EVENTS:
        problem = took(api.post("/events", {"events": [{"name": "visit", "contact": 1}, wrong]}), 422)
        assert words in problem["detail"]
        assert problem["errors"][0]["pointer"] == "#/events/1"
        assert conn.execute("select count(*) from feedback_event").fetchone() == (0,)
