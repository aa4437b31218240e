"""Which domains are to be spared."""

import pytest

from penstock.delivery.sparing import FEW, PERIOD, REFUSALS, Spared, Suspects, blames_us
from penstock.transport.reply import Reply


def refusal(code: int = 451, enhanced: str = "4.7.0", text: str = "slow down", command: str = "dot") -> Reply:
    return Reply(code, enhanced, text, command, "mx[127.0.0.1]:25")


def test_a_domain_that_refuses_many_is_to_be_spared_once() -> None:
    suspects = Suspects()
    answers = [suspects.refused("slow.example", refusal(), n * 0.1) for n in range(REFUSALS + 1)]
    assert answers[: REFUSALS - 1] == [None] * (REFUSALS - 1)
    assert answers[REFUSALS - 1] == Spared(
        "slow.example", pytest.approx(REFUSALS / 1.9), REFUSALS, "451 4.7.0 slow down"
    )
    assert answers[REFUSALS] is None  # counted anew
    assert suspects.found


def test_one_that_takes_more_than_it_refuses_is_not() -> None:
    suspects = Suspects()
    for n in range(3 * REFUSALS):
        suspects.took("good.example")  # nobody suspects it yet
        assert suspects.refused("good.example", refusal(), n * 0.1) is None
        suspects.took("good.example")


def test_a_burst_shorter_than_half_a_second_is_not_judged_yet() -> None:
    suspects = Suspects()
    assert not any(suspects.refused("x.example", refusal(), n * 0.001) for n in range(400))
    assert suspects.refused("x.example", refusal(), 0.6) is not None


def test_one_that_is_spared_is_judged_by_fewer() -> None:
    suspects = Suspects()
    found = [suspects.refused("x.example", refusal(), n * 5.0, spared=0.1) for n in range(FEW)]
    assert found[:-1] == [None] * (FEW - 1)
    assert found[-1] is not None


def test_who_refused_few_in_a_period_is_forgotten() -> None:
    suspects = Suspects()
    suspects.refused("x.example", refusal(), 0.0)
    suspects.forget(PERIOD)
    assert suspects.found
    suspects.forget(PERIOD + 0.1)
    assert not suspects.found


@pytest.mark.parametrize(
    "reply",
    [
        refusal(452, "4.2.2", "mailbox full"),  # one mailbox
        refusal(450, "4.1.1", "no such user yet"),
        refusal(450, "4.7.1", "Greylisted, come back in 5 minutes"),
        refusal(451, "", "graylisting in action"),
        refusal(550, "5.7.1", "no"),
        refusal(421, "4.3.2", "closing", command="ehlo"),  # the server, before anybody was named
        refusal(250, "2.0.0", "ok"),
    ],
)
def test_what_says_nothing_of_the_domain_does_not_count(reply: Reply) -> None:
    assert not blames_us(reply)


@pytest.mark.parametrize(
    "reply",
    [
        refusal(),
        refusal(421, "4.2.1", "too many"),
        refusal(450, "", "try later", "rcpt"),
        refusal(451, "", "ESME_RSUBMITFAIL (0x45): the centre could not take the message", "submit_sm"),
    ],
)
def test_what_does(reply: Reply) -> None:
    assert blames_us(reply)
