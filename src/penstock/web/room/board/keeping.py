"""Rows that were just rendered: when something changes, every open board asks for the same ones within a moment.

They are kept with a mark in place of the token against forgery, which is each session's own.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

MARK = f"Q{secrets.token_hex(16)}Q"
"""Stands where the token of whoever asks belongs; nobody can write it into a name."""
MOST = 64

_kept: "OrderedDict[Hashable, str]" = OrderedDict()
_lock = threading.Lock()


def rendered(key: Hashable, render: Callable[[], str], token: str) -> SafeString:
    """Return what `render` makes, or made for the same key before, with the token in place of the mark.

    The key has to name everything that the text depends on, and a moment: figures grow old.
    """
    with _lock:
        text = _kept.get(key)
    if text is None:
        text = render()
        with _lock:
            _kept[key] = text
            while len(_kept) > MOST:
                _kept.popitem(last=False)
    return mark_safe(text.replace(MARK, escape(token)))  # noqa: S308  (a rendered template, and an escaped token)
