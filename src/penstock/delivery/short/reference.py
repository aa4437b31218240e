"""The number that holds the parts of a message together, and that a centre may repeat in its receipts (user_message_reference). Pure."""

STEP = 7919
"""A prime, so that the messages of several mailings to one number have different references, and those of one mailing follow each other."""


def reference(mailing: int, seq: int) -> int:
    """Return that of a recipient, 0 to 65535: the same at every attempt, so that a telephone puts what it has together with the rest.

    delivery_receipts_settle does the same arithmetic.
    """
    return (mailing * STEP + seq) & 0xFFFF
