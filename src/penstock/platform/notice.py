"""One line for the person waiting, on stderr: stdout belongs to results."""

import sys


def tell(text: str) -> None:
    """Write `text` as one line to stderr at once; a closed stderr is no reason to fail."""
    try:
        sys.stderr.write(f"penstock: {text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # stderr is gone: nobody is waiting
        pass
