"""What an account may decide: each policy with its default, what it may be, and what it does.

The class `Policy` is the table. A policy enters it together with the code that obeys it; one that is only planned does not.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from penstock.account.choices import NATIONAL, always, each, has_numbers, one_of, percent, whole, written
from penstock.content import utm
from penstock.mailing import opening, quiet

OPTIONS = frozenset({"unsubscribe", "rate", "connections", *utm.NAMES})
"""Keys of a mailing's options that are no policies: how its List-Unsubscribe works, its messages a second, its connections, and its
tags for web analytics."""

CAP = re.compile(r"([1-9][0-9]?) per ([1-9][0-9]{0,2}) days?")
"""How a frequency cap is written: so many mailings in so many days; and how many soft bounces suppress an address."""


class PolicyError(ValueError):
    """A policy that does not exist, or a value it cannot have."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The policies in force, each with its default. Those made by `each` can differ for one mailing."""

    approvals_required: int = always(
        1, whole(0, 9), "How many people approve a mailing before it may be sent; 0: none has to."
    )
    four_eyes: str = always(
        "off", one_of("off", "on"), "On: nobody approves a mailing that they wrote or submitted."
    )
    moderation: str = always(
        "automatic",
        one_of("automatic", "manual"),
        "Manual: the platform validates every mailing before it may be sent. Only the platform sets this.",
        by_platform=True,
    )
    late_gate: str = always(
        "hold",
        one_of("hold", "send_on_approval", "expire"),
        "When the launch time passes at a gate: it waits for a new time, starts on approval, or expires.",
    )
    past_start: str = always(
        "refuse", one_of("refuse", "send_now"), "A start time that is past is refused, or means now."
    )
    edit_lock_minutes: int = always(
        5, whole(0, 1440), "So long before its time a scheduled mailing keeps its plan and content."
    )
    confirm_send: str = always(
        "click",
        one_of("click", "type_count", "off"),
        "Before sending: a yes, the number of recipients typed out, or no question.",
    )
    require_test: str = always(
        "off",
        one_of("off", "on"),
        "On: a mailing is submitted after a test of exactly its message. Off: it warns.",
    )
    sender_domain: str = always(
        "required",
        one_of("required", "warn"),
        "Mail leaves for other machines only as a verified domain, or a question is asked before.",
    )
    undo_seconds: int | None = each(
        None,
        whole(0, 600),
        "So long after it was told to start a mailing can be taken back; nothing has left then. Without a choice"
        " 10 seconds in the browser, none over the API and the command line.",
    )
    drift_bound: int = each(
        10,
        whole(0, 10_000),
        "Percent by which the audience may differ at launch from its size at submission; beyond, it is interrupted.",
    )
    bounce_limit: float = always(
        5,
        percent(100),
        "Percent of the settled recipients that may bounce; beyond, from 500 settled on, the mailing is interrupted and"
        " has to be unlocked. 100: never.",
    )
    complaint_limit: float = always(
        0.1,
        percent(100),
        "Percent of the settled recipients that may complain; beyond, from 500 settled on, as for bounces.",
    )
    canary_size: int = each(
        0,
        whole(0, 100_000),
        "So many recipients go first, alone; the others when those were judged good. 0: everybody goes at once.",
    )
    canary_wait: int = each(
        15,
        whole(0, 10_080),
        "Minutes from the end of the canary until its bounces, complaints and deferrals are judged.",
    )
    frequency_cap: str = always(
        "off",
        written(f"off|{CAP.pattern}", "off, or as 3 per 7 days: up to 99 in up to 999 days"),
        "So many mailings of the account reach or await one address in so many days; further ones skip it (capped).",
    )
    stall_minutes: int = always(
        10,
        whole(1, 10_080),
        "A mailing that could be sent and makes no progress for so long is mended, or interrupted with what is wrong.",
    )
    after_cancel: str = always(
        "keep",
        one_of("keep", "delete"),
        "A cancelled mailing stays listed, or goes from the lists; its journal and ledger always stay.",
    )
    prepared_on_cancel: str = always(
        "ask",
        one_of("ask", "drop", "deliver"),
        "Cancelling asks what happens to packages already begun, always drops them, or always lets them out.",
    )
    package_interruptible: str = always(
        "on",
        one_of("on", "off"),
        "Off: a package that has begun is finished before a pause or a cancellation completes.",
    )
    paused_head: str = always(
        "yield",
        one_of("yield", "block"),
        "While the head of the sequence is paused the next one goes, or all wait.",
    )
    package_size: int = always(
        5000, whole(1, 100_000), "Recipients in one package: the unit that senders take turns with."
    )
    audience_on_resume: str = always(
        "add_new",
        one_of("add_new", "frozen"),
        "On resuming: who has joined the audience gets it and who has left it does not, or it stays as it was frozen."
        " Who unsubscribed or was suppressed never gets it.",
    )
    missed_slot: str = each(
        "send_on_resume",
        one_of("send_on_resume", "skip"),
        "A zone whose hour passed in a pause, or before the launch, gets it at once, or is skipped.",
    )
    throttle_after_pause: str = each(
        "keep_grid",
        one_of("keep_grid", "shift"),
        "After a pause batches to come keep their times and missed ones go behind them, or all are later by the pause.",
    )
    quiet_hours_email: str = always(
        "off",
        written(quiet.WRITTEN, "off, or as 22:00-08:00, until another time", quiet.is_meant),
        "In these hours of the recipient's zone nothing begins to go to them; what would waits for their end.",
    )
    country: str = always(
        "",
        written("([A-Z]{2})?", "a country's two letters (ISO 3166-1), as FR", has_numbers),
        "Telephone numbers without a country code are read as this country's; without a choice they have to have one.",
    )
    duplicates: str = always(
        "per_number",
        one_of("per_number", "per_contact"),
        "An SMS goes once to a number that several contacts have, or once for each of them.",
    )
    quiet_hours_sms: str = always(
        "off",
        written(quiet.WRITTEN, "off, or as 22:00-08:00, until another time", quiet.is_meant),
        "As quiet_hours_email, for SMS: the zone is the contact's, else that of the number.",
    )
    sending_hours_sms: str = always(
        "off",
        written(
            opening.WRITTEN,
            "off, or as FR mon-sat 08:00-20:00 except holidays; DE 09:00-20:00; * 08:00-21:00",
            opening.is_meant,
            opening.unknown,
        ),
        'When a country may be sent SMS, by the clock of the recipient\'s zone; * is every other country. "except holidays": not on its'
        ' public holidays, "in BY,SN" or "anywhere" not on those of these or any parts of it. Who waits goes at the next opening.',
    )
    lane_size: int = always(
        0,
        whole(0, 10_000_000),
        "Domains with so many recipients in a mailing have packages of their own, as limited ones have; 0: only those.",
    )
    retry_window_hours: int = each(
        48,
        whole(0, 240),
        "A recipient still refused for now this long after the first attempt counts as bounced.",
    )
    retry_first_seconds: int = each(
        60,
        whole(1, 86_400),
        "From the first temporary refusal to the next attempt; each further wait is twice as long.",
    )
    retry_longest_seconds: int = each(
        7200, whole(1, 86_400), "No wait between two attempts is longer than this."
    )
    credits: str = always(
        "unlimited",
        one_of("unlimited", "counted"),
        "Counted: a mailing starts with a credit of its channel for each recipient, and waits where there are too few."
        " Only the platform sets this.",
        by_platform=True,
    )
    bounce_credit: str = always(
        "keep",
        one_of("keep", "return"),
        "A credit spent on a recipient who bounced stays spent, or is given back. Only the platform sets this.",
        by_platform=True,
    )
    soft_bounces: str = always(
        "3 per 30 days",
        written(f"off|{CAP.pattern}", "off, or as 3 per 30 days: up to 99 in up to 999 days"),
        "Soft bounces of one address on so many days, within so many, suppress it, as one hard bounce does; off: they never do.",
    )
    attribution_days: int = always(
        7,
        whole(0, 90),
        "An order counts for the mailing that its buyer clicked in last, so many days before it at most; 0: for none.",
    )
    track_opens: str = each(
        "off",
        one_of("off", "on"),
        "On: a picture in the HTML tells who opened the message, and when. Nobody is watched unasked.",
    )
    track_clicks: str = each(
        "off",
        one_of("off", "on"),
        "On: the links of the HTML lead over Penstock, which notes who followed which, and when.",
    )
    utm_tags: str = each(
        "off",
        one_of("off", "on"),
        "On: the links carry utm_source, utm_medium and utm_campaign, by which web analytics tell the mailing.",
    )
    stop_hint: str = each(
        "",
        written(r"[^\x00-\x1f\x7f{}]{0,60}", "one line of at most 60 characters, as STOP 36180"),
        "What {{ stop_hint }} puts into short messages: the account's words on how to end them.",
    )
    sms_alphabets: str = each(
        "off",
        written(
            rf"off|({NATIONAL})( ({NATIONAL}))*",
            f"off, or some of {', '.join(NATIONAL.split('|'))}, with blanks between",
        ),
        "National language tables that a short message may use where they save parts: not every telephone and centre knows them.",
    )
    sms_parts: int = each(
        10, whole(1, 10), "A short message that takes more parts than this is not made for that recipient."
    )
    sms_reference: str = each(
        "8",
        one_of("8", "16"),
        "Bits of the number that holds the parts of a short message together: 16 mix up less, and take a character of each part.",
    )
    stop_words: str = always(
        "",
        written(r"[^\x00-\x1f\x7f{}<>]{0,200}", "words with commas between, as RAUS, GENUG"),
        "Further words that unsubscribe a number whose owner sends them, besides STOP and its kin in other languages.",
    )
    in_doubt: str = each(
        "never_twice",
        one_of("never_twice", "never_lost"),
        "A message whose answer was never seen is left alone, or sent again with the same Message-ID.",
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what it is without a choice, what it may be, whether one mailing may differ, what it does.

    `read` makes a value of what somebody typed, for `check` to judge. `by_platform`: not the account's own to set. It is one of
    `choices`, or a number within `bounds`, both included (`step`: "any" where it may have decimals), or text after the `pattern`, which
    `like` says in words. `unknown`: what is wrong with it although it has its form, in words, for whoever decides; what was decided
    stays in force, for what a later version does not know any more must not let everything go.
    """

    name: str
    default: Any
    check: Callable[[Any], str | None]
    read: Callable[[str], Any]
    per_mailing: bool
    by_platform: bool
    effect: str
    choices: tuple[str, ...] = ()
    bounds: tuple[int, int] | None = None
    step: str = "1"
    pattern: str = ""
    like: str = ""
    unknown: Callable[[Any], str | None] | None = None


RULES: dict[str, Rule] = {
    each.name: Rule(each.name, each.default, **each.metadata) for each in fields(Policy)
}


def effective(account_policy: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> Policy:
    """Return what holds for a mailing: its own options before the account's policy before the defaults.

    Raises PolicyError naming the policy, what was given, and what it can be.
    """
    chosen: dict[str, Any] = {}
    for name, given in account_policy.items():
        chosen[name] = _checked(name, given)
    for name, given in (options or {}).items():
        if name in OPTIONS:
            continue
        if name not in RULES:
            there = sorted({*utm.NAMES, *(rule.name for rule in RULES.values() if rule.per_mailing)})
            raise PolicyError(f"a mailing has no policy {name!r}; there are {', '.join(there)}")
        chosen[name] = _checked(name, given)
        if not RULES[name].per_mailing:
            raise PolicyError(f"policy {name} holds for the whole account; it cannot be set for one mailing")
    return Policy(**chosen)


def tolerant(account_policy: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> Policy:
    """As `effective`, but what cannot be is left out: a mailing with a bad option can still be paused and cancelled."""
    chosen: dict[str, Any] = {}
    for given in (account_policy, options or {}):
        chosen |= {
            name: value for name, value in given.items() if name in RULES and RULES[name].check(value) is None
        }
    return Policy(**chosen)


def check(name: str, given: Any, *, may_be_none: bool = False) -> str | None:
    """Return what is wrong with this policy and value, in words; None when nothing is."""
    if name not in RULES:
        return f"there is no policy {name!r}; there are {', '.join(sorted(RULES))}"
    if given is None and may_be_none:
        return None
    rule = RULES[name]
    wanted = rule.check(given) or (rule.unknown(given) if rule.unknown else None)
    return None if wanted is None else f"policy {name} is {given!r}; it must be {wanted}"


def typed(text: str) -> tuple[str, Any]:
    """Return name and value from NAME=VALUE; `default` as the value is None. Raises PolicyError where it says no value."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not value:
        raise PolicyError(f"{text!r} says no value; write it as NAME=VALUE")
    return name, None if value == "default" else RULES[name].read(value) if name in RULES else value


def soft_rule(text: str) -> tuple[int, int] | None:
    """Return how many soft bounces in how many days suppress an address, of the policy soft_bounces; None where they never do."""
    found = CAP.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def _checked(name: str, given: Any) -> Any:
    if (wrong := check(name, given)) is not None:
        raise PolicyError(wrong)
    return given
