"""Whatever a design holds, it becomes a letter that runs nothing, or is refused with a path; nothing else."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from penstock.content.design import mjml_from_design
from penstock.content.design.wording import Unsafe, words_of
from penstock.content.message import Message, MessageError
from penstock.content.render import compile_message
from tests.examples import examples

NASTY = st.lists(
    st.sampled_from(
        ["<script>", "</script>", "<p>", "</p>", "<b>", "</b>", "<br>", "<a href='https://x.example'>", "</a>", "<a href='javascript:x'>", "<!--", "-->",
         "{{ n }}", "{{", "}}", "{%", "%}", "{% if n %}", "{% endif %}", "{% raw %}", "{% endraw %}", "&lt;", "&", "<", ">", '"', "'", "]]>",
         "{% raw %}<script>{% endraw %}", "</mj-text>", "<mj-raw>", "<mj-include path='x'/>", "\n", "\0", "é", "javascript:", "https://x.example", " style='color:#fff'", "x"]
    ),
    max_size=8,
).map("".join)  # fmt: skip
SIMPLE = st.one_of(
    st.builds(lambda text: {"type": "heading", "text": text}, NASTY),
    st.builds(lambda html: {"type": "text", "html": html}, NASTY),
    st.builds(
        lambda src, alt: {"type": "image", "src": src, "alt": alt},
        NASTY | st.just("https://x.example/a.png"),
        NASTY,
    ),
    st.builds(
        lambda text, link: {"type": "button", "text": text, "link": link},
        NASTY,
        NASTY | st.just("https://x.example"),
    ),
    st.builds(lambda text: {"type": "footer", "text": text}, NASTY),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | NASTY,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "html", "blocks", "columns", "version", "settings", "link", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@example(blocks=[{"type": "text", "html": "{% raw %}<script>{% endraw %}"}], preheader="")
@example(blocks=[{"type": "heading", "text": "{%- raw -%}<mj-include path='x'/>{% endraw %}"}], preheader="")
@example(blocks=[{"type": "heading", "text": "x"}], preheader="{% raw %}<script>{% endraw %}")
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks=st.lists(SIMPLE, min_size=1, max_size=3), preheader=NASTY)
def test_a_letter_that_runs_nothing_or_a_refusal_with_a_path(
    blocks: list[dict[str, Any]], preheader: str
) -> None:
    document = {"blocks": blocks, "settings": {"preheader": preheader}}
    try:
        program = compile_message(
            Message("a@example.org", "s", design=document), base_url="https://m.example.org"
        )
    except MessageError as error:
        assert {problem.where.split("/")[0] for problem in error.problems} == {"design"}  # noqa: PT017
        return
    row = tuple("x@example.org" if name == "email" else "<script>" for name in program.variables)
    data = program.envelope_data(row, b"1-1-aa", b"1-1-bb", b"d", eightbit=True).removesuffix(b".\r\n")
    whole = message_from_bytes((b"\n" + data).replace(b"\n..", b"\n.")[1:], policy=policy.default)
    assert isinstance(whole, EmailMessage)
    body = whole.get_body(("html",))
    assert body is not None
    made = document_fromstring(body.get_content())
    assert not list(made.iter("script", "iframe", "form", "object", "embed", "base"))
    for element in made.iter("a", "img"):
        assert (
            not (element.get("href") or element.get("src") or "")
            .strip()
            .lower()
            .startswith(("javascript", "data"))
        )
        assert not any(name.startswith("on") for name in element.attrib)


@settings(max_examples=examples(300), deadline=None)
@given(document=st.dictionaries(st.sampled_from(["version", "settings", "blocks", "x"]), JSON))
def test_any_json_has_an_answer(document: dict[str, Any]) -> None:
    try:
        compile_message(Message("a@example.org", "s", design=document))
    except MessageError as error:
        assert error.problems  # noqa: PT017
    made = mjml_from_design(document)
    assert isinstance(made, str) or all(problem.where.startswith("design") for problem in made)


@settings(max_examples=examples(300), deadline=None)
@example(text="<p></p>")
@given(text=NASTY | st.text())
def test_words_that_are_let_through_are_let_through_again(text: str) -> None:
    """What is written is itself possible, but for the styles that elements got; so nothing hides in it."""
    try:
        once = words_of(text, "#000")
    except Unsafe:
        return
    plain = re.sub(r' style="[^"]*"', "", once)
    assert words_of(plain, "#000").count("<a ") == once.count("<a ")
