"""Recipients handed over without a sender: what became of them is written as a sender's last turn would write it."""

from typing import Any

import psycopg

CODES = {"in_doubt": 1, "deferred": 3, "skipped": 4, "accepted": 5, "bounced": 7}

_NEXT = """
select no, size, cursor, first_seq, positions from delivery_package
 where mailing = %s and state = 'waiting' and release_at <= clock_timestamp() order by release_at, no limit 1
"""


def hand_over(conn: psycopg.Connection[Any], mailing: int, *, words: str = "said", **states: int) -> int:
    """Hand over so many of those who may go now, with these outcomes in this order (accepted=3, bounced=1); returns how many.

    Those deferred are due in a minute. `words`: of the replies.
    """
    wanted = [state for state, count in states.items() for _ in range(count)]
    done = 0
    with conn.transaction():
        while done < len(wanted) and (row := conn.execute(_NEXT, (mailing,)).fetchone()):
            no, size, cursor, first, positions = row
            batch = wanted[done : done + size - cursor]
            seqs = [positions[cursor + n] if positions else first + cursor + n for n in range(len(batch))]
            _record(conn, mailing, no, list(zip(seqs, batch, strict=True)), words)
            done += len(batch)
    return done


def _record(
    conn: psycopg.Connection[Any], mailing: int, no: int, outcomes: list[tuple[int, str]], words: str
) -> None:
    for state, code in CODES.items():
        seqs = [seq for seq, became in outcomes if became == state]
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
            " select clock_timestamp(), %s, %s, seq, delivery_reply_id(0, '', %s, 'skip'), 0, %s from unnest(%s::integer[]) seq",
            (mailing, no, words, code, seqs),
        )
        conn.execute(
            f"update delivery_package set {state} = {state} + %s, cursor = cursor + %s, begun_at = coalesce(begun_at, clock_timestamp())"
            " where mailing = %s and no = %s",
            (len(seqs), len(seqs), mailing, no),
        )
        if state == "deferred":
            conn.execute(
                "insert into delivery_due (mailing, seq, package, due_at, since, attempt, why)"
                " select %s, seq, %s, now() + interval '1 min', now(), 1, 'deferred' from unnest(%s::integer[]) seq",
                (mailing, no, seqs),
            )
    conn.execute(
        "update delivery_package set state = 'done', closed_at = clock_timestamp()"
        " where mailing = %s and no = %s and cursor = size",
        (mailing, no),
    )
