"""Passwords at rest: opened by the key that they were stored under, and by no other."""

import pytest

from penstock.account.secrets import SecretError, decrypt, encrypt


def test_a_key_holds_from_the_moment_that_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was remembered of another one made passwords that no sender could read: the mailing was interrupted before its first message."""
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "a" * 32)
    first = encrypt("hush")
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "b" * 32)
    second = encrypt("hush")
    with pytest.raises(SecretError, match="another one"):
        decrypt(first)
    assert decrypt(second) == "hush"
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "a" * 32)
    assert decrypt(first) == "hush"
