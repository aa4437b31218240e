"""What went wrong with the installation, in two sentences: what it is, and what to do about it."""


class Trouble(Exception):
    """Something outside the program is not as it must be; nothing was changed.

    `what` names the thing and the value found; `cure` says what to do next. The faces print both and end
    with status 1; no traceback helps here.
    """

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(f"{what}\n{cure}" if cure else what)
        self.what = what
        self.cure = cure
