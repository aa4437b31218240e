"""Elements deep inside one another are refused, or compiled; they never end the process. Each is tried in a child."""

import subprocess
import sys
from typing import Any

import pytest

from penstock.content.limits import CAROUSEL, DEPTH
from penstock.content.message import Message, MessageError, Problem
from penstock.content.mjml import html_from_mjml
from penstock.content.nesting import mjml_problem
from penstock.content.render import compile_message

_CHILD = """
import sys
from penstock.content.message import Message, MessageError
from penstock.content.render import compile_message
form, opened, times, closed = sys.argv[1:]
source = opened * int(times) + "x" + closed * int(times)
source = f"<mjml><mj-body>{source}</mj-body></mjml>" if form == "mjml" else source
try:
    compile_message(Message("a@example.org", "Hi", **{form: source}), inline_css=True)
except MessageError as error:
    print(error)
else:
    print("compiled")
"""


def compiled(*given: Any) -> str:
    """What a child says of a message."""
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, *map(str, given)], capture_output=True, text=True, timeout=60
    )
    assert child.returncode == 0, f"it died: {child.returncode} {child.stderr[-500:]}"
    return child.stdout


@pytest.mark.parametrize(
    ("opened", "times", "closed"),
    [
        ("<mj-section><mj-column>", 3_000, "</mj-column></mj-section>"),
        ("<mj-section><mj-column>", 7_000, ""),
        ("<mj-wrapper title='</mj-wrapper>'>", 4_900, "</mj-wrapper>"),
        ("<!--></mj-wrapper>--><mj-wrapper>", 3_000, "</mj-wrapper>"),
        ("<x>", 7_000, "</x>"),
        ("<mj-text><b>", 3_000, "</b></mj-text>"),
    ],
)
def test_deep_mjml_is_refused_and_not_parsed(opened: str, times: int, closed: str) -> None:
    said = compiled("mjml", opened, times, closed)
    assert f"mjml, line 1: there are more than {DEPTH} elements inside one another" in said


@pytest.mark.parametrize("opened", ["<ul><li>", "<div>", "<table><tr><td>"])
def test_deep_html_is_compiled(opened: str) -> None:
    assert compiled("html", opened, 14_900 // opened.count("<"), "") == "compiled\n"


def test_the_line_is_that_of_the_author() -> None:
    source = "<mjml><mj-body>\n{% if\na %}\n" + "<mj-section>\n" * 200
    found = mjml_problem(source)
    assert isinstance(found, Problem)
    assert found.line == 4 + DEPTH - 2
    assert html_from_mjml(source) == found


def test_as_many_levels_as_there_may_be() -> None:
    inside = DEPTH - 5
    text = "<div style='a:b' {{ x }}>" * inside + "x<br/><br><img src='y'>" * DEPTH + "</div>" * inside
    source = "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section></mj-body></mjml>"
    assert isinstance(html_from_mjml(source.format(text)), str)
    assert isinstance(html_from_mjml(source.format(f"<p>{text}</p>")), Problem)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<mj-carousel>" + "<mj-carousel-image src='x'/>" * (CAROUSEL + 1) + "</mj-carousel>", "carousels"),
        ("<mj-attributes><mj-all css-class='" + "c" * 100_000 + "'/></mj-attributes>" + "<mj-text/>" * 900, "repeated"),
        ("<mj-social color='" + "c" * 100_000 + "'>" + "<mj-social-element/>" * 900 + "</mj-social>", "repeated"),
    ],
    ids=["carousel", "attributes", "social"],
)  # fmt: skip
def test_what_mjml_multiplies_is_bounded(source: str, words: str) -> None:
    with pytest.raises(MessageError) as caught:
        compile_message(Message("a@example.org", "Hi", mjml=f"<mjml><mj-body>{source}</mj-body></mjml>"))
    [problem] = caught.value.problems
    assert words in problem.what
    assert problem.cure
