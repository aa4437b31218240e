"""Results: a table for people, a JSON file in build/bench/ with the machine beside the figures."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil


class Unavailable(Exception):
    """This machine cannot do the measurement; says what is missing."""


ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "bench"


def machine() -> dict[str, Any]:
    """What the figures depend on, without a name: cores, memory, kernel, versions, and who else was busy."""
    import uvloop

    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "python": platform.python_version(),
        "uvloop": uvloop.__version__,
        "load_before": round(os.getloadavg()[0], 2),
        "nice": os.nice(0),
        "commit": _commit(),
    }


def _commit() -> str:
    try:
        asked = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def save(name: str, result: dict[str, Any]) -> Path:
    """Write build/bench/NAME.json; the machine is described in it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), **result}, indent=1) + "\n")
    print(f"  → {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}\n", flush=True)
    return path


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table; numbers to the right, with as many decimals as they deserve."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(columns), *cells]) for i in range(len(columns))]
    print(f"\n{title}")
    for line in [list(columns), *cells]:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
    print(flush=True)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return (
            f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
        )
    return f"{value:,}" if isinstance(value, int) else str(value)


def median(rows: Sequence[dict[str, Any]], key: str) -> float:
    return statistics.median(row[key] for row in rows)


def verdict(what: str, value: float, target: str, met: bool) -> None:
    """Say in a line whether a target is met."""
    print(f"  {'met   ' if met else 'MISSED'} {what}: {_cell(value)} (target {target})", flush=True)


def main(measure: Callable[[], None]) -> None:
    """Run a measurement; one that this machine cannot do is left out with the reason."""
    try:
        measure()
    except Unavailable as error:
        print(f"  left out: {error}", flush=True)
