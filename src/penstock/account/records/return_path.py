"""The host of the return path: mail that cannot be delivered comes back there, so it has to take mail (RFC 5321 §5.1). Pure."""

from penstock.account.records.answers import Answer, Ask, Finding, State, led, unreachable


def judge(ask: Ask, name: str, target: str | None) -> Finding:
    """Look whether the host takes mail; where a target is given, whether its MX (or a CNAME) names that."""
    answer = ask(name, "MX")
    if answer.trouble:
        return unreachable(name, answer)
    hosts = tuple(value.partition(" ")[2].rstrip(".").lower() for value in answer.values)
    if hosts and not any(hosts):  # RFC 7505
        return Finding(
            State.WRONG,
            f"{name} says that it takes no mail (MX 0 .).",
            "Name the server that takes what comes back.",
            answer.values,
        )
    if target and target in (*hosts, answer.alias):
        return Finding(State.FOUND, f"{name} leads to {target}.", found=answer.values or (target,))
    if target and (hosts or answer.alias):
        return Finding(
            State.WRONG,
            f"{name} leads to {', '.join(hosts) or answer.alias}, not to {target}{led(answer)}.",
            "Set the record.",
            answer.values,
        )
    if hosts:
        return Finding(
            State.FOUND, f"{name} takes mail{led(answer)}: {', '.join(hosts)}.", found=answer.values
        )
    return _without_mx(ask, name, answer, target)


def _without_mx(ask: Ask, name: str, answer: Answer, target: str | None) -> Finding:
    """Without an MX record mail goes to the host itself, if it has an address; most senders of spam have neither."""
    answers = [ask(name, kind) for kind in ("A", "AAAA")]
    found = tuple(value for each in answers for value in each.values)
    if found and not target:
        return Finding(
            State.FOUND,
            f"{name} has no MX record; mail goes to its address {found[0]}.",
            "Set an MX record: some receivers want to see one.",
            found,
        )
    if not found and (troubled := next((each for each in answers if each.trouble), None)):
        return unreachable(name, troubled)
    return Finding(
        State.MISSING,
        f"{name} has no MX record{led(answer)}: what comes back finds no server.",
        "Set the record, to the mail server that takes what comes back.",
        found,
    )
