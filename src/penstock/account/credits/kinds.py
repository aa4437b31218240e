"""The kinds of entries in the ledger of credits, and what each means. Pure."""

from typing import Final

KINDS: Final = {
    "top_up": "Credits were added.",
    "taken_back": "Credits that were added by mistake were taken back.",
    "reserved": "A mailing was let out: a credit for each message that may go, of an SMS for each of its parts.",
    "spent": "A mailing handed over so many messages, of an SMS so many parts.",
    "released": "Reserved for recipients whom a mailing did not reach: available again.",
    "returned": "Spent on recipients who bounced: available again (policy bounce_credit).",
}
"""A sentence for each kind; the reference is made from it."""

CHANNELS: Final = ("email", "sms")
"""The channels that there are: each has credits of its own."""
