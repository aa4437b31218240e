"""A design: what it becomes, what is refused of it, and where that stands."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from lxml.html import document_fromstring

from penstock.content.design import mjml_from_design, schema
from penstock.content.design.addresses import LINKS, PICTURES, fault
from penstock.content.design.wording import Unsafe, words_of
from penstock.content.message import Message, MessageError, Problem
from penstock.content.render import compile_message, date_bytes


def design(*blocks: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"version": 1, "settings": settings, "blocks": list(blocks)}


def parts(document: dict[str, Any], **values: str) -> dict[str, str]:
    """The body parts of a message of it, by type, as a reader gets them."""
    program = compile_message(
        Message("a@example.org", "s", design=document),
        base_url="https://m.example.org",
        view_base="https://m.example.org",
    )
    row = tuple({"email": "ann@example.org", **values}.get(name) for name in program.variables)
    data = program.envelope_data(row, b"1-1-aa", b"1-1-bb", date_bytes(0), eightbit=True)
    whole = message_from_bytes(data.removesuffix(b".\r\n").replace(b"\n..", b"\n."), policy=policy.default)
    assert isinstance(whole, EmailMessage)
    return {part.get_content_type(): part.get_content() for part in whole.walk() if not part.is_multipart()}


def html(document: dict[str, Any], **values: str) -> Any:
    return document_fromstring(parts(document, **values)["text/html"])


def problems(document: dict[str, Any], known: frozenset[str] | None = None) -> list[Problem]:
    with pytest.raises(MessageError) as caught:
        compile_message(Message("a@example.org", "s", design=document), variables=known)
    return caught.value.problems


def test_every_block_is_in_the_letter() -> None:
    document = design(
        {"type": "heading", "text": "Big & <small> {{ n }}", "level": 2},
        {"type": "text", "html": "<p>One<br>two <strong>three</strong> &amp; a < b</p><ul><li>four</li></ul>"},
        {"type": "image", "src": "https://x.example/p.png", "alt": '"A" & B', "link": "https://x.example/?a=1&b={{ n }}"},
        {"type": "button", "text": "Go >", "link": "mailto:a@x.example"},
        {"type": "divider", "color": "#abc", "thickness": 3},
        {"type": "columns", "columns": [
            {"width": 30, "blocks": [{"type": "text", "html": "left"}]},
            {"width": 70, "blocks": [{"type": "text", "html": "right"}, {"type": "button", "text": "In", "link": "https://x.example"}]},
        ]},
        {"type": "social", "links": [{"label": "M", "link": "https://m.example/@a"}, {"label": "I", "link": "https://i.example", "icon": "https://x.example/i.png"}]},
        {"type": "footer", "text": "Example Ltd\n1 Street", "unsubscribe": "No more", "view": "See it"},
        preheader="Before {{ n }}", language="fr", width=640,
    )  # fmt: skip
    made = html(document, n="<7>")
    text = " ".join(made.text_content().split())
    for words in (
        "Big & <small> <7>",
        "three & a < b",
        "four",
        "Go >",
        "left",
        "right",
        "Before <7>",
        "Example Ltd",
    ):
        assert words in text, words
    assert made.get("lang") == "fr"
    (picture,) = [each for each in made.iter("img") if each.get("src") == "https://x.example/p.png"]
    assert picture.get("alt") == '"A" & B'
    links = {(each.text_content().strip(), each.get("href")) for each in made.iter("a")}
    assert {
        ("", "https://x.example/?a=1&b=<7>"), ("Go >", "mailto:a@x.example"), ("M", "https://m.example/@a"),
        ("No more", "https://m.example.org/u/1-1-bb"),
    } <= links  # fmt: skip
    assert any(href.startswith("https://m.example.org/v/1-1-") for words, href in links if words == "See it")
    plain = parts(document, n="<7>")["text/plain"]
    assert "Big & <small> <7>" in plain
    assert "No more <https://m.example.org/u/1-1-bb>" in plain


@pytest.mark.parametrize(
    "column",
    [
        "<{{ n }}>",
        "{{ n | upcase }}",
        '{{ n | default: "a" }}',
        "{% if n %}yes{% else %}no{% endif %}",
    ],
)
def test_liquid_passes_through_every_kind_of_text(column: str) -> None:
    document = design(
        {"type": "heading", "text": column},
        {"type": "text", "html": f"<p>{column if '<{' not in column else 'x'}</p>"},
        {"type": "image", "src": "https://x.example/{{ n }}.png", "alt": column},
        {"type": "button", "text": column, "link": "{{ n }}"},
        {"type": "footer", "text": f"a\n{column}\nb"},
    )
    found = parts(document, n="it")["text/html"]
    assert "{{" not in found
    assert "{%" not in found


def test_without_scripts_whatever_contacts_are_called() -> None:
    document = design(
        {"type": "heading", "text": "{{ n }}"},
        {"type": "text", "html": "<p title>{{ n }}</p>".replace(" title", "")},
    )
    assert not list(html(document, n="<script>alert(1)</script>").iter("script"))


@pytest.mark.parametrize(
    ("block", "path", "words"),
    [
        ({"type": "button", "text": "x", "link": ""}, "link", "no address"),
        ({"type": "button", "text": "", "link": "https://x.example"}, "text", "no words"),
        ({"type": "image", "src": "mailto:a@x.example", "alt": ""}, "src", "mailto:"),
        (
            {"type": "image", "src": "https://x.example/a.png", "alt": "", "link": "ftp://x.example"},
            "link",
            "ftp:",
        ),
        ({"type": "text", "html": "<p>\n<img src=x></p>"}, "html", "<img>"),
        ({"type": "text", "html": "<p>\n<a href='javascript:x'>a</a></p>"}, "html", "javascript:"),
        ({"type": "social", "links": [{"label": "a", "link": "x"}]}, "links/0/link", "no complete address"),
        ({"type": "heading", "text": "{{ frist }}"}, "text", "no contact has an attribute 'frist'"),
        ({"type": "heading", "text": "{% if n %}"}, "text", "'if' is not closed"),
        ({"type": "heading"}, "text", "required"),
        ({"type": "heading", "text": "x", "size": 3}, "size", "not permitted"),
        ({"type": "heading", "text": 3}, "text", "valid string"),
        ({"type": "marquee"}, "", "marquee"),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_what_is_wrong_is_said_with_the_path_of_the_block(
    block: dict[str, Any], path: str, words: str, inside: bool
) -> None:
    fine = {"type": "text", "html": "fine"}
    there, root = design(fine, block), "design/blocks/1"
    if inside:
        there = design(fine, {"type": "columns", "columns": [{"blocks": []}, {"blocks": [fine, block]}]})
        root = "design/blocks/1/columns/1/blocks/1"
    (problem,) = problems(there, frozenset({"n", "first"}))
    assert problem.where == f"{root}/{path}".rstrip("/")
    assert words in problem.what
    assert problem.cure


def test_every_fault_is_named_at_once() -> None:
    found = problems(
        {"version": 2, "blocks": [{}, {"type": "divider", "thickness": 99}], "settings": {"accent": "red"}}
    )
    assert [problem.where for problem in found] == [
        "design/version", "design/settings/accent", "design/blocks/0", "design/blocks/1/thickness",
    ]  # fmt: skip
    assert problems(design())[0].what == "there is no block in it"
    (widths,) = problems(
        design({"type": "columns", "columns": [{"blocks": [], "width": 50}, {"blocks": [], "width": 40}]})
    )
    assert widths.where == "design/blocks/0/columns"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "{{ '' }}javascript:alert(1)", "java{{ '' }}script:alert(1)", "{{ x }}data:text/html,x",
        "data:text/html,x", "vbscript:x", "//x.example", "/x", "x", "", " ", "https://", "http:///x", "https://x.example/a b", "https://x.example/\na",
        'https://x.example/"', "https://x.example/<b>", "https://[x", "java\tscript:alert(1)", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_unsafe_addresses_are_refused(url: str) -> None:
    assert fault(url, LINKS)
    assert fault(url, PICTURES)


@pytest.mark.parametrize(
    "url", ["https://x.example", " HTTP://x.example/a?b=c#d ", "{{ link }}", "https://x.example/{{ a b }}", "{% if a %}https://a.example{% endif %}", "https://[::1]/x", "https://ä.example/ö"]
)  # fmt: skip
def test_other_addresses_are_taken(url: str) -> None:
    assert fault(url, PICTURES) is None
    assert fault("mailto:a@x.example?subject=x%20y", LINKS) is None


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>", "<style>x</style>", "<p onclick='x'>a</p>", "<p style='background:url(x)'>a</p>", "<p style='color:red'>a</p>", "<!-- x -->", "<?x?>",
        "<![CDATA[x]]>", "<!doctype html>", "<p>", "</p>", "<p><b>x</p></b>", "<svg/onload=x>", "<iframe src=x></iframe>", "<a>x</a>", "<a href>x</a>",
        "<a href='https://x.example' onclick='x'>x</a>", "<p {{ x }}>a</p>", "<{{ x }}>a", "<h1>x</h1>", "<form></form>", "<base href='https://x.example'>",
    ],
)  # fmt: skip
def test_other_html_is_refused(text: str) -> None:
    with pytest.raises(Unsafe):
        words_of(text, "#000")


def test_an_ampersand_of_a_link_is_no_reference() -> None:
    written = words_of("<p>&copy; <a href='https://x.example/?a&amp;b=1&region=2&copy=3'>a</a></p>", "#000")
    assert 'href="https://x.example/?a&amp;b=1&amp;region=2&amp;copy=3"' in written
    assert ">© <a" in written


def test_the_schema_names_every_block() -> None:
    assert {"Heading", "Text", "Image", "Button", "Columns", "Divider", "Social", "Footer"} < schema()[
        "$defs"
    ].keys()
    assert isinstance(mjml_from_design({"blocks": [{"type": "divider"}]}), str)


@pytest.mark.parametrize(
    "liquid",
    [
        "{{ '<script>' }}", "{{ nick | default: '<b>' }}", "{{ nick | append: '\" onclick=' }}", '{% assign x = "<u>" %}{{ x }}',
        "{% cycle '<i>', 'b' %}",
    ],
)  # fmt: skip
def test_markup_written_inside_liquid_is_refused_with_its_place(liquid: str) -> None:
    """Liquid escapes the values of contacts, and takes what its author wrote for markup: blocks hold none but their own."""
    image = {"type": "image", "src": "https://x.example/p.png", "alt": liquid}
    inner = {
        "type": "columns",
        "columns": [{"blocks": [{"type": "heading", "text": liquid}]}, {"blocks": [image]}],
    }
    found = problems(design({"type": "text", "html": f"<p>{liquid}</p>"}, inner))
    assert [each.where for each in found] == [
        "design/blocks/0/html", "design/blocks/1/columns/0/blocks/0/text", "design/blocks/1/columns/1/blocks/0/alt",
    ]  # fmt: skip
    assert all("would be taken for HTML" in each.what for each in found)


def test_what_liquid_compares_and_quotes_otherwise_stays() -> None:
    text = "{% assign m = n | plus: 0 %}{% if m < 3 and m > 1 %}{{ nick | default: \"Ann's &lt;\" }}{% endif %}{% raw %}{{ '<' }}{% endraw %}"
    assert "Ann's <" in html(design({"type": "heading", "text": text}), n="2").text_content()
