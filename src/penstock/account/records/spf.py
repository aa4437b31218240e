"""The SPF record of the return path's domain (RFC 7208): does it let our servers send. Pure."""

from dataclasses import dataclass, field

from penstock.account.records.answers import Answer, Ask, Finding, State, unreachable
from penstock.account.records.mechanisms import (
    MOST_LOOKUPS,
    Term,
    covers,
    is_record,
    looks_up,
    term,
    terms,
    unknown,
)

_MOST_RECORDS = 2 * MOST_LOOKUPS


def new_record(wanted: str) -> str:
    """Return the record of a domain that has none."""
    return f"v=spf1 {wanted} ~all"


def judge(ask: Ask, name: str, wanted: str) -> Finding:
    """Look for the SPF record at `name`, and for the mechanisms `wanted` in it and in what it includes.

    A finding has `record`, what there is without its faults, for `with_mechanisms` to complete; none where there is none.
    """
    answer = ask(name, "TXT")
    if answer.trouble:
        return unreachable(name, answer)
    records = [text for text in answer.values if is_record(text)]
    if not records:
        return _missing(name, wanted, answer)
    if len(records) > 1:
        return Finding(
            State.SEVERAL,
            f"{name} has {len(records)} SPF records: every receiver takes that for an error.",
            "Join their mechanisms in one record.",
            tuple(records),
            {"record": new_record(" ".join(_joined(records)))},
        )
    return _judge_one(ask, name, records[0], wanted)


def _missing(name: str, wanted: str, answer: Answer) -> Finding:
    like = next((text for text in answer.values if "spf" in text.lower()[:12]), None)
    if like is not None:
        what = f"{name} has a TXT record that looks like SPF and is none: it has to begin with v=spf1 and a space."
        return Finding(State.WRONG, what, "Correct it.", (like,))
    return Finding(State.MISSING, f"There is no SPF record (TXT, v=spf1 …) at {name}.", "Set the record.")


def _judge_one(ask: Ask, name: str, record: str, wanted: str) -> Finding:
    more = {"record": record}
    if strange := unknown(record):
        sound = " ".join(word for word in record.split() if str(term(word)) not in strange)
        what = f"The SPF record at {name} has what there is not: {', '.join(strange)}. Receivers take that for an error."
        return Finding(State.WRONG, what, "Take it out, or correct it.", (record,), {"record": sound})
    walk = _Walk(ask)
    walk.read(name, record)
    missing = [word for word in wanted.split() if not any(covers(found, term(word)) for found in walk.found)]
    if missing and walk.trouble:
        return Finding(State.UNREACHABLE, walk.trouble[0], "It is asked again by itself.", (record,), more)
    if walk.lookups > MOST_LOOKUPS:
        what = f"Evaluating the SPF record at {name} takes more than {MOST_LOOKUPS} look-ups: receivers take that for an error."
        return Finding(
            State.WRONG,
            what,
            "Take out what you send through no more; include fewer others.",
            (record,),
            more,
        )
    if missing:
        behind = [str(each) for each in walk.unread if any(covers(each, term(word)) for word in missing)]
        what = f"The SPF record at {name} does not let our servers send: {' '.join(missing)} is not in it."
        if behind:
            what = f"In the SPF record at {name} {' '.join(behind)} stands behind all, where nobody reads it."
        return Finding(State.WRONG, what, "Put it in before all; the record given has it.", (record,), more)
    return _found(name, record)


def _found(name: str, record: str) -> Finding:
    ends = {str(each) for each in terms(record) if each.name == "all"}
    if ends & {"all", "?all"}:
        what = f"The SPF record at {name} lets our servers send, and everybody else too ({', '.join(sorted(ends))})."
        return Finding(State.FOUND, what, "End it with ~all or -all.", (record,), {"record": record})
    return Finding(
        State.FOUND,
        f"The SPF record at {name} lets our servers send.",
        found=(record,),
        more={"record": record},
    )


def with_mechanisms(record: str, wanted: list[str]) -> str:
    """Return the record with the mechanisms that it has not, before its `all` or `redirect`; behind `all` nothing is read."""
    words = record.split()
    end = next(
        (n for n, word in enumerate(words) if n and term(word).name in ("all", "redirect")), len(words)
    )
    has = {str(term(word)) for word in words[1:end]}
    rest = words[end:] if words[end:] and term(words[end]).name != "all" else words[end : end + 1]
    return " ".join([*words[:end], *(word for word in wanted if word not in has), *rest])


def _joined(records: list[str]) -> list[str]:
    joined = (
        str(each) for record in records for each in terms(record) if each.name not in ("all", "redirect")
    )
    return list(dict.fromkeys(joined))


@dataclass
class _Walk:
    """Reads a record and what it includes, as a receiver would; counts the look-ups that this takes."""

    ask: Ask
    found: list[Term] = field(default_factory=list)  # mechanisms that are read
    unread: list[Term] = field(default_factory=list)  # behind an `all`
    lookups: int = 0
    trouble: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def read(self, name: str, record: str) -> None:
        """Take in one record."""
        self.seen.add(name)
        ended = False
        everything = any(each.name == "all" for each in terms(record))
        for each in terms(record):
            if each.name == "redirect" and everything:
                continue  # §6.1: heeded only where nothing matched, and all matches
            if ended:
                self.unread.append(each)
                continue
            self.found.append(each)
            self.lookups += looks_up(each)
            ended = each.name == "all"
            if each.name in ("include", "redirect") and each.qualifier == "+":
                self._follow(each.value)

    def _follow(self, name: str) -> None:
        """Read the record of another name; one with macros (§7) depends on the message, and is passed over."""
        if name in self.seen or "%" in name or len(self.seen) >= _MOST_RECORDS or self.lookups > MOST_LOOKUPS:
            return
        answer = self.ask(name, "TXT")
        if answer.trouble:
            self.trouble.append(
                f"The DNS gave no answer about {name}, which the SPF record includes: {answer.trouble}."
            )
        for record in [text for text in answer.values if is_record(text)][:1]:
            self.read(name, record)
