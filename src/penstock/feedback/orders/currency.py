"""Currencies (ISO 4217) and amounts of money: exact decimals, written as their currency is. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_TWO: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK
DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR
LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR
SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR
ZMW ZWG
"""
_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"

DECIMALS: Final[dict[str, int]] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
}
"""The currencies that are in use, by their code, with the decimals that each is written with (its minor unit)."""

MOST_DECIMALS: Final = 4
"""Decimals of an amount at most, in whatever currency: totals before rounding have as many."""
LARGEST: Final = Decimal(10) ** 12
"""No order is worth more, in any currency."""


_WRITTEN: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


def read(text: str) -> Decimal:
    """Return the amount that is written. Raises ValueError for what is no decimal, also where Python would take it: 1_000, 1e3."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"{text!r} is no amount; write it like 20.50.")
    return Decimal(text)


def wrong(amount: Decimal, currency: str) -> str | None:
    """Say what keeps this from being an amount of money; None when nothing does."""
    if currency not in DECIMALS:
        return f"{currency!r} is no currency: give the three letters of ISO 4217, as EUR."
    if not amount.is_finite() or not 0 <= amount < LARGEST:
        return f"The amount {amount} is not between 0 and {LARGEST:,}."
    if -int(amount.normalize().as_tuple().exponent) > MOST_DECIMALS:
        return f"The amount {amount} has more than {MOST_DECIMALS} decimals."
    return None


def exact(amount: Decimal, currency: str) -> Decimal:
    """Return the same amount with the decimals of its currency, and more only where it has more: 20.5 EUR is 20.50."""
    has = -int(amount.normalize().as_tuple().exponent)
    return amount.quantize(Decimal(1).scaleb(-max(has, DECIMALS.get(currency, 2))))


def written(amount: Decimal, currency: str) -> str:
    """Return an amount as programs read it: digits, a point, the decimals of its currency."""
    return f"{exact(amount, currency):f}"
