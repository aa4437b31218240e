"""Attributes given one by one."""

import pytest

from penstock.audience.attributes import LONGEST_VALUE, MOST, AttributeProblem, checked


def test_names_that_messages_can_use_and_texts_pass() -> None:
    given = {"first_name": "Zoë", "prénom": "", "n2": "x" * LONGEST_VALUE}
    assert checked(given) == given
    assert checked({"gone": None}, removing=True) == {"gone": None}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"First name": "A"}, "write it first_name"),
        ({"": "A"}, "no name of an attribute"),
        ({"a" * 101: "A"}, "at most 100 characters"),
        ({"email": "a@x.example"}, "the address itself"),
        ({"n": 3}, "must be a text"),
        ({"n": None}, "must be a text"),
        ({"n": "x" * (LONGEST_VALUE + 1)}, "131,073 characters"),
        ({"n": "a\0b"}, "cannot be stored"),
        ({"n": "\ud800"}, "cannot be stored"),
        ({f"n{i}": "" for i in range(MOST + 1)}, "at most 500"),
    ],
)
def test_the_first_that_does_not_is_named_with_its_cure(given: dict[str, object], said: str) -> None:
    with pytest.raises(AttributeProblem, match=said):
        checked(given)
