"""`penstock order`: a shop's orders from arguments and from its daily file."""

import json
from pathlib import Path
from typing import Any

from penstock.feedback import events
from tests import commands
from tests.integration.delivery import stage


def test_orders_are_told_from_a_file_every_day_listed_and_cancelled(conn: Any, tmp_path: Path) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "all", 1))
    conn.execute(
        "insert into delivery_recipient (mailing, seq, contact, package, normal)"
        " select %s, 1, id, 1, normal from audience_contact",
        (mailing,),
    )
    events.record_of_recipient(conn, mailing, 1, "clicked")
    file = tmp_path / "orders.csv"
    file.write_text(
        "key,address,amount,currency,at\nA1,reader1@example.net,1000.5,eur,\nA2,reader1@example.net,7,JPY,2026-01-01T00:00:00Z\n"
        "A3,nobody@example.net,1,EUR,\n"
    )
    done = commands.run("order", "import", str(file))
    assert done.returncode == 1
    assert "2 orders noted, 1 of them count for a mailing; 0 had been told before." in done.stderr
    assert "No contact has the address in line 4." in done.stderr
    again = json.loads(commands.run("order", "import", str(file), "--json").stdout)
    assert (again["noted"], again["repeated"], again["unknown"]) == (0, 2, [4])
    other = commands.run("order", "add", "A1", "reader1@example.net", "2", "EUR")
    assert (other.returncode, "left so: it" in other.stderr) == (1, True)
    listed = commands.run("order", "list", "--mailing", str(mailing)).stdout
    assert "1,000.50  EUR" in listed
    assert commands.run("order", "cancel", "A1").returncode == 0
    assert commands.run("order", "cancel", "A9").returncode == 1
    assert conn.execute("select orders, amount, cancelled from feedback_revenue").fetchall() == [(0, 0, 1)]
    file.write_text("key,address,amount,currency\nB1,reader1@example.net,much,EUR\n")
    assert "line 2: 'much' is no amount" in commands.run("order", "import", str(file)).stderr
    for rows, said in (
        (b"B1,reader1@example.net,1_000,EUR\n", "line 2: '1_000' is no amount"),
        (b"B1,reader1@example.net\n", "line 2: '' is no amount"),
        (b"B1,reader1@example.net,1,XXX\n", "line 2: 'XXX' is no currency"),
        (b",,,\nB1,reader1@example.net,x,EUR\n", "line 3: 'x' is no amount"),
        (b"B1,r\xe9@example.net,1,EUR\n", "is not UTF-8"),
        (b"B" * 200_000 + b",reader1@example.net,1,EUR\n", "line 2: field larger than field limit"),
    ):
        file.write_bytes(b"key,address,amount,currency\n" + rows)
        refused = commands.run("order", "import", str(file))
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
    file.write_text("number,address\n")
    assert "has no column key, amount, currency" in commands.run("order", "import", str(file)).stderr
