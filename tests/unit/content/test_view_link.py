"""`{{ view_url }}`: the link that shows the message in a browser, wherever it stands."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from penstock.content.links import tokens, view_token
from penstock.content.message import Message
from penstock.content.render import Program, compile_message, date_bytes

BASE = "https://mail.example.org"
PUBLIC, PRIVATE = tokens(7, 3, b"k" * 32)
LINK = f"{BASE}/v/{view_token(PRIVATE).decode()}"


def made(
    text: str, *, base: str | None = BASE, view: str | None = BASE, eightbit: bool = True, **more: str
) -> str:
    message = Message("a@example.org", more.pop("subject", "s"), text=text, **more)
    program: Program = compile_message(message, base_url=base, view_base=view)
    row = ("ann@example.org", *[None] * (len(program.variables) - 1))
    data = program.envelope_data(row, PUBLIC, PRIVATE, date_bytes(0), eightbit=eightbit)
    whole = message_from_bytes(data, policy=policy.default)
    assert isinstance(whole, EmailMessage)
    return str(whole) if "html" in more else f"{whole}\n{whole.get_content()}"


@pytest.mark.parametrize(
    "text",
    [
        "Look: {{ view_url }} .",
        "Look: {{ view_url | upcase | downcase }} .",
        "{% if view_url %}Look: {{ view_url }} .{% endif %}",
        "{% assign there = view_url %}Look: {{ there }} .",
        "Look: {{ view_url }} or {{ unsubscribe_url }} .",
        "é Look: {{ view_url }} .",
    ],
)
@pytest.mark.parametrize("eightbit", [True, False])
def test_it_stands_wherever_it_is_asked_for(text: str, eightbit: bool) -> None:
    whole = made(text, eightbit=eightbit)
    assert f"Look: {LINK} " in whole
    if "unsubscribe" in text:
        assert f" {BASE}/u/{PRIVATE.decode()} ." in whole


def test_it_stands_in_a_field_and_in_html() -> None:
    assert f"Subject: {LINK}"[:40] in made("x", subject="{{ view_url }}")
    assert f'href="{LINK}"' in made("", html='<p><a href="{{ view_url }}">Look</a></p>')


def test_without_an_address_it_is_empty_and_nothing_else_changes() -> None:
    whole = made(
        "{% if view_url %}yes{% else %}no{% endif %} [{{ view_url }}] {{ unsubscribe_url }}", view=None
    )
    assert "no []" in whole
    assert re.search(rf"{BASE}/u/{PRIVATE.decode()}", whole)
