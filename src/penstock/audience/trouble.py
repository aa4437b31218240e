"""A file that cannot be imported, said in two sentences."""


class ImportFileError(Exception):
    """The file as a whole is not usable; nothing was imported.

    `code` is stable for programs, `what` names what was found and where, `cure` says what to do.
    """

    def __init__(self, code: str, what: str, cure: str = "") -> None:
        super().__init__(f"{what}\n{cure}" if cure else what)
        self.code = code
        self.what = what
        self.cure = cure
