"""A message is opened as mail programs do, and shown so that it can do nothing."""

import re
from html import unescape

import pytest

from penstock.content.message import Message
from penstock.content.render import compile_message, date_bytes
from penstock.preflight import isolating
from penstock.preflight.making import values
from penstock.preflight.opening import opened, unstuffed

BASE = "https://mail.example.org"
TOKEN = b"0-0-" + b"0" * 24


def made(message: Message, eightbit: bool, **attributes: str) -> bytes:
    program = compile_message(message)
    given = values(program, "ann@example.org", attributes)
    return unstuffed(program.envelope_data(given, TOKEN, TOKEN, date_bytes(0), eightbit=eightbit))


@pytest.mark.parametrize("eightbit", [True, False])
@pytest.mark.parametrize("name", ["Ann", "Zoë 🎈", "مرحبا", ".", "a" * 2000, "=3D", "<b>&amp;"])
def test_what_went_in_comes_out(name: str, eightbit: bool) -> None:
    message = Message(
        sender="Zoë <news@example.org>", subject="For {{ name }}", html="<p>\n.\n{{ name | raw }}\n..x</p>", text=".\n{{ name }}\n..\n",
        headers={"X-Tag": "{{ name }}"},
    )  # fmt: skip
    raw = made(message, eightbit, name=name)
    seen = opened(raw)
    assert seen.subject == f"For {name}"
    assert dict(seen.headers)["From"] == "Zoë <news@example.org>"
    assert dict(seen.headers)["X-Tag"] == name
    assert seen.text == f".\n{name}\n.."  # the last line end is the boundary's (RFC 2046 §5.1.1)
    assert seen.html is not None
    assert unescape(seen.html) == unescape(f"<p>\n.\n{name}\n..x</p>")


def test_a_part_that_is_not_there() -> None:
    seen = opened(made(Message(sender="a@example.org", subject="s", text="t"), eightbit=True))
    assert (seen.html, seen.text) == (None, "t\n")


def test_the_dots_of_the_wire_are_gone() -> None:
    assert unstuffed(b"A: b\r\n\r\n..\r\n...x\r\n.\r\n") == b"A: b\r\n\r\n.\r\n..x\r\n"
    assert unstuffed(b"..a\r\n.\r\n") == b".a\r\n"


@pytest.mark.parametrize("pictures", [False, True])
def test_the_policy_allows_styles_and_pictures_and_nothing_else(pictures: bool) -> None:
    rules = {name: rest for name, _, rest in (rule.strip().partition(" ") for rule in isolating.policy(BASE + "/", pictures=pictures).split(";"))}  # fmt: skip
    assert rules.pop("img-src") == ("data: https: http:" if pictures else f"data: {BASE}/p/")
    assert rules.pop("style-src") == "'unsafe-inline'"
    assert rules.pop("font-src") == "data:"
    assert set(rules.values()) == {"'none'"}
    assert rules.keys() == {"default-src", "base-uri", "form-action"}


def test_a_page_keeps_the_message_in_its_frame() -> None:
    """Whatever the message holds stands in one attribute, escaped: it ends no frame and begins no script of the page."""
    html = "</iframe><script>alert(1)</script>\"'<p>Dear Ann</p>"
    page = isolating.page([("Subject", "<b>hi</b>"), ("From", "x")], html, BASE, pictures=False)
    assert "<script" not in page
    assert page.count("<iframe") == page.count("</iframe>") == 1
    [inside] = re.findall(r'srcdoc="([^"]*)"', page)
    assert unescape(inside) == f'<base target="_blank">{html}'
    [frame] = re.findall(r'sandbox="([^"]*)"', page)
    assert {"allow-scripts", "allow-same-origin", "allow-forms", "allow-top-navigation"}.isdisjoint(
        frame.split()
    )
    assert "&lt;b&gt;hi" in page


@pytest.mark.parametrize(
    "tag",
    ['<link rel="preconnect" href="https://spy.example">', "<LINK\nrel=dns-prefetch href=//spy.example>", "<link/rel=prefetch href=//spy.example>",
     '<meta http-equiv="refresh" content="0;url=https://spy.example">', "<META content='0;url=https://spy.example' http-equiv=&#114;efresh>",
     '<meta name="referrer" content="unsafe-url">', '<meta name="viewport" content="x" http-equiv="refresh">', "<li<link>nk rel=preconnect>"],
)  # fmt: skip
def test_nothing_that_reaches_out_before_it_is_clicked_stays(tag: str) -> None:
    """No policy forbids to connect ahead, to look names up or to go elsewhere."""
    shown = isolating.harmless(f"<head>{tag}</head><p>Dear Ann</p>")
    assert re.search(r"<(link|meta)[\s/>]", shown, re.IGNORECASE) is None
    assert shown.endswith("</head><p>Dear Ann</p>")
    assert (
        "<link" not in unescape(isolating.page([], tag, BASE, pictures=False)).partition("srcdoc")[2].lower()
    )


def test_what_does_nothing_stays() -> None:
    html = '<meta name="viewport" content="width=device-width, initial-scale=1"><p>&lt;link&gt; <linked>x</linked></p>'
    assert isolating.harmless(html) == html


@pytest.mark.parametrize("before", ["<!doctype html>", "\n<!DOCTYPE html PUBLIC 'x'>", ""])
def test_in_a_frame_links_open_beside_the_page_and_the_doctype_stays_first(before: str) -> None:
    html = f'{before}<base target="_self"><p><a href="https://example.org">Come</a></p>'
    assert isolating.framed(html).startswith(f'{before}<base target="_blank">')
    told = isolating.frame_headers(BASE, pictures=False)
    assert told["Content-Security-Policy"].endswith("; frame-ancestors 'self'")
    assert told["Content-Security-Policy"].startswith("sandbox ")
