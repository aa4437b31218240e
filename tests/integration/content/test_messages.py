"""A message comes back from the database as it was stored."""

import psycopg
import pytest

from penstock.content.message import Message
from penstock.content.messages import load_message, store_message


@pytest.mark.parametrize(
    "message",
    [
        Message("a@example.org", "Hi"),
        Message(
            "Jörg <j@example.org>",
            "{{ first_name }} 👋",
            html="<p>{{ x | default: 'y' }}</p>\r\n",
            text="{% if a %}\n.\n{% endif %}",
            mjml=None,
            headers={"X-Tag": "{{ tag }}", "X-Größe": "%s"},
            reply_to="r@example.org",
        ),
        Message("a@example.org", "Hi", mjml="<mjml></mjml>"),
    ],
)
def test_a_message_comes_back_as_it_was_stored(conn: psycopg.Connection, message: Message) -> None:
    assert load_message(conn, store_message(conn, 1, message)) == message


def test_there_is_no_message_without_its_id(conn: psycopg.Connection) -> None:
    assert load_message(conn, 1) is None
