"""Holes: ``{{ name | filter: 'literal' }}`` as a chain of python-liquid's own filters, without its machinery."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import Literal
from liquid.builtin.output import OutputNode
from liquid.context import RenderContext
from liquid.stringify import to_liquid_string
from markupsafe import escape

from penstock.content.message import RenderError
from penstock.content.segments import render_error

TOTAL = frozenset(
    {
        *("append", "base64_encode", "capitalize", "default", "downcase", "escape", "escape_once", "lstrip", "newline_to_br"),
        *("prepend", "raw", "remove", "remove_first", "remove_last", "rstrip", "safe", "size", "strip", "strip_html"),
        *("strip_newlines", "truncate", "truncatewords", "upcase", "url_encode"),
    }
)  # fmt: skip
"""Filters that take every value: with literal arguments that suit one value they cannot fail for another."""

Step = tuple[Callable[..., Any], list[Any], dict[str, Any]]


def hole_maker(node: OutputNode, env: Environment, where: str) -> Callable[[str | None], str] | None:
    """Return what maps the one variable's value to text, or None if the expression needs python-liquid."""
    expression = node.expression
    if not isinstance(expression, FilteredExpression):
        return None
    left = expression.left
    if not isinstance(left, Path) or len(left.path) != 1 or not isinstance(left.path[0], str):
        return None
    if not expression.filters:
        return _escaped if env.autoescape else _plain
    steps = _steps(expression, env)
    return None if steps is None else _through(steps, left.path[0], env, where)


def is_total(node: OutputNode, make: Callable[[str | None], str]) -> bool:
    """Whether ``make``, the hole's, has a text for every value."""
    if any(applied.name not in TOTAL for applied in getattr(node.expression, "filters", None) or ()):
        return False
    try:
        make("1")
        make(None)
    except RenderError:  # its arguments fit no value
        return False
    return True


def _plain(value: str | None) -> str:
    return value or ""


def _escaped(value: str | None) -> str:
    if not value or value.isalnum():  # nothing that is a letter or a digit is special in HTML
        return value or ""
    return escape(value)


def _steps(expression: FilteredExpression, env: Environment) -> list[Step] | None:
    context = RenderContext(BoundTemplate(env, []))
    steps: list[Step] = []
    for applied in expression.filters or ():
        function = env.filters.get(applied.name)
        if function is None or getattr(function, "with_context", False):
            return None
        if not all(isinstance(argument, Literal) for argument in applied.children()):
            return None
        if getattr(function, "with_environment", False):
            function = partial(function, environment=env)
        positional, named = applied.evaluate_args(context)
        steps.append((function, positional, named))
    return steps


def _through(steps: list[Step], name: str, env: Environment, where: str) -> Callable[[str | None], str]:
    missing = env.undefined(name)
    autoescape = env.autoescape

    def make(value: str | None) -> str:
        result: Any = missing if value is None else value
        try:
            for function, positional, named in steps:
                result = function(result, *positional, **named)
            return to_liquid_string(result, autoescape)
        except RenderError:
            raise
        except Exception as error:
            raise render_error(where, error, {} if value is None else {name: value}) from error

    return make
