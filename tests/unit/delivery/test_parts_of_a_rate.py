"""A rate of short messages counts their parts, wherever it is kept: at a mailing, at a server, at a country."""

from collections import deque
from typing import Any

import pytest

from penstock.content.sms.encoding import encode
from penstock.delivery.channel import Order
from penstock.delivery.claim import Held, Item
from penstock.delivery.handoff import Fence, HandOff
from penstock.delivery.metering import Apart, Meter
from penstock.delivery.outcome import Schedule
from penstock.delivery.sides import Side
from penstock.delivery.sparing import REFUSALS, Suspects
from penstock.delivery.window import WINDOW
from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply
from penstock.transport.share import Share
from penstock.transport.short import ShortEnvelope
from penstock.transport.terms import Way, terms

THREE = encode("x" * 400)


class _Order(Order):
    def envelope(self, item: Item, *_: Any) -> Any:
        return ShortEnvelope(item, "Acme", "+33612345678", THREE)


def held(parts: int = 3) -> Held:
    return Held(1, 1, 100, 0, 1, None, None, 0, "first", parts=parts)


def handing(count: int) -> HandOff:
    order = _Order(1, 1, 1, (), 1, b"key", Schedule(), False)
    made = HandOff(order, Fence(), lambda: None)
    package = held()
    made.queue = deque(Item(package, (seq, None, "+33612345678"), None) for seq in range(count))
    return made


def taken(source: Any) -> list[Any]:
    return list(iter(lambda: source.take(Peer("there")), None))


def test_a_mailing_begins_as_many_messages_as_their_parts_allow() -> None:
    handoff = handing(20)
    handoff.limit(limited=True, apart=frozenset())
    assert taken(handoff) == []
    handoff.allowance += 7
    begun = taken(handoff)
    assert len(begun) == 3  # nine parts: the two too many are made up for
    assert handoff.allowance == -2
    handoff.allowance += 2
    assert taken(handoff) == []
    handoff.unsent(begun[0], "gone")
    assert len(taken(handoff)) == 1
    handoff.limit(limited=False, apart=frozenset())
    assert len(taken(handoff)) == 20 - 3


class _Fleet:
    def __init__(self, source: Any) -> None:
        self.source = source

    def may_take(self, _: Share) -> bool:
        return True

    def took(self, _: Share) -> None: ...
    def gave_back(self, _: Share) -> None: ...


@pytest.mark.parametrize(("rate", "most"), [(10.0, 2), (None, 9)])
def test_a_server_takes_as_many_as_its_rate_has_parts(rate: float | None, most: int) -> None:
    fleet: Any = _Fleet(handing(9))
    share = Share(fleet, 0, Way(1, terms("smpp://me:secret@127.0.0.1:1"), rate=rate))
    if rate:
        assert taken(share) == []
        share.allowance += 4
    begun = taken(share)
    assert len(begun) == most
    if rate:
        assert not share.usable
        share.unsent(begun[0], "gone")
        assert share.allowance == 1


def test_a_country_is_claimed_from_as_its_rate_has_parts() -> None:
    side = Side("FR", 10, lambda: None)
    side.limit(Apart((Meter("domain", "1", 5.0),)))
    side.take(held(3))
    assert side.room() == 0
    side.grant(4)
    assert side.room() == 2
    side.claimed(2)
    assert (side.room(), side.allowance) == (0, -2)
    side.grant(3)
    assert side.room() == 1
    side.claimed(500)  # claimed before there was a limit
    assert side.allowance == -2
    side.limit(Apart())
    assert side.room() == WINDOW


def test_a_country_that_refuses_is_asked_less_by_parts() -> None:
    suspects = Suspects()
    told = [
        suspects.refused("FR", Reply(451, "4.3.0", "", "submit_sm", ""), n / 10, parts=3)
        for n in range(REFUSALS)
    ]
    spared = told[-1]
    assert spared is not None
    assert spared.asked == pytest.approx(3 * REFUSALS / 1.9)


def test_a_letter_counts_one() -> None:
    assert Envelope(None, b"a@b.example", b"c@d.example", b"").parts == 1
