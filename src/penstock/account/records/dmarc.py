"""The DMARC record (RFC 7489 §6): what receivers are asked to do with mail that is not aligned. Pure."""

from penstock.account import domain_name
from penstock.account.records.answers import Ask, Finding, State, unreachable

SUGGESTED = "v=DMARC1; p=none"
"""Asks for nothing, and satisfies the receivers that want to see a record."""
_POLICIES = ("none", "quarantine", "reject")


def name_of(domain: str) -> str:
    """Return the name of a domain's record."""
    return f"_dmarc.{domain}"


def judge(ask: Ask, domain: str) -> Finding:
    """Look for the record of the domain, else for that of its organisation (§6.6.3).

    A finding that is right has policy (of this domain), adkim, aspf (r or s), `of`, the domain whose record it is, and `record`.
    """
    above = domain_name.organisation(domain)
    for owner in dict.fromkeys([domain, above]):
        name = name_of(owner)
        answer = ask(name, "TXT")
        if answer.trouble:
            return unreachable(name, answer)
        records = [text for text in answer.values if text.lower().replace(" ", "").startswith("v=dmarc1")]
        if len(records) > 1:
            return Finding(
                State.SEVERAL,
                f"{name} has {len(records)} DMARC records: receivers heed none of them.",
                "Leave one.",
                tuple(records),
            )
        if records:
            return _judge_one(domain, owner, records[0])
    return Finding(
        State.MISSING,
        f"There is no DMARC record at {name_of(domain)}"
        + (f" nor at {name_of(above)}." if above != domain else "."),
        "Set the record; large receivers want to see one from whoever sends much.",
    )


def _judge_one(domain: str, owner: str, record: str) -> Finding:
    name = name_of(owner)
    pairs = [part.partition("=") for part in record.split(";") if part.strip()]
    tags = {tag.strip().lower(): value.strip().lower() for tag, _, value in pairs}
    if pairs[0][0].strip().lower() != "v" or pairs[0][2].strip() != "DMARC1":
        return Finding(
            State.WRONG, f"The DMARC record at {name} has to begin with v=DMARC1.", "Correct it.", (record,)
        )
    policy = tags.get("p")
    if policy not in _POLICIES:
        said = "has no policy (p=)" if policy is None else f"has the policy p={policy}, which there is not"
        return Finding(
            State.WRONG,
            f"The DMARC record at {name} {said}.",
            "Set p=none, p=quarantine or p=reject.",
            (record,),
        )
    if owner != domain and tags.get("sp") in _POLICIES:
        policy = tags["sp"]
    facts = {
        "policy": policy, "adkim": _mode(tags.get("adkim")), "aspf": _mode(tags.get("aspf")), "of": owner, "record": record,
    }  # fmt: skip
    whose = f", of {owner}," if owner != domain else ""
    return Finding(
        State.FOUND, f"The DMARC record at {name}{whose} asks for p={policy}.", found=(record,), more=facts
    )


def _mode(value: str | None) -> str:
    return "s" if value == "s" else "r"
