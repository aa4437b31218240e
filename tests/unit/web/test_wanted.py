"""The address of a preview says what it shows, and nothing that stands in it gets lost or does harm."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.web.room.checking import wanted
from penstock.web.room.checking.wanted import Wanted

TEXT = st.text(max_size=30).map(
    lambda text: text.replace("\0", "").strip()
)  # no page is looked for by a zero byte


@given(
    st.builds(
        Wanted, contact=st.none() | st.integers(1, 10**17), case=st.none() | st.integers(1, 10**17), worst=st.booleans(),
        show=st.sampled_from(wanted.SHOWS), width=st.sampled_from(wanted.WIDTHS), pictures=st.booleans(), q=TEXT, at=TEXT,
        kept=st.lists(st.tuples(st.sampled_from(["step", "tab"]), st.text(min_size=1)), max_size=2, unique_by=lambda each: each[0]).map(tuple),
    )
)  # fmt: skip
def test_what_an_address_says_is_read_again(asked: Wanted) -> None:
    query = dict(parse_qsl(asked.address()[1:], keep_blank_values=True))
    assert wanted.read(query) == asked


@pytest.mark.parametrize("at", ["", "address:", "attribute:x", "attribute:-1", "elsewhere:1", "<script>"])
def test_a_place_that_is_none_is_the_beginning(at: str) -> None:
    assert wanted.place(at) is None


@pytest.mark.parametrize("further", [("address", "ann:b@example.org"), ("attribute", 0), ("attribute", 84)])
def test_a_place_is_found_again(further: tuple[str, object]) -> None:
    assert wanted.place(wanted.written(further)) == further
