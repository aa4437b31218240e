"""The units: systemd understands all of each, they shut the machine away, and what they start starts and ends in order."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.smtpsink import free_port
from tests.integration.delivery.stage import eventually

_FOLDER = Path(__file__).parents[2] / "packaging" / "systemd"
_UNITS = sorted(_FOLDER.glob("*.service"))
_INSTALLED = "/srv/penstock/.venv/bin/penstock"
_EXPOSURE = 30
"""Tenths that `systemd-analyze security` may find: 2 to 3 is what it calls OK for a service that talks to the network."""


def _here(unit: Path, folder: Path) -> Path:
    """The unit with the program of this environment in place of the one it will have; an instance of a template."""
    program = Path(sys.executable).with_name("penstock")
    copy = folder / unit.name.replace("@.", "@main.")
    text = unit.read_text().replace(_INSTALLED, str(program))
    copy.write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE))
    return copy


def _value(unit: Path, name: str) -> str:
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)[-1]


@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path, needs: Callable[[str, str], str]) -> None:
    analyze = needs("systemd-analyze", "systemd")
    copy = _here(unit, tmp_path)
    ran = subprocess.run(
        [analyze, "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    said = [line for line in ran.stderr.splitlines() if copy.name in line]
    assert said == []


@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.name)
def test_the_machine_is_shut_away(unit: Path, tmp_path: Path, needs: Callable[[str, str], str]) -> None:
    analyze = needs("systemd-analyze", "systemd")
    named = tmp_path / unit.name.replace("@.", "@main.")
    named.write_text(unit.read_text())
    ran = subprocess.run(
        [analyze, "security", "--offline=true", f"--threshold={_EXPOSURE}", "--no-pager", str(named)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-1500:]


@pytest.mark.parametrize("unit", _UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_starts_is_a_command_with_its_options(unit: Path) -> None:
    for line in (_value(unit, "ExecStart"), *re.findall(r"^ExecStop=(.*)$", unit.read_text(), re.MULTILINE)):
        program, command, *options = shlex.split(line)
        assert program == _INSTALLED
        helped = subprocess.run(
            [sys.executable, "-m", "penstock", command, "--help"], capture_output=True, text=True, check=True,
            env=os.environ | {"COLUMNS": "200"},
        )  # fmt: skip
        assert [word for word in options if word.startswith("--") and word not in helped.stdout] == []


def test_the_whole_installation_starts_and_ends_as_its_unit_says(ready_home: Path) -> None:
    """Without systemd: what ExecStart starts answers, ExecStop ends all of it with status 0, and leaves no database behind."""
    unit, inbound = _FOLDER / "penstock@.service", free_port()

    def line(name: str) -> list[str]:
        words = _value(unit, name).replace("${PORT}", "0").replace("${WORKERS}", "1")
        words = words.replace("$INBOUND", f"--inbound {inbound}")
        return [sys.executable, "-m", *shlex.split(words.replace(_INSTALLED, "penstock"))]

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    start = [str(port) if word == "0" else word for word in line("ExecStart")]
    with subprocess.Popen(start, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as running:
        try:
            eventually(lambda: _answers(f"http://127.0.0.1:{port}/readyz"), 60)
            eventually(lambda: _greets(inbound))
            subprocess.run(line("ExecStop"), check=True, capture_output=True, timeout=80)
            assert running.wait(30) in (0, -signal.SIGTERM)
        finally:
            running.kill()
    assert not (ready_home / "postgres" / "postmaster.pid").exists()
    assert not _greets(inbound)


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            return peer.recv(3) == b"220"
    except OSError:
        return False


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_every_unit_ends_before_systemd_loses_patience() -> None:
    from penstock.delivery.worker import GRACE

    assert int(_value(_FOLDER / "penstock-worker.service", "TimeoutStopSec")) > 2 * GRACE
