"""The simulation's figures in docs/explanation/cluster.md, between its two marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "explanation" / "cluster.md"
BEGIN, END = "<!-- simulation: begin -->", "<!-- simulation: end -->"
BUSY: Final = 1000
"""Hours whose busiest minute has fewer transactions a second than this are left out."""


def write(found: dict[str, Any]) -> None:
    """Put the tables into the page."""
    hours, rows = found["load"]
    busy = [row for row in rows if row[hours.index("peak tx/s")] >= BUSY]
    totals = {name: value for name, value in found["totals"].items() if not name.startswith("seconds")}
    parts = [
        "#### When what finishes, by how it goes out", _table(*found["styles"]),
        "#### The largest mailings", _table(*found["largest"]),
        f"#### What the database does in the busy hours (others: fewer than {BUSY:,} transactions a second)", _table(hours, busy),
        "#### In all", _table(list(totals), [list(totals.values())]),
    ]  # fmt: skip
    text = DOCUMENT.read_text()
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(f"{before}\n\n" + "\n\n".join(parts) + f"\n\n{after}")


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *[[_cell(value) for value in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
