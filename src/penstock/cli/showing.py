"""One mailing as people read it, and as JSON: what it is, why, and what next."""

import re
import sys
from pathlib import Path
from typing import Any

import psycopg

from penstock.audience import contacts
from penstock.audience.segments import keeping
from penstock.cli.chaining import audience_words
from penstock.cli.choosing import any_mailing
from penstock.cli.endings import wrong
from penstock.cli.onward import what_next
from penstock.cli.person import ROLES, actor
from penstock.cli.plans import about, document_words, plan_words, until
from penstock.cli.screen import document, line, moment, number, table, written
from penstock.cli.spoken import hyphened
from penstock.cli.summary import summarise
from penstock.content.accepting import SMS
from penstock.content.messages import load_message
from penstock.mailing import campaigns, journal, lifecycle, queue
from penstock.mailing.facts import Gathered, gather
from penstock.mailing.guards import Facts
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import GATES, MEANING, State
from penstock.report import ledger
from penstock.report.progress import STATES, progress
from penstock.report.remaining import NOBODY, remaining
from penstock.report.sequence import expected_starts

_UNTIL_SECONDS = re.compile(r"(?<=:\d\d)\.\d{6}$")  # of the list that sending to a file makes
_WRITERS = {"csv": ledger.write_csv, "jsonl": ledger.write_json_lines, "json": ledger.write_json}


def show_mailing(conn: psycopg.Connection[Any], mailing: int, json: bool) -> None:
    """Print one mailing: state, reason, plan, gates, figures, times, and what may be done now."""
    there = any_mailing(conn, mailing)
    found = gather(conn, mailing)
    assert found is not None
    if json:
        _write_json(conn, there, found.facts)
        return
    message = load_message(conn, there.message)
    rows = [
        ("mailing", f"{there.id}  {there.name}"),
        ("state", f"{there.state.replace('_', ' ')} – {MEANING[State(there.state)]}"),
        ("reason", _reason(there)),
        ("from", message.sender if message else "– (no message)"),
        ("text", message.text or "")
        if message and message.channel == SMS
        else ("subject", message.subject if message else ""),
        ("to", _audience(conn, there)),
        ("tags", ", ".join(there.tags)),
        ("plan", plan_words(there)),
        ("chain", f"step {there.position}; `penstock mailing chain {there.id}`" if there.position else ""),
        ("starts", until(there.due_at) if there.state == State.SCHEDULED and there.due_at else ""),
        ("sequence", _place(conn, there)),
        ("gates", _gates(there, found.facts)),
        ("credits", _credits(found.facts)),
        ("tracked", _tracked(found)),
        ("digest", there.digest if State(there.state) in GATES and there.digest else ""),
        *_links(there),
        *_figures(conn, there),
        ("version", str(there.version) + (f", revision {there.revision}" if there.revision > 1 else "")),
        ("may be", ", ".join(_possible(found.facts)) or "nothing any more"),
    ]
    written("\n".join(f"{name:14}{line(value)}" for name, value in rows if value))
    if words := what_next(there, rest="send_rest" in lifecycle.possible(found.facts, ROLES)):
        written(f"\n{words}")


def _tracked(found: Gathered) -> str:
    """What of it is tracked, and the tags of its links."""
    policy = found.facts.policy
    tracked = [
        word
        for word, how in (("clicks", policy.track_clicks), ("openings", policy.track_opens))
        if how == "on"
    ]
    return ", ".join([*tracked, *(f"{name}={value}" for name, value in campaigns.tags(found.row).items())])


def _credits(known: Facts) -> str:
    """What it needs beyond what it has, where the account counts credits."""
    if (credits := known.credits) is None:
        return ""
    if credits.needed is None:
        return f"its recipients are being counted; {number(credits.available)} are left"
    if not credits.needed and known.reason_code == "credits":
        return ""  # it lacks them for those who were to join it: its reason says how many
    if not credits.needed:
        return f"it has what it needs; {number(credits.available)} are left"
    about = "" if credits.exact else "about "
    return f"it needs {about}{number(credits.needed)}; {number(credits.available)} are left"


def _write_json(conn: psycopg.Connection[Any], there: Mailing, known: Facts) -> None:
    seen = summarise(conn, there, {})
    times = {name: seen.seconds[name] for name in ("freeze", "send")}
    document({
        **facts(there), "allowed_actions": _possible(known), "approvers": known.approvers,
        "progress": seen.progress.figures(), "waits": (remaining(conn, there.id) if seen.progress.waiting else NOBODY).figures(), "skipped": seen.skipped, "seconds": times,
    })  # fmt: skip


def _possible(known: Facts) -> list[str]:
    return hyphened(lifecycle.possible(known, ROLES, actor().who))


def _reason(there: Mailing) -> str:
    if not (reason := there.reason):
        return ""
    return f"{reason['text']} ({reason['who']}, {reason['since'][:16].replace('T', ' ')} UTC)"


def _place(conn: psycopg.Connection[Any], there: Mailing) -> str:
    _, order = queue.listed(conn, there.account)
    if there.id not in order:
        return ""
    words = f"number {order.index(there.id) + 1} of {len(order)}"
    expected = expected_starts(conn, there.account).get(there.id)
    return f"{words}, starts {about(expected)}" if expected else words


def _gates(there: Mailing, known: Facts) -> str:
    if there.digest is None:
        return ""
    words = f"{len(known.approvers)} of {known.policy.approvals_required} approvals"
    words += f" ({', '.join(known.approvers)})" if known.approvers else ""
    return words + (", validated by the platform" if known.validated else "")


def _links(there: Mailing) -> list[tuple[str, str]]:
    return [
        ("copy of", str(there.copied_from) if there.copied_from and not there.fixes else ""),
        ("corrects", str(there.fixes or "")),
        ("corrected by", ", ".join(map(str, there.corrections))),
    ]


def _audience(conn: psycopg.Connection[Any], there: Mailing) -> str:
    rule = there.audience
    row = conn.execute("select name from audience_list where id = %s", (rule.get("list"),)).fetchone()
    people = contacts.count(conn, there.account, rule["list"]) if row else 0
    named = {each.id: each.name for each in keeping.some(conn, there.account, keeping.named_by(rule))}
    nobody = (
        audience_words(rule) if "step" in rule else "all contacts" if rule.get("segment") else "– (no list)"
    )
    parts = [
        f"{_UNTIL_SECONDS.sub('', row[0])} ({number(people)} contacts)" if row else nobody,
        f"only whom segment {named.get(rule['segment'], rule['segment'])} means" if rule.get("segment") else "",
        *(f"without segment {named.get(each, each)}" for each in rule.get("not_segment", [])),
        f"only those whom {', '.join(map(str, rule['reached_by']))} reached" if rule.get("reached_by") else "",
        f"without those whom {', '.join(map(str, rule['not_reached_by']))} reached" if rule.get("not_reached_by") else "",
    ]  # fmt: skip
    return ", ".join(filter(None, parts))


def _figures(conn: psycopg.Connection[Any], there: Mailing) -> list[tuple[str, str]]:
    figures = progress(conn, there.id)
    if not figures.recipients:
        return [("started", moment(there.started_at) if there.started_at else "")]
    return [
        ("started", moment(there.started_at)),
        ("finished", moment(there.finished_at) if there.finished_at else ""),
        ("handed off", f"{figures.handed_off_percent} %, settled {figures.settled_percent} %"),
        ("recipients", number(figures.recipients)),
        *((f"  {state.replace('_', ' ')}", number(getattr(figures, state))) for state in STATES if getattr(figures, state)),
        *_waits(conn, there.id, figures.waiting),
        ("  receipt due", number(figures.awaiting) if figures.awaiting else ""),
        ("next attempt", moment(figures.next_at) if figures.next_at else ""),
    ]  # fmt: skip


def _waits(conn: psycopg.Connection[Any], mailing: int, waiting: int) -> list[tuple[str, str]]:
    """Return what those who wait wait for, other than their turn."""
    if not waiting:
        return []
    rest = remaining(conn, mailing)
    return [
        ("  by plan", f"{number(rest.planned)} of those wait for their time, the first until {moment(rest.planned_at)}" if rest.planned else ""),
        ("  closed", f"{number(rest.hours)} of those wait for their sending or quiet hours, the first until {moment(rest.opens_at)}" if rest.hours else ""),
        ("  held", f"{number(rest.held)} of those wait for what becomes of the canary" if rest.held else ""),
        ("  withheld", f"{number(rest.withheld)} of those are kept back by a kill switch" if rest.withheld else ""),
    ]  # fmt: skip


def show_journal(conn: psycopg.Connection[Any], mailing: int, json: bool) -> None:
    """Print the journal of one mailing, oldest first."""
    any_mailing(conn, mailing)
    entries = journal.entries(conn, mailing)
    if json:
        document(entries)
        return
    rows = [
        (moment(e["at"]), e["actor"], e["door"], e["command"].replace("_", "-"),
         f"{e['from_state'] or '–'} → {e['to_state']}", _note(e))
        for e in entries
    ]  # fmt: skip
    written(table(("at", "who", "by", "command", "change", "reason"), rows))


def _note(entry: dict[str, Any]) -> str:
    """Return the reason of an entry, and what of its data people ask for first."""
    data, words = entry["data"], [entry["reason"] or ""]
    if data.get("plan"):
        words.append(document_words(data["plan"]))
    if data.get("reviewed") is False:
        words.append("without review")
    if data.get("analysed") is False:
        words.append("without analysis")
    if data.get("changed"):
        words.append(", ".join(name.removesuffix("_id") for name in data["changed"]))
    if data.get("made"):
        words.append(f"as mailing {data['made']}")
    return "; ".join(filter(None, words))


def export_ledger(
    conn: psycopg.Connection[Any],
    mailing: int,
    output: Path | None,
    form: str,
    state: str | None,
    reason: str | None,
) -> None:
    """Write everybody of one mailing to `output` (standard output when None) as csv, jsonl or json."""
    any_mailing(conn, mailing)
    if form not in _WRITERS:
        raise wrong(f"There is no format {form!r}.", f"There are {', '.join(_WRITERS)}.")
    if state is not None and state not in STATES:
        raise wrong(f"There is no state {state!r}.", f"There are {', '.join(STATES)}.")
    if output is None:
        _WRITERS[form](conn, mailing, sys.stdout.buffer, state, reason)
        return
    with output.open("wb") as out:
        _WRITERS[form](conn, mailing, out, state, reason)


def facts(mailing: Mailing) -> dict[str, Any]:
    """Return what JSON documents say of a mailing."""
    return {
        "id": mailing.id,
        "account": mailing.account,
        "name": mailing.name,
        "channel": mailing.channel,
        "state": mailing.state,
        "came_from": mailing.came_from,
        "reason": mailing.reason,
        "revision": mailing.revision,
        "version": mailing.version,
        "tags": mailing.tags,
        "digest": mailing.digest,
        "plan": mailing.plan,
        "due_at": mailing.due_at,
        "ends_at": mailing.ends_at,
        "audience": mailing.audience,
        "chain": mailing.chain,
        "position": mailing.position,
        "copied_from": mailing.copied_from,
        "fixes": mailing.fixes,
        "corrections": mailing.corrections,
        "created_at": mailing.created_at,
        "started_at": mailing.started_at,
        "finished_at": mailing.finished_at,
        "archived_at": mailing.archived_at,
        "allowed_actions": hyphened(mailing.allowed_actions(ROLES)),
    }
