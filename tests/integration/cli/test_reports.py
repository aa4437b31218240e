"""`penstock mailing report`, `compare`, `export`, `figures`: what became of mailings at the terminal."""

import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from penstock.delivery import freeze
from penstock.feedback import events
from penstock.feedback.orders import taking
from tests import commands
from tests.integration.delivery import handing, stage


def test_a_report_is_shown_compared_and_exported(conn: Any, tmp_path: Path) -> None:
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "all", 10)))
    freeze.prepare(conn, mailing)
    handing.hand_over(conn, mailing, accepted=8, bounced=1, skipped=1)
    conn.execute(
        "insert into delivery_link (mailing, no, url) values (%s, 1, 'https://example.org/shoes')", (mailing,)
    )
    for seq, kind in ((1, "opened"), (2, "opened"), (3, "prefetched"), (1, "clicked")):
        events.record_of_recipient(conn, mailing, seq, kind, link=1 if kind == "clicked" else None)
    taking.take(conn, 1, [taking.Order("1", Decimal("1234.5"), "EUR", address="reader1@example.net")])
    shown = commands.run("mailing", "report", str(mailing))
    for line in (
        "recipients      10",
        "reached         8  80.00 %",
        "bounced       1",
        "1 order, 1,234.50 EUR",
        "https://example.org/shoes",
    ):
        assert line in shown.stdout
    assert ["opened", "2", "25.00", "%", "8", "reached", "2"] in [
        line.split() for line in shown.stdout.splitlines()
    ]
    assert "Machines opened it for 1, and followed links for 0" in shown.stderr
    assert "more links" not in shown.stderr
    conn.execute(
        "insert into delivery_link (mailing, no, url) select %s, n, 'https://example.org/' || n from generate_series(2, 13) n",
        (mailing,),
    )
    assert "3 more links" in commands.run("mailing", "report", str(mailing)).stderr
    told = json.loads(commands.run("mailing", "report", str(mailing), "--json").stdout)
    assert (told["reached"], told["revenue"][0]["amount"]) == (8, "1234.50")

    other = stage.draft(conn, stage.add_contacts(conn, "all", 1))
    lines = commands.run("mailing", "compare", str(mailing), str(other)).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["mailing", str(mailing), str(other)]
    assert "1234.50 EUR" in lines[1]
    assert commands.run("mailing", "compare", str(mailing), "999").returncode == 2
    [alone] = json.loads(commands.run("mailing", "compare", "--chain", str(mailing), "--json").stdout)
    assert alone["mailing"] == mailing

    file = tmp_path / "all.zip"
    assert commands.run("mailing", "export", str(mailing), "-o", str(file)).returncode == 0
    with zipfile.ZipFile(file) as archive:
        assert len(archive.read("ledger.csv").splitlines()) == 11
    assert "There is no format" in commands.run("mailing", "export", str(mailing), "--format", "xml").stderr
    assert "EUR 1234.50" in commands.run("mailing", "figures", "--since", "2026-01-01").stdout
    assert commands.run("mailing", "figures", "--since", "2100-01-01").stdout.count("\n") == 1
