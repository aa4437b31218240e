"""The breaker's judgement: whether what became of a mailing so far forbids going on. Pure: figures in, an interruption or None out.

Two questions. Of a mailing on its way: are more than so many percent of its settled recipients bounced, or of them complaining, or
could their message not be made; asked from a sample of `LEAST` on. Of a canary, which is its own sample: the same, and whether too
many of it are put off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LEAST: Final = 500
"""Settled recipients from which on a mailing is judged: of fewer a handful is chance."""
UNMADE: Final = 5.0
"""Percent of recipients whose message could not be made, beyond which the message is to blame (`technical`)."""
PUT_OFF: Final = 50.0
"""Percent of a canary that are refused for now when it is judged, beyond which the rest had better wait (`technical`)."""
_UNMADE: Final = "recipients could not get their message, because the template fails for them"


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of recipients. `settled`: no further attempt follows; `bounced` are some of these. `complained`: contacts.

    `unmade`: their message could not be made of the template. `deferred`: refused for now (asked of a canary).
    """

    settled: int
    bounced: int = 0
    complained: int = 0
    unmade: int = 0
    deferred: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Percent of the settled that may bounce, and that may complain; the policies bounce_limit and complaint_limit."""

    bounces: float
    complaints: float


@dataclass(frozen=True, slots=True)
class Trip:
    """Why a mailing has to stop: the reason's code (bounces, complaints, technical), and a sentence."""

    code: str
    text: str


def judge(counted: Counted, limits: Limits, *, since: str = "") -> Trip | None:
    """Say whether a mailing on its way has to stop. `since`: from when on it was counted, where not from its beginning."""
    if counted.settled >= LEAST:
        if counted.bounced * 100 > limits.bounces * counted.settled:
            return Trip(
                "bounces",
                _said(counted.bounced, counted.settled, "settled recipients bounced", limits.bounces, since),
            )
        if counted.complained * 100 > limits.complaints * counted.settled:
            return Trip(
                "complaints",
                _said(
                    counted.complained,
                    counted.settled,
                    "settled recipients complained",
                    limits.complaints,
                    since,
                ),
            )
    tried = counted.settled + counted.unmade
    if tried >= LEAST and counted.unmade * 100 > UNMADE * tried:
        return Trip("technical", _said(counted.unmade, tried, _UNMADE, UNMADE, since))
    return None


def judge_canary(counted: Counted, limits: Limits) -> Trip | None:
    """Say whether those who went ahead keep the others from following. The smallest canary is a sample: nobody waits for 500 of it.

    Of nobody it says nothing: whether there is a sample is for the caller to ask.
    """
    tried = counted.settled + counted.deferred
    if counted.bounced * 100 > limits.bounces * tried:
        return Trip(
            "bounces", "Canary: " + _said(counted.bounced, tried, "recipients bounced", limits.bounces)
        )
    if counted.complained * 100 > limits.complaints * tried:
        return Trip(
            "complaints",
            "Canary: " + _said(counted.complained, tried, "recipients complained", limits.complaints),
        )
    if counted.deferred * 100 > PUT_OFF * tried:
        words = "recipients are still refused for now"
        return Trip("technical", "Canary: " + _said(counted.deferred, tried, words, PUT_OFF))
    if counted.unmade * 100 > UNMADE * (tried + counted.unmade):
        return Trip("technical", "Canary: " + _said(counted.unmade, tried + counted.unmade, _UNMADE, UNMADE))
    return None


def _said(part: int, whole: int, what: str, limit: float, since: str = "") -> str:
    share = part * 100 / whole
    told = f"{share:.1f}" if share >= 1 else f"{share:.2g}"
    return f"{part:,} of {whole:,} {what}{since}: {told} %, more than {limit:g} %."
