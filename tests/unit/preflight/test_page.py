"""What is read in a message's source: links, pictures, words, with the lines of whoever wrote it."""

from penstock.preflight.analyst.page import Link, Page, Picture

HTML = """\
<html><head><style>p { color: red }</style><title>News</title></head><body>
<div style="display:none">Only today</div>
<p>Dear {{ first_name
  | default: 'friend' }},
<a href="https://penstock.io/{{ slug }}">see</a> <a href='#'>here</a></p>
<img src="https://penstock.io/a.png" alt="A boat" width="100">
<img src="{{ picture }}" style="max-width: 10px">
<script>alert("x")</script>
</body></html>
"""


def test_lines_are_those_of_the_author_also_behind_liquid_that_spans_some() -> None:
    page = Page(HTML)
    assert page.links == [Link("https://penstock.io/{{ slug }}", 5, True), Link("#", 5, False)]
    assert page.pictures == [
        Picture("https://penstock.io/a.png", 6, False, "A boat", True),
        Picture("{{ picture }}", 7, True, None, False),
    ]
    assert page.dropped == [("script", 8)]
    assert page.preheader
    assert page.words == "Dear , see here"


def test_an_ampersand_that_begins_no_reference_is_one() -> None:
    page = Page("<a href='https://x.example/?a=1&region=2&amp;copy=3&#38;d'>&copy;</a>")
    assert page.links == [Link("https://x.example/?a=1&region=2&copy=3&d", 1, False)]
    assert page.words == "©"


def test_mjml_is_read_as_well() -> None:
    page = Page(
        "<mjml><mj-head><mj-preview>Only today</mj-preview><mj-style>p{}</mj-style></mj-head><mj-body><mj-section><mj-column>\n"
        '<mj-image src="https://penstock.io/a.png" />\n<mj-button href="https://penstock.io">Go</mj-button>'
        "</mj-column></mj-section></mj-body></mjml>"
    )
    assert [(link.url, link.line) for link in page.links] == [("https://penstock.io", 3)]
    assert [(each.line, each.alt, each.sized) for each in page.pictures] == [(2, None, True)]
    assert page.preheader
    assert page.words == "Go"


def test_what_is_no_html_is_read_too() -> None:
    page = Page("a < b & c <a href=x>y</a> </p></div> <")
    assert page.links == [Link("x", 1, False)]
