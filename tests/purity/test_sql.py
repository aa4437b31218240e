"""SQL files: named as what runs them, and writing the tables of their own room only."""

import re
from pathlib import Path

import pytest

_SOURCE = Path(__file__).parents[2] / "src" / "penstock"
_STATEMENTS = sorted(_SOURCE.glob("*/sql/*.sql"))
_WRITES = re.compile(
    r"\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|truncate|merge\s+into|copy)\s+"
    r"((account|audience|content|mailing|delivery|feedback|notices)_\w+)",
    re.IGNORECASE,
)
# A room that writes another's table, and why it may. Anything else goes through a function of the other room.
_AGREED = {
    # The freeze notes its end on the mailing, in the transaction that wrote the ledger.
    ("delivery", "mailing_mailing"),
}


def _written() -> set[tuple[str, str]]:
    """Return (room, table) for every table of another room that a statement in `src` writes."""
    files = [
        file for kind in ("*.sql", "*.py") for file in _SOURCE.rglob(kind) if "migrations" not in file.parts
    ]
    return {
        (room, match[1].lower())
        for file in files
        for match in _WRITES.finditer(file.read_text(encoding="utf-8"))
        if (room := file.relative_to(_SOURCE).parts[0]) != match[2].lower()
    }


def test_a_room_writes_its_own_tables_only() -> None:
    assert _written() - _AGREED == set()


def test_no_agreement_outlives_its_use() -> None:
    assert _written() >= _AGREED


@pytest.mark.parametrize("statement", _STATEMENTS, ids=lambda file: f"{file.parent.parent.name}/{file.stem}")
def test_a_statement_is_run_by_its_room(statement: Path) -> None:
    """A file nobody names is a leftover. What only migrations run counts as run."""
    room = statement.parent.parent
    assert any(
        re.search(rf"[\"'/]{statement.stem}(?:\.sql)?[\"']", file.read_text()) for file in room.rglob("*.py")
    )
