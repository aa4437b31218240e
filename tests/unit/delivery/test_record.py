"""Outcomes packed for COPY: what PostgreSQL reads of them, and what we read back."""

from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.delivery import record
from penstock.delivery.outcome import State

integers = st.integers(-(2**31), 2**31 - 1)
details = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)


@given(at=st.integers(-(2**62), 2**62), mailing=integers, package=integers, seq=integers, reply=integers,
       transport=integers, state=st.sampled_from(State), detail=details)  # fmt: skip
def test_what_is_packed_is_read_back(
    at: int,
    mailing: int,
    package: int,
    seq: int,
    reply: int,
    transport: int,
    state: State,
    detail: str | None,
) -> None:
    packed = record.pack_with_detail(at, mailing, package, seq, reply, transport, state, detail)
    assert record.unpack(packed) == (package, seq, reply, transport, state, detail)
    if detail is None:
        assert packed == record.pack(at, mailing, package, seq, reply, transport, state)


@pytest.mark.parametrize("detail", [None, "", "4XyZ12", "ünïcödé ✉", "tab\tline\nquote'\\N"])
def test_postgresql_reads_the_same(conn: psycopg.Connection, detail: str | None) -> None:
    before = record.now()
    rows = [record.pack_with_detail(before, 3, 1, seq, 9, 2, State.ACCEPTED, detail) for seq in range(1, 4)]
    rows.append(record.pack(before, 3, 1, 2**31 - 1, 9, 2, State.BOUNCED))
    with conn.cursor().copy(record.COPY) as copy:
        copy.write(b"".join((record.HEADER, *rows, record.TRAILER)))
    stored = conn.execute(
        "select at, mailing, package, seq, reply, transport, state, detail from delivery_outcome order by seq"
    ).fetchall()
    assert [row[1:] for row in stored] == [
        *((3, 1, seq, 9, 2, State.ACCEPTED, detail) for seq in (1, 2, 3)),
        (3, 1, 2**31 - 1, 9, 2, State.BOUNCED, None),
    ]
    assert abs((stored[0][0] - datetime.now(UTC)).total_seconds()) < 60


def test_the_codes_of_the_states_are_the_databases(conn: psycopg.Connection) -> None:
    known = dict(conn.execute("select name, code from delivery_state").fetchall())
    assert known == {state.name.lower(): state.value for state in State}


def test_a_code_that_is_no_state_is_refused(conn: psycopg.Connection) -> None:
    for code in (0, len(State) + 1):
        with pytest.raises(psycopg.errors.CheckViolation), conn.cursor().copy(record.COPY) as copy:
            copy.write(record.HEADER + record.pack(0, 1, 1, 1, 1, 1, code) + record.TRAILER)
