"""The cursor over a journal whose ids commit out of order: every line is read once, whatever the order of commits."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.notices.cursor import Gap, advance
from tests.examples import examples


@dataclass
class Database:
    """Transactions with numbers, ids taken in order, commits in any order: as PostgreSQL shows them."""

    next_xid: int = 100
    next_id: int = 1
    running: dict[int, list[int]] = field(default_factory=dict)
    visible: list[int] = field(default_factory=list)
    last: int = 0
    gaps: list[Gap] = field(default_factory=list)
    read: list[int] = field(default_factory=list)

    def begin(self) -> None:
        self.running[self.next_xid] = []
        self.next_xid += 1

    def write(self, which: int) -> None:
        if self.running:
            self.running[sorted(self.running)[which % len(self.running)]].append(self.next_id)
            self.next_id += 1

    def end(self, which: int, commit: bool) -> None:
        if self.running:
            written = self.running.pop(sorted(self.running)[which % len(self.running)])
            self.visible += written if commit else []

    def turn(self, most: int) -> None:
        xmin = min(self.running, default=self.next_xid)
        late = [n for n in self.visible if any(gap.first <= n < gap.beyond for gap in self.gaps)]
        new = sorted(n for n in self.visible if n > self.last)[:most]
        self.read += [*late, *new]
        self.last, self.gaps = advance(self.last, self.gaps, [*late, *new], xmin, self.next_xid)


STEPS = st.one_of(
    st.tuples(st.just("begin")),
    st.tuples(st.just("write"), st.integers(0, 9)),
    st.tuples(st.just("end"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("turn"), st.integers(1, 5)),
)


@settings(max_examples=examples(400))
@given(st.lists(STEPS, max_size=80))
def test_every_line_that_commits_is_read_exactly_once(steps: list[tuple]) -> None:
    database = Database()
    for name, *arguments in steps:
        getattr(database, name)(*arguments)
    for _ in sorted(database.running):
        database.end(0, True)
    for _ in range(len(database.visible) + 2):
        database.turn(5)
    assert sorted(database.read) == sorted(database.visible)
    assert database.gaps == [], "nobody is running: nothing is waited for"


def test_a_gap_waits_for_its_own_transaction_only() -> None:
    last, gaps = advance(10, [], [12, 15], xmin=100, xmax=110)
    assert (last, gaps) == (15, [Gap(11, 12, 110), Gap(13, 15, 110)])
    last, gaps = advance(last, gaps, [13], xmin=105, xmax=120)
    assert gaps == [Gap(11, 12, 110), Gap(14, 15, 110)]
    assert advance(last, gaps, [], xmin=110, xmax=120) == (15, []), "those below 110 have ended: rolled back"


def test_a_number_that_was_not_given_yet_is_another_clusters() -> None:
    assert advance(5, [Gap(3, 4, 9_000)], [], xmin=50, xmax=50) == (5, [])
