"""What a spreadsheet would run gets an apostrophe before it; figures and everything else stay as they are."""

import pytest

from penstock.platform.spreadsheet import cell, cell_in_sql


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+A1", "-cmd|' /C calc'!A0", "\t=1", "\r=1", "+1+cmd|' /C calc'!A0", "+49 170 =1"])  # fmt: skip
def test_a_formula_is_one_no_longer(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "Anna", "a=b", "+49 170 1234567", "-5", "-1,5", "'=1", 3, None, 1.5])
def test_what_is_no_formula_stays(value: object) -> None:
    assert cell(value) == value


def test_the_expression_names_its_value_throughout() -> None:
    assert cell_in_sql("c.address").count("c.address") == 4
