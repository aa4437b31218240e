"""What the tables answer quickly about a number is what the library says."""

import random
from typing import Final
from unittest.mock import patch

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from penstock.audience import number, plan
from penstock.audience.address import AddressError

REGIONS: Final = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS: Final = [
    PhoneNumberType.MOBILE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE, PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.UAN,
]  # fmt: skip
FORMS: Final = [PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL]


def _answer(text: str, region: str | None) -> object:
    try:
        return number.parse(text, region)
    except AddressError as error:
        return str(error)


def _written(choose: random.Random) -> tuple[str, str | None]:
    """A number as somebody writes it, with some digits wrong, one too many or too few; and the country that it is read in."""
    region, form = choose.choice(REGIONS), choose.choice(FORMS)
    example = phonenumbers.example_number_for_type(region, choose.choice(KINDS))
    chars = [*phonenumbers.format_number(example, form)] if example else [*"+33612345678"]
    for _ in range(choose.choice([0, 0, 1, 2, 5])):
        place = choose.randrange(len(chars))
        if chars[place].isdigit():
            chars[place] = choose.choice("0123456789")
    if choose.random() < 0.2:
        chars.insert(choose.randrange(len(chars) + 1), choose.choice("0123456789 +"))
    if choose.random() < 0.1:
        del chars[choose.randrange(len(chars))]
    if choose.random() < 0.2:
        region = choose.choice(REGIONS)
    return "".join(chars), None if choose.random() < 0.2 else region


@given(st.integers(0, 2**32))
def test_both_ways_say_the_same(seed: int) -> None:
    choose = random.Random(seed)
    for _ in range(5):
        text, region = _written(choose)
        with patch.object(plan, "known", lambda _number: None):
            slow = _answer(text, region)
        assert _answer(text, region) == slow, (text, region)


@given(st.text(st.one_of(st.sampled_from("+0123456789 .-()/"), st.characters(codec="utf-8")), max_size=45))
def test_whatever_is_written_is_a_number_or_refused(text: str) -> None:
    found = _answer(text, "FR")
    if isinstance(found, number.Number):
        assert number.is_written_out(found.number)
        assert number.parse(found.number) == found
