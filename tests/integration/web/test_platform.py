"""The platform's area: moderation in every account, kill switches, accounts."""

import re
from collections.abc import Callable
from typing import Any

from penstock.account import accounts, policies
from penstock.mailing import switches
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
WAY_OUT = "smtp://127.0.0.1:2525?tls=none"


def _form(person: Visitor, path: str, **fields: Any) -> Any:
    """Open a page and send its form with these fields."""
    page = person.text(path)
    return person.post(
        path, dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)) | fields
    )


def test_the_platforms_area_is_the_platforms(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    for path in ("/platform", "/platform/accounts", f"/platform/accounts/{desk.account}"):
        assert anna.get(path).status_code == 403
        assert anna.post(path, {"name": "Mine"}).status_code in (403, 405)
    assert "Platform" not in anna.text("/switches")


def test_the_desk_shows_what_waits_in_every_account_and_decides(desk: Desk, visitor: Visitors) -> None:
    platform = visitor(platform=True, of=Desk(desk.conn, WAY_OUT))
    first, second = desk.mailing("in_moderation", "Spring sale"), desk.mailing("in_moderation", "Summer sale")
    page = platform.text("/platform")
    assert f'data-mailing="{first}"' in page
    assert desk.name in page
    answer = _form(platform, f"/mailings/{first}/validate", next="/platform")
    assert answer.status_code == 302, answer.content.decode()
    assert desk.state(first) == "scheduled"
    answer = _form(platform, f"/mailings/{second}/reject", reason="Forbidden goods", ground="conduct")
    assert answer.status_code == 302
    assert desk.state(second) == "rejected"
    assert f'data-mailing="{second}"' not in platform.text("/platform")


def test_the_desk_leads_to_the_mailing_in_its_account(desk: Desk, visitor: Visitors) -> None:
    platform = visitor(platform=True, of=Desk(desk.conn, WAY_OUT))
    mailing = desk.mailing("in_moderation")
    answer = platform.post("/place", {"account": desk.account, "next": f"/mailings/{mailing}"})
    assert answer["Location"] == f"/mailings/{mailing}"
    assert platform.client.session["account"] == desk.account
    assert platform.post("/place", {"account": desk.account, "next": "//evil.example"})["Location"] == "/"


def test_the_desk_goes_on_page_by_page(desk: Desk, visitor: Visitors) -> None:
    from penstock.preflight import moderation

    made = [desk.mailing("in_moderation") for _ in range(3)]
    first = moderation.waiting(desk.conn, limit=1)
    seen = [first[0].id]
    while rows := moderation.waiting(desk.conn, after=first[-1].place, limit=1):
        seen.append(rows[0].id)
        first = rows
    assert [number for number in seen if number in made] == made
    assert visitor(platform=True).get("/platform?after=nonsense~x").status_code == 200


def test_a_kill_switch_says_what_it_stops_before_it_does(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sending"), visitor("operator")
    given = {"scope": "account", "reason": "Wrong list"}
    asked = operator.post("/switches/put", given)
    assert 'data-concerned="1"' in asked.content.decode()
    assert desk.state(mailing) == "sending"
    done = operator.post("/switches/put", given | {"confirmed": "1"})
    assert done.status_code == 302
    assert desk.state(mailing) == "interrupted"
    page = operator.text("/switches")
    assert "Wrong list" in page
    assert "1 mailing is interrupted." in page


def test_a_switch_whose_reach_grew_meanwhile_is_asked_about_again(desk: Desk, visitor: Visitors) -> None:
    operator = visitor("operator")
    mailing = desk.mailing("sending")
    asked = operator.post("/switches/put", {"scope": "account", "reason": "Wrong list", "confirmed": "0"})
    assert 'data-concerned="1"' in asked.content.decode()
    assert desk.state(mailing) == "sending"


def test_a_switch_is_lifted_with_a_reason(desk: Desk, visitor: Visitors) -> None:
    operator = visitor("operator")
    put = switches.put(
        desk.conn, TERMINAL, scope="domain", value="example.net", reason="They asked", account=desk.account
    )
    path = f"/switches/{put.switch.id}/lift"
    assert operator.post(path, {"reason": " "}).status_code == 409
    assert _form(operator, path, reason="They let us").status_code == 302
    assert "They asked" not in operator.text("/switches")
    assert "They asked" in operator.text("/switches?past=yes")


def test_a_switch_of_the_platforms_is_lifted_by_the_platform(desk: Desk, visitor: Visitors) -> None:
    put = switches.put(desk.conn, TERMINAL, scope="domain", value="example.net", reason="They asked")
    path = f"/switches/{put.switch.id}/lift"
    refused = visitor("operator").post(path, {"reason": "no"})
    assert refused.status_code == 409
    other = Desk(desk.conn, WAY_OUT)
    own = switches.put(desk.conn, TERMINAL, scope="account", reason="x", account=other.account)
    assert visitor("operator").get(f"/switches/{own.switch.id}/lift").status_code == 404
    assert visitor("approver").post(path, {"reason": "no"}).status_code == 403
    platform = visitor(platform=True)
    assert _form(platform, path, reason="They let us").status_code == 302


def test_staff_switch_off_everything_until_a_time(desk: Desk, visitor: Visitors) -> None:
    platform = visitor(platform=True)
    given = {"scope": "all", "reason": "Fire", "expires_at": "2031-01-01T10:00", "zone": "Asia/Tokyo"}
    asked = platform.post("/switches/put", given).content.decode()
    number = re.search(r'name="confirmed" value="(\d+)"', asked)
    assert number
    assert platform.post("/switches/put", given | {"confirmed": number[1]}).status_code == 302
    there = switches.listed(desk.conn, None)[0]
    switches.lift(desk.conn, TERMINAL, there.id, "It is out")
    assert (there.scope, there.account) == ("all", None)
    assert there.expires_at
    assert there.expires_at.isoformat().startswith("2031-01-01T01:00")
    past = platform.post("/switches/put", given | {"expires_at": "2020-01-01T10:00"})
    assert past.status_code == 422


def test_staff_make_accounts_and_set_moderation(desk: Desk, visitor: Visitors) -> None:
    platform = visitor(platform=True)
    name = f"{desk.name} and daughters"
    answer = platform.post("/platform/accounts", {"name": name, "zone": "Europe/Paris"})
    made = accounts.find(desk.conn, name)
    assert answer["Location"] == f"/platform/accounts/{made.id}"
    assert "There is an account" in platform.post("/platform/accounts", {"name": name}).content.decode()
    assert platform.post(f"/platform/accounts/{made.id}", {"moderation": "manual"}).status_code == 302
    assert policies.read(desk.conn, made.id).moderation == "manual"
    assert platform.post(f"/platform/accounts/{made.id}", {"moderation": "maybe"}).status_code == 422
    assert platform.get("/platform/accounts/2000000000").status_code == 404
