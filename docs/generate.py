"""Writes the parts of the reference that follow from the source: `python docs/generate.py`.

A page holds them between `<!-- generated: NAME -->` and `<!-- end -->`; what stands outside is written by hand.
`python docs/generate.py --check` changes nothing and fails when a page is behind; tests/docs does the same.
"""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from typer.main import get_command

from penstock.account.access import ROLES, SCOPES
from penstock.account.credits.kinds import KINDS
from penstock.account.policy import RULES
from penstock.api.problems import BY_STATUS, DETAILS, TITLES
from penstock.audience.columns import ADDRESS_NAMES, PHONE_NAMES
from penstock.audience.suppression import REASONS
from penstock.cli.app import app
from penstock.content.design import schema
from penstock.mailing.guards import Guard
from penstock.mailing.lifecycle import ALREADY, AT_LAUNCH, PLATFORM, TABLE, Row, stays
from penstock.mailing.states import ENDS, GATES, LIVE, MEANING, WAITING, State
from penstock.notices.kinds import MEANING as MEANING_OF_NOTICE
from penstock.notices.kinds import Kind
from penstock.notices.schedule import WEBHOOK
from penstock.notices.webhooks import EVENTS
from penstock.report.metrics import FAMILIES

DOCS = Path(__file__).parent
_PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return rows as a Markdown table."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )


# --- the design of blocks ---------------------------------------------------------------------------------


def design() -> str:
    """Return a table for the settings and for each block, from their JSON Schema."""
    shapes = schema()["$defs"]
    titles = [
        "Settings",
        "Heading",
        "Text",
        "Image",
        "Button",
        "Columns",
        "Column",
        "Divider",
        "Social",
        "SocialLink",
        "Footer",
    ]
    assert set(titles) == set(shapes)
    return "\n\n".join(_shape(name, shapes[name]) for name in titles)


def _shape(name: str, shape: dict[str, Any]) -> str:
    members, needed = shape["properties"], shape.get("required", [])
    kind = members.get("type", {}).get("const")
    title = (
        f"`{kind}`"
        if kind
        else {"Settings": "`settings`", "Column": "A column", "SocialLink": "A link of `social`"}[name]
    )
    rows = [
        (
            f"`{each}`",
            _kind(told),
            "needed" if each in needed else _default(told),
            _said(told),
        )
        for each, told in members.items()
        if each != "type"
    ]
    return f"### {title}\n\n{shape['description']}\n\n{table(('member', 'kind', 'default', ''), rows)}"


def _kind(told: dict[str, Any]) -> str:
    told = next((each for each in told.get("anyOf", []) if each.get("type") != "null"), told)
    if "enum" in told:
        return ", ".join(told["enum"])
    if told.get("type") == "integer":
        return f"{told['minimum']} to {told['maximum']}"
    if told.get("type") == "array":
        return "list"
    return "`#rgb`, `#rrggbb`" if told.get("pattern", "").startswith("^#") else "text"


def _said(told: dict[str, Any]) -> str:
    found = [each["description"] for each in (told, *told.get("anyOf", [])) if "description" in each]
    return str(found[0]) if found else ""


def _default(told: dict[str, Any]) -> str:
    default = told.get("default")
    return "–" if default in (None, "") else f"`{default}`"


# --- the command line -------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[list[str], Any]]:
    """Yield every command that does something, with its words: (["penstock", "mailing", "show"], command)."""

    def below(words: list[str], command: Any) -> Iterator[tuple[list[str], Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield words, command
            return
        for name, each in inner.items():
            yield from below([*words, name], each)

    return below(["penstock"], get_command(app))


def command_line() -> str:
    """Return a section for each command: what it does, how it is written, its options."""
    return "\n\n".join(_section(words, command) for words, command in commands())


def _section(words: list[str], command: Any) -> str:
    context = command.context_class(command, info_name=" ".join(words))
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts = [f"### {' '.join(words)}", f"    {' '.join(usage.split())}", _paragraphs(command.help or "")]
    rows = []
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record and "--help" not in parameter.opts:
            rows.append((f"`{record[0]}`", _bare(record[1])))
    if rows:
        parts.append(table(("option or argument", "meaning"), rows))
    return "\n\n".join(parts)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in _bare(text).split("\n\n"))


def _bare(text: str) -> str:
    """Keep Liquid and angle brackets in a help text from being taken for markup."""
    return re.sub(r"'([^']*[{<*][^']*)'", r"`\1`", text)


# --- mailings ---------------------------------------------------------------------------------------------


def mailing_states() -> str:
    """Return every state: what it means, what may be done in it, what happens by itself."""
    rows = []
    for state in State:
        here = [row for row in TABLE if state in row.sources]
        rows.append(
            (
                f"`{state}`" + (" (end)" if state in ENDS else ""),
                MEANING[state],
                ", ".join(f"`{row.command}`" for row in here if not row.is_event) or "–",
                ", ".join(f"*{row.command}*" for row in here if row.is_event) or "–",
            )
        )
    return table(("state", "meaning", "commands", "events"), rows)


def _conditions(guards: tuple[Guard, ...]) -> str:
    """What the guards ask for; those of a launch, where it may come later, are said to be so once."""
    told = [(guard.__doc__ or "").split("\n")[0] for guard in guards]
    always = [text for text in told if not text.startswith(AT_LAUNCH)]
    at_launch = [text.removeprefix(AT_LAUNCH) for text in told if text.startswith(AT_LAUNCH)]
    return " ".join([*always, *([AT_LAUNCH + " ".join(at_launch)] if at_launch else [])])


def mailing_commands() -> str:
    """Return every row of the lifecycle: from where to where, for whom, under what conditions."""
    return table(
        ("command or *event*", "from", "to", "for", "only if"),
        [
            (
                f"*{row.command}*" if row.is_event else f"`{row.command}`",
                _states(row.sources),
                "the same" if row.target is stays else _states(row.targets),
                ", ".join(sorted(row.roles)),
                _conditions(row.guards) or "–",
            )
            for row in TABLE
        ],
    )


STAGES = (
    ("Writing and gates", frozenset({State.DRAFT, State.REJECTED}) | GATES),
    ("Waiting to start", WAITING),
    ("Under way", LIVE - {State.CANCELLING}),
    ("Stopped, and ending", frozenset({State.PAUSED, State.INTERRUPTED, State.CANCELLING})),
    ("After the end", ENDS),
)
"""The diagram in parts, by where a mailing stands: in one piece nobody could read it."""


def mailing_diagram() -> str:
    """Return the lifecycle as Mermaid diagrams; commands are written plain, events in brackets. What moves nothing is left out."""
    return "\n\n".join(f"### {name}\n\n{_diagram(sources)}" for name, sources in STAGES)


def _diagram(sources: frozenset[State]) -> str:
    arrows: dict[tuple[State, State], list[str]] = {}
    for row in TABLE:
        for source in _ordered(row.sources & sources):
            for target in [] if row.target is stays else _ordered(row.targets - {source}):
                arrows.setdefault((source, target), []).append(_label(row))
    lines = [f"    {source} --> {target}: {', '.join(labels)}" for (source, target), labels in arrows.items()]
    begin = ["    [*] --> draft"] if State.DRAFT in sources else []
    return "\n".join(["```mermaid", "stateDiagram-v2", *begin, *lines, "```"])


def already() -> str:
    """Return the commands that find their work done."""
    return "\n".join(
        f"- `{command}` on `{state}` answers `{code}`; the command line counts it as done."
        for (command, state), code in ALREADY.items()
    )


def _label(row: Row) -> str:
    return f"({row.command})" if row.is_event else row.command


def _ordered(states: frozenset[State]) -> list[State]:
    return [state for state in State if state in states]


def _states(states: frozenset[State]) -> str:
    return "any" if states == set(State) else ", ".join(f"`{state}`" for state in _ordered(states))


# --- policies, columns, reasons ---------------------------------------------------------------------------


def policies() -> str:
    """Return every policy: its default, what it may be, whether one mailing may differ, who sets it, what it does."""
    return table(
        ("policy", "default", "may be", "per mailing", "set by", "effect"),
        [
            (
                f"`{rule.name}`",
                "–" if rule.default is None else f"`{rule.default}`",
                rule.check(object()) or "",
                "yes" if rule.per_mailing else "no",
                "platform" if rule.by_platform else "account",
                rule.effect,
            )
            for rule in RULES.values()
        ],
    )


def scopes() -> str:
    """Return every scope: what it allows, and which roles have it."""
    return table(
        ("scope", "allows", *(f"{role}" for role in (*ROLES, PLATFORM))),
        [
            (
                f"`{scope.name}`",
                scope.allows,
                *("✓" if role in scope.roles else "" for role in (*ROLES, PLATFORM)),
            )
            for scope in SCOPES.values()
        ],
    )


def address_columns() -> str:
    """Return the names by which the column of addresses is found, in order of preference."""
    return ", ".join(f"`{name}`" for name in ADDRESS_NAMES)


def phone_columns() -> str:
    """Return the names by which the column of telephone numbers is found, in order of preference."""
    return ", ".join(f"`{name}`" for name in PHONE_NAMES)


def suppression_reasons() -> str:
    """Return the reasons that a suppression can have."""
    return ", ".join(f"`{reason}`" for reason in REASONS)


# --- notices and metrics ----------------------------------------------------------------------------------


def credit_kinds() -> str:
    """Return every kind of entry in the ledger of credits."""
    return table(("entry", "what it says"), [(f"`{kind}`", told) for kind, told in KINDS.items()])


def events() -> str:
    """Return every event that a webhook can listen to."""
    return table(("event", "when"), [(f"`{name}`", MEANING_OF_NOTICE[Kind(name)]) for name in EVENTS])


def webhook_intervals() -> str:
    """Return when a delivery that failed is tried again."""
    told = [str(timedelta(seconds=seconds)) for seconds in WEBHOOK]
    total = timedelta(seconds=sum(WEBHOOK))
    return (
        f"A delivery is tried {len(WEBHOOK) + 1} times, with these intervals (hours:minutes:seconds): {', '.join(told)};"
        f" {total.total_seconds() / 3600:.1f} hours in all."
    )


def problems() -> str:
    """Return the statuses that say no, each with its code and what to do."""
    rows = [
        (str(status), f"`{code}`", f"{TITLES[code]}. {DETAILS.get(status, '')}".strip())
        for status, code in BY_STATUS.items()
    ]
    return table(("status", "code", "what it means"), rows)


def metrics() -> str:
    """Return every metric that is made from the database."""
    rows = []
    for family in FAMILIES:
        labels = f"{{{', '.join(family.labels)}}}" if family.labels else ""
        kind = "counter" if family.counter else "gauge"
        rows.append((f"`penstock_{family.name}{labels}`", kind, family.help))
    return table(("metric", "type", "meaning"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "command-line": command_line,
    "mailing-states": mailing_states,
    "mailing-commands": mailing_commands,
    "mailing-diagram": mailing_diagram,
    "already": already,
    "design": design,
    "policies": policies,
    "scopes": scopes,
    "address-columns": address_columns,
    "phone-columns": phone_columns,
    "suppression-reasons": suppression_reasons,
    "credit-kinds": credit_kinds,
    "events": events,
    "webhook-intervals": webhook_intervals,
    "metrics": metrics,
    "problems": problems,
}


def fresh(text: str) -> str:
    """Return the text of a page with its generated parts made anew. Raises KeyError for a part that nobody makes."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n\n{found[3]}", text)


def behind() -> dict[Path, str]:
    """Return the pages that are behind the source, each with the text it should have."""
    pages = {page: page.read_text("utf-8") for page in sorted(DOCS.rglob("*.md"))}
    return {page: new for page, text in pages.items() if (new := fresh(text)) != text}


def main() -> int:
    """Write the pages that are behind, or with --check only name them (status 1)."""
    found = behind()
    for page, text in found.items():
        sys.stdout.write(f"{page.relative_to(DOCS.parent)}\n")
        if "--check" not in sys.argv[1:]:
            page.write_text(text, "utf-8")
    return 1 if found and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
