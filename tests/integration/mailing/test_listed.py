"""Lists of mailings: newest first, narrowed by state and name, without those put away."""

import psycopg

from penstock.mailing.mailings import listed
from tests.integration.delivery.stage import add_contacts, command, draft, launch, policy


def test_a_list_is_narrowed(conn: psycopg.Connection) -> None:
    readers = add_contacts(conn, "readers", 1)
    first, second, third = (draft(conn, readers) for _ in range(3))
    policy(conn, approvals_required=0)
    launch(conn, second)
    conn.execute("update mailing_mailing set name = 'Spring NEWS' where id = %s", (third,))
    command(conn, second, "cancel", reason="done with")
    command(conn, second, "archive")

    def numbers(**wanted: object) -> list[int]:
        return [each.id for each in listed(conn, 1, **wanted)]  # type: ignore[arg-type]

    assert numbers() == [third, first]
    assert numbers(limit=1) == [third]
    assert numbers(before=third) == [first]
    assert numbers(archived=True) == [second]
    assert numbers(states=["cancelled"]) == []
    assert numbers(states=["cancelled"], archived=True) == [second]
    assert numbers(search="news") == [third]
    assert listed(conn, 2) == []
