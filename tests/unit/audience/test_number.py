"""Which texts are telephone numbers that an SMS can go to, whose they are, and how many ways there are to write one."""

import pytest

from penstock.audience import identity, number
from penstock.audience.address import AddressError
from penstock.audience.number import parse


@pytest.mark.parametrize(
    ("given", "country", "normal", "region"),
    [
        ("+33612345678", None, "+33612345678", "FR"),
        (" 06 12 34 56 78 ", "FR", "+33612345678", "FR"),
        ("06.12.34.56.78", "FR", "+33612345678", "FR"),
        ("+33 (0)6 12-34-56-78", None, "+33612345678", "FR"),
        ("0033 6/12 34 56 78", "", "+33612345678", "FR"),
        ("0033612345678", "US", "+33612345678", "FR"),
        ("33612345678", "FR", "+33612345678", "FR"),
        ("612345678", "FR", "+33612345678", "FR"),
        ("tel:+33-6-12-34-56-78", None, "+33612345678", "FR"),
        ("\u202a+33 6 12 34 56 78\u202c", None, "+33612345678", "FR"),
        ("٠٦١٢٣٤٥٦٧٨", "FR", "+33612345678", "FR"),
        ("+336１２３４５６７８", None, "+33612345678", "FR"),
        ("(0171) 123-4567", "DE", "+491711234567", "DE"),
        ("(202) 555-0123", "US", "+12025550123", "US"),
        ("+1 876 999 0123", None, "+18769990123", "JM"),
        ("+44 7400 123456", None, "+447400123456", "GB"),
        ("+7 701 234 5678", None, "+77012345678", "KZ"),
        ("+393491234567", None, "+393491234567", "IT"),
        ("+5491123456789", None, "+5491123456789", "AR"),
        ("+262692123456", None, "+262692123456", "RE"),
    ],
)
def test_numbers_and_their_normal_form(given: str, country: str | None, normal: str, region: str) -> None:
    found = parse(given, country)
    assert (found.number, found.normal, found.region) == (normal, normal, region)
    assert parse(normal) == found


@pytest.mark.parametrize(
    ("given", "country", "why"),
    [
        ("", None, "is empty"),
        ("0612345678", None, "has no country code"),
        ("06 12 34 56", "FR", "is too short for a number of FR"),
        ("+33 6 12 34 56 78 90", None, "is too long for a number of FR"),
        ("+336123", None, "too short"),
        ("01 23 45 67 89", "FR", "is a landline"),
        ("+33 8 99 12 34 56", None, "is a premium-rate number"),
        ("+800 1234 5678", None, "belongs to no country"),
        ("+999 1234567", None, "a country code that no country has"),
        ("+33612345678 ext. 5", None, "has e, which no telephone number has"),
        ("06 12 34 56 78 / 79", "FR", "is too long"),
        ("6.12E+08", "FR", "was rounded by a spreadsheet"),
        ("call me", "FR", "has c, which"),
        ("+", None, "is no telephone number"),
        ("1" * 41, "FR", "is longer than 40 characters"),
        ("0612345678\n", "FR", None),
        ("06123\x00456", "FR", "has the character U+0000"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(given: str, country: str | None, why: str | None) -> None:
    if why is None:
        assert parse(given, country).number == "+33612345678"
        return
    with pytest.raises(AddressError, match=why.replace("+", r"\+")):
        parse(given, country)


@pytest.mark.parametrize("text", ["+33612345678", "06 12 34 56 78", "(202) 555-0123", "01 23"])
def test_what_somebody_means(text: str) -> None:
    assert number.looks_like(text)
    assert not number.looks_like(f"{text}@qq.example")


def test_an_identity_is_either() -> None:
    assert identity.normal("Anna@X.example") == "anna@x.example"
    assert identity.normal("06 12 34 56 78", "FR") == "+33612345678"
    assert identity.is_number("+33612345678")
    assert not identity.is_number("+33612345678@x.example")
    with pytest.raises(AddressError, match="has no @"):
        identity.normal("anna")


@pytest.mark.parametrize(
    ("typed", "country", "begins"),
    [
        ("+33 6", "", "+336"),
        ("06 1", "FR", "+3361"),
        ("0033 6", "FR", "+336"),
        ("(202) 5", "US", "+12025"),
        ("06 1", "", None),
        ("1234@", "FR", None),
        ("1234", "FR", None),
        ("anna", "FR", None),
        ("+", "FR", None),
    ],
)
def test_how_a_number_begins_that_is_sought(typed: str, country: str, begins: str | None) -> None:
    assert number.beginning(typed, country) == begins


def test_a_number_is_divided_into_country_code_and_the_rest() -> None:
    assert number.divided("+33612345678") == ("33", "612345678")
    assert number.divided("+12025550123") == ("1", "2025550123")
    assert number.divided("+262692123456") == ("262", "692123456")
