"""An import as a background job."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg

from penstock.audience import contacts, jobs
from penstock.platform import jobs as platform


def test_a_worker_imports_the_file_and_removes_it(conn: psycopg.Connection[Any], tmp_path: Path) -> None:
    assert jobs.import_file.name
    good, bad = tmp_path / "1.csv", tmp_path / "2.csv"
    good.write_text("email,name\na@x.example,A\n")
    bad.write_text("name\nA\n")
    platform.defer(conn, "import_file", account=1, path=str(good), name="people.csv", list_name="news")
    platform.defer(conn, "import_file", account=1, path=str(bad), name="bad.csv")
    asyncio.run(platform.work(wait=False))
    assert contacts.lists(conn, 1) == [("news", 1)]
    assert not good.exists()
    assert not bad.exists()
    imports = dict(conn.execute("select name, state from audience_import").fetchall())
    assert imports == {"people.csv": "done", "bad.csv": "failed"}
    error = conn.execute("select error from audience_import where state = 'failed'").fetchone()
    assert error is not None
    assert "--address-column" in error[0]
