"""The pages of a web process, loaded before somebody asks for one: else whoever is first waits for seconds."""

import logging
import threading

from django.urls import get_resolver

_loaded = threading.Event()
_begun = threading.Lock()
_log = logging.getLogger(__name__)


def begin() -> None:
    """Load the pages in a thread, once for a process; what can be answered without them is answered meanwhile."""
    if _begun.acquire(blocking=False):
        threading.Thread(target=_load, name="loads the pages", daemon=True).start()


def wait(seconds: float) -> bool:
    """Return whether they are loaded, at the latest after so many seconds; True where nobody has begun to (tests, commands)."""
    return not _begun.locked() or _loaded.wait(seconds)


def _load() -> None:
    try:
        get_resolver()._populate()  # the addresses of all pages, and with them their modules
    except Exception:
        _log.exception("the pages cannot be loaded")  # the process answers, and is never ready
    else:
        _loaded.set()
