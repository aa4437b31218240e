"""Through every operation of the OpenAPI document: nothing of another account can be seen or changed.

The victim is account 1, with one of everything, and the word `zebra` in every text of it. The intruder holds every scope in account 2,
and knows every number. An operation that joins the document without a place here fails the test.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from penstock.account.credits import ledger
from penstock.delivery import freeze
from penstock.feedback import strays
from penstock.mailing.actor import Actor
from penstock.notices import outbox
from penstock.platform import jobs
from tests.integration.api.conftest import Api
from tests.integration.delivery import stage
from tests.unit.content.pictures import saved

Bearer = Callable[..., Any]
Conn = psycopg.Connection[Any]
METHODS = ("get", "post", "put", "patch", "delete")
MARK = "zebra"

ALWAYS = {"/tokens", "/journal", "/policies", "/credits", "/credits/forecast"}
"""Lists in which every account has something of its own."""

COLUMNS = {
    "account_id": "account", "account": "account", "mailing_id": "mailing", "mailing": "mailing", "list_id": "list", "import_id": "import",
    "domain_id": "domain", "template_id": "template", "webhook_id": "webhook", "delivery_id": "delivery", "notice_id": "notice", "person_id": "person",
}  # fmt: skip
"""By which columns a row is told to be the victim's."""


@pytest.fixture(autouse=True)
def _private(monkeypatch: pytest.MonkeyPatch, dns: Any) -> None:
    monkeypatch.setenv("PENSTOCK_WEBHOOKS_PRIVATE", "1")


def took(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 201, 202), answer.content
    return dict(answer.json())


@pytest.fixture
def victim(api: Api, conn: Conn) -> dict[str, list[int]]:
    """The numbers of everything that account 1 has, by kind."""
    listed = took(api.post("/lists", {"name": f"{MARK} readers"}))["id"]
    contact = took(
        api.post("/contacts", {"address": f"{MARK}@x.example", "attributes": {"n": MARK}, "lists": [listed]})
    )
    suppression = took(api.post("/suppressions", {"address": f"{MARK}2@x.example"}))
    transport = took(api.post("/transports", {"name": MARK, "url": "smtp://zebra:zebra@127.0.0.1:1"}))
    template = took(
        api.post("/templates", {"name": MARK, "message": {"sender": MARK, "subject": MARK, "text": MARK}})
    )
    picture = took(api.ask("POST", f"/pictures?name={MARK}", saved("PNG"), Content_Type="image/png"))
    domain = took(api.post("/domains", {"name": f"{MARK}.example"}))
    mailbox = took(api.post("/mailboxes", {"name": MARK, "url": "imaps://zebra:zebra@127.0.0.1:9"}))
    strays.keep(conn, "imap", "unrecognised", MARK, MARK.encode(), account=1)
    stray = took(api.get("/strays"))["items"][0]
    conn.execute(
        "insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)"
        " values (1, 1, 1, 1, 'a@x.example', now(), 'hard', 550, '', %s, 'dsn', false)",
        (MARK,),
    )
    conn.execute(
        "insert into feedback_message (account, transport, number, addressee, text) values (1, %s, '+33612345678', '', %s)",
        (transport["id"], MARK),
    )
    person = took(api.post("/people", {"email": f"{MARK}@y.example", "name": MARK, "roles": ["approver"]}))
    token = took(api.post("/tokens", {"name": MARK, "scopes": ["contacts:read"]}))
    webhook = took(api.post("/webhooks", {"url": f"http://127.0.0.1:9/{MARK}", "description": MARK}))
    delivery = took(api.post(f"/webhooks/{webhook['id']}/test"))
    segment = took(api.post("/segments", {"name": MARK, "text": f'on list {listed} or city is "{MARK}"'}))
    index = took(api.post("/segments/indexes", {"attribute": MARK}))
    took(api.post("/events", {"events": [{"name": MARK, "contact": contact["id"], "data": {"n": MARK}}]}))
    bought = {"key": MARK, "contact": contact["id"], "amount": "5", "currency": "EUR", "data": {"n": MARK}}
    took(api.post("/orders", {"orders": [bought]}))
    erasure = took(api.post("/erasures", {"addresses": ["nobody@x.example"]}))
    switch = took(api.post("/switches", {"scope": "domain", "value": f"{MARK}.example", "reason": MARK}))
    limit = took(api.post("/limits", {"scope": "domain", "value": f"{MARK}.example", "rate": "1000/h"}))
    setting = {"notice_transport": transport["id"], "notice_from": f"{MARK} <a@x.example>"}
    took(api.ask("PUT", "/notices/settings", setting))
    number = took(
        api.ask(
            "POST",
            f"/imports?name={MARK}.csv",
            f"email\n{MARK}3@x.example\n{MARK}\n".encode(),
            Content_Type="text/csv",
        )
    )
    asyncio.run(jobs.work(wait=False))
    sally = Actor("sally", frozenset({"platform"}), "cli")
    entry = ledger.top_up(conn, 1, sally, amount=5, note=MARK)[0]
    mailings = [
        _mailing(api, conn, listed, *commands) for commands in ((), ("submit",), ("submit", "approve"))
    ]
    _, finding, _ = [_finding(conn, mailing, contact["id"]) for mailing in mailings]
    freeze.freeze(conn, mailings[-1])
    stage.command(conn, mailings[-1], "pause")
    outbox.turn(conn)
    notice = api.get("/notices").json()["items"][0]["id"]
    row = conn.execute("select id from mailing_mailing where account_id = 1").fetchall()
    assert sorted(n for (n,) in row) == sorted(mailings)
    return {
        "account": [1], "mailing": mailings, "list": [listed], "contact": [contact["id"]], "import": [number["id"]],
        "template": [template["id"]], "picture": [picture["id"]], "domain": [domain["id"]], "selector": [domain["keys"][0]["selector"]],
        "suppression": [suppression["id"]], "transport": [transport["id"]], "person": [person["id"]], "token": [token["id"]],
        "webhook": [webhook["id"]], "delivery": [delivery["id"]], "switch": [switch["id"]], "limit": [limit["id"]], "notice": [notice],
        "entry": [entry.id], "finding": [finding], "revision": [1],
        "segment": [segment["id"]], "index": [index["id"]], "mailbox": [mailbox["id"]], "stray": [stray["id"]],
        "provider": ["postmark"], "erasure": [erasure["id"]],
    }  # fmt: skip


def _mailing(api: Api, conn: Conn, listed: int, *commands: str) -> int:
    message = {"sender": f"{MARK} <a@x.example>", "subject": MARK, "text": MARK}
    made = took(api.post("/mailings", {"name": MARK, "message": message, "audience": {"list": listed}}))["id"]
    for command in commands:
        arguments = {"plan": {"kind": "now"}, "confirm": True} if command == "submit" else {}
        stage.command(conn, made, command, reason=MARK, **arguments)
    return int(made)


def _finding(conn: Conn, mailing: int, contact: int) -> int:
    """Something that the analysis of a mailing found."""
    conn.execute("select preflight_ask(%s, %s, false)", (mailing, MARK))
    row = conn.execute(
        "with done as (update preflight_analysis set state = 'done', ended_at = now(), asked_by = %(mark)s"
        "               where mailing_id = %(mailing)s returning id),"
        " found as (insert into preflight_finding (analysis_id, severity, code, place, text, cure, count)"
        "           select id, 'warning', 'template_error', %(mark)s, %(mark)s, %(mark)s, 1 from done returning id)"
        " insert into preflight_case (finding_id, contact, weight, detail)"
        " select id, %(contact)s, 1, %(mark)s from found returning finding_id",
        {"mailing": mailing, "contact": contact, "mark": MARK},
    ).fetchone()
    assert row
    return int(row[0])


@pytest.fixture
def intruder(conn: Conn, bearer: Bearer, victim: Any) -> Api:
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'other', 'UTC', '{}', now())"
    )
    found = bearer("administrator", account=2)
    assert isinstance(found, Api)
    return found


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    return dict(api.get("/openapi.json").json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path under /api/v1, operation."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method.upper(), path.removeprefix("/api/v1"), methods[method]


def kinds(path: str) -> list[str]:
    """What the numbers in a path are numbers of."""
    first = path.split("/")[1]
    own = {
        "imports": "import",
        "transports": "transport",
        "domains": "domain",
        "mailboxes": "mailbox",
        "strays": "stray",
        "templates": "template",
        "pictures": "picture",
        "tokens": "token",
        "people": "person",
        "switches": "switch",
        "limits": "limit",
        "webhooks": "webhook",
        "erasures": "erasure",
    }
    return [own[first] if name == "number" else name for name in re.findall(r"{(\w+)}", path)]


def addresses(path: str, numbers: dict[str, list[int]]) -> list[str]:
    """The path with numbers of these put in: every mailing, the first of other kinds; a finding is the second mailing's."""
    if "{finding}" in path:
        numbers = {**numbers, "mailing": numbers["mailing"][1:2]}
    found = [path]
    for name, kind in zip(re.findall(r"{(\w+)}", path), kinds(path), strict=True):
        found = [each.replace(f"{{{name}}}", str(number), 1) for each in found for number in numbers[kind]]
    return found


def example(operation: dict[str, Any]) -> tuple[str, Any]:
    """The documented body, with its media type."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        given = content["example"]
        return kind, given.encode() if isinstance(given, str) else given
    return "application/json", None


def owned(conn: Conn, victim: dict[str, list[int]]) -> dict[str, list[str]]:
    """Every row of the database that is the victim's."""
    columns = conn.execute(
        "select c.table_name, array_agg(c.column_name::text) from information_schema.columns c"
        " join information_schema.tables t using (table_schema, table_name)"
        " where c.table_schema = 'public' and t.table_type = 'BASE TABLE' group by c.table_name order by 1"
    ).fetchall()
    found = {}
    for table, names in columns:
        told = [
            sql.SQL("{} = any({})").format(sql.Identifier(name), victim[COLUMNS[name]])
            for name in names
            if name in COLUMNS
        ]
        if table in ("account_account", "account_person"):
            told = [
                sql.SQL("id = any({})").format(victim["account" if table == "account_account" else "person"])
            ]
        if told:
            query = sql.SQL("select row_to_json(t)::text from {} t where {} order by 1").format(
                sql.Identifier(table), sql.SQL(" or ").join(told)
            )
            found[table] = [row for (row,) in conn.execute(query)]
    return found


# -- the walk ------------------------------------------------------------------


def test_nothing_is_seen_or_changed_by_number(
    victim: dict[str, list[int]], intruder: Api, document: dict[str, Any], conn: Conn
) -> None:
    before, asked = owned(conn, victim), 0
    for method, path, operation in operations(document):
        if "{" not in path:
            continue
        kind, body = example(operation)
        for address in addresses(path, victim):
            answer = intruder.ask(method, address, body, Content_Type=kind)
            assert answer.status_code == 404, (method, address, answer.content)
            assert MARK.encode() not in answer.content, (method, address)
            asked += 1
    assert asked > 100
    assert owned(conn, victim) == before


def test_nothing_is_seen_in_lists_or_reached_by_naming_the_account(
    victim: dict[str, list[int]], intruder: Api, document: dict[str, Any], conn: Conn
) -> None:
    before = owned(conn, victim)
    for method, path, operation in operations(document):
        named = {each["name"] for each in operation.get("parameters", [])}
        kind, body = example(operation)
        for address in addresses(path, victim) if "account" in named else []:
            answer = intruder.ask(method, f"{address}?account=1", body, Content_Type=kind)
            assert answer.status_code == 403, (method, address, answer.content)
        if method == "GET" and "{" not in path:
            narrowed = [
                f"?{name}={victim[name][0]}" for name in sorted(named & victim.keys()) if name != "account"
            ]
            for query in ["", *narrowed, *(["?limit=1000"] if "limit" in named else [])]:
                answer = intruder.get(path + query)
                named_alone = query.startswith("?list=") or (
                    path == "/reports/compare" and "mailing=" in query
                )
                assert answer.status_code == (404 if named_alone else 200), (
                    path + query,
                    answer.content,
                )
                assert MARK.encode() not in answer.content, path + query
                assert not answer.json().get("items") or path in ALWAYS, (
                    path,
                    answer.content,
                )
    assert owned(conn, victim) == before


def test_numbers_in_bodies_are_no_way_in(victim: dict[str, list[int]], intruder: Api, conn: Conn) -> None:
    own = took(intruder.post("/lists", {"name": "own"}))["id"]
    contact = took(intruder.post("/contacts", {"address": "own@x.example"}))["id"]
    way = took(intruder.post("/transports", {"name": "own", "url": "smtp://127.0.0.1:1"}))["id"]
    message = {"sender": "a@x.example", "subject": "s", "text": "t"}
    new = {"name": "own", "message": message, "audience": {"list": own}, "transport": way}
    mailing = took(intruder.post("/mailings", new))["id"]
    before = owned(conn, victim)
    their = {kind: numbers[0] for kind, numbers in victim.items()}
    for method, path, body in (
        ("POST", "/mailings", {**new, "audience": {"list": their["list"]}}),
        ("POST", "/mailings", {**new, "transport": their["transport"]}),
        ("POST", "/mailings", {**new, "message": None, "template": their["template"]}),
        ("POST", "/templates", {"name": "own", "mailing": their["mailing"]}),
        ("POST", "/mailings", {**new, "audience": {"list": own, "not_reached_by": [victim["mailing"][-1]]}}),
        ("PATCH", f"/mailings/{mailing}", {"audience": {"list": their["list"]}}),
        ("PATCH", f"/mailings/{mailing}", {"transport": their["transport"]}),
        ("PATCH", f"/mailings/{mailing}", {"audience": {"list": own, "reached_by": [victim["mailing"][-1]]}}),
        ("GET", f"/mailings/{mailing}/preview/{their['contact']}", None),
        ("POST", "/contacts", {"address": "new@x.example", "lists": [their["list"]]}),
        ("PUT", f"/lists/{own}/contacts/{their['contact']}", None),
        ("PUT", f"/lists/{their['list']}/contacts/{contact}", None),
        ("POST", "/tokens", {"name": "n", "scopes": ["contacts:read"], "person": their["person"]}),
        ("POST", "/switches", {"scope": "transport", "value": str(their["transport"]), "reason": "r"}),
        ("POST", "/limits", {"scope": "transport", "value": str(their["transport"]), "rate": "1/s"}),
        ("PUT", "/notices/settings", {"notice_transport": their["transport"], "notice_from": "a@x.example"}),
    ):  # fmt: skip
        answer = intruder.ask(method, path, body)
        assert answer.status_code in (403, 404, 409, 422), (method, path, body, answer.content)
        assert MARK.encode() not in answer.content, (method, path, body)
    assert took(intruder.post("/notices/read", {"notices": victim["notice"]})) == {"marked": 0}
    assert (
        intruder.ask("DELETE", f"/lists/{own}/contacts/{their['contact']}").status_code == 204
    )  # it was not on it
    assert owned(conn, victim) == before


def test_who_is_added_to_a_second_account_shows_nothing_of_the_first(
    victim: dict[str, list[int]], intruder: Api
) -> None:
    shown = took(intruder.post("/people", {"email": f"{MARK}@y.example", "roles": ["author"]}))
    assert shown["roles"] == ["author"]
    assert "accounts" not in shown
    assert json.dumps(intruder.get("/people").json()).count("approver") == 0


def test_cursors_of_one_account_open_no_page_of_another(
    victim: dict[str, list[int]], intruder: Api, api: Api
) -> None:
    took(api.post("/contacts", {"address": "another@x.example"}))
    cursor = api.get("/contacts?limit=1").json()["next_cursor"]
    assert cursor
    assert intruder.get(f"/contacts?limit=1&cursor={cursor}").status_code == 422


SHOWING = {
    "/mailings", "/mailings/{mailing}", "/mailings/{mailing}/analysis", "/mailings/{mailing}/analysis/findings/{finding}/cases",
    "/mailings/{mailing}/journal", "/mailings/{mailing}/ledger", "/mailings/{mailing}/report", "/reports", "/mailings/{mailing}/preview/{contact}",
    "/mailings/{mailing}/preview", "/mailings/{mailing}/recipients", "/mailings/{mailing}/revisions",
    "/mailings/{mailing}/revisions/{revision}",
    "/orders", "/contacts", "/contacts/{contact}", "/lists", "/lists/{list}", "/imports", "/imports/{number}", "/imports/{number}/problems",
    "/mailboxes", "/mailboxes/{number}", "/strays", "/strays/{number}", "/bounces", "/inbox", "/suppressions", "/suppressions/{suppression}", "/domains", "/domains/{number}", "/templates", "/templates/{number}", "/pictures", "/pictures/{number}", "/transports", "/transports/{number}", "/transports/{number}/health", "/tokens", "/tokens/{number}",
    "/people", "/people/{number}", "/switches", "/switches/{number}", "/limits", "/limits/{number}", "/webhooks", "/webhooks/{number}", "/notices",
    "/notices/settings", "/board", "/journal", "/credits/entries", "/credits/entries/{entry}",
}  # fmt: skip
"""Where the word must be seen by whom it concerns."""


def test_the_numbers_are_real(victim: dict[str, list[int]], api: Api, document: dict[str, Any]) -> None:
    """Else every 404 above would prove nothing: whoever belongs here sees what is there."""
    seen = set()
    for method, path, _ in operations(document):
        for address in addresses(path, victim) if method == "GET" else []:
            answer = api.get(address)
            assert answer.status_code == 200, (address, answer.content)
            if not answer.streaming and MARK.encode() in answer.content:
                seen.add(path)
    assert seen >= SHOWING, SHOWING - seen
