"""A furnished account: something of every kind that pages show, so that each of them has something to show."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from psycopg.types.json import Jsonb

from penstock.account import domains, tokens
from penstock.audience import importing, suppression, uploads
from penstock.content import templates
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.content.pictures import storing
from penstock.mailing import mailings, switches
from penstock.mailing.states import State
from penstock.notices import deliveries, outbox, webhooks
from penstock.preflight import testing
from tests.browser.desk import TERMINAL, Desk, tomorrow

CSV = """email,first_name,town
anna@example.org,Anna,Lyon
björn@example.org,Björn,Malmö
nobody at all,Nobody,Nowhere
anna@example.org,Anna again,Lyon
,Empty,Leeds
esi@example.net,Esi,Accra
"""
FOUND = {
    "dmarc": {"state": "missing", "text": "There is no DMARC record.", "cure": "Add it.", "found": []},
    "spf": {"state": "wrong", "text": "The SPF record does not name this server.", "cure": "Add the mechanism.",
            "found": ["v=spf1 include:_spf.example.net -all"]},
}  # fmt: skip


@dataclass
class Scene:
    """The numbers of what there is, by what it is called in the addresses of pages."""

    desk: Desk
    mailings: dict[str, int] = field(default_factory=dict)
    things: dict[str, list[Any]] = field(default_factory=dict)


def furnish(desk: Desk, folder: Path) -> Scene:
    """Furnish the account of `desk`; files go to `folder`. Takes about a second."""
    scene = Scene(desk, mailings=desk.all_states())
    _gates(scene)
    _audience(scene, folder)
    _content(scene)
    _settings(scene)
    outbox.turn(desk.conn)
    scene.things |= {
        "mailing": list(scene.mailings.values()),
        "person": _numbers(desk, "select person_id from account_membership where account_id = %s"),
        "account": [desk.account],
        "transport": _numbers(desk, "select id from account_transport where account_id = %s"),
        "contact": _numbers(desk, "select id from audience_contact where account_id = %s limit 2"),
        "analysis": _numbers(desk, "select id from preflight_analysis where account_id = %s and state = 'done'"),
        "finding": _numbers(desk, "select f.id from preflight_finding f join preflight_analysis a on a.id = f.analysis_id"
                                  " where a.account_id = %s and f.count is not null limit 2"),
        "notice": _numbers(desk, "select id from notices_notice where account_id = %s limit 2"),
        "suppression": _numbers(desk, "select id from audience_suppression where account_id = %s limit 2"),
        "delivery": _numbers(desk, "select d.id from notices_delivery d join notices_webhook w on w.id = d.webhook_id where w.account_id = %s limit 2"),
    }  # fmt: skip
    return scene


def _numbers(desk: Desk, query: str) -> list[int]:
    return [row[0] for row in desk.conn.execute(query, (desk.account,))]


def _gates(scene: Scene) -> None:
    """What an approver finds: an analysis with findings of each kind, tests sent, a mailing that is late."""
    desk, waiting = scene.desk, scene.mailings["in_review"]
    desk.conn.execute(
        "update audience_contact set attributes = attributes - 'town' where account_id = %s and id %% 5 = 0",
        (desk.account,),
    )
    desk.analyse(waiting)
    desk.analyse(scene.mailings["draft"])
    found = mailings.find(desk.conn, desk.account, waiting)
    assert found
    testing.ask(desk.conn, found, TERMINAL, to=["anna@example.org"])
    scene.things["test"] = _numbers(desk, "select id from preflight_test where account_id = %s")


def _audience(scene: Scene, folder: Path) -> None:
    desk = scene.desk
    file = folder / "spring.csv"
    file.write_text(CSV)
    done = importing.import_file(desk.conn, desk.account, file, list_name="Spring fair", name="spring.csv")
    failed = folder / "broken.csv"
    failed.write_text("no,address,here\n1,2,3\n")
    try:
        importing.import_file(desk.conn, desk.account, failed, name="broken.csv")
    except ValueError:
        pass
    waiting = uploads.enqueue(
        desk.conn, desk.account, folder / "waiting.csv", TERMINAL, name="waiting.csv", list_name="Later"
    )
    for number, reason in enumerate(suppression.BY_HAND):
        suppression.suppress(
            desk.conn, desk.account, f"gone{number}@{desk.domain}", reason, "imported with spring.csv"
        )
    scene.things["import"] = [
        done.id,
        waiting,
        *_numbers(desk, "select id from audience_import where account_id = %s and state = 'failed'"),
    ]
    scene.things["list"] = [done.list, desk.list(0, "Nobody yet", addresses=())]


def _content(scene: Scene) -> None:
    desk = scene.desk
    html = "<h1>Fair</h1><p>Dear {{ first_name }},</p><p><a href='https://example.org/fair'>Come</a></p>"
    message = store_message(
        desk.conn, desk.account, Message(sender="Orchard <news@example.org>", subject="Fair", html=html)
    )
    made = templates.create(desk.conn, desk.account, name="Fair", message=message, actor=TERMINAL)
    drawn = io.BytesIO()
    Image.new("RGB", (120, 60), (40, 120, 80)).save(drawn, "PNG")
    kept, _ = storing.keep(desk.conn, desk.account, name="fair.png", data=drawn.getvalue(), actor=TERMINAL)
    scene.things |= {"template": [made.id], "picture": [kept.id], "version": [1]}


def _settings(scene: Scene) -> None:
    desk, conn, account = scene.desk, scene.desk.conn, scene.desk.account
    domain = domains.create(conn, account, name=f"news.{desk.domain}", actor=TERMINAL)
    conn.execute(
        "update account_domain set found = %s, checked_at = now() where id = %s", (Jsonb(FOUND), domain.id)
    )
    hook, _ = webhooks.create(
        conn, account, url="https://hooks.example.net/penstock", description="The shop", actor=TERMINAL
    )
    deliveries.test(conn, account, hook.id, actor=TERMINAL)
    _failed_delivery(scene, hook.id)
    desk.person("author", name="Chloé Martin", zone="Europe/Paris")
    token = tokens.create(conn, account=account, name="Shop", scopes=["mailings:read"], actor=TERMINAL)
    put = switches.put(
        conn,
        TERMINAL,
        scope="domain",
        value="partner.example",
        reason="Their complaint rate is 2 %.",
        account=account,
    )
    scene.things |= {
        "domain": [domain.id], "webhook": [hook.id], "token": [token.token.id], "switch": [put.switch.id],
        "selector": [key.selector for key in domain.keys],
    }  # fmt: skip


def _failed_delivery(scene: Scene, hook: int) -> None:
    scene.desk.conn.execute(
        "with one as (update notices_delivery set attempts = 1 where webhook_id = %s returning id)"
        " insert into notices_attempt (delivery_id, number, at, seconds, status, error, response)"
        " select id, 1, now(), 0.4, 500, 'The answer was 500', '<h1>Internal error</h1>' from one",
        (hook,),
    )


def states(scene: Scene, *wanted: State) -> list[int]:
    """The numbers of the scene's mailings in these states."""
    return [scene.mailings[state.value] for state in wanted]


__all__ = ["Scene", "furnish", "states", "tomorrow"]
