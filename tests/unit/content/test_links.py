"""Tokens identify and authorise, and nobody else can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.content.links import (
    link_base,
    parse_return_path,
    return_path,
    tokens,
    unsubscribe_url,
    verify_private,
    verify_public,
    verify_view,
    view_token,
)

KEY = b"k" * 32
numbers = st.integers(0, 2**53)


@given(mailing=numbers, seq=numbers, key=st.binary(min_size=1, max_size=64))
def test_a_token_leads_back_to_its_recipient(mailing: int, seq: int, key: bytes) -> None:
    public, private = tokens(mailing, seq, key)
    assert verify_public(public, key) == verify_private(private.decode(), key) == (mailing, seq)
    assert verify_private(public, key) is None
    assert verify_public(private, key) is None
    assert verify_public(public, key + b"x" if len(key) < 64 else b"x") is None
    assert parse_return_path(return_path(public, b"example.org")) == public
    assert len(return_path(public, b"")) <= 64


@given(mailing=numbers, seq=numbers, data=st.data())
def test_a_changed_token_is_refused(mailing: int, seq: int, data: st.DataObject) -> None:
    public, _ = tokens(mailing, seq, KEY)
    at = data.draw(st.integers(0, len(public) - 1))
    other = data.draw(st.sampled_from(sorted(set(b"0123456789abcdefABCDEF- \n") - {public[at]})))
    changed = public[:at] + bytes((other,)) + public[at + 1 :]
    assert verify_public(changed, KEY) is None


@pytest.mark.parametrize(
    "text", ["", "-", "0-0-", "é-1-2", "01-1-" + "0" * 24, "1" * 500, "\0", "1-1-" + "g" * 24]
)
def test_garbage_is_refused(text: str) -> None:
    assert verify_public(text, KEY) is None
    assert verify_private(text.encode(), KEY) is None


def test_another_spelling_of_the_same_numbers_is_refused() -> None:
    public, _ = tokens(12, 7, KEY)
    assert verify_public(b"0" + public, KEY) is None
    assert verify_public(public.upper(), KEY) is None
    assert verify_public(public + b"\n", KEY) is None


def test_a_return_path_is_read_however_it_comes_back() -> None:
    public, _ = tokens(12, 7, KEY)
    assert parse_return_path(f"<BOUNCE+{public.decode().upper()}@Example.ORG>") == public
    for other in [
        "bounce@example.org",
        "bounce+@x",
        "bounce+zz@x",
        "x" * 400,
        f"a bounce+{public.decode()}@x.org",
        "é@x",
    ]:
        assert parse_return_path(other) is None


def test_the_link() -> None:
    assert (
        unsubscribe_url("https://mail.example.org/news/", b"1-2-3")
        == b"https://mail.example.org/news/u/1-2-3"
    )
    for bad in [
        "",
        "mail.example.org",
        "ftp://x.org",
        "https://x.org/?a=b",
        "https://u:p@x.org",
        "https://x.org/\r\n",
        "https://x/<a>",
    ]:
        with pytest.raises(ValueError, match="base URL"):
            link_base(bad)


def test_who_may_look_may_not_unsubscribe() -> None:
    _, private = tokens(7, 3, KEY)
    view = view_token(private)
    assert verify_view(view, KEY) == (7, 3)
    assert verify_private(view, KEY) is None
    assert verify_public(view, KEY) is None
    assert verify_view(private, KEY) is None
    assert verify_view(view.replace(b"7-3", b"7-4"), KEY) is None
    assert verify_view(view[:-1] + bytes([view[-1] ^ 1]), KEY) is None
