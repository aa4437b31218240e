"""Numbers as forms and addresses carry them."""

import pytest

from penstock.web.room.paging import decimal_of


@pytest.mark.parametrize(("text", "number"), [("10", 10), (" 0.5 ", 0.5), ("2,5", 2.5)])
def test_a_number_as_people_write_it(text: str, number: float) -> None:
    assert decimal_of(text) == number


@pytest.mark.parametrize("text", ["", "1_0", "٣", "1e3", "inf", "nan", "-1", "0x10", "1.", "1.2.3", "9" * 13])
def test_what_is_no_number_to_a_reader(text: str) -> None:
    assert decimal_of(text) is None
