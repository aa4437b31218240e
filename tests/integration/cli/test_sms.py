"""Short messages from the command line: from a file to telephones, and as a step of a chain."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penstock.transport.catching import Beside
from penstock.transport.smpp.catcher import Catcher
from tests.integration.cli.conftest import Ran

Cli = Callable[..., Ran]
TEXT = "Hi {{ name }}, open until 10 tonight. STOP 36180"


@pytest.fixture
def centre() -> Iterator[str]:
    """The address of a catching centre, which tells soon what has arrived."""
    catcher = Catcher(receipts_after=0.3)
    with Beside(catcher):
        yield catcher.url


def test_from_a_file_to_telephones_in_one_command(cli: Cli, centre: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "name,mobile,email\nAnna,+33612345678,\nBjörn,0701234567,b@example.org\nEsi,,esi@example.org\n"
    )
    sending = [
        "send",
        "--from",
        "Orchard",
        "--via",
        centre,
        "--sms",
        TEXT,
        "--country",
        "SE",
        "--yes",
        "--json",
    ]
    told = json.loads(cli(*sending, "--to", str(file)).stdout)
    assert (told["status"], told["recipients"], told["delivered"], told["skipped"]) == (
        "sent",
        3,
        2,
        {"no_number": 1},
    )
    rows = list(csv.DictReader(io.StringIO(cli("mailing", "ledger", "1").stdout)))
    assert {row["address"]: row["state"] for row in rows} == {
        "+33612345678": "delivered", "+46701234567": "delivered", "esi@example.org": "skipped"
    }  # fmt: skip
    wrong = cli(
        "send", "--from", "Orchard", "--via", "smtp://127.0.0.1:1", "--sms", TEXT, "--to", str(file), status=2
    )
    assert "carries e-mail, and this is a short message" in wrong.stderr
    step = json.loads(
        cli(
            "mailing", "add-step", "1", "--name", "Reminder", "--after", "1d", "--sms", "Tonight!", "--json"
        ).stdout
    )
    assert [each["channel"] for each in step["chain"]] == ["sms", "sms"]
    cli("mailing", "edit", str(step["made"]), "--sms", "Tonight at 8! STOP 36180")
    assert "Tonight at 8!" in cli("mailing", "preview", str(step["made"])).stdout
