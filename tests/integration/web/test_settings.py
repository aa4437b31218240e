"""The pages of the settings: what is shown, what is changed, and what nobody else sees."""

import re
from collections.abc import Callable

import pytest

from penstock.account import domains, limits, policies, tokens, transports
from penstock.notices import deliveries, settings, webhooks
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.conftest import Visitor
from tests.nameserver import Nameserver

Visitors = Callable[..., Visitor]
PAGES = ("policies", "domains", "transports", "limits", "credits", "tokens", "webhooks", "notices", "journal")


def test_the_overview_leads_to_what_one_may_see(visitor: Visitors) -> None:
    for page in PAGES:
        assert f'href="/settings/{page}"' in visitor().text("/settings")
    author = visitor("author").text("/settings")
    assert 'href="/settings/transports"' in author
    for page in ("tokens", "webhooks"):
        assert f'href="/settings/{page}"' not in author


def test_policies_are_changed_all_or_none(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    before = anna.text("/settings/policies").count("chosen here")
    assert anna.post("/settings/policies", {"four_eyes": "on", "approvals_required": "2"}).status_code == 302
    now = policies.read(desk.conn, desk.account)
    assert (now.four_eyes, now.approvals_required) == ("on", 2)
    assert anna.text("/settings/policies").count("chosen here") == before + 2
    wrong = anna.post("/settings/policies", {"four_eyes": "off", "approvals_required": "99"})
    assert wrong.status_code == 422
    assert "a whole number from 0 to 9" in wrong.content.decode()
    assert policies.read(desk.conn, desk.account).four_eyes == "on"
    assert visitor("author").post("/settings/policies", {"four_eyes": "off"}).status_code == 403


def test_what_the_platform_sets_is_not_the_accounts(desk: Desk, visitor: Visitors) -> None:
    assert visitor().post("/settings/policies", {"moderation": "manual"}).status_code == 302
    assert policies.read(desk.conn, desk.account).moderation == "automatic"
    assert visitor(platform=True).post("/settings/policies", {"moderation": "manual"}).status_code == 302
    assert policies.read(desk.conn, desk.account).moderation == "manual"


def test_a_domain_shows_the_records_to_set_and_what_was_found(
    desk: Desk, visitor: Visitors, dns: Nameserver
) -> None:
    anna = visitor()
    made = anna.post("/settings/domains", {"name": "bücher.example.org"})
    page = made["Location"]
    text = anna.text(page)
    domain = domains.listed(desk.conn, desk.account)[0]
    assert domain.name == "xn--bcher-kva.example.org"
    for record in domain.records:
        assert record.name in text
    assert "Not verified yet" in text
    assert anna.post(f"{page}/check").status_code == 302
    assert "Missing" in anna.text(page)
    assert anna.post(f"{page}/keys", {"algorithm": "ed25519"}).status_code == 302
    assert anna.post("/settings/domains", {"name": "com"}).status_code == 422
    assert "Delete this domain?" in anna.text(f"{page}/delete")
    assert anna.post(f"{page}/delete").status_code == 302
    assert domains.listed(desk.conn, desk.account) == []


def test_a_transport_is_made_changed_tested_and_its_password_stays_hidden(
    desk: Desk, visitor: Visitors
) -> None:
    anna = visitor()
    made = anna.post(
        "/settings/transports", {"name": "Relay", "url": "smtp://anna:hushhush@127.0.0.1:1?tls=none"}
    )
    page = made["Location"]
    text = anna.text(page)
    assert "hushhush" not in text
    assert "Unused" in text
    there = transports.find(desk.conn, desk.account, int(page.rpartition("/")[2]))
    one = {
        "name": "Relay 2", "id": [there.servers[0].id, ""], "url": [there.servers[0].url, "smtp://127.0.0.1:2?tls=none"],
        "weight": ["3", ""], "connection_limit": ["", ""], "rate": ["12,5", ""], "enabled": ["on", "off"],
    }  # fmt: skip
    assert anna.post(page, one).status_code == 302
    now = transports.find(desk.conn, desk.account, there.id)
    assert now.name == "Relay 2"
    assert [(s.weight, s.rate, s.enabled, s.has_password) for s in now.servers] == [
        (3, 12.5, True, True),
        (1, None, False, False),
    ]
    assert anna.post(page, one | {"weight": ["much", ""]}).status_code == 422
    tried = anna.post(f"{page}/test").content.decode()
    assert "Does not work" in tried
    assert "Nothing was sent." in tried
    assert 'id="health"' in anna.get(f"{page}/health", HX_Request="true").content.decode()
    assert visitor("author").post(f"{page}/test").status_code == 403
    assert anna.post(f"{page}/delete").status_code == 302
    assert anna.get(page).status_code == 404
    hinted = "anymail+postmark://:TOKEN@"
    assert hinted in anna.text("/settings/transports")
    assert anna.post("/settings/transports", {"name": "Provider", "url": hinted}).status_code == 302


def test_a_token_is_shown_once_and_revoked(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    made = anna.post(
        "/settings/tokens", {"name": "shop", "scope": ["contacts:read"], "days": "30"}
    ).content.decode()
    secret = re.search(r'value="(pst_[^"]+)"', made)
    assert secret
    assert tokens.bearer(desk.conn, secret[1])
    assert secret[1] not in anna.text("/settings/tokens")
    assert anna.post("/settings/tokens", {"name": "shop", "scope": ["contacts:read"]}).status_code == 422
    assert anna.post("/settings/tokens", {"name": "all", "scope": ["metrics:read"]}).status_code == 422
    number = tokens.listed(desk.conn, desk.account)[0].id
    assert "Revoke this token?" in anna.text(f"/settings/tokens/{number}/revoke")
    assert anna.post(f"/settings/tokens/{number}/revoke").status_code == 302
    assert tokens.bearer(desk.conn, secret[1]) is None


def test_a_webhook_with_its_log(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    made = anna.post("/settings/webhooks", {"url": "https://example.org/hook", "event": ["mailing.finished"]})
    assert "Its secret" in made.content.decode()
    hook = webhooks.listed(desk.conn, desk.account)[0]
    assert hook.events == ["mailing.finished"]
    page = f"/settings/webhooks/{hook.id}"
    trial = anna.post(f"{page}/do", {"do": "test"})["Location"]
    assert "webhook.test" in anna.text(trial)
    assert trial in anna.text(page)
    assert "Its secret" in anna.post(f"{page}/do", {"do": "rotate"}).content.decode()
    assert anna.post(f"{page}/do", {"do": "disable"}).status_code == 302
    assert not webhooks.find(desk.conn, desk.account, hook.id).enabled
    assert anna.post(trial).status_code == 302
    assert deliveries.listed(desk.conn, desk.account)[0].state == "waiting"
    assert anna.post(page, {"url": "ftp://example.org", "event": []}).status_code == 422
    assert anna.post(f"{page}/delete").status_code == 302
    assert anna.get(page).status_code == 404


def test_notices_are_read_and_their_way_is_set(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    fields = {"transport": desk.transport, "sender": "Penstock <p@example.org>"}
    assert anna.post("/settings/notices", fields).status_code == 302
    assert settings.get(desk.conn, desk.account).notice_transport == desk.transport
    assert anna.post("/settings/notices", fields | {"sender": "nonsense"}).status_code == 422
    assert "Nothing was told to you yet." in anna.text("/notices")
    assert anna.post("/notices").status_code == 302


def test_the_journal_has_what_was_done_and_escapes_it(desk: Desk, visitor: Visitors) -> None:
    number = desk.mailing("sent")
    desk.give(desk.mailing("sending"), "cancel", TERMINAL, reason="<script>alert(1)</script>")
    text = visitor().text("/settings/journal")
    assert f'href="/mailings/{number}"' in text
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("page", ["domains", "transports", "webhooks"])
def test_another_accounts_things_are_not_there(page: str, desk: Desk, visitor: Visitors) -> None:
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    anna = visitor()
    anna.post("/settings/domains", {"name": f"{other.account}.example.org"})
    webhooks.create(desk.conn, desk.account, url="https://example.org/h", actor=TERMINAL)
    rows = {
        "domains": domains.listed(desk.conn, desk.account), "transports": transports.listed(desk.conn, desk.account),
        "webhooks": webhooks.listed(desk.conn, desk.account),
    }  # fmt: skip
    stranger = visitor(of=other)
    path = f"/settings/{page}/{rows[page][0].id}"
    assert anna.get(path).status_code == 200
    for address in (path, f"{path}/delete"):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address).status_code == 404


def test_limits_are_set_and_taken_away(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    form = {"scope": "domain", "domain": "Slow.Example", "rate": "1000/h", "connections": "5"}
    assert anna.post("/settings/limits", form).status_code == 302
    [limit] = [each for each in limits.listed(desk.conn, desk.account) if each.value == "slow.example"]
    assert (limit.rate, limit.connections, limit.account) == ("1000/h", 5, desk.account)
    text = anna.text("/settings/limits")
    assert "The domain slow.example" in text
    assert "1000/h" in text
    wrong = anna.post("/settings/limits", form | {"rate": "quickly"})
    assert wrong.status_code == 422
    assert "is no rate" in wrong.content.decode()
    assert anna.post("/settings/limits", form | {"connections": "many"}).status_code == 422
    assert visitor("approver").post("/settings/limits", form).status_code == 403
    assert anna.post(f"/settings/limits/{limit.id}/remove").status_code == 302
    assert limits.listed(desk.conn, desk.account) == []
    assert anna.post(f"/settings/limits/{limit.id}/remove").status_code == 404


@pytest.mark.behaviour("B8")
def test_the_speed_of_a_mailing_is_changed_on_its_page(desk: Desk, visitor: Visitors) -> None:
    mailing, anna = desk.mailing("sending"), visitor()
    assert "As fast as the servers take it." in anna.text(f"/mailings/{mailing}")
    assert anna.post(f"/mailings/{mailing}/speed", {"rate": "50", "connections": "3"}).status_code == 302
    text = anna.text(f"/mailings/{mailing}")
    assert "50/s at most" in text
    assert "3 connections at most" in text
    assert 'value="50/s"' in anna.text(f"/mailings/{mailing}/speed")
    assert anna.post(f"/mailings/{mailing}/speed", {"rate": "0", "connections": ""}).status_code == 422
    assert visitor("approver").post(f"/mailings/{mailing}/speed", {"rate": "1"}).status_code == 403
    assert anna.post(f"/mailings/{mailing}/speed", {"rate": "", "connections": ""}).status_code == 302
    assert "As fast as the servers take it." in anna.text(f"/mailings/{mailing}")
