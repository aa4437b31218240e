"""The centres do as they are told, and their logs tell the truth: seen by a client of twenty lines."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests.acceptance.sms.bare import DELIVER, ENQUIRE, NACK, QUERY, RESPONSE, SUBMIT, UNBIND, Bare, Pdu
from tests.acceptance.sms.centre import KINDS, Centre, running

USUAL = {"off": True}


@pytest.fixture(scope="module", params=KINDS)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with running(request.param, tmp_path_factory.mktemp("centre")) as centre:
        yield centre


@pytest.fixture
def centre(shared: Centre) -> Centre:
    """A centre without rules; nothing noted yet."""
    shared.order(rules=[], receipts=USUAL)
    shared.noted()
    shared.lines.clear()
    return shared


@contextmanager
def bound(centre: Centre, **orders: Any) -> Iterator[Bare]:
    with closing(Bare(centre.port)) as one:
        assert one.bind().status == 0
        if orders:
            centre.order(**orders)
        yield one


def answers(client: Bare, count: int) -> list[Pdu]:
    return [client.read() for _ in range(count)]


def test_what_is_taken_is_noted_as_the_centre_reads_it(centre: Centre) -> None:
    with bound(centre) as client:
        client.submit(2, "33612345678", b"caf\x05 \x1b\x65")
        client.submit(3, "33612345678", "Ж".encode("utf-16-be"), b"\x05\0\x03\x2a\x02\x01", coding=8)
        ids = [answer.id for answer in answers(client, 2)]
        client.send(QUERY, 4, ids[0].encode() + b"\0\0\0\0")
        answer = client.read()
        assert (answer.command, answer.body[len(ids[0]) + 2 :][:1]) == (QUERY | RESPONSE, b"\x02")
    first, second = centre.noted("submit")
    assert (first["text"], first["id"], first["number"]) == ("café €", ids[0], "33612345678")
    assert [second[name] for name in ("text", "reference", "parts", "part")] == ["Ж", 42, 2, 1]


def test_a_rule_befalls_whom_it_names(centre: Centre) -> None:
    rules = [
        {"on": "submit_sm", "do": "refuse", "status": 0x58, "from": 2, "every": 3, "count": 1},
        {"on": "submit_sm", "do": "nack", "status": 0x03, "number": "7$"},
        {"on": "submit_sm", "do": "silent", "number": "8$"},
        {"on": "submit_sm", "do": "cut", "number": "9$"},
    ]
    with bound(centre, rules=rules) as client:
        for sequence, number in enumerate(("1", "2", "3", "7", "8"), 10):
            client.submit(sequence, number, b"x")
        told = {answer.sequence: (answer.command, answer.status) for answer in answers(client, 4)}
        for sequence, number in enumerate(("9", "4"), 20):  # what stands behind a cut is never read
            client.submit(sequence, number, b"x")
        with pytest.raises(EOFError):
            client.read()
    ok = (SUBMIT | RESPONSE, 0)
    assert told == {10: ok, 11: (SUBMIT | RESPONSE, 0x58), 12: ok, 13: (NACK, 0x03)}
    fates = {line["number"]: line["fate"] for line in centre.noted("submit")}
    assert fates == {"1": "A", "2": "R", "3": "A", "7": "R", "8": "X", "9": "X"}


def test_what_is_lost_was_not_taken(centre: Centre) -> None:
    with bound(centre, rules=[{"on": "submit_sm", "do": "lose and cut"}]) as client:
        client.submit(2, "1", b"x")
        with pytest.raises(EOFError):
            client.read()
    assert [(line["fate"], line["id"]) for line in centre.noted("submit")] == [("L", "")]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("usual", "id:{id} sub:001 dlvrd:001"),
        ("decimal", "id:{decimal} sub:001"),
        ("sloppy", "Stat:DELIVRD  ID:{upper}"),
        ("tlv", "{id}"),
    ],
)
def test_receipts_come_in_every_form(centre: Centre, form: str, expected: str) -> None:
    with bound(centre, receipts={"form": form}) as client:
        client.submit(3, "33612345678", b"x")
        id, receipt = client.read().id, client.read()
        client.send(DELIVER | RESPONSE, receipt.sequence, b"\0")
        client.send(UNBIND, 4)
        assert client.read().command == UNBIND | RESPONSE
    text = expected.format(id=id, upper=id.upper(), decimal=f"{int(id, 16):010d}")
    assert receipt.command == DELIVER
    assert text.encode() in receipt.body
    assert [line["status"] for line in centre.noted("confirmed")] == [0]


def test_a_receipt_can_come_before_the_answer_and_twice_and_comes_until_it_is_confirmed(
    centre: Centre,
) -> None:
    with bound(centre, receipts={"early": 2, "double": 2}) as client:
        for sequence in (3, 4):
            client.submit(sequence, "33612345678", b"x")
        came = answers(client, 5)
    order = [pdu.command for pdu in came]
    assert order.count(DELIVER) == 3
    assert order.index(DELIVER) < len(order) - 1
    with bound(centre) as client:  # nobody confirmed them: they come again
        again = answers(client, 3)
        for receipt in again:
            client.send(DELIVER | RESPONSE, receipt.sequence, b"\0")
        client.send(UNBIND, 5)
        while client.read().command != UNBIND | RESPONSE:
            pass
    assert {pdu.command for pdu in again} == {DELIVER}
    assert len(centre.noted("confirmed")) == 3


def test_receipts_are_held_back_and_let_go(centre: Centre) -> None:
    with bound(centre, receipts={"held": True}) as client:
        for sequence in range(3, 153):
            client.submit(sequence, "33612345678", b"x")
        assert {pdu.command for pdu in answers(client, 150)} == {SUBMIT | RESPONSE}
        centre.order(receipts={})
        for _ in range(150):
            receipt = client.read()
            assert receipt.command == DELIVER
            client.send(DELIVER | RESPONSE, receipt.sequence, b"\0")
        client.send(UNBIND, 500)
        assert client.read().command == UNBIND | RESPONSE


def test_messages_from_telephones_and_octets_and_unbinds_come_when_they_are_told_to(centre: Centre) -> None:
    with bound(centre) as client:
        centre.order(messages=[{"from": "33698765432", "to": "36180", "text": "STOP"}])
        assert b"33698765432\0" in (pdu := client.read()).body
        assert pdu.body.endswith(b"STOP")
        centre.order(octets="00000010 00000015 00000000 000000ff".replace(" ", ""))
        assert client.read() == Pdu(ENQUIRE, 0, 0xFF, b"")
        centre.order(unbind=True)
        assert client.read().command == UNBIND
        centre.order(cut=1)
        with pytest.raises(EOFError):
            client.read()


@pytest.mark.parametrize("on", ["bind", "enquire_link", "unbind"])
def test_every_step_can_be_cut(centre: Centre, on: str) -> None:
    commands = {"enquire_link": ENQUIRE, "unbind": UNBIND}
    with bound(centre, rules=[{"on": on, "do": "cut", "count": 1, "from": 1}]) as client:
        if on in commands:
            client.send(commands[on], 7)
        else:
            with closing(Bare(centre.port)) as other, pytest.raises(EOFError):
                other.bind()
            return
        with pytest.raises(EOFError):
            client.read()
