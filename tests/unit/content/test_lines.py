"""Quoted-printable, judged by the standard library's decoder; and the text made from HTML."""

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.content.headers import field_bytes
from penstock.content.lines import clean, quoted
from penstock.content.mjml import html_from_mjml
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


def test_tables_and_styles_of_layout_do_not_indent_but_lists_and_pre_do() -> None:
    html = html_from_mjml(
        "<mjml><mj-body><mj-section><mj-column><mj-text><h1>Hello {{ first_name }}</h1><p>Some words.</p>"
        "<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul><pre>a\n   b</pre></mj-text>"
        "<mj-button href='https://x.org/'>Go</mj-button></mj-column><mj-column><mj-text>Beside</mj-text>"
        "<mj-table><tr><th>Item</th><th>Price</th></tr><tr><td>Pie</td><td>1</td></tr></mj-table>"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    assert isinstance(html, str)
    assert text_from_html(html) == (
        "Hello {{ first_name }}\n\nSome words.\n\n  * one\n  * two\n      + deep\na\n   b\nGo <https://x.org/>\n\n"
        "Beside\nItem  Price\nPie  1\n"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table role=presentation><tr><td> </td><td align=center>Hi</td></tr></table>", "Hi\n"),
        ("<table role=none><tr><td><p>One</p></td><td><p>Two</p><p>3</p></td></tr></table>", "One\n\nTwo\n\n3\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td></td><td>c</td></tr></table>", "a  b\n   c\n"),
        ("<div style='padding-left:80px'>x<span style='display: none !important'>y</span></div>", "x\n"),
        ("<?xml version='1.0' encoding='utf-8'?><html><body>x</body></html>", "x\n"),
        ("<!-- nothing -->", "\n"),
    ],
)  # fmt: skip
def test_what_only_places_things_leaves_no_trace(html: str, text: str) -> None:
    assert text_from_html(html) == text
