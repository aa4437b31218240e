"""SpamAssassin does not take the demo's message for spam, and would know one."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.content.message import Message
from penstock.content.render import compile_message, date_bytes
from tests.acceptance.judges import spamassassin
from tests.acceptance.judges.spamassassin import Spamd

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
_PLENTY = 2.0  # points that a receiver's own rules and lists may add


@pytest.fixture(scope="module")
def spamd() -> Iterator[Spamd]:
    with spamassassin.running() as running:
        yield running


@pytest.mark.timeout(180)
def test_the_demos_message_is_not_spam(spamd: Spamd, own_home: Path) -> None:
    demo = [sys.executable, "-m", "penstock", "demo", "--exit", "--contacts", "20"]
    subprocess.run(demo, check=True, timeout=120, capture_output=True)
    verdict = spamd.judge((own_home / "demo" / "caught" / "sample.eml").read_bytes())
    assert verdict.score < verdict.threshold - _PLENTY, verdict


def test_the_test_message_is_spam(spamd: Spamd) -> None:
    program = compile_message(Message("News <news@example.org>", "News", text=f"Hello.\n\n{GTUBE}\n"))
    data = program.envelope_data(("anna@example.net",), b"1-1-a", b"1-1-b", date_bytes(0), eightbit=True)
    verdict = spamd.judge(data.removesuffix(b".\r\n"))
    assert verdict.spam
    assert "GTUBE" in verdict.rules
