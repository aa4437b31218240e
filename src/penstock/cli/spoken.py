"""Commands, and what they want, by the names that people type: hyphens and options."""

import re
from collections.abc import Iterable

_COMMANDS = re.compile(r"\b(send_now|edit_plan|send_rest|release_doubt|fix_rest)\b")
_JSON = (
    (re.compile(r'"confirm": true'), "--yes"),
    (re.compile(r'"confirm": (\d+)'), r"--confirm \1"),
    (re.compile(r'"without_analysis": true'), "--without-analysis"),
    (re.compile(r'"steps": (\d+)'), r"--steps \1"),
    (re.compile(r'"fold": "first" or "second"'), "--fold first or --fold second"),
    (re.compile(r" \(ends_at\)"), " (--ends-at)"),
)

_CURES = {
    "analysis_running": "`penstock mailing analyse` with its number waits for it, or does it where no worker runs.",
    "analysis_missing": "`penstock mailing analyse` with its number does it.",
    "analysis_blocked": "`penstock mailing analysis` with its number tells whom it concerns.",
    "credits": "See `penstock credits`.",
    "sender_domain": "See `penstock domain`.",
    "test_required": "See `penstock mailing test --help`.",
    "time_required": "Give --at TIME.",
    "reason_required": "Give --reason.",
    "note_required": "Give --reason.",
    "ground_required": "Give --ground technical or --ground conduct.",
}
"""What to do about a refusal, in options and commands, by its code."""


def hyphened(names: Iterable[str]) -> list[str]:
    """Return the names of commands as they are typed."""
    return [name.replace("_", "-") for name in names]


def in_words(text: str) -> str:
    """Return a text of the rooms with options in place of JSON, and commands as they are typed."""
    for pattern, option in _JSON:
        text = pattern.sub(option, text)
    return _COMMANDS.sub(lambda found: found[0].replace("_", "-"), text)


def cure(code: str) -> str:
    """Return which option cures a refusal, to be put behind it; nothing where none does."""
    return f" {_CURES[code]}" if code in _CURES else ""
