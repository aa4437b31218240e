"""What doctor says of a sound installation, and of each thing that can be wrong with one."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from penstock.platform import checks, database, doctor, embedded
from penstock.platform.doctor import Finding
from tests.integration.platform.command import Command


def found(name: str) -> Finding:
    findings = [finding for finding in doctor.examine() if finding.name == name]
    assert len(findings) == 1
    return findings[0]


def test_sound_installation(ready_home):
    findings = doctor.examine()
    assert doctor.is_sound(findings), findings
    assert {finding.name for finding in findings} >= {
        "home",
        "database",
        "schema",
        "secret key",
        "clock",
        "workers",
    }
    for finding in findings:
        assert finding.level == "ok" or finding.cure, finding


def test_schema_that_is_behind_is_told_and_left(home):
    assert found("schema").level == "warn"
    with database.connect() as conn:
        assert conn.execute("select to_regclass('penstock_schema')").fetchone() == (None,)


def test_another_secret_key_is_told(ready_home, monkeypatch):
    assert found("key of the database").level == "ok"
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "another key " * 4)
    finding = found("key of the database")
    assert finding.level == "fail"
    assert "PENSTOCK_SECRET_KEY" in finding.cure


def test_unreachable_database_is_one_finding(own_home, monkeypatch):
    monkeypatch.setenv("PENSTOCK_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/x")
    finding = found("database")
    assert finding.level == "fail"
    assert finding.cure


def test_open_home_and_key(ready_home):
    ready_home.chmod(0o755)
    key = ready_home / "secret.key"
    key.write_text("k" * 64)
    key.chmod(0o644)
    assert checks.home().level == "warn"
    assert checks.secret_key().level == "fail"
    assert checks.secret_key().cure == f"chmod 600 {key}"


def test_short_key_fails(own_home, monkeypatch):
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "short")
    assert found("secret key").level == "fail"


@pytest.mark.parametrize(("free", "level"), [(10**8, "fail"), (10**9, "warn"), (10**11, "ok")])
def test_disk(own_home, monkeypatch, free, level):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert checks.disk().level == level


@pytest.fixture
def healthz() -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_base_url_that_answers_or_not(own_home, monkeypatch, healthz):
    assert checks.base_url().level == "warn"
    monkeypatch.setattr("penstock.platform.environment.base_url_is_public", lambda: True)
    monkeypatch.setenv("PENSTOCK_BASE_URL", f"http://127.0.0.1:{healthz}")
    assert "without TLS" in checks.base_url().what
    monkeypatch.setenv("PENSTOCK_BASE_URL", f"http://127.0.0.1:{healthz}/elsewhere")
    assert checks.base_url().level == "fail"
    monkeypatch.setenv("PENSTOCK_BASE_URL", "http://127.0.0.1:9")
    assert "does not answer" in checks.base_url().what


def test_durability_switched_off_fails(ready_home):
    with database.connect() as conn:
        conn.execute("alter system set synchronous_commit = off")
        conn.execute("select pg_reload_conf()")
    deadline = time.monotonic() + 10
    while found("durability").level != "fail":
        assert time.monotonic() < deadline


def test_clock_that_differs(conn, monkeypatch):
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 60)
    assert checks.clock(conn).level == "fail"
    assert "+60" in checks.clock(conn).what


def test_server_left_behind(home):
    left = Command(home)
    assert left.started
    left.kill()
    assert [finding.level for finding in checks.servers_left()] == ["warn"]
    embedded.stop(home)


def test_living_sender_counts(conn):
    assert "No worker" in checks.workers(conn).what
    conn.execute("insert into delivery_sender (host, pid) values ('here', 1)")
    assert "1 sender" in checks.workers(conn).what


def test_rooms_add_checks_and_a_broken_one_is_a_finding(ready_home, monkeypatch):
    monkeypatch.setattr(doctor, "_registered", [])
    doctor.register("account", "good", lambda conn: Finding("ok", "Fine."))
    doctor.register("account", "good", lambda conn: Finding("fail", "asked twice"))
    doctor.register("account", "broken", lambda conn: conn.execute("select nowhere()"))
    doctor.register("account", "early", lambda conn: conn.execute("select * from not_there_yet"))
    findings = {finding.name: finding for finding in doctor.examine() if finding.room == "account"}
    assert findings["good"].what == "Fine."
    assert findings["broken"].level == "fail"
    assert "nowhere" in findings["broken"].what
    assert (findings["early"].level, findings["early"].cure) == ("warn", "Run: penstock migrate")


def test_examining_imports_no_django(ready_home):
    program = "import sys; from penstock.platform import doctor; doctor.examine(); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
