"""The analysis over the API: exactly those are named for whom the message breaks, and the preview jumps to them."""

import asyncio
import os
from typing import Any

import psycopg
import pytest

from penstock.platform import jobs
from tests.integration.api.conftest import Api
from tests.integration.delivery.stage import add_contacts, command, draft

Conn = psycopg.Connection[Any]
CONTACTS, BROKEN = (
    (200_000, (17, 111_111, 199_999))
    if os.environ.get("PENSTOCK_TORTURE") == "full"
    else (20_000, (17, 11_111, 19_999))
)
HTML = "<p>Dear {{ first_name }}, each of your {{ orders | default: 1 }} orders was {{ 100 | divided_by: orders }} on average.</p>"


def _drafted(conn: Conn, count: int, broken: tuple[int, ...] = ()) -> int:
    listed = add_contacts(conn, "all", count)
    conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object('orders', case when normal = any(%s) then '0' else '4' end)",
        ([f"reader{number}@example.net" for number in broken],),
    )
    return draft(conn, listed, html=HTML)


def _work() -> None:
    asyncio.run(jobs.work(wait=False))


@pytest.mark.behaviour("B12")
def test_three_whom_the_template_fails_are_named_and_previewed(api: Api, conn: Conn) -> None:
    mailing = _drafted(conn, CONTACTS, BROKEN)
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    assert api.get(f"/mailings/{mailing}/analysis").json()["state"] == "waiting"
    _work()
    found = api.get(f"/mailings/{mailing}/analysis").json()
    assert (found["state"], found["total"], found["done"], found["percent"]) == (
        "done",
        CONTACTS,
        CONTACTS,
        100,
    )
    assert found["figures"]["made"] == CONTACTS - 3
    [broken] = [each for each in found["findings"] if each["code"] == "template_error"]
    assert (broken["severity"], broken["count"]) == ("warning", 3)
    expected = [f"reader{number}@example.net" for number in BROKEN]
    assert [case["address"] for case in broken["cases"]] == expected
    paged = api.get(f"/mailings/{mailing}/analysis/findings/{broken['id']}/cases?limit=2").json()
    rest = api.get(
        f"/mailings/{mailing}/analysis/findings/{broken['id']}/cases?limit=2&cursor={paged['next_cursor']}"
    ).json()
    assert [case["address"] for case in paged["items"] + rest["items"]] == expected
    walked, here = [], api.get(f"/mailings/{mailing}/preview?worst=true")
    while len(walked) < 3:
        assert here.status_code == 409, here.content
        told = here.json()
        assert told["code"] == "cannot_be_made"
        walked.append(told["address"])
        if told["next"] is None:
            break
        here = api.get(f"/mailings/{mailing}/preview/{told['next']}?worst=true")
    assert walked == expected


@pytest.mark.behaviour("S1.11")
def test_it_has_run_when_somebody_approves_and_its_blockers_forbid_it(api: Api, conn: Conn) -> None:
    mailing = _drafted(conn, 50, (7,))
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    digest = api.get(f"/mailings/{mailing}").json()["digest"]
    early = api.post(f"/mailings/{mailing}/approve", {"digest": digest, "confirm": True})
    assert [each["code"] for each in early.json()["reasons"]] == ["analysis_running"]
    _work()
    shown = api.get(f"/mailings/{mailing}/analysis").json()
    assert (shown["current"], shown["counts"]["blocker"]) == (True, 1)
    refused = api.post(f"/mailings/{mailing}/approve", {"digest": digest, "confirm": True})
    assert refused.status_code == 409
    [reason] = refused.json()["reasons"]
    assert reason["code"] == "analysis_blocked"
    assert "1 of 50 recipients" in reason["detail"]
    conn.execute('update audience_contact set attributes = attributes || \'{"orders": "3"}\'')
    asked = api.post(f"/mailings/{mailing}/analysis")
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    _work()
    assert api.get(f"/mailings/{mailing}/analysis").json()["counts"]["blocker"] == 0
    approved = api.post(f"/mailings/{mailing}/approve", {"digest": digest, "confirm": True})
    assert approved.status_code == 200, approved.content


def test_it_is_asked_for_once_and_called_off(api: Api, conn: Conn) -> None:
    mailing = _drafted(conn, 3)
    assert api.get(f"/mailings/{mailing}/analysis").status_code == 404
    assert api.ask("DELETE", f"/mailings/{mailing}/analysis").status_code == 404
    first = api.post(f"/mailings/{mailing}/analysis").json()
    assert api.post(f"/mailings/{mailing}/analysis").json()["id"] == first["id"]
    more = api.post(f"/mailings/{mailing}/analysis", {"links": True}).json()
    assert (more["id"] > first["id"], more["options"]) == (True, {"links": True})
    gone = api.ask("DELETE", f"/mailings/{mailing}/analysis").json()
    assert (gone["id"], gone["state"]) == (more["id"], "cancelled")
    _work()
    assert api.get(f"/mailings/{mailing}/analysis").json()["state"] == "cancelled"
    commands = [entry["command"] for entry in api.get(f"/mailings/{mailing}/journal").json()["items"]]
    assert commands == ["create", "analyse", "analyse", "cancel_analysis"]


def test_one_that_has_started_is_not_analysed(api: Api, conn: Conn) -> None:
    from penstock.delivery import freeze

    mailing = _drafted(conn, 3)
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    command(conn, mailing, "approve", without_analysis=True)
    freeze.freeze(conn, mailing)
    answer = api.post(f"/mailings/{mailing}/analysis")
    assert (answer.status_code, answer.json()["code"]) == (409, "analysis_refused")


def test_addresses_are_for_those_who_may_see_them(bearer: Any, conn: Conn) -> None:
    mailing = _drafted(conn, 50, (7,))
    api = bearer("mailings:read", "mailings:write")
    assert api.post(f"/mailings/{mailing}/analysis").status_code == 202
    _work()
    shown = api.get(f"/mailings/{mailing}/analysis")
    assert shown.json()["counts"]["blocker"] == 1
    assert b"reader7@" not in shown.content
    finding = shown.json()["findings"][0]["id"]
    assert api.get(f"/mailings/{mailing}/analysis/findings/{finding}/cases").status_code == 403
