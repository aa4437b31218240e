"""A furnished account: something of every kind that pages show, so that each of them has something to show."""

import io
from dataclasses import dataclass, field
from decimal import Decimal
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path
from typing import Any

from PIL import Image
from psycopg.types.json import Jsonb

from penstock.account import domains, invitations, limits, tokens
from penstock.account.credits import ledger
from penstock.audience import importing, suppression, uploads
from penstock.audience.segments import keeping, text
from penstock.content import templates
from penstock.content.links import follow_token
from penstock.content.links import tokens as private
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.content.pictures import storing
from penstock.feedback import events, strays
from penstock.feedback.mailboxes import keeping as mailboxes
from penstock.feedback.orders import cancelling, taking
from penstock.mailing import chain, mailings, switches
from penstock.mailing.step import Condition
from penstock.notices import deliveries, outbox, webhooks
from penstock.personal import many
from penstock.platform.environment import link_key
from penstock.preflight import testing
from penstock.report import warning
from tests.browser.desk import TERMINAL, Desk

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


_NUMBERS = {
    "mailings": "select id from mailing_mailing where account_id = %(account)s order by id",
    "people": "select person_id from account_membership where account_id = %(account)s",
    "invitations": "select id from account_invitation where account_id = %(account)s",
    "accounts": "select %(account)s::integer",
    "transports": "select id from account_transport where account_id = %(account)s",
    "domains": "select id from account_domain where account_id = %(account)s",
    "keys": "select k.selector from account_domain_key k join account_domain d on d.id = k.domain_id where d.account_id = %(account)s",
    "mailboxes": "select id from feedback_mailbox where account_id = %(account)s",
    "strays": "select id from feedback_stray where account = %(account)s limit 2",
    "webhooks": "select id from notices_webhook where account_id = %(account)s",
    "deliveries": "select d.id from notices_delivery d join notices_webhook w on w.id = d.webhook_id where w.account_id = %(account)s limit 2",
    "tokens": "select id from account_token where account_id = %(account)s",
    "switches": "select id from mailing_switch where account_id = %(account)s",
    "notices": "select id from notices_notice where account_id = %(account)s limit 2",
    "contacts": "select id from audience_contact where account_id = %(account)s order by id limit 2",
    "lists": "select id from audience_list where account_id = %(account)s and name in ('Spring fair', 'Nobody yet')",
    "segments": "select id from audience_segment where account_id = %(account)s order by id limit 2",
    "imports": "select id from audience_import where account_id = %(account)s",
    "suppressions": "select id from audience_suppression where account_id = %(account)s limit 2",
    "templates": "select id from content_template where account_id = %(account)s",
    "pictures": "select id from content_picture where account_id = %(account)s",
    "mailings/preview": "select id from audience_contact where account_id = %(account)s order by id limit 1",
    "mailings/recipients": "select 1",
    "mailings/report": "select unnest(array['state', 'domain', 'hour', 'answer', 'link'])",
    "versions": "select 1",
    "edit/earlier": "select 1",
    "analyses": "select id from preflight_analysis where account_id = %(account)s and state = 'done'",
    "mailings/analysis": "select f.id from preflight_finding f join preflight_analysis a on a.id = f.analysis_id where a.account_id = %(account)s"
    " and f.count is not null limit 2",
    "limits": "select id from account_limit where account_id = %(account)s",
    "tests": "select id from preflight_test where account_id = %(account)s",
    "transports/hooks": "select provider from feedback_hook where account = %(account)s",
    "secrets": "select 'x'",
}
"""What stands in addresses behind the word."""


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
    _limits(scene)
    _credits(scene)
    _chain(scene)
    _answers(scene)
    outbox.turn(desk.conn)
    scene.things |= {
        kind: [row[0] for row in desk.conn.execute(query, {"account": desk.account})]
        for kind, query in _NUMBERS.items()
    }
    holder = private(scene.mailings["sent"], 1, link_key())[1]
    follow = follow_token(holder).decode()
    scene.things |= {"u": [holder.decode()], "c": [f"1-{follow}"], "o": [follow]}
    return scene


def _chain(scene: Scene) -> None:
    """A step that follows what is sent."""
    desk, first = scene.desk, scene.mailings["sent"]
    message = store_message(
        desk.conn,
        desk.account,
        Message(sender="News <news@example.org>", subject="Once more", text="Did you see it?"),
    )
    new = chain.New("Did you see our news?", message, 2 * 86_400, Condition.NOT_OPENED)
    chain.add(desk.conn, desk.account, first, new, TERMINAL)


def _answers(scene: Scene) -> None:
    """What came back of the mailing that was sent: opens, clicks, an order that counts for it and one that is cancelled."""
    desk, sent = scene.desk, scene.mailings["sent"]
    desk.conn.execute(
        "insert into delivery_link (mailing, no, url) select %s, n, 'https://example.org/shoes?page=' || n from generate_series(1, 3) n",
        (sent,),
    )
    for seq, kind, link in (
        (1, "opened", None),
        (2, "prefetched", None),
        (1, "clicked", 1),
        (2, "scanned", 2),
        (3, "complained", None),
    ):
        events.record_of_recipient(desk.conn, sent, seq, kind, link=link)
    row = desk.conn.execute(
        "select contact from delivery_recipient where mailing = %s and seq = 1", (sent,)
    ).fetchone()
    assert row
    orders = [taking.Order(f"order {n}", Decimal("20.5") * n, "EUR", contact=row[0]) for n in (1, 2)]
    taking.take(desk.conn, desk.account, orders)
    cancelling.cancel(desk.conn, desk.account, ["order 2"])


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


def _audience(scene: Scene, folder: Path) -> None:
    desk = scene.desk
    file = folder / "spring.csv"
    file.write_text(CSV)
    importing.import_file(desk.conn, desk.account, file, list_name="Spring fair", name="spring.csv")
    failed = folder / "broken.csv"
    failed.write_text("no,address,here\n1,2,3\n")
    try:
        importing.import_file(desk.conn, desk.account, failed, name="broken.csv")
    except ValueError:
        pass
    uploads.enqueue(
        desk.conn, desk.account, folder / "waiting.csv", TERMINAL, name="waiting.csv", list_name="Later"
    )
    for number, reason in enumerate(suppression.BY_HAND):
        suppression.suppress(
            desk.conn, desk.account, f"gone{number}@{desk.domain}", reason, "imported with spring.csv"
        )
    many.request(desk.conn, desk.account, [f"forgotten@{desk.domain}"], TERMINAL)
    for seq, kind in enumerate(("hard", "soft", "blocked"), 1):
        desk.conn.execute(
            "insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)"
            " values (%s, %s, %s, 1, %s, now(), %s, 550, '5.1.1', 'no such user here', 'dsn', %s)",
            (desk.account, scene.mailings["sent"], seq, f"gone{seq}@{desk.domain}", kind, kind == "hard"),
        )
    for said, word, done in (("STOP", "stop", "unsubscribed"), ("Where do I find you?", None, "nothing")):
        desk.conn.execute(
            "insert into feedback_message (account, transport, number, addressee, text, noted_at, word, done, contact)"
            " values (%(account)s, 1, '+33612345678', '36180', %(text)s, now(), %(word)s, %(done)s,"
            " (select min(id) from audience_contact where account_id = %(account)s))",
            {"account": desk.account, "text": said, "word": word, "done": done},
        )
    desk.list(0, "Nobody yet", addresses=())
    for name, words in (
        ("Grown-ups", 'age >= 18 and on list "Spring fair" and not did "purchase"'),
        (
            "Nested",
            '(town is "Ulm" or town is "Bonn") and not (age < 18 or opened any mailing in the last 90 days)',
        ),
    ):
        keeping.create(desk.conn, desk.account, name, text.read(words), TERMINAL)


def _content(scene: Scene) -> None:
    desk = scene.desk
    html = "<h1>Fair</h1><p>Dear {{ first_name }},</p><p><a href='https://example.org/fair'>Come</a></p>"
    message = store_message(
        desk.conn, desk.account, Message(sender="Orchard <news@example.org>", subject="Fair", html=html)
    )
    templates.create(desk.conn, desk.account, name="Fair", message=message, actor=TERMINAL)
    short = Message(sender="Orchard", subject="", text="Hi {{ first_name }}, it’s tonight", channel="sms")
    templates.create(
        desk.conn, desk.account, name="Tonight", message=store_message(desk.conn, desk.account, short), actor=TERMINAL
    )  # fmt: skip
    drawn = io.BytesIO()
    Image.new("RGB", (120, 60), (40, 120, 80)).save(drawn, "PNG")
    storing.keep(desk.conn, desk.account, name="fair.png", data=drawn.getvalue(), actor=TERMINAL)


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
    box = mailboxes.create(
        conn, account, name="Returned mail", url="imaps://bounces:secret@imap.example.org", afterwards="move",
        done_folder="Done", actor=TERMINAL,
    )  # fmt: skip
    conn.execute(
        "update feedback_mailbox set trouble = 'imap.example.org:993 says nothing.', failing_since = now(), failures = 3,"
        " messages = 312, placed = 309 where id = %s",
        (box.id,),
    )
    for number, subject in enumerate(("<script>alert(1)</script>", "Who are you?")):
        strays.keep(
            conn,
            "imap",
            "unrecognised",
            "It is neither.",
            f"Subject: {subject}\r\n\r\n{number}".encode(),
            account=account,
        )
    conn.execute(
        "update audience_list set public = true, title = 'Fairs', description = 'Where we are this season.' where account_id = %s"
        " and name = 'Spring fair'",
        (account,),
    )
    conn.execute(
        "insert into feedback_hook (account, transport, provider, digest, made_by, last_at, last_kind, refused_at, refused)"
        " values (%s, %s, 'mailgun', sha256('x'), 'Anna', now(), 'delivered', now(), 'It is not signed.')",
        (account, desk.transport),
    )
    _failed_delivery(scene, hook.id)
    invitations.make(
        conn,
        account=account,
        email=f"esi@{desk.domain}",
        roles=["author"],
        language="fr",
        actor=TERMINAL,
        maker=None,
    )
    desk.person("author", name="Chloé Martin", zone="Europe/Paris")
    tokens.create(conn, account=account, name="Shop", scopes=["mailings:read"], actor=TERMINAL)
    switches.put(
        conn,
        TERMINAL,
        scope="domain",
        value="partner.example",
        reason="Their complaint rate is 2 %.",
        account=account,
    )


def _limits(scene: Scene) -> None:
    """A limit of each kind, and a domain that is spared."""
    desk = scene.desk
    for scope, value in (("domain", "slow.example"), ("account", "")):
        limits.put(
            desk.conn, TERMINAL, scope=scope, value=value, rate="1000/h", connections=4, account=desk.account
        )
    desk.conn.execute(
        "insert into delivery_backoff (transport, domain, rate, usual, until, refused, reply)"
        " select min(id), 'spared.example', 5, 40, now() + interval '1 day', 63, '451 4.7.0 Too many messages from you'"
        " from account_transport where account_id = %s",
        (desk.account,),
    )


def _credits(scene: Scene) -> None:
    """Credits with a history; some planned mailings will find too few."""
    desk = scene.desk
    ledger.top_up(
        desk.conn, desk.account, TERMINAL, amount=40, note="For the fair.", reference="invoice 2026-11"
    )
    ledger.top_up(desk.conn, desk.account, TERMINAL, amount=-30, note="Typed twice.")
    desk.policy(credits="counted")
    warning.recount(desk.conn, desk.account)


def _failed_delivery(scene: Scene, hook: int) -> None:
    scene.desk.conn.execute(
        "with one as (update notices_delivery set attempts = 1 where webhook_id = %s returning id)"
        " insert into notices_attempt (delivery_id, number, at, seconds, status, error, response)"
        " select id, 1, now(), 0.4, 500, 'The answer was 500', '<h1>Internal error</h1>' from one",
        (hook,),
    )


def catch(folder: Path) -> list[str]:
    """Put a message into the Maildir at `folder`, as the demo's catching server does; returns what it is called there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    box = Maildir(folder, create=True)
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Orchard <news@example.org>", "anna@example.org", "Fair"
    letter["Date"] = "Mon, 01 Jun 2026 09:00:00 +0000"
    letter.set_content("Come to the fair.")
    letter.add_alternative("<h1>Fair</h1><p>Come to the <b>fair</b>.</p>", subtype="html")
    box.add(letter)
    return [path.name for path in (folder / "new").iterdir()]
