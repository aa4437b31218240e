"""What replies mean, when the deferred come back, and how a reply's text is split."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock.delivery.outcome import Outcome, Schedule, State, decide, template
from penstock.transport.reply import Reply

HOUR = 3600.0
STAGES = ("connect", "greeting", "ehlo", "auth", "mail", "rcpt", "data", "dot")


def reply(code: int, command: str = "dot") -> Reply:
    return Reply(code, f"{code // 100}.0.0", "words", command, "peer")


@pytest.mark.parametrize("code", [250, 251, 252])
def test_taken_is_accepted(code: int) -> None:
    assert decide(reply(code), 1, 0.0, Schedule()) == Outcome(State.ACCEPTED)


@pytest.mark.parametrize("command", ["rcpt", "data", "dot"])
@pytest.mark.parametrize("code", [500, 550, 552, 554, 571])
def test_a_permanent_refusal_of_the_recipient_is_a_bounce(code: int, command: str) -> None:
    assert decide(reply(code, command), 1, 0.0, Schedule()) == Outcome(State.BOUNCED)


@pytest.mark.parametrize("code", [550, 553])
def test_a_permanent_refusal_of_the_sender_is_not_the_recipients_fault(code: int) -> None:
    assert decide(reply(code, "mail"), 1, 0.0, Schedule()).state is State.DEFERRED
    assert decide(reply(code, "mail"), 3, 49 * HOUR, Schedule()).state is State.BOUNCED


@pytest.mark.parametrize("command", STAGES)
@pytest.mark.parametrize("code", [421, 450, 451, 452, 454])
def test_a_temporary_refusal_waits(code: int, command: str) -> None:
    outcome = decide(reply(code, command), 1, 0.0, Schedule())
    assert outcome.state is State.DEFERRED
    assert outcome.due_in > 0


@pytest.mark.behaviour("S5.11")
@pytest.mark.parametrize(
    ("age", "expected"),
    [(0.0, "DEFERRED"), (47.9 * HOUR, "DEFERRED"), (48 * HOUR, "BOUNCED"), (72 * HOUR, "BOUNCED")],
)
def test_beyond_the_window_the_deferred_bounce(age: float, expected: str) -> None:
    assert decide(reply(451), 5, age, Schedule()).state.name == expected


def test_no_attempt_is_due_beyond_the_window() -> None:
    schedule = Schedule(window=100.0, first=60.0)
    assert decide(reply(451), 1, 90.0, schedule).due_in <= 10.0


def test_a_window_of_nothing_tries_once() -> None:
    assert decide(reply(451), 1, 0.0, Schedule(window=0.0)).state is State.BOUNCED


@given(
    code=st.integers(200, 599),
    command=st.sampled_from(STAGES),
    attempt=st.integers(1, 10_000),
    age=st.floats(0, 1e7),
)
def test_every_reply_has_one_meaning(code: int, command: str, attempt: int, age: float) -> None:
    schedule = Schedule()
    outcome = decide(reply(code, command), attempt, age, schedule)
    assert outcome.state in (State.ACCEPTED, State.BOUNCED, State.DEFERRED)
    assert (outcome.state is State.ACCEPTED) == (code < 300)
    if outcome.state is State.DEFERRED:
        assert 0 < outcome.due_in <= schedule.longest * (1 + schedule.jitter)
        assert age + outcome.due_in <= schedule.window + 1e-6


@given(attempt=st.integers(1, 2000), first=st.floats(0.01, 600), factor=st.floats(1, 4))
def test_intervals_grow_up_to_the_longest(attempt: int, first: float, factor: float) -> None:
    schedule = Schedule(first=first, factor=factor, jitter=0.0)
    before, after = schedule.interval(attempt), schedule.interval(attempt + 1)
    assert before <= after <= schedule.longest
    assert schedule.interval(1) == min(first, schedule.longest)


def test_the_first_intervals() -> None:
    schedule = Schedule(jitter=0.0)
    assert [schedule.interval(n) for n in range(1, 10)] == [60, 120, 240, 480, 960, 1920, 3840, 7200, 7200]


def test_intervals_are_spread() -> None:
    intervals = [Schedule().interval(1) for _ in range(500)]
    assert 48 <= min(intervals) < 54
    assert 66 < max(intervals) <= 72


# -- the text ------------------------------------------------------------------


def restored(text: str) -> str:
    pattern, detail = template(text)
    return pattern if detail is None else pattern.replace("{}", detail)


@given(st.text(max_size=200))
@example("Ok: queued as 4XyZ12abc")
@example("{4XyZ12abc}")
@example("{{4XyZ12abc}}")
@example("{<abc1>}")
@example("{} queued as 4XyZ12abc")
@example("a{4XyZ12a}b{5XyZ12a}c")
@example("<{}abc>")
@example("<{}> 12345a {")
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert restored(text) == text


words = st.sampled_from(
    ["Ok:", "queued as", "4XyZ12abc", "<a@b.c>", "{", "}", "{}", "2.0.0", "1234567", "x-1-y", " "]
)


@given(st.lists(words, max_size=12).map("".join))
def test_a_text_of_likely_words_comes_back_as_it_was(text: str) -> None:
    assert restored(text) == text


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2.0.0 Ok: queued as 4bXyZ12zZ", "2.0.0 Ok: queued as {}"),
        ("OK id=1tXyZ1-000AbC-2q", "OK id={}"),
        ("Message accepted <20260101.abc@host.example>", "Message accepted {}"),
    ],
)
def test_a_queue_id_is_taken_out(text: str, pattern: str) -> None:
    assert template(text)[0] == pattern


@pytest.mark.parametrize("text", ["Ok", "Requested mail action okay, completed", "", "no such user here"])
def test_a_text_without_one_is_kept_whole(text: str) -> None:
    assert template(text) == (text, None)
