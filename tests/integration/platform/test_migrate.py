"""The schema's marker, and bringing a database up to date."""

from pathlib import Path

import psycopg
import pytest

import penstock
from penstock.platform import belonging, embedded, migrate
from penstock.platform import database as platform_database
from penstock.platform.backup import backup
from penstock.platform.trouble import Trouble
from tests.integration.platform.command import Command


def test_two_at_once_on_a_new_database_migrate_once(home):
    with (
        Command(home, statement="database.ready()") as one,
        Command(home, statement="database.ready()") as other,
    ):
        for command in (one, other):
            assert command.ask("select count(*) from penstock_schema")["answer"] == [1]
            assert command.ask("select count(*) > 5 from delivery_recipient, pg_proc where false")[
                "answer"
            ] == [False]
        assert one.ask("select to_regclass('procrastinate_jobs') is not null")["answer"] == [True]
        name = "select count(*) > 0 from pg_proc where proname = 'delivery_record_and_claim'"
        assert one.ask(name)["answer"] == [True]


def test_ready_database_is_known_by_one_query(conn, monkeypatch):
    monkeypatch.setattr(migrate, "bring_up", lambda *_: pytest.fail("it is up to date"))
    platform_database.ready()


def test_other_fingerprint_makes_it_migrate_and_install_functions_again(database, conn):
    conn.execute("update penstock_schema set fingerprint = 'older', version = '0.0.1'")
    conn.execute("drop function if exists delivery_reply_id")
    platform_database.ready()
    assert migrate.is_current(conn)
    assert conn.execute("select count(*) from pg_proc where proname = 'delivery_reply_id'").fetchone()[0] > 0


def test_a_database_of_before_a_room_was_there_keeps_what_it_has(database, conn):
    """As an older version left it: a room's tables are missing, the functions are others, and there is data."""
    tables = "select tablename from pg_tables where schemaname = 'public' order by 1"
    before = conn.execute(tables).fetchall()
    conn.execute(
        "insert into account_account (name, zone, policy, created_at) values ('Zoë', 'UTC', '{}', now())"
    )
    rooms = [f"preflight_{table}" for table in ("case", "finding", "analysis", "test")]
    conn.execute(f"drop table {', '.join(rooms)} cascade")
    conn.execute("delete from django_migrations where app = 'preflight'")
    conn.execute("drop function if exists delivery_reply_id")
    conn.execute("update penstock_schema set fingerprint = 'older', version = '0.0.1'")
    platform_database.ready()
    assert conn.execute(tables).fetchall() == before
    assert conn.execute("select name from account_account order by id").fetchall() == [("default",), ("Zoë",)]
    assert conn.execute("select count(*) from pg_proc where proname = 'delivery_reply_id'").fetchone()[0] > 0
    assert conn.execute("select version from penstock_schema").fetchone() == (penstock.__version__,)
    assert migrate.is_current(conn)


def test_database_of_a_newer_version_is_refused_unchanged(database, conn):
    conn.execute("update penstock_schema set fingerprint = 'newer'")
    conn.execute(
        "insert into django_migrations (app, name, applied) values ('delivery', '0999_later', now())"
    )
    with pytest.raises(Trouble, match="newer Penstock") as refused:
        platform_database.ready()
    assert "delivery.0999_later" in refused.value.what
    assert conn.execute("select fingerprint from penstock_schema").fetchone() == ("newer",)


def test_failed_migration_says_why_and_can_be_repeated(database, conn):
    migrations = Path(penstock.__file__).parent / "delivery" / "migrations"
    last = max(file.stem for file in migrations.glob("0*.py"))
    conn.execute("update penstock_schema set fingerprint = 'older'")
    # What it makes exists: it must fail.
    conn.execute("delete from django_migrations where app = 'delivery' and name = %s", (last,))
    with pytest.raises(Trouble, match="already exists"):
        platform_database.ready()
    conn.execute("insert into django_migrations (app, name, applied) values ('delivery', %s, now())", (last,))
    platform_database.ready()
    assert migrate.is_current(conn)


def test_a_home_with_another_key_is_refused(database, conn, monkeypatch, tmp_path):
    known = migrate.marker(conn).key
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "another key " * 4)
    for also in ("select", "update penstock_schema set fingerprint = 'older'"):
        conn.execute(also)
        with pytest.raises(Trouble, match="another secret key") as refused:
            platform_database.ready()
    assert "PENSTOCK_SECRET_KEY" in refused.value.cure
    with pytest.raises(Trouble, match="another secret key"):
        migrate.bring_up(database)
    assert migrate.marker(conn) == ("older", known)
    with pytest.raises(Trouble, match="another secret key"):
        backup(tmp_path / "with the wrong key")
    monkeypatch.delenv("PENSTOCK_SECRET_KEY")
    platform_database.ready()


def test_a_lost_key_is_replaced_on_demand(database, conn, monkeypatch):
    known = migrate.marker(conn).key
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "another key " * 4)
    belonging.forget(conn)
    platform_database.ready()
    assert migrate.marker(conn).key not in (None, known)


def test_a_database_of_before_the_key_was_noted_takes_this_one(database, conn):
    conn.execute("alter table penstock_schema drop column key_fingerprint")
    platform_database.ready()
    assert migrate.marker(conn).key == belonging.key_fingerprint()


def test_old_server_is_refused(conn, monkeypatch):
    class Info:
        server_version = 150_007

    with pytest.raises(Trouble, match="needs 16"):
        migrate.check_server(type("Connection", (), {"info": Info()}))


def test_a_command_needs_no_django(ready_home):
    with Command(ready_home, statement="(database.ready(), str('django' in sys.modules))[1]") as command:
        assert command.started["url"] == "False"


def test_unreachable_and_malformed_addresses(own_home, monkeypatch):
    monkeypatch.setenv("PENSTOCK_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/x")
    with pytest.raises(Trouble, match="cannot be reached"):
        platform_database.connect(connect_timeout=2)
    monkeypatch.setenv("PENSTOCK_DATABASE_URL", "mysql://x")
    with pytest.raises(Trouble, match="no address of a PostgreSQL"):
        platform_database.url()


def test_connection_is_named_and_watched(conn):
    with platform_database.connect(name="penstock test") as named:
        assert named.info.get_parameters()["application_name"] == "penstock test"
        assert named.autocommit


@pytest.mark.asyncio
async def test_asynchronous_connection_survives_a_killed_server(home):
    connection = await platform_database.connect_async(name="penstock test")
    async with connection:
        assert await (await connection.execute("select 1")).fetchone() == (1,)
    embedded.stop(home)
    async with await platform_database.connect_async() as connection:
        assert await (await connection.execute("select 1")).fetchone() == (1,)


def test_full_disk_is_explained():
    told = platform_database.explain(
        psycopg.errors.DiskFull("could not extend file: No space left on device")
    )
    assert "full" in told.what
    assert platform_database.explain(psycopg.errors.UniqueViolation("x")) is None


def test_statement_files_are_read_once_and_missing_ones_named():
    with pytest.raises(FileNotFoundError, match=r"penstock\.platform has no sql/nothing\.sql"):
        platform_database.sql("penstock.platform", "nothing")
