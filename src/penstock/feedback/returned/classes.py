"""What a bounce means for the address: is it at fault (hard), may it mend itself (soft), or are we at fault (blocked)?

By the enhanced status code (RFC 3463, RFC 5248, RFC 7293, RFC 7505) where it is exact, by the words where it is not: many servers say
5.7.1 of an unknown user and 5.1.1 of spam. In doubt soft: a rule counts those, and nobody is struck off for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final


class Class(StrEnum):
    """What is at fault; `feedback_bounce.class`."""

    HARD = "hard"  # the address: there is no such mailbox, or no such domain
    SOFT = "soft"  # something that may mend itself: a full mailbox, a server out of order
    BLOCKED = "blocked"  # the message, or who sends it: nothing is said about the address


class _Words:
    """Patterns of which one is looked for; compiled when they are first asked for, because senders import this and seldom ask."""

    def __init__(self, *patterns: str) -> None:
        self._pattern = "|".join(patterns)

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        return re.compile(self._pattern, re.IGNORECASE).search


# Who sends it, or what: reputation, policy, authentication, content, size.
_BLOCKED: Final = _Words(
    r"spam(?! ?filter quarantine)", r"spamhaus|spamcop|barracuda|proofpoint|sorbs|cloudmark|senderscore", r"(?:black|block|deny) ?-?list",
    r"\b(?:rbl|dnsbl|surbl|uribl|css|pbl|xbl)\b", r"reputation", r"\b(?:dmarc|dkim|spf)\b", r"authenticat", r"poor standing|bad sender|sender (?:rejected|denied|blocked)",
    r"blocked (?:by|using|due|because|for|from|at|in)", r"(?:ip|address|host|client|server|message|mail|content|url|link|connection)s? (?:has been |have been |is |are |was )?(?:\w+ )?(?:blocked|banned|black|block)",
    r"unexpected volume|user complaints|complaint rate|prohibition|envelope blocked", r"rate ?limit|too many (?:messages|connections|recipients|e?mails)|throttl|unusual(?:ly high)? (?:rate|volume)", r"gr[ea]y ?-?list",
    r"virus|malware|phish", r"unsolicited|bulk mail|junk", r"(?:message|mail) (?:size|too (?:big|large))|\b(?:message|mail)\b.{0,30}exceed",
    r"(?:message|mail|content).{0,30}(?:policy|content)|policy (?:reasons|violation|rejection)|violat", r"(?:reverse|ptr|rdns).{0,20}|no ptr",
    r"not (?:allowed|permitted|authori[sz]ed) to send|you are not allowed|client host rejected", r"refused to talk to me",
    r"(?:mail|message|content) (?:was |is |has been )?(?:rejected|refused) (?:due to|because of) (?:content|spam|policy)",
)  # fmt: skip
# A mailbox that is there and takes nothing now, or a server that does not.
_SOFT: Final = _Words(
    r"quota|mailbox (?:is )?(?:full|size)|mailbox .{0,20}exceed|(?:in)?box (?:is )?full|over ?-?(?:quota|limit)|full mailbox|storage|not enough space|insufficient (?:system )?(?:storage|resources|disk)",
    r"too much mail data|out of (?:disk )?space|exceeded .{0,30}(?:allowance|allocation)|voll\b",
    r"relay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted)|prohibited)|unable to relay",
)  # fmt: skip
# What passes, and says nothing of why.
_LATER: Final = _Words(
    r"try (?:again )?later|temporar|timed? ?-?out|connection (?:refused|lost|reset|dropped)|unreachable|(?:loops? back|mail loop|too many hops|hop count)",
    r"delivery (?:time|delay).{0,20}(?:expired|exceeded)|message expired|could not be delivered (?:for|within)|retry time(?:out)? (?:not reached|exceeded)|queue (?:too long|time)",
    r"resources temporarily|server (?:is )?busy|internal (?:server )?error|configuration error",
)  # fmt: skip
# No such mailbox, none any more, or no such domain.
_HARD: Final = _Words(
    r"(?:user|recipient|address|account|mailbox|destination|addressee|customer|member|subscriber|alias)s? ?\S{0,80} ?(?:is |was |are |has been |name )?(?:unknown|not (?:found|known|listed|exist|valid|available|here|local)|does(?: not|n'?t) exist|invalid|undeliverable|unavailable|inactive|disabled|suspended|closed|expired|deleted|terminated|discontinued|no longer)",
    r"(?:unknown|invalid|no such|non-?existent|bad|undeliverable|inactive|disabled|illegal|incorrect|obsolete) (?:or \w+ )?(?:local )?(?:user|recipient|address|account|mailbox|destination|domain|host|addressee|alias|rcpt|email|e-mail|virtual|local-?part|person|name|customer|subscriber)",
    r"no (?:such |valid )?(?:mailbox|user|account|recipient|person|address|mail ?drop|domain|one)\b.{0,40}(?:here|by that name|found|with that)?",
    r"(?:does(?: not|n'?t)|didn'?t|do not|don'?t) (?:exist|have an? (?:\S+ )?(?:account|mailbox|user)|like recipient)", r"(?:isn'?t|not) (?:a )?(?:valid|known|our) (?:mailbox|user|recipient|customer|address)",
    r"couldn'?t (?:find|be found)|could not be found|cannot be found|can't find|wasn't found|not (?:be )?found\b|unknown (?:user|recipient|in)|user (?:doesn'?t|does not) have",
    r"recipient ?(?:address )?(?:rejected|not found|unknown|invalid)(?!.{0,40}(?:access denied|policy|grey))", r"recipnotfound|recipientnotfound|dbeb|invalidrecipient",
    r"no longer (?:with|at|works|employed|valid|available|active|in use|on (?:this )?server|accept)|has (?:left|moved)|moved to|mailbox unavailable|addr(?:ess)?_?unknown|unrouteable address|unroutable",
    r"(?:host|domain|name) ?(?:or domain )?(?:name )?(?:not found|unknown|does(?: not|n'?t) exist)|nxdomain|no mx|nullmx|null mx|does not accept (?:e-?)?mail|no route to (?:domain)|host unknown|name service error.{0,40}not found",
    r"unknown address|permanently (?:removed|rejected|disabled)|is (?:not active|inactive|disabled)|account.{0,40}(?:disabled|inactive|suspended|closed|deactivated)|deactivated|user unknown|unbekannt|nicht (?:gefunden|bekannt)|inconnu|n'existe|desconocido|inesistente|sconosciuto",
)  # fmt: skip

# Status codes that say it all, without their class: RFC 3463 §3; RFC 7293 §6 (13, 17, 18); RFC 7505 §4 (27; 1.10).
_EXACT: Final = {
    "1.2": Class.HARD, "1.3": Class.HARD, "1.4": Class.HARD, "1.6": Class.HARD, "1.10": Class.HARD, "2.1": Class.HARD,
    "7.13": Class.HARD, "7.17": Class.HARD, "7.18": Class.HARD, "4.310": Class.HARD, "7.54": Class.SOFT,
    "1.7": Class.BLOCKED, "1.8": Class.BLOCKED, "1.9": Class.BLOCKED,
    "2.2": Class.SOFT, "2.4": Class.SOFT, "3.1": Class.SOFT, "3.2": Class.SOFT, "3.5": Class.SOFT,
    "2.3": Class.BLOCKED, "3.3": Class.BLOCKED, "3.4": Class.BLOCKED, "7.27": Class.BLOCKED,
    "4.3": Class.SOFT, "4.6": Class.SOFT, "4.7": Class.SOFT, "4.14": Class.SOFT,
}  # fmt: skip
_OURS: Final = ("5", "6", "7")
"""Subjects of a status that are the sender's affair unless the words say otherwise: protocol, content, policy."""
# Codes of SMTP itself that say it (RFC 5321 §4.2.3, RFC 7504): user not local, mailbox name not allowed, no mail taken.
_CODES: Final = {551: Class.HARD, 553: Class.HARD, 521: Class.HARD, 556: Class.HARD}
# Names prove nothing: a server or a mailbox may be called spam.
_NAMES: Final = re.compile(r"\(reported by \S{1,255}\)$|<?[^\s@<>]{1,64}@[^\s@<>]{1,255}>?")
_TAKEN_OUT: Final = re.compile(r"REJECT|DELETED", re.IGNORECASE)
"""States of a short message that the network ended by itself (SMPP 3.4 §5.2.28)."""
OURS: Final = ("mail", "doubt", "return")
"""Commands whose answer says nothing of the recipient: the one that names the sender, and what stands in the ledger for none at all."""


def telling(line: str) -> bool:
    """Whether a line of a text says why a message was refused."""
    return any(words.search(line) for words in (_BLOCKED, _SOFT, _HARD, _LATER))


@lru_cache(maxsize=2048)
def judge(code: int, enhanced: str, text: str, command: str = "") -> Class:
    """Return what a bounce means for the address. code 0 and enhanced "": unknown; command: the one that was answered, if any was.

    A temporary refusal that outlasted the retry window never strikes anybody off at once.
    """
    found = _permanent(code, enhanced, _NAMES.sub(" ", text), command)
    temporary = enhanced[:1] == "4" or (not enhanced and 400 <= code < 500)
    return Class.SOFT if temporary and found is Class.HARD else found


def _permanent(code: int, enhanced: str, text: str, command: str) -> Class:
    detail = enhanced.partition(".")[2]
    subject = detail.partition(".")[0]
    if command in OURS or (command == "receipt" and _TAKEN_OUT.match(text)):
        return Class.BLOCKED
    if detail in _EXACT:
        return _EXACT[detail]
    if _BLOCKED.search(text):
        return Class.BLOCKED
    if detail == "1.1":  # of spam, too, some say 5.1.1: their words have told by now
        return Class.HARD
    if _SOFT.search(text) or (subject != "7" and _LATER.search(text)):
        return Class.SOFT
    if _HARD.search(text):
        return Class.HARD
    if detail == "4.4" or (
        detail == "4.1" and "access denied" in text.lower()
    ):  # no such host; Exchange Online's no such user
        return Class.HARD
    return Class.BLOCKED if subject in _OURS else _CODES.get(code, Class.SOFT)
