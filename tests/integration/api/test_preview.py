"""The message as any recipient gets it, walked one after the other, picked from the To list, and worst first."""

from typing import Any

import psycopg
import pytest

from penstock.account import transports
from penstock.audience.suppression import suppress
from penstock.content.links import tokens
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery.freeze import prepare
from penstock.mailing import mailings
from penstock.platform.environment import link_key
from tests.integration.api.test_facets import everything
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]


def contact(conn: Conn, number: int) -> int:
    row = conn.execute(
        "select id from audience_contact where normal = %s", (stage.address(number),)
    ).fetchone()
    assert row
    return int(row[0])


def shown(api: Any, mailing: int, rest: str = "") -> dict[str, Any]:
    answer = api.get(f"/mailings/{mailing}/preview{rest}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def walked(api: Any, mailing: int, query: str = "") -> list[int]:
    """The contacts of a walk from its first to its last; going back gives the same."""
    seen = [shown(api, mailing, query)]
    assert seen[0]["previous"] is None
    while seen[-1]["next"]:
        seen.append(shown(api, mailing, f"/{seen[-1]['next']}{query}"))
    forwards = [each["contact"] for each in seen]
    assert [each["previous"] for each in seen[1:]] == forwards[:-1]
    return forwards


def freeze(conn: Conn, mailing: int) -> None:
    stage.launch(conn, mailing)
    prepare(conn, mailing)
    assert stage.state(conn, mailing) == "sending"


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A draft to readers 1 to 6, of whom the second is suppressed."""
    listed = stage.add_contacts(conn, "readers", 6)
    suppress(conn, 1, stage.address(2), "unsubscribed", "test")
    return stage.draft(conn, listed)


@pytest.mark.behaviour("S1.9")
def test_a_preview_is_opened_as_a_mail_program_does(api: Any, conn: Conn, mailing: int) -> None:
    who = contact(conn, 4)
    seen = shown(api, mailing, f"/{who}")
    assert (seen["contact"], seen["address"], seen["subject"]) == (who, stage.address(4), "News")
    assert "your code is [[4]]" in seen["html"]
    assert "your code is [[4]]" in seen["text"]
    assert seen["variables"] == {"email": stage.address(4), "first_name": "Anna", "code": "4"}
    assert {"name": "To", "value": stage.address(4)} in seen["headers"]
    raw = api.get(f"/mailings/{mailing}/preview/{who}", Accept="message/rfc822")
    assert raw["Content-Type"] == "message/rfc822"
    assert len(raw.content) == seen["size"]
    assert [line for line in raw.content.decode().splitlines() if not line.startswith("Date:")] == [
        line for line in seen["source"].splitlines() if not line.startswith("Date:")
    ]


@pytest.mark.behaviour("S1.10")
def test_walking_is_the_same_before_and_after_the_freeze(api: Any, conn: Conn, mailing: int) -> None:
    expected = [contact(conn, n) for n in (1, 3, 4, 5, 6)]
    assert walked(api, mailing) == expected
    everybody = [each["contact"] for each in everything(api, f"/mailings/{mailing}/recipients?limit=2")]
    assert everybody == expected
    freeze(conn, mailing)
    stage.add_contacts(conn, "readers", 1, first=7)  # who comes later is not in the ledger
    assert walked(api, mailing) == expected
    assert [
        each["contact"] for each in everything(api, f"/mailings/{mailing}/recipients?limit=2")
    ] == expected


def test_who_would_not_get_it_is_told(api: Any, conn: Conn, mailing: int) -> None:
    suppressed, stranger = contact(conn, 2), stage.add_contacts(conn, "others", 1, first=9)
    seen = shown(api, mailing, f"/{suppressed}")
    assert seen["warnings"][0] == "This contact would not get it: the address is suppressed (unsubscribed)."
    assert (seen["previous"], seen["next"]) == (contact(conn, 1), contact(conn, 3))
    assert stranger
    assert "it is not on the list" in shown(api, mailing, f"/{contact(conn, 9)}")["warnings"][0]
    freeze(conn, mailing)
    assert "not chosen when" in shown(api, mailing, f"/{contact(conn, 9)}")["warnings"][0]
    suppress(conn, 1, stage.address(3), "complaint", "test")
    assert "(complaint)" in shown(api, mailing, f"/{contact(conn, 3)}")["warnings"][0]


def test_an_address_that_was_corrected_since_keeps_its_place(api: Any, conn: Conn, mailing: int) -> None:
    freeze(conn, mailing)
    conn.execute("update audience_contact set address = 'new@example.net', normal = 'new@example.net', updated_at = clock_timestamp() where id = %s", (contact(conn, 4),))  # fmt: skip
    moved = conn.execute("select id from audience_contact where normal = 'new@example.net'").fetchone()
    assert moved
    seen = shown(api, mailing, f"/{moved[0]}")
    assert seen["address"] == stage.address(4)  # it goes where the ledger says
    assert (seen["previous"], seen["next"]) == (contact(conn, 3), contact(conn, 5))


def test_who_was_erased_is_passed_over(api: Any, conn: Conn, mailing: int) -> None:
    gone = contact(conn, 4)
    freeze(conn, mailing)
    assert api.delete(f"/contacts/{gone}").status_code == 204
    assert walked(api, mailing) == [contact(conn, n) for n in (1, 3, 5, 6)]
    problem(api.get(f"/mailings/{mailing}/preview/{gone}"), 404, "not_found")


def test_whom_another_mailing_reached_is_left_out(api: Any, conn: Conn, mailing: int) -> None:
    freeze(conn, mailing)
    conn.execute(
        "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
        " values (now(), %s, 1, 1, delivery_reply_id(250, '', 'ok', 'dot'), 1, 5)",
        (mailing,),
    )
    rest = conn.execute(
        "select (audience ->> 'list')::int from mailing_mailing where id = %s", (mailing,)
    ).fetchone()
    assert rest
    new = stage.draft(conn, rest[0])
    api.patch(f"/mailings/{new}", {"audience": {"list": rest[0], "not_reached_by": [mailing]}})
    assert walked(api, new) == [contact(conn, n) for n in (3, 4, 5, 6)]
    assert "exclude it" in shown(api, new, f"/{contact(conn, 1)}")["warnings"][0]
    found = api.get(f"/mailings/{new}/recipients?q=reader").json()["items"]
    assert [each["contact"] for each in found] == [contact(conn, n) for n in (3, 4, 5, 6)]


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.behaviour("S1.10")
def test_the_to_list_is_searched_by_address_and_by_what_the_message_uses(
    api: Any, conn: Conn, frozen: bool
) -> None:
    listed = stage.add_contacts(conn, "readers", 120)
    conn.execute('update audience_contact set attributes = attributes || \'{"secret": "Reader of hearts"}\'')
    conn.execute("update audience_contact set attributes = attributes || '{\"first_name\": \"Reader the great\"}' where normal = %s", (stage.address(60),))  # fmt: skip
    conn.execute("update audience_contact set address = 'ann@example.net', normal = 'ann@example.net' where normal = %s", (stage.address(90),))  # fmt: skip
    conn.execute("update audience_contact set attributes = attributes || '{\"first_name\": \"READER too\"}' where normal = 'ann@example.net'")  # fmt: skip
    mailing = stage.draft(conn, listed)
    if frozen:
        freeze(conn, mailing)

    def search(q: str, limit: int = 50) -> list[str]:
        return [
            each["address"] for each in everything(api, f"/mailings/{mailing}/recipients?q={q}&limit={limit}")
        ]

    assert sorted(search("READER11")) == sorted(stage.address(n) for n in (11, *range(110, 120)))
    assert search("reader11", 3) == search("reader11")
    # By address first, then by attribute, each person once; what the message does not use is not searched.
    everybody = search("reader", 7)
    assert len(everybody) == len(set(everybody)) == 120
    assert everybody[-1] == "ann@example.net"
    assert search("hearts") == search("reader of") == search("zz") == []
    assert search("reader%20t") == [stage.address(60), "ann@example.net"]
    assert search("%25") == []
    item = api.get(f"/mailings/{mailing}/recipients?q=ann@").json()["items"][0]
    assert item["attributes"] == {"first_name": "READER too", "code": "90"}
    cursor = api.get(f"/mailings/{mailing}/recipients?q=reader&limit=5").json()["next_cursor"]
    problem(api.get(f"/mailings/{mailing}/recipients?q=other&cursor={cursor}"), 422, "cursor_invalid")


def analysed(conn: Conn, mailing: int, *findings: tuple[str, list[tuple[int, int]]]) -> list[int]:
    """An analysis that is over, with findings (severity and cases: contact, weight); returns their numbers."""
    row = conn.execute(
        "insert into preflight_analysis (account_id, mailing_id, message_id, audience, state, asked_by, ended_at)"
        " select account_id, id, message_id, audience, 'done', 'anna', now() from mailing_mailing where id = %s returning id",
        (mailing,),
    ).fetchone()
    assert row
    numbers = []
    for rank, (severity, cases) in enumerate(findings):
        made = conn.execute(
            "insert into preflight_finding (analysis_id, severity, code, place, text, cure, count, rank)"
            " values (%s, %s, 'variable_empty', 'html', 'x', 'y', %s, %s) returning id",
            (row[0], severity, len(cases), rank),
        ).fetchone()
        assert made
        numbers.append(made[0])
        for person, weight in cases:
            conn.execute(
                "insert into preflight_case (finding_id, contact, weight, detail) values (%s, %s, %s, 'd')",
                (made[0], person, weight),
            )
    return numbers


@pytest.mark.behaviour("B12")
def test_the_worst_come_first(api: Any, conn: Conn, mailing: int) -> None:
    one, three, four, five = (contact(conn, n) for n in (1, 3, 4, 5))
    note, blocker = analysed(
        conn, mailing, ("note", [(one, 9), (three, 9), (five, 99)]), ("blocker", [(four, 1), (three, 2)])
    )
    assert walked(api, mailing, "?worst=true") == [three, four, five, one]
    assert walked(api, mailing, f"?case={note}") == [five, one, three]
    assert walked(api, mailing, f"?case={blocker}&worst=true") == [three, four]
    seen = shown(api, mailing, f"/{three}?worst=true")
    assert seen["case"] == {"place": 1, "total": 4}
    assert [(each["id"], each["severity"]) for each in seen["concerns"]] == [
        (blocker, "blocker"),
        (note, "note"),
    ]
    outside = shown(api, mailing, f"/{contact(conn, 6)}?worst=true")
    assert (outside["case"], outside["previous"], outside["next"]) == (None, None, three)
    problem(api.get(f"/mailings/{mailing}/preview?case=99999"), 409, "no_analysis")
    api.patch(f"/mailings/{mailing}", {"message": {"subject": "Another"}})
    problem(api.get(f"/mailings/{mailing}/preview?worst=true"), 409, "no_analysis")
    assert walked(api, mailing, f"?case={blocker}") == [
        three,
        four,
    ]  # what was found of the text before can still be seen


def test_nothing_found_is_nothing_to_walk(api: Any, conn: Conn, mailing: int) -> None:
    analysed(conn, mailing, ("note", []))
    problem(api.get(f"/mailings/{mailing}/preview?worst=true"), 404, "nobody")
    empty = stage.draft(conn, stage.add_contacts(conn, "empty", 0))
    problem(api.get(f"/mailings/{empty}/preview"), 404, "nobody")
    assert api.get(f"/mailings/{empty}/recipients").json() == {"items": [], "next_cursor": None}


@pytest.mark.behaviour("B12")
def test_whose_message_cannot_be_made_is_walked_too(api: Any, conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 3)
    mailing = stage.draft(conn, listed, html="<p>{{ code | divided_by: code }}</p>")
    conn.execute(
        'update audience_contact set attributes = \'{"code": "0"}\' where normal = %s', (stage.address(2),)
    )
    people = [contact(conn, n) for n in (1, 2, 3)]
    said = problem(api.get(f"/mailings/{mailing}/preview/{people[1]}"), 409, "cannot_be_made")
    assert "divided_by" in said["detail"]
    assert (said["previous"], said["next"], said["address"]) == (people[0], people[2], stage.address(2))


def test_the_page_does_nothing(api: Any, conn: Conn) -> None:
    html = "<link rel=preconnect href='https://spy.example'><script>alert(1)</script><img src='https://spy.example/x.png'><p>Dear {{ first_name }}</p>"
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 1), html=html)
    answer = api.get(f"/mailings/{mailing}/preview", Accept="text/html")
    assert answer["Content-Type"].startswith("text/html")
    assert "<p>Dear Anna</p>" in answer.content.decode()
    assert "<link" not in answer.content.decode()
    rules = dict(rule.strip().partition(" ")[::2] for rule in answer["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "script-src" not in rules
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-same-origin" not in rules["sandbox"]
    assert rules["img-src"] == "data: http://127.0.0.1:8025/p/"
    assert (answer["X-Content-Type-Options"], answer["Referrer-Policy"]) == ("nosniff", "no-referrer")
    asked = api.get(f"/mailings/{mailing}/preview?pictures=true", Accept="text/html")
    assert "img-src data: https: http:" in asked["Content-Security-Policy"]
    problem(api.get(f"/mailings/{mailing}/preview", Accept="image/png"), 406, "not_acceptable")
    only = Message(sender="a@example.org", subject="s", text="t")
    conn.execute(
        "update mailing_mailing set message_id = %s where id = %s", (store_message(conn, 1, only), mailing)
    )
    problem(api.get(f"/mailings/{mailing}/preview", Accept="text/html"), 406, "not_acceptable")
    assert shown(api, mailing)["html"] is None


def test_no_link_of_a_preview_is_anybodys(api: Any, conn: Conn) -> None:
    html = "<p><a href='{{ unsubscribe_url }}'>no more</a> {{ first_name }}</p>"
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 1), html=html, unsubscribe="link")
    freeze(conn, mailing)
    raw = api.get(f"/mailings/{mailing}/preview", Accept="message/rfc822").content
    assert raw.count(b"/u/0-0-" + b"0" * 24) >= 2  # in the header and in the text
    for token in tokens(mailing, 1, link_key()):
        assert token not in raw


def test_addresses_are_for_those_who_may_see_them(bearer: Any, api: Any, mailing: int) -> None:
    looker = bearer("mailings:read")
    for path in ("preview", "preview/1", "recipients"):
        assert (
            problem(looker.get(f"/mailings/{mailing}/{path}"), 403, "forbidden")["scope"] == "recipients:read"
        )


def test_a_short_message_is_seen_in_its_parts(api: Any, conn: Conn) -> None:
    listed = stage.add_contacts(conn, "telephones", 2)
    conn.execute("update audience_contact set phone = '+3361234' || (1000 + id), region = 'FR'")
    message = Message("Orchard", "", text="It’s {{ first_name }} on {{ phone }}", channel="sms")
    mailing = mailings.create(
        conn, 1, name="sms", message=store_message(conn, 1, message), audience={"list": listed},
        transport=transports.store(conn, 1, "smpp://us:secret@127.0.0.1:1"),
    )  # fmt: skip
    who = contact(conn, 1)
    seen = shown(api, mailing, f"/{who}")
    assert seen["address"].startswith("+3361234")
    assert (seen["text"], seen["html"]) == (f"It’s Anna on {seen['address']}", None)
    assert (seen["short"]["coding"], seen["short"]["parts"]) == ("ucs2", [seen["text"]])
    assert seen["short"]["forcing"][0]["replacement"] == "'"
    assert seen["headers"] == [{"name": "From", "value": "Orchard"}, {"name": "To", "value": seen["address"]}]
    assert walked(api, mailing) == [who, contact(conn, 2)]
    for form in ("message/rfc822", "text/html"):
        answer = api.get(f"/mailings/{mailing}/preview/{who}", Accept=form)
        assert "A short message is a text" in problem(answer, 406, "not_acceptable")["detail"]
