"""Reading what addresses and forms of pages carry."""


def number_of(text: str | None) -> int | None:
    """Return the whole number that stands there, None for anything else (also for one that no row can have)."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    return int(text)
