"""Every column in which a text can stand is known to the erasure."""

from typing import Any

import psycopg

from penstock.personal import inventory

Conn = psycopg.Connection[Any]


def test_every_column_in_which_a_text_can_stand_is_known(conn: Conn) -> None:
    there = set(inventory.columns(conn))
    new, gone = there - set(inventory.FATES), set(inventory.FATES) - there
    assert not new, (
        f"{', '.join(sorted(new))}: can the address or the name of a contact come to stand there? Enter it in"
        " penstock/personal/inventory.py, and have the room's own function clean it (…_forget)."
    )
    assert not gone, f"{', '.join(sorted(gone))}: not in the schema any more"


def test_a_new_column_is_noticed(conn: Conn) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute(
            "alter table audience_list add remark text, add extra jsonb, add raw bytea, add many text[]"
        )
        assert set(inventory.columns(conn)) - set(inventory.FATES) >= {
            f"audience_list.{name}" for name in ("remark", "extra", "raw", "many")
        }
