"""Asking the public address whether it is ours: what messages promise must be there before they leave."""

import urllib.error
import urllib.request

_PATIENCE = 5.0


def fault(base: str) -> str | None:
    """Return why the links of messages would not be answered at `base` (http or https); None when they are."""
    request = urllib.request.Request(f"{base}/healthz", headers={"User-Agent": "penstock"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            found = answer.read(16).strip()
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__
    return None if found == b"ok" else "something else answers there"
