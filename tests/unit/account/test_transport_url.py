"""Addresses of transports: taken apart and put together, and where a stored password may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.account.transport_url import join, same_keeper, split
from penstock.transport.smtp.server import Server

passwords = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), min_size=1).filter(
    lambda p: "\x7f" not in p
)


@given(passwords)
def test_what_is_split_joins_again(password: str) -> None:
    bare = "smtp://anna@mail.example.org:587?tls=starttls"
    url = join(bare, password)
    assert split(url) == (bare, password)
    assert Server.from_url(url).password == password


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("smtp://a@h", "smtp://a@h:587?tls=starttls", True),  # the same in other words
        ("smtps://a@h", "smtp://a@h:465?tls=implicit", True),
        ("smtp://a@h?connections=3", "smtp://a@h?connections=9&messages_per_connection=5&helo=x", True),
        ("smtp://a@h", "smtp://A@h", False),
        ("smtp://a@h", "smtp://a@i", False),
        ("smtp://a@h", "smtp://a@h:25", False),
        ("smtp://a@h", "smtp://a@h?verify=no", False),
        ("smtp://a@h", "smtp://a@h?auth_clear=yes", False),
        ("smtp://a@h", "smtp://a@h?cafile=x.pem", False),
        ("smtps://a@h", "smtp://a@h", False),
    ],
)
def test_a_password_stays_with_its_server_user_and_protection(one: str, other: str, same: bool) -> None:
    assert same_keeper(one, other) is same
    assert same_keeper(other, one) is same
