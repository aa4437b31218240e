"""Passwords at rest: encrypted with a key of the home, so that the database alone gives none away."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken

from penstock.platform.environment import derived_key
from penstock.platform.trouble import Trouble


class SecretError(Trouble):
    """A secret that this home's key does not open."""


def _fernet() -> Fernet:
    """By the key that holds now: what is remembered must not outlive it, or what one home stores another could not read."""
    return _made(derived_key("transport secret"))


@lru_cache(maxsize=4)
def _made(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(key))


def encrypt(text: str) -> bytes:
    """Return `text` encrypted and authenticated; two calls never return the same bytes."""
    return _fernet().encrypt(text.encode())


def decrypt(secret: bytes) -> str:
    """Return what `encrypt` was given. Raises SecretError when it was another key's, or was altered."""
    try:
        return _fernet().decrypt(bytes(secret)).decode()
    except InvalidToken:
        raise SecretError(
            "A stored password cannot be read with this secret key: it was stored under another one.",
            "Give that one in PENSTOCK_SECRET_KEY, or enter the password again.",
        ) from None
