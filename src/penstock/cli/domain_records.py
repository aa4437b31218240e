"""Sending domains on the screen: their state in a table, and each record that is not right as it has to be set."""

from typing import Any

import psycopg

from penstock.account import domain_checks, domains
from penstock.account.domain import Domain
from penstock.account.domain_name import in_words
from penstock.account.records.wanted import Record
from penstock.cli.choosing import chosen_account
from penstock.cli.endings import Exit
from penstock.cli.person import actor, agree
from penstock.cli.screen import document, moment, table, tell, written

_KINDS = {"dkim": "DKIM", "spf": "SPF", "dmarc": "DMARC", "return_path": "return path"}
_Conn = psycopg.Connection[Any]


def add(
    conn: _Conn, name: str, spf: str | None, return_host: str | None, return_target: str | None, account: str | None, *, json: bool
) -> None:  # fmt: skip
    """Add a domain and print what to set."""
    of = chosen_account(conn, account)
    made = domains.create(
        conn, of, name=name, actor=actor(), spf=spf, return_host=return_host, return_target=return_target
    )
    if json:
        document(made.document())
        return
    tell(
        f"Sending domain {made.id} ({in_words(made.name)}) is added. Set these records where its DNS is kept:"
    )
    written(_to_set(made))
    tell(f"Then: penstock domain check {made.name}. A worker checks it by itself, too.")


def list_all(conn: _Conn, account: str | None, *, json: bool) -> None:
    """Print the domains of the account."""
    found = domains.listed(conn, chosen_account(conn, account))
    if json:
        document([each.document() for each in found])
        return
    if not found:
        tell("There is no sending domain. Add one: penstock domain add example.org")
        return
    rows = [
        (
            each.id,
            in_words(each.name),
            each.state,
            _signing(each),
            moment(each.checked_at),
            moment(each.check_at),
        )
        for each in found
    ]
    written(table(("id", "domain", "state", "signed by", "checked", "next"), rows, right="id"))


def show(conn: _Conn, word: str, account: str | None, *, zone: bool, json: bool) -> None:
    """Print one domain with its records; `zone`: these alone, for a zone file."""
    found = domains.named(conn, chosen_account(conn, account), word)
    if json:
        document(found.document())
    elif zone:
        written("\n".join(record.zone for record in found.records if record.zone))
    else:
        written(_whole(found))
        _say_way_back(conn, found.account)


def check(conn: _Conn, word: str, account: str | None, *, json: bool) -> int:
    """Check one domain and print it; return the exit status."""
    of = chosen_account(conn, account)
    found = domain_checks.check(conn, of, domains.named(conn, of, word).id, actor())
    if json:
        document(found.document())
    else:
        written(_whole(found))
        _say_way_back(conn, of)
    return Exit.DONE if found.verified else Exit.FAILED


def edit(
    conn: _Conn, word: str, spf: str | None, return_host: str | None, return_target: str | None, account: str | None, *, json: bool
) -> None:  # fmt: skip
    """Change a domain and print what to set now."""
    of = chosen_account(conn, account)
    number = domains.named(conn, of, word).id
    changed = domains.update(
        conn, of, number, actor=actor(), spf=spf, return_host=return_host, return_target=return_target
    )
    if json:
        document(changed.document())
    else:
        written(_whole(changed))


def make_key(conn: _Conn, word: str, algorithm: str, account: str | None, *, json: bool) -> None:
    """Make a key and print its record."""
    of = chosen_account(conn, account)
    domain = domains.named(conn, of, word)
    made = domains.make_key(conn, of, domain.id, algorithm, actor())
    if json:
        document(made.document())
        return
    tell(f"Key {made.selector} is made. It signs when its record is found:")
    records = domains.find(conn, of, domain.id).records
    written("\n".join(_block(each) for each in records if each.selector == made.selector))


def delete_key(conn: _Conn, word: str, selector: str, account: str | None, *, json: bool) -> None:
    """Delete a key."""
    of = chosen_account(conn, account)
    domain = domains.named(conn, of, word)
    domains.delete_key(conn, of, domain.id, selector, actor())
    tell(f"Key {selector} is deleted. Take its record out of the DNS.")
    if json:
        document(domains.find(conn, of, domain.id).document())


def delete(conn: _Conn, word: str, account: str | None, *, yes: bool, json: bool) -> None:
    """Delete a domain after a yes."""
    of = chosen_account(conn, account)
    domain = domains.named(conn, of, word)
    if not yes:
        agree(f"Delete {in_words(domain.name)} with its keys, for good?", otherwise="Nothing was deleted.")
    domains.delete(conn, of, domain.id, actor())
    tell(f"Sending domain {domain.id} ({in_words(domain.name)}) is deleted. Its records can go, too.")
    if json:
        document({"deleted": domain.id})


def _say_way_back(conn: _Conn, account: int) -> None:
    """Say when nothing that comes back to the return path finds its way here."""
    from penstock.feedback import way_back

    if way_back.ways(conn, account)[0].lacking:
        tell(
            "What comes back to the return path later has no way here: neither `penstock inbound` runs, nor is a mailbox read."
        )
        tell("Bounces and complaints are lost. See docs/how-to/receive-bounces.md")


def _whole(domain: Domain) -> str:
    """Return a domain as it is read: its state, a table of its records, and what is to be done about them."""
    rows = [(_label(each), each.type, each.name, each.state) for each in domain.records]
    rows += [(f"DKIM {key.selector}", "TXT", "", "retired") for key in domain.keys if key.state == "retired"]
    lines = [
        f"{in_words(domain.name)}: {_sentence(domain)}",
        *_unsubscribing(domain),
        "",
        table(("record", "type", "name", "state"), rows),
    ]
    open_ones = [each for each in domain.records if each.state != "found" or each.cure]
    return "\n".join([*lines, *(f"\n{_block(each)}" for each in open_ones)])


def _sentence(domain: Domain) -> str:
    """Return the state in words: whether mail may leave as it, what signs it, and when it was and will be looked at."""
    checked = f"checked {moment(domain.checked_at)}" if domain.checked_at else "not checked yet"
    if domain.state == "failing":
        state = f"verified, but none of its keys has been found since {moment(domain.failing_since)}"
    else:
        state = f"verified, signed by {_signing(domain)}" if domain.verified else "not verified"
    return f"{state}; {checked}, next {moment(domain.check_at)}."


def _unsubscribing(domain: Domain) -> list[str]:
    """Return where its readers unsubscribe by mail, a line; nothing where it has no return host."""
    if domain.unsubscribe_address:
        return [f"Unsubscribing by mail: {domain.unsubscribe_address}, which takes effect by itself."]
    if domain.return_host is None:
        return []
    return [f"Unsubscribing by mail: to the sender, until mail to {domain.return_host} has come in here."]


def _signing(domain: Domain) -> str:
    return ", ".join(key.selector for key in domain.keys if key.state == "signing") or "–"


def _to_set(domain: Domain) -> str:
    return "\n\n".join(_block(each) for each in domain.records)


def _label(record: Record) -> str:
    return f"{_KINDS[record.kind]} {record.selector or ''}".strip()


def _block(record: Record) -> str:
    """Return what a record is for, what is wrong with it, and name, type and value on lines of their own, to be copied."""
    lines = [record.purpose]
    if record.what:
        lines.append(f"  {record.what} {record.cure}".rstrip())
    lines += [f"  found: {text}" for text in record.found if record.state != "found"]
    if record.state != "found" and record.value:
        lines += [f"  name:  {record.name}", f"  type:  {record.type}", f"  value: {record.value}"]
    return "\n".join(lines)
