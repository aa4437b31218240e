"""Guards of what was found beforehand: the sender's domain, the analysis of every recipient, the tests. Pure."""

from penstock.mailing.guards.known import Arguments, Facts, Refusal

SAID = 5
"""Blockers of an analysis that a refusal names; the analysis has them all."""


def domain_verified(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Mail leaves this machine only as a domain that the account has shown to be its own (policy sender_domain)."""
    exempt = facts.channel != "email" or facts.transport_local or facts.policy.sender_domain != "required"
    if exempt or facts.domain == "verified":
        return None
    name = facts.sender_domain or "its sender's domain"
    cure = (
        "Set the records that it is to have, and check them"
        if facts.domain == "unverified"
        else "Add it, and set its records"
    )
    return Refusal(
        "sender_domain", f"{name} is not verified as a sending domain of this account. {cure} (domains)."
    )


def tracking_answers(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What tells of clicks and openings can be reached by those who get it (policies track_clicks, track_opens)."""
    tracked = [
        what
        for what, policy in (("clicks", facts.policy.track_clicks), ("openings", facts.policy.track_opens))
        if policy == "on"
    ]
    if not tracked or facts.base_public or facts.transport_local:
        return None
    return Refusal(
        "tracking_unreachable",
        f"Its {' and '.join(tracked)} are tracked, and nobody outside this machine reaches the address that its links would lead to."
        " Set PENSTOCK_BASE_URL to the https address under which recipients reach `penstock web`, or do not track it.",
    )


def analysis_clear(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The analysis of its recipients has found nothing that forbids sending it."""
    found = facts.analysis_blockers
    if not found:
        return None
    more = f"; and {len(found) - SAID} more" if len(found) > SAID else ""
    return Refusal(
        "analysis_blocked", f"The analysis found what must be mended first: {'; '.join(found[:SAID])}{more}."
    )


def analysis_over(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Approval comes last: the analysis is over, or the approver says that they approve without it."""
    if facts.analysis in (None, "done") or arguments.get("without_analysis") is True:
        return None
    if facts.analysis in ("waiting", "running"):
        how = (
            "has not begun"
            if facts.analysis == "waiting"
            else f"has looked at {facts.analysed} % of the recipients"
        )
        return Refusal(
            "analysis_running",
            f'The analysis {how}. Wait until it is over, or give "without_analysis": true to approve without it.',
        )
    return Refusal(
        "analysis_missing",
        f"The analysis {'failed' if facts.analysis == 'failed' else 'was called off'}. Start it again,"
        ' or give "without_analysis": true to approve without it.',
    )


def tested(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Where the account asks for it, somebody has had a test of exactly this message (policy require_test)."""
    if facts.tested or facts.policy.require_test != "on":
        return None
    return Refusal("test_required", untested(facts) + " Send one first.")


def untested(facts: Facts) -> str:
    """What to say of a message of which nobody has had a test."""
    if facts.tested_before:
        return "The message was edited after the last test of it was sent."
    return "No test of this message was sent."
