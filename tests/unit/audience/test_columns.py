"""Which column is the address, and what the others are called."""

import pytest

from penstock.audience.columns import key, understand
from penstock.audience.trouble import ImportFileError


@pytest.mark.parametrize(
    ("name", "expected"),
    [("First name", "first_name"), (" Kunden-Nr. ", "kunden_nr_"), ("Prénom", "prénom"), ("E-Mail", "e_mail"), ("a  b", "a__b"), ("2nd", "2nd")],
)  # fmt: skip
def test_keys(name: str, expected: str) -> None:
    assert key(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "email",
        "E-Mail",
        "mail",
        "Email Address",
        "ADDRESS",
        "Courriel",
        "Correo electrónico",
        "メールアドレス",
    ],
)
def test_the_address_column_is_found_by_name(name: str) -> None:
    columns = understand(["First name", name, "Street"])
    assert columns.address == 1
    assert columns.keys == ("first_name", "email", "street")
    assert columns.attributes == ("first_name", "street")


def test_a_better_name_wins_and_the_other_is_an_attribute() -> None:
    assert understand(["Address", "Email"]).keys == ("address", "email")


def test_the_address_column_can_be_named() -> None:
    assert understand(["Contact", "Name"], "contact").address == 0
    assert understand(["Work e-mail", "Name"], "Work e-mail").keys == ("email", "name")


@pytest.mark.parametrize(
    ("names", "wanted", "code"),
    [
        (["Name", "City"], None, "no_address_column"),
        (["anna@example.org", "Anna"], None, "no_header"),
        (["email", "First name", "first-name"], None, "same_column"),
        (["email", "Email"], None, "same_column"),
        (["email", "Work"], "work", "same_column"),
        (["email"], "phone", "address_column"),
        (["a b", "a-b"], "a_b", "address_column"),
    ],
)
def test_unusable_columns(names: list[str], wanted: str | None, code: str) -> None:
    with pytest.raises(ImportFileError) as caught:
        understand(names, wanted)
    assert caught.value.code == code
    assert caught.value.what
    assert caught.value.cure


def test_columns_without_a_name_are_numbered() -> None:
    assert understand(["email", "", "x"]).attributes == ("column_2", "x")
