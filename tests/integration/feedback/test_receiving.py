"""What comes back by mail does what it says, to whom a token of ours names, and once; the rest is kept apart."""

from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppressed
from penstock.delivery import freeze
from penstock.feedback import bounces, strays
from penstock.feedback.receive import MOST, Received, holder, receive
from penstock.mailing.actor import SYSTEM
from penstock.personal.erasure import erase_addresses
from tests.integration.delivery.stage import address, begin, counts, hand_over, sound
from tests.integration.feedback.returning import message, verp

Conn = psycopg.Connection[Any]


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A mailing to four, handed over to the first three."""
    number = begin(conn, 4, "smtp://127.0.0.1:1")
    freeze.prepare(conn, number)
    assert len(hand_over(conn, number, 3)) == 3
    return number


def come(conn: Conn, name: str, mailing: int, seq: int, **more: Any) -> Received:
    """A message of the corpus comes back, to the return path."""
    more.setdefault("recipients", [verp(mailing, seq)])
    [answer] = receive(conn, message(name, mailing, seq), door="lmtp", **more)
    return answer


def kinds(conn: Conn) -> list[tuple[str, str, int | None]]:
    return [(one.door, one.kind, one.account) for one in strays.page(conn, None, limit=10)]


def events(conn: Conn) -> list[tuple[Any, ...]]:
    return conn.execute("select kind, seq, data from feedback_event order by id").fetchall()


@pytest.mark.behaviour("S3.15")
def test_a_bounce_by_dsn_changes_the_ledger_and_suppresses_at_once(conn: Conn, mailing: int) -> None:
    assert come(conn, "postfix-user-unknown", mailing, 1) == Received(
        "bounced", mailing, 1, "The recipient has bounced."
    )
    assert sound(conn, mailing) == {"waiting": 1, "accepted": 2, "bounced": 1}
    assert suppressed(conn, 1, address(1)) is None  # by the rules, which are another's affair
    assert bounces.note(conn) == 1
    assert suppressed(conn, 1, address(1)) == "hard_bounce"
    assert conn.execute(
        "select seq, class, code, enhanced, origin, suppressed, normal from feedback_bounce"
    ).fetchall() == [(1, "hard", 550, "5.1.1", "dsn", True, address(1))]
    said = conn.execute("select text from feedback_bounce").fetchone()
    assert said == (
        f"<{address(1)}>: Recipient address rejected: User unknown in virtual mailbox table (reported by mx.example.net)",
    )
    following = begin(conn, 4, "smtp://127.0.0.1:1")
    freeze.prepare(conn, following)
    assert counts(conn, following) == {"waiting": 3, "skipped": 1}
    assert conn.execute(
        "select r.text from delivery_outcome o join delivery_reply r on r.id = o.reply where o.mailing = %s",
        (following,),
    ).fetchall() == [("hard_bounce",)]


def test_replays_count_once(conn: Conn, mailing: int) -> None:
    first = [come(conn, name, mailing, 1).done for name in ("qmail", "arf-rfc5965", "unsubscribe")]
    assert first == ["bounced", "complained", "repeated"]  # who complained gets nothing any more already
    ledger, before = counts(conn, mailing), events(conn)
    for _ in range(2):
        for name in ("qmail", "arf-rfc5965", "unsubscribe", "postfix-user-unknown", "postfix-delivered"):
            assert come(conn, name, mailing, 1).done == "repeated"
    assert (counts(conn, mailing), events(conn)) == (ledger, before)
    assert bounces.note(conn) == 1
    assert bounces.note(conn) == 0
    assert strays.page(conn, None, limit=10) == []


@pytest.mark.parametrize(
    ("name", "done"),
    [
        ("postfix-delivered", "delivered"), ("postfix-delayed", "nothing"), ("postfix-relayed", "nothing"),
        ("postfix-alias-partly", "delivered"), ("exim-warning", "nothing"), ("auto-vacation", "automatic"),
        ("auto-outlook-oof", "automatic"), ("auto-read-receipt", "automatic"), ("arf-not-spam", "nothing"),
        ("arf-auth-failure", "nothing"), ("arf-opt-out", "unsubscribed"), ("person-answers", "stray"),
    ],
)  # fmt: skip
def test_what_is_no_bounce_bounces_nobody(conn: Conn, mailing: int, name: str, done: str) -> None:
    assert come(conn, name, mailing, 2).done == done
    assert "bounced" not in sound(conn, mailing)


def test_of_several_recipients_the_one_in_the_ledger_counts(conn: Conn, mailing: int) -> None:
    come(conn, "postfix-two-recipients", mailing, 1)
    bounces.note(conn)
    assert conn.execute("select class, enhanced from feedback_bounce").fetchall() == [("soft", "5.2.2")]


def test_a_complaint_is_an_event_and_a_suppression_wherever_it_is_sent_to(conn: Conn, mailing: int) -> None:
    for seq, name in enumerate(("arf-aol", "outlook-jmrp", "arf-only-unsubscribe-link"), 1):
        assert come(conn, name, mailing, seq, recipients=["fbl@example.org"]).done == "complained"
        assert suppressed(conn, 1, address(seq)) == "complaint"
    assert events(conn) == [("complained", seq, {"type": "abuse", "origin": "arf"}) for seq in (1, 2, 3)]
    assert sound(conn, mailing) == {"waiting": 1, "accepted": 3}
    assert conn.execute(
        "select total, people from feedback_count where mailing = %s and kind = 'complained'", (mailing,)
    ).fetchone() == (3, 3)


def test_unsubscribing_by_mail_takes_the_private_token_and_nothing_less(conn: Conn, mailing: int) -> None:
    to = {"recipients": ["news@example.org"]}
    assert come(conn, "unsubscribe-without-token", mailing, 1, **to).done == "stray"
    assert come(conn, "unsubscribe-forged", mailing, 1, **to).done == "stray"
    public = message("unsubscribe", mailing, 1)
    private = message("unsubscribe", mailing, 1)
    public = public.replace(
        public.split(b"unsubscribe ")[1].split(b"\n")[0], verp(mailing, 1)[7:].split("@")[0].encode()
    )
    assert public != private
    assert receive(conn, public, door="imap")[0].done == "stray"
    assert suppressed(conn, 1, address(1)) is None
    private = private.replace(b"Subject: ", b"Subject: RE[2]: Aw:_")
    assert receive(conn, private, door="imap") == [
        Received("unsubscribed", mailing, 1, "The recipient is unsubscribed.")
    ]
    assert suppressed(conn, 1, address(1)) == "unsubscribed"


def test_forged_tokens_are_kept_apart_and_move_nothing(conn: Conn, mailing: int) -> None:
    good = verp(mailing, 1)
    forged = good.replace("+", "+1") if "+1" not in good else good.replace("+1", "+2")
    data = message("postfix-user-unknown", mailing, 1)
    before = counts(conn, mailing)
    [one] = receive(conn, data, door="lmtp", recipients=[forged])  # the message inside names a true one
    assert (one.done, one.mailing) == ("stray", None)
    inner = data.replace(good.encode(), forged.encode()).replace(
        good[7:].split("@")[0].encode(), b"1-1-" + b"0" * 24
    )
    assert receive(conn, inner, door="imap")[0].done == "stray"
    assert holder(forged) is None
    assert holder(good) == (mailing, 1)
    assert holder(good.upper()) == (mailing, 1)
    assert (counts(conn, mailing), events(conn)) == (before, [])
    assert kinds(conn) == [("imap", "forged", None), ("lmtp", "forged", None)]


def test_who_is_not_in_the_ledger_or_not_of_the_account_is_a_stray(conn: Conn, mailing: int) -> None:
    assert come(conn, "qmail", mailing, 77).words == "It is about a recipient who is not in the ledger."
    assert come(conn, "qmail", mailing, 1, account=2).done == "stray"
    assert come(conn, "unsubscribe", mailing, 1, account=2).done == "stray"
    assert sound(conn, mailing) == {"waiting": 1, "accepted": 3}
    assert [kind for _, kind, _ in kinds(conn)] == ["foreign", "foreign", "unknown"]
    assert strays.page(conn, 1, limit=10) == []  # what came into another's mailbox is the other's


def test_a_mailbox_tells_whom_it_was_delivered_to(conn: Conn, mailing: int) -> None:
    data = message("qmail", mailing, 2)
    bare = data.partition(b"--- Below")[0]
    assert receive(conn, bare, door="imap", account=1)[0].seq == 2
    without = b"\n".join(
        line
        for line in message("qmail", mailing, 3).split(b"\n")
        if not line.startswith((b"Delivered-To", b"To:"))
    )
    assert receive(conn, without, door="imap", account=1)[0].done == "bounced"  # by the message inside
    assert sound(conn, mailing) == {"waiting": 1, "accepted": 1, "bounced": 2}


def test_several_envelope_recipients_are_answered_in_their_order(conn: Conn, mailing: int) -> None:
    data = message("qmail", mailing, 1)
    to = [verp(mailing, 3), "fbl@example.org", verp(mailing, 1), verp(mailing, 3)]
    assert [(one.done, one.seq) for one in receive(conn, data, door="lmtp", recipients=to)] == [
        ("bounced", 3), ("bounced", 1), ("repeated", 1), ("repeated", 3),
    ]  # fmt: skip
    assert len(receive(conn, data, door="lmtp", recipients=[verp(mailing, 1)] * (MOST + 5))) == MOST


def test_a_bounce_of_no_standard_is_believed_of_servers_only(conn: Conn, mailing: int) -> None:
    assert come(conn, "groupwise", mailing, 1, sender="reader@example.net").done == "stray"
    assert come(conn, "groupwise", mailing, 1, sender="").done == "bounced"
    assert come(conn, "groupwise", mailing, 2, sender="Mailer-Daemon@example.net").done == "bounced"


def test_a_bounce_that_is_faster_than_the_ledger_is_not_lost(conn: Conn, mailing: int) -> None:
    assert come(conn, "qmail", mailing, 4).done == "early"
    assert sound(conn, mailing) == {"waiting": 1, "accepted": 3}


def test_strays_are_bounded_and_counted_once(conn: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strays, "MOST", 3)
    assert strays.keep(conn, "lmtp", "forged", "why\r\nX-Evil: 1", b"x" * 100_000, account=1)
    assert not strays.keep(conn, "lmtp", "forged", "why", b"x" * 100_000, account=1)
    [one] = strays.page(conn, 1, limit=5)
    assert (one.times, one.size, len(one.raw), one.why) == (2, 100_000, strays.LARGEST, "why X-Evil: 1")
    assert strays.page(conn, 2, limit=5) == []
    with pytest.raises(strays.UnknownStray):
        strays.find(conn, 2, one.id)
    for n in range(5):
        strays.keep(conn, "imap", "unrecognised", "why", b"%d" % n)
    assert [bytes(each.raw) for each in strays.page(conn, None, limit=50)][:3] == [b"4", b"3", b"2"]
    assert len(strays.page(conn, None, limit=50)) == 4, "nobody's leave the account's alone"
    last = strays.page(conn, None, limit=1)[0]
    strays.discard(conn, None, last.id)
    conn.execute("update feedback_stray set last_at = now() - interval '31 days'")
    assert strays.discard_old(conn) == 3


def test_of_who_was_erased_nothing_is_kept(conn: Conn, mailing: int) -> None:
    erase_addresses(conn, 1, [address(1)], SYSTEM)
    assert come(conn, "person-answers", mailing, 1, sender=address(1)).done == "stray"
    assert strays.page(conn, None, limit=10) == []
    assert come(conn, "person-answers", mailing, 2).done == "stray"
    assert len(strays.page(conn, None, limit=10)) == 1
