"""Tracked and tagged mailings: what their senders load, where their links lead, what is approved, and what keeps them from going."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.content.checking import blockers
from penstock.content.following import MOST
from penstock.content.links import follow_token, tokens
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.content.render import date_bytes
from penstock.content.targets import Target
from penstock.delivery import clock, order, targets
from penstock.mailing import control
from penstock.mailing.facts import gather
from penstock.mailing.mailings import find
from penstock.platform import environment
from penstock.preflight.foretelling import foretell
from penstock.preflight.making import program
from tests.integration.delivery.stage import ANNA, add_contacts, command, draft, policy, state, travel

Conn = psycopg.Connection[Any]
HTML = '<p><a href="https://shop.example/a">a</a> <a href="https://shop.example/{{ code }}">b</a></p>'
OUTSIDE = "smtp://mx.example.net:25"


def tracked(conn: Conn, name: str, html: str = HTML, via: str = "smtp://127.0.0.1:1", **options: Any) -> int:
    wanted = {"track_clicks": "on", "track_opens": "on", "utm_tags": "on", **options}
    return draft(conn, add_contacts(conn, name, 3), via, html, **wanted)


def renamed(conn: Conn, mailing: int, name: str) -> int:
    conn.execute("update mailing_mailing set name = %s where id = %s", (name, mailing))
    return mailing


def message(conn: Conn, mailing: int, loaded: order.Order) -> str:
    public, private = tokens(mailing, 1, loaded.key)
    row = ["reader7@example.net", *("7" for _ in loaded.program.variables[1:])]
    return loaded.program.envelope_data(tuple(row), public, private, date_bytes(0), eightbit=True).decode()


@pytest.mark.behaviour("S4.38")
def test_senders_number_the_links_once_and_a_mended_message_gets_more(conn: Conn) -> None:
    mailing = renamed(conn, tracked(conn, "numbers"), "Été à Ålesund 2026")
    first, second = order.load(conn, mailing), order.load(conn, mailing)
    tags = "utm_source=penstock&utm_medium=email&utm_campaign=ete-a-alesund-2026"
    assert targets.find(conn, mailing, 1) == Target(f"https://shop.example/a?{tags}")
    assert targets.find(conn, mailing, 2) == Target(
        "https://shop.example/{{ code }}", personal=True, tags=tags
    )
    assert targets.find(conn, mailing, 3) is None
    token = follow_token(tokens(mailing, 1, first.key)[1]).decode()
    for loaded in (first, second):
        made = message(conn, mailing, loaded)
        assert all(f'"{environment.base_url()}/c/{number}-{token}"' in made for number in (1, 2))
        assert f'"{environment.base_url()}/o/{token}"' in made
    mended = Message(
        "News <news@example.org>", "News", html='<a href="https://shop.example/new">n</a>' + HTML
    )
    conn.execute(
        "update mailing_mailing set message_id = %s where id = %s", (store_message(conn, 1, mended), mailing)
    )
    made = message(conn, mailing, order.load(conn, mailing))
    assert made.index(f"/c/3-{token}") < made.index(f"/c/1-{token}") < made.index(f"/c/2-{token}")
    assert targets.find(conn, mailing, 3) == Target(f"https://shop.example/new?{tags}")


def test_a_personal_link_leads_where_its_contact_is_now_and_nowhere_without_one(conn: Conn) -> None:
    mailing = tracked(conn, "personal", utm_campaign="x_1", utm_source="news")
    contact = conn.execute(
        "select min(id) from audience_contact where normal = 'reader2@example.net'"
    ).fetchone()
    assert contact
    conn.execute(
        "insert into delivery_recipient (mailing, seq, contact, package, normal) values (%s, 1, %s, 1, 'reader2@example.net')",
        (mailing, contact[0]),
    )
    order.load(conn, mailing)
    there = targets.find(conn, mailing, 2)
    assert there
    tags = "utm_source=news&utm_medium=email&utm_campaign=x_1"
    assert targets.address_for(conn, mailing, 1, there) == f"https://shop.example/2?{tags}"
    assert targets.address_for(conn, mailing, 9, there) is None
    assert targets.address_for(conn, mailing, 1, replace_url(there, "{{ email }}")) is None
    conn.execute('update audience_contact set attributes = \'{"code": "ü/?"}\' where id = %s', contact)
    assert targets.address_for(conn, mailing, 1, there) == f"https://shop.example/%C3%BC/?{tags}"
    conn.execute("update delivery_recipient set contact = -1 where mailing = %s", (mailing,))  # erased
    assert targets.address_for(conn, mailing, 1, there) is None


def replace_url(target: Target, url: str) -> Target:
    return target._replace(url=url)


def test_nothing_is_kept_or_changed_where_nothing_is_wanted_and_previews_count_nothing(conn: Conn) -> None:
    plain = draft(conn, add_contacts(conn, "plain", 1), html=HTML)
    loaded = order.load(conn, plain)
    assert loaded.program.targets == ()
    assert '"https://shop.example/a"' in message(conn, plain, loaded)
    mailing = find(conn, 1, tracked(conn, "seen", utm_campaign="c"))
    assert mailing
    seen = program(conn, mailing)
    assert seen.targets == ()
    row = ("a@example.org", *["7"] * (len(seen.variables) - 1))
    html = seen.envelope_data(row, *tokens(1, 1, b"k"), date_bytes(0), eightbit=True).decode()
    assert "/c/" not in html
    assert "https://shop.example/7?utm_source=penstock&amp;utm_medium=email&amp;utm_campaign=c" in html


def refused(conn: Conn, mailing: int) -> dict[str, str]:
    with pytest.raises(control.Refused) as refused:
        command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    return {reason.code: reason.text for reason in refused.value.reasons}


@pytest.mark.behaviour("S4.1")
def test_a_mailing_whose_name_gives_no_campaign_is_incomplete(conn: Conn) -> None:
    mailing = renamed(conn, tracked(conn, "nameless"), "⁂ !!")
    assert "Set the option utm_campaign" in refused(conn, mailing)["incomplete"]
    conn.execute(
        'update mailing_mailing set options = options || \'{"utm_campaign": "spring"}\' where id = %s',
        (mailing,),
    )
    assert command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True).state == "in_review"


def test_more_links_than_can_be_tracked_stand_in_the_way(conn: Conn) -> None:
    html = "".join(f'<a href="https://shop.example/{number}">x</a>' for number in range(MOST + 1))
    mailing = tracked(conn, "many", html)
    assert "1,001 different links" in " ".join(blockers(conn, mailing))
    conn.execute("update mailing_mailing set options = options - 'track_clicks' where id = %s", (mailing,))
    assert blockers(conn, mailing) == ()


def test_what_nobody_outside_would_reach_is_not_tracked(conn: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    policy(conn, sender_domain="warn")
    mailing = tracked(conn, "unreachable", via=OUTSIDE)
    assert "Its clicks and openings are tracked" in refused(conn, mailing)["tracking_unreachable"]
    monkeypatch.setenv("PENSTOCK_BASE_URL", "https://mail.example.org")
    command(conn, mailing, "submit", plan={"kind": "later"}, confirm=True)
    command(conn, mailing, "approve")
    monkeypatch.delenv("PENSTOCK_BASE_URL")
    with pytest.raises(control.Refused, match="nobody outside this machine"):
        command(conn, mailing, "send_now", confirm=True)
    with pytest.raises(ValueError, match="this sender was told no PENSTOCK_BASE_URL"):
        order.load(conn, mailing)
    plan = {
        "kind": "at",
        "at": (datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)).isoformat(timespec="seconds"),
        "zone": "UTC",
    }
    command(conn, mailing, "schedule", plan=plan, confirm=True)
    travel(conn, hours=25)
    clock.strike(conn)
    assert state(conn, mailing) == "interrupted"


def test_other_mailings_of_the_same_campaign_are_named(conn: Conn) -> None:
    names = ["Spring, the sale", "Весна", "spring THE sale!", "Something else", "Vesna"]
    made = [renamed(conn, tracked(conn, f"same {name}"), name) for name in names]
    chosen = tracked(conn, "chosen", utm_campaign="spring-the-sale")
    tracked(conn, "other medium", utm_campaign="spring-the-sale", utm_medium="post")
    renamed(conn, draft(conn, add_contacts(conn, "untagged", 1), html=HTML), names[0])

    def same(mailing: int) -> tuple[int, ...]:
        found = gather(conn, mailing, submitting=True)
        assert found
        return found.facts.same_campaign

    assert same(made[0]) == (chosen, made[2])
    assert same(made[1]) == (made[4],)
    assert same(made[3]) == ()
    told = foretell(conn, made[4], "submit", ANNA, {"plan": {"kind": "now"}, "confirm": True}).warnings
    assert any(f"cannot tell it from mailing {made[1]}:" in each for each in told)


@pytest.mark.behaviour("B5")
def test_what_is_tracked_and_tagged_is_approved_with_the_message(conn: Conn) -> None:
    mailing, digests = tracked(conn, "digest"), set()
    for options in (
        {},
        {"track_opens": "on"},
        {"track_clicks": "on"},
        {"utm_tags": "on"},
        {"utm_tags": "on", "utm_term": "x"},
    ):
        conn.execute(
            "update mailing_mailing set options = %s where id = %s",
            (psycopg.types.json.Jsonb(options), mailing),
        )
        command(conn, mailing, "submit", plan={"kind": "later"}, confirm=True)
        found = gather(conn, mailing)
        assert found
        digests.add(found.facts.digest)
        command(conn, mailing, "withdraw")
    assert len(digests) == 5
