"""OpenDKIM's library, called from Python: what most mail servers on Unix verify signatures with, an implementation not ours.

    judge = OpenDKIM({"ps1._domainkey.example.org": "v=DKIM1; k=rsa; p=…"})
    judge.verdicts(message)        # one per signature: "pass", or why not

Asks no DNS: keys come from a file (its query method for testing).
"""

import ctypes
import tempfile
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint, c_void_p
from ctypes.util import find_library
from pathlib import Path
from typing import Any

from tests.needs import missing

_SETOPT, _METHOD, _INFO = 1, 6, 7  # DKIM_OP_SETOPT, DKIM_OPTS_QUERYMETHOD, DKIM_OPTS_QUERYINFO
_FILE = 1  # DKIM_QUERY_FILE
_PASSED = 0x04  # DKIM_SIGFLAG_PASSED


class OpenDKIM:
    """A verifier that knows these records: name of the record to its text."""

    def __init__(self, records: dict[str, str]) -> None:
        self._library = _loaded()
        self._keys = tempfile.NamedTemporaryFile("w", suffix=".keys")  # noqa: SIM115  lives as long as the judge
        self._keys.writelines(f"{name} {text}\n" for name, text in records.items())
        self._keys.flush()
        self._handle = self._library.dkim_init(None, None)
        method, path = c_int(_FILE), str(Path(self._keys.name)).encode()
        assert self._option(_METHOD, byref(method), ctypes.sizeof(method)) == 0
        assert self._option(_INFO, path, len(path)) == 0

    def verdicts(self, message: bytes) -> list[str]:
        """What it says of each signature of a message, in their order from the top."""
        status = c_int()
        verifying = self._library.dkim_verify(self._handle, b"test", None, byref(status))
        assert verifying, f"dkim_verify: {status.value}"
        try:
            for data in (message, None):
                self._library.dkim_chunk(verifying, data, len(data or b""))
            self._library.dkim_eom(verifying, None)
            return [self._verdict(verifying, each) for each in self._signatures(verifying)]
        finally:
            self._library.dkim_free(verifying)

    def _option(self, option: int, value: Any, size: int) -> int:
        return int(self._library.dkim_options(self._handle, _SETOPT, option, value, size))

    def _signatures(self, verifying: int) -> list[int]:
        found, number = POINTER(c_void_p)(), c_int()
        if self._library.dkim_getsiglist(verifying, byref(found), byref(number)) != 0:
            return []
        return [found[n] or 0 for n in range(number.value)]

    def _verdict(self, verifying: int, signature: int) -> str:
        self._library.dkim_sig_process(verifying, signature)
        if self._library.dkim_sig_getflags(signature) & _PASSED and not self._library.dkim_sig_getbh(
            signature
        ):
            return "pass"
        error = self._library.dkim_sig_geterrorstr(self._library.dkim_sig_geterror(signature)) or b"?"
        return f"{error.decode()}, body hash {self._library.dkim_sig_getbh(signature)}"


def _loaded() -> Any:
    name = find_library("opendkim")
    if not name:
        missing("libopendkim is not installed: apt install libopendkim11")
    library = ctypes.CDLL(name)
    for function, result, arguments in (
        ("dkim_init", c_void_p, [c_void_p, c_void_p]),
        ("dkim_options", c_int, [c_void_p, c_int, c_int, c_void_p, c_size_t]),
        ("dkim_verify", c_void_p, [c_void_p, c_char_p, c_void_p, POINTER(c_int)]),
        ("dkim_chunk", c_int, [c_void_p, c_char_p, c_size_t]),
        ("dkim_eom", c_int, [c_void_p, c_void_p]),
        ("dkim_getsiglist", c_int, [c_void_p, POINTER(POINTER(c_void_p)), POINTER(c_int)]),
        ("dkim_sig_process", c_int, [c_void_p, c_void_p]),
        ("dkim_sig_getflags", c_uint, [c_void_p]),
        ("dkim_sig_getbh", c_int, [c_void_p]),
        ("dkim_sig_geterror", c_int, [c_void_p]),
        ("dkim_sig_geterrorstr", c_char_p, [c_int]),
        ("dkim_free", c_int, [c_void_p]),
    ):
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library
