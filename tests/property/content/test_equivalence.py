"""A compiled template puts out what python-liquid puts out, for every template and all values."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from penstock.content.compiling import Compiler
from penstock.content.dialects import HTML, MADE_TEXT, TEXT, MessageEnvironment
from penstock.content.message import Problem, RenderError
from penstock.content.pieces import text_of
from penstock.content.template import parse
from tests.property.content.strategies import NAMES, rows, templates

POSITIONS = {name: position for position, name in enumerate((*NAMES, "unsubscribe_url"))}
LINK = "https://mail.example.org/u/1-2-3"


@given(source=templates, row=rows, env=st.sampled_from([HTML, TEXT, MADE_TEXT]))
@example(source="{% if n %} {% elsif vip %}x{% endif %}", row=("a@b.org", None, "1", "2", None), env=HTML)
@example(
    source="{% case n %}{% when 'x', 'x' %}A{% else %}B{% endcase %}",
    row=("a@b.org", None, "x", "2", None),
    env=HTML,
)
def test_the_compiled_template_equals_the_original(
    source: str, row: tuple[str | None, ...], env: MessageEnvironment
) -> None:
    parsed = parse(source, "html", env, None)
    assume(not isinstance(parsed, Problem))
    compiler = Compiler(parsed, POSITIONS)
    pieces = compiler.compile()
    assume(not compiler.problems and not parsed.problems)
    values = {name: value for name, value in zip(POSITIONS, (*row, LINK), strict=True) if value is not None}
    try:
        expected = parsed.template.render(**values)
    except Exception:  # python-liquid also lets through what Python raises
        with pytest.raises(RenderError):
            text_of(pieces, (*row, LINK))
    else:
        assert text_of(pieces, (*row, LINK)) == expected
