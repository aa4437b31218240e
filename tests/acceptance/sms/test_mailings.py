"""Whole mailings to centres that are not ours: everybody gets what was written for them, once, whatever the centres do."""

from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.report.progress import progress
from tests.acceptance.sms.centre import KINDS, running
from tests.acceptance.sms.round import begin
from tests.examples import FULL
from tests.integration.delivery.stage import becomes, counts, eventually, senders, travel

Conn = psycopg.Connection[Any]
pytestmark = pytest.mark.timeout(300)
PEOPLE = 5_000 if FULL else 180
FORMS = ("usual", "tlv", "decimal", "sloppy")


@pytest.mark.behaviour("S3.14", "B1")
@pytest.mark.parametrize(
    ("kind", "form"), [(kind, form) for kind in KINDS for form in FORMS] if FULL else [("node", "decimal")]
)  # fmt: skip
def test_everybody_gets_their_text_and_receipts_come_in_bulk(
    conn: Conn, tmp_path: Path, kind: str, form: str
) -> None:
    """All receipts at once, some before the response, some twice, some never, some of a failure."""
    told = {"form": form, "early": 7, "double": 5, "lost": 50, "failed": 11}
    ids = "hex-decimal" if form == "decimal" else "as-is"
    with running(kind, tmp_path, receipts={**told, "held": True}) as centre, senders():
        done = begin(conn, centre, PEOPLE, connections=4, window=50, id=ids, query="no")
        eventually(
            lambda: "waiting" not in done.rows().values() and len(done.received().texts()) == PEOPLE,
            120,
            every=0.1,
        )
        centre.order(receipts=told)
        becomes(conn, done.mailing, "finishing")
        done.learns()
        states = Counter(done.judged()[0].values())
        assert set(states) == {"accepted", "delivered", "bounced"}
        travel(conn, hours=49)  # whose receipt never comes stays accepted
        becomes(conn, done.mailing, "sent")
        assert Counter(done.judged()[0].values()) == states


FAULTS = [
    {"on": "connect", "do": "cut", "from": 2, "every": 5, "count": 2},
    {"on": "bind", "do": "cut", "count": 1},
    {"on": "bind", "do": "refuse", "status": 0x0D, "from": 2, "count": 1},  # ESME_RBINDFAIL
    {"on": "submit_sm", "do": "refuse", "status": 0x58, "from": 5, "every": 13},
    {"on": "submit_sm", "do": "refuse", "status": 0x14, "from": 20, "every": 31},
    {"on": "submit_sm", "do": "refuse", "status": 0x0B, "number": "7$"},  # ESME_RINVDSTADR
    {"on": "submit_sm", "do": "cut", "from": 40, "every": 90},
    {"on": "submit_sm", "do": "lose and cut", "from": 70, "every": 140},
    {"on": "submit_sm", "do": "answer and cut", "from": 100, "every": 120},
    {"on": "submit_sm", "do": "silent", "from": 140, "count": 1},
    {"on": "submit_sm", "do": "slow", "ms": 300, "from": 11, "every": 50},
    {"on": "submit_sm", "do": "nack", "status": 0x08, "from": 25, "every": 100},
    {"on": "receipt", "do": "cut", "from": 30, "every": 100, "count": 3},
    {"on": "receipt", "do": "answer and cut", "from": 60, "every": 100, "count": 3},
    {"on": "deliver_sm_resp", "do": "cut", "from": 50, "every": 50, "count": 3},
    {"on": "enquire_link", "do": "cut", "count": 3},
    {"on": "unbind", "do": "cut", "count": 3},
]


@pytest.mark.behaviour("S3.14", "B1", "B2")
@pytest.mark.parametrize("kind", KINDS if FULL else ["perl"])
def test_cut_off_at_every_step_nobody_gets_two(conn: Conn, tmp_path: Path, kind: str) -> None:
    """Connections end before and after each answer; what was taken without an answer is in doubt until its receipt comes."""
    with running(kind, tmp_path, rules=FAULTS, receipts={"after": 200, "double": 9}) as centre, senders():
        done = begin(conn, centre, PEOPLE, connections=3, window=10, answer=2, enquire=1)
        eventually(done.ended, 90, every=0.2)
        travel(conn, seconds=15)  # a response that has not come by then was lost, and the id with it
        done.learns()
        rows, received = done.judged()
        whole = set(received.texts())
        assert {number for number, state in rows.items() if state == "in_doubt"}.isdisjoint(whole), (
            "receipts say what became of them"
        )
        assert any(line["fate"] == "X" for number in whole for line in received.submits[number])


ASKS_SOON = "import penstock.delivery.short.asking as asking; asking.AGE = asking.ROUND = asking.LOOK = 0.5; asking.PAUSE = 0.2"


@pytest.mark.behaviour("B1", "B2")
@pytest.mark.parametrize("kind", KINDS if FULL else ["perl"])
def test_a_centre_that_tells_nothing_by_itself_is_asked(conn: Conn, tmp_path: Path, kind: str) -> None:
    """No receipt ever comes; query_sm says what became of each part, in the numbers of the ledger."""
    refusing = [
        {"on": "query_sm", "do": "refuse", "status": 0x67, "count": 5}
    ]  # ESME_RQUERYFAIL: to be asked again
    with (
        running(kind, tmp_path, rules=refusing, receipts={"off": True, "failed": 9}) as centre,
        senders(changes=ASKS_SOON),
    ):
        done = begin(conn, centre, 60, connections=2)
        eventually(done.ended, every=0.1)
        becomes(conn, done.mailing, "sent")
    rows, received = done.rows(), done.received()
    parts = {line["id"] for number in rows for line in received.taken(number)}
    assert {line["id"] for line in centre.noted("query")} == parts
    failed = {line["id"] for line in centre.noted("query") if line["state"] == 5}
    for number, state in rows.items():
        some = any(line["id"] in failed for line in received.taken(number))
        assert state == ("bounced" if some else "delivered"), number


@pytest.mark.behaviour("S3.14", "B2")
def test_under_never_lost_a_killed_senders_messages_go_out_again_as_the_same_ones(
    conn: Conn, tmp_path: Path
) -> None:
    """Everybody has the whole text; who got parts twice got them with the same reference, so that telephones put one message together."""
    slow = [{"on": "submit_sm", "do": "slow", "ms": 100}]
    with running("node", tmp_path, rules=slow, receipts={"off": True}) as centre:
        with senders() as (killed,):
            never_lost = {"in_doubt": "never_lost"}
            done = begin(conn, centre, 160, connections=2, window=10, query="no", mailing=never_lost)
            eventually(lambda: len(centre.noted("submit")) > 60)
            killed.kill()
        centre.order(rules=[])
        with senders():
            eventually(done.ended, every=0.1)
    received = done.received()
    assert set(done.rows().values()) == {"accepted"}
    assert len(received.texts()) == 160
    again = {
        number
        for number in received.submits
        if len(received.taken(number)) > received.taken(number)[0]["parts"]
    }
    assert 0 < len(again) <= 2 * 20, "those that the killed one had in hand"
    assert not [
        number
        for number in received.submits
        if len({line["reference"] for line in received.taken(number)}) > 1
    ]


@pytest.mark.behaviour("S5.9", "S5.10", "S5.11", "S5.20")
def test_it_rests_below_100_percent_until_48_hours_are_over(conn: Conn, tmp_path: Path) -> None:
    """Telephones that the centre cannot reach for now are tried again and again; after 48 hours they count as bounced."""
    away = [{"on": "submit_sm", "do": "refuse", "status": 0x64, "number": "[05]$"}]  # ESME_RX_T_APPN
    with running("node", tmp_path, rules=away, receipts={"after": 50}) as centre, senders():
        done = begin(conn, centre, 40, connections=2)

        def tries() -> list[int]:
            return [len(lines) for number, lines in done.received().submits.items() if number[-1] in "05"]

        eventually(lambda: len(tries()) == 8 and min(tries()) >= 2, every=0.1)
        eventually(lambda: counts(conn, done.mailing) == {"delivered": 32, "deferred": 8}, every=0.1)
        figures = progress(conn, done.mailing)
        assert (figures.settled_percent, figures.handed_off_percent) == (80.0, 100.0)
        travel(conn, hours=49)
        becomes(conn, done.mailing, "sent")
    assert Counter(done.rows().values()) == {"delivered": 32, "bounced": 8}
    assert progress(conn, done.mailing).settled_percent == 100.0
