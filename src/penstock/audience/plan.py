"""The numbering plans of all countries, as libphonenumber (package `phonenumbers`) has them. Pure.

`find` asks the library, which spends most of its time on how people write. What is in E.164 needs none of that: `known` asks
the library's tables, with their patterns compiled once, in a tenth of the time. It answers for numbers whose first digits cannot
be a national prefix put in by mistake; those, and numbers that no plan has, are left to `find`. tests/property/audience holds the
two answers against each other.
"""

import re
from functools import cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType, ValidationResult

from penstock.audience.address import AddressError

KINDS: Final = {
    PhoneNumberType.FIXED_LINE: "fixed", PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile", PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate", PhoneNumberType.SHARED_COST: "shared_cost", PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal", PhoneNumberType.PAGER: "pager", PhoneNumberType.UAN: "uan",
    PhoneNumberType.VOICEMAIL: "voicemail",
}  # fmt: skip

# In the order in which the library asks (number_type): a pattern may be part of a later one.
_SPECIAL: Final = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


class _Range(NamedTuple):
    """The numbers of one kind: their lengths (empty: any) and the pattern that they match whole."""

    lengths: frozenset[int]
    pattern: re.Pattern[str]

    def has(self, national: str) -> bool:
        return (not self.lengths or len(national) in self.lengths) and bool(self.pattern.fullmatch(national))


class _Plan(NamedTuple):
    """The plan of one country, as ranges of national significant numbers."""

    region: str
    leading: re.Pattern[str] | None
    general: _Range
    special: tuple[tuple[str, _Range], ...]
    any_special: re.Pattern[str]  # what no number matches that is in none of those
    fixed: _Range
    mobile: _Range

    def kind(self, national: str) -> str | None:
        """Return what the plan says a number is; None when it has no such number."""
        if not self.general.has(national):
            return None
        if self.any_special.fullmatch(national):
            for kind, numbers in self.special:
                if numbers.has(national):
                    return kind
        if self.fixed.has(national):
            return "fixed_or_mobile" if self.mobile.has(national) else "fixed"
        return "mobile" if self.mobile.has(national) else None


_NONE = _Range(frozenset(), re.compile(r"(?!)"))


class _Code(NamedTuple):
    """A country code: what may be a national prefix by mistake, and the plans of the countries that share it."""

    digits: int
    prefix: re.Pattern[str]
    plans: tuple[_Plan, ...]


def is_country(code: str) -> bool:
    """Tell whether `code` (ISO 3166-1 alpha-2, capitals) is a country with telephone numbers."""
    return code in phonenumbers.SUPPORTED_REGIONS


def find(written: str, region: str | None) -> tuple[str, str, str]:
    """Return a number in E.164, its country and its kind; a national one is read as in `region`. Raises AddressError."""
    try:
        parsed = phonenumbers.parse(written, region)
    except NumberParseException as error:
        raise AddressError(_why(error)) from error
    country = phonenumbers.region_code_for_number(parsed)
    if country == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        raise AddressError(f"belongs to no country (+{parsed.country_code})")
    if country is None or not phonenumbers.is_valid_number_for_region(parsed, country):
        raise AddressError(_wrong(parsed))
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return number, country, KINDS[phonenumbers.number_type(parsed)]


def code_length(number: str) -> int:
    """Return how many digits the country code of a number in E.164 has; one where no country has it."""
    code = _code(number[1:4])
    return code.digits if code else 1


def known(number: str) -> tuple[str, str] | None:
    """Return country and kind of a number in E.164; None when the library has to be asked."""
    code = _code(number[1:4])
    if code is None:
        return None
    national = number[1 + code.digits :]
    if (mistake := code.prefix.match(national)) and mistake.end():
        return None
    for plan in code.plans:
        if plan.leading and not plan.leading.match(national):
            continue
        kind = plan.kind(national)
        if kind is not None:
            return plan.region, kind
        if plan.leading:
            return None  # the library takes it for this country's, and no plan has it
    return None


def national(digits: str, region: str) -> tuple[str, str, str] | None:
    """Return number, country and kind of a number as written within a country, with or without its trunk prefix (`0612345678`);
    None when the library has to be asked."""
    inland = _inland(region)
    if inland is None or inland.abroad.match(digits) or digits.startswith(inland.code):
        return None
    mistake = inland.prefix.match(digits)
    if mistake and mistake.end():
        if not inland.is_trunk_zero:
            return None
        digits = digits[1:]
    number = f"+{inland.code}{digits}"
    found = known(number)
    return (number, *found) if found else None


def beginning(digits: str, region: str) -> str:
    """Return how numbers begin in E.164 that begin so within a country."""
    inland = _inland(region)
    if inland is None:
        return "+" + digits
    mistake = inland.prefix.match(digits)
    trunk = 1 if inland.is_trunk_zero and mistake and mistake.end() else 0
    return f"+{inland.code}{digits[trunk:]}"


class _Inland(NamedTuple):
    """How numbers are written within a country: its code, what may stand before them, and how those abroad begin."""

    code: str
    prefix: re.Pattern[str]
    is_trunk_zero: bool  # what stands before them is a 0, as almost everywhere
    abroad: re.Pattern[str]


@cache
def _inland(region: str) -> _Inland | None:
    table = PhoneMetadata.metadata_for_region(region)
    if table is None:
        return None
    prefix = table.national_prefix_for_parsing or ""
    zero = prefix == "0" and not table.national_prefix_transform_rule
    return _Inland(
        str(table.country_code), re.compile(prefix), zero, re.compile(table.international_prefix or "00")
    )


@cache
def _code(beginning: str) -> _Code | None:
    """Return the country code that a number begins with: of one to three digits, and none is the beginning of another."""
    for digits in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(beginning[:digits]))
        if regions and phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY not in regions:
            found = [PhoneMetadata.metadata_for_region(region) for region in regions]
            tables = [table for table in found if table is not None]
            prefix = re.compile(tables[0].national_prefix_for_parsing or "")
            return _Code(digits, prefix, tuple(map(_plan, tables)))
    return None


def _plan(table: PhoneMetadata) -> _Plan:
    special = [(name, _range(getattr(table, name))) for name in _SPECIAL]
    there = [(name.removesuffix("_number"), numbers) for name, numbers in special if numbers is not _NONE]
    return _Plan(
        table.id,
        re.compile(table.leading_digits) if table.leading_digits else None,
        _range(table.general_desc),
        tuple(there),
        re.compile("|".join(f"(?:{numbers.pattern.pattern})" for _name, numbers in there) or "(?!)"),
        _range(table.fixed_line),
        _range(table.mobile),
    )


def _range(desc: phonenumbers.PhoneNumberDesc | None) -> _Range:
    if desc is None or not desc.national_number_pattern:
        return _NONE
    return _Range(frozenset(desc.possible_length), re.compile(desc.national_number_pattern))


def _why(error: NumberParseException) -> str:
    """Say why nothing could be made of what was written."""
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return "begins with a country code that no country has"
    if error.error_type in (NumberParseException.TOO_SHORT_NSN, NumberParseException.TOO_SHORT_AFTER_IDD):
        return "is too short for a telephone number"
    if error.error_type == NumberParseException.TOO_LONG:
        return "is too long for a telephone number"
    return "is no telephone number"


def _wrong(parsed: phonenumbers.PhoneNumber) -> str:
    """Say what is wrong with a number that its country's plan does not have."""
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    of = f"of {region}" if is_country(region) else f"of +{parsed.country_code}"
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == ValidationResult.TOO_SHORT:
        return f"is too short for a number {of}"
    if reason == ValidationResult.TOO_LONG:
        return f"is too long for a number {of}"
    return f"is no number {of}: its plan has none that begins so"
