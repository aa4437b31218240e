"""When a server is set aside, tried again, and sound."""

import pytest

from penstock.transport.reply import Reply, Trouble
from penstock.transport.standing import DEFERRALS, REFUSALS, TROUBLES, Standing

LOST = Trouble(Reply(0, "4.4.2", "the connection was lost", "dot", "mx"), False)
WRONG = Trouble(Reply(535, "5.7.8", "no", "auth", "mx"), True)
OK = Reply(250, "2.0.0", "Ok", "dot", "mx")
LATER = Reply(451, "4.3.2", "not now", "dot", "mx")
UNKNOWN = Reply(550, "5.1.1", "no such user", "rcpt", "mx")
NOT_YOU = Reply(550, "5.7.1", "not you", "mail", "mx")


def test_troubles_in_a_row_set_it_aside_and_a_message_taken_ends_that() -> None:
    standing = Standing()
    for number in range(TROUBLES):
        assert not standing.aside, number
        standing.failed(LOST, 100.0)
    assert standing.aside
    assert not standing.hopeless
    assert not standing.may_probe(100.0)
    assert standing.may_probe(101.0)
    standing.answered(OK, 101.0, others=True)
    assert (standing.state, standing.trouble) == ("sound", None)


def test_a_message_answered_in_between_ends_the_row() -> None:
    standing = Standing()
    for _ in range(5 * TROUBLES):
        standing.failed(LOST, 100.0)
        standing.answered(UNKNOWN, 100.0, others=True)  # the recipient's own fault: the server works
    assert standing.state == "sound"


def test_the_intervals_of_trying_grow() -> None:
    standing, now, rests = Standing(), 0.0, []
    for _ in range(TROUBLES + 8):
        standing.failed(LOST, now)
        rests.append(standing.rest(now))
        now += rests[-1]
    grown = rests[TROUBLES - 1 :]
    assert grown[0] <= 0.5
    assert max(grown) <= 60
    assert all(later > 0.9 * sooner for sooner, later in zip(grown, grown[2:], strict=False))


def test_a_wrong_password_sets_it_aside_for_minutes() -> None:
    standing = Standing()
    standing.failed(WRONG, 0.0)
    assert standing.aside
    assert standing.hopeless
    assert standing.rest(0.0) == 300


@pytest.mark.parametrize(("reply", "limit"), [(LATER, DEFERRALS), (NOT_YOU, REFUSALS)])
def test_a_row_of_refusals_sets_it_aside_while_there_are_others(reply: Reply, limit: int) -> None:
    standing = Standing()
    for _ in range(limit - 1):
        standing.answered(reply, 0.0, others=True)
    assert not standing.aside
    standing.answered(reply, 0.0, others=True)
    assert standing.aside
    assert standing.spared


@pytest.mark.parametrize("reply", [LATER, NOT_YOU])
def test_the_last_one_is_not_set_aside_for_its_answers(reply: Reply) -> None:
    standing = Standing()
    for _ in range(100):
        standing.answered(reply, 0.0, others=False)
    assert not standing.aside


def test_one_probe_at_a_time() -> None:
    standing = Standing()
    standing.failed(WRONG, 0.0)
    assert standing.may_probe(301.0)
    standing.probing = True
    assert not standing.may_probe(301.0)
    standing.unsent()
    assert standing.may_probe(301.0)
