"""Quoted-printable, judged by the standard library's decoder; and the text made from HTML."""

import quopri

from hypothesis import given
from hypothesis import strategies as st

from penstock.content.headers import field_bytes
from penstock.content.lines import clean, quoted
from penstock.content.plain import text_from_html

texts = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" .=\n\t_From")), max_size=300
)


@given(st.lists(texts, max_size=4))
def test_pieces_encoded_apart_decode_as_one(pieces: list[str]) -> None:
    encoded = b"".join(map(quoted, pieces))
    lines = encoded.split(b"\r\n")
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode() == "".join(map(clean, pieces))
    assert max(map(len, lines)) <= 76
    assert not [line for line in lines if line.startswith((b".", b"From ")) or line.endswith((b" ", b"\t"))]


@given(st.from_regex(r"[A-Z][A-Za-z-]{0,60}", fullmatch=True), texts)
def test_a_field_is_one_field_of_short_lines(name: str, text: str) -> None:
    lines = field_bytes(name, text).removesuffix(b"\r\n").split(b"\r\n")
    assert all(
        len(line) <= 998 and line.isascii() and b"\n" not in line and b"\r" not in line for line in lines
    )
    assert all(line.startswith((b" ", b"\t")) and line.strip() for line in lines[1:])
    assert all(len(word) <= 75 for line in lines for word in line.split() if word.startswith(b"=?"))


def test_a_newsletter_as_text() -> None:
    html = """<style>p{}</style><h1>Hello {{ first_name | default: "you" }}</h1>
    <p>Dear <b>{{ first_name }}</b>, {% if vip == "yes" %}thanks!{% else %}5 &lt; 6{% endif %}</p>
    <ul>{% for i in (1..3) %}<li>Item {{ i }}</li>{% endfor %}</ul><p>1. no list</p>
    <table><tr><td>A</td><td>B * c_d</td></tr></table><a href="https://x.org/?a=1&amp;b={{ city }}">Go {{ city }}</a>"""
    assert text_from_html(html) == (
        'Hello {{ first_name | default: "you" }}\n\n'
        'Dear {{ first_name }}, {% if vip == "yes" %}thanks!{% else %}5 < 6{% endif %}\n\n'
        "{% for i in (1..3) %}  * Item {{ i }}\n{% endfor %}\n1. no list\n\n"
        "A  B * c_d\n\nGo {{ city }} <https://x.org/?a=1&b={{ city }}>\n"
    )
