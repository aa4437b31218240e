"""Segments: nodes that python-liquid itself renders, in one context, for one set of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.context import RenderContext
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.output import LimitedStringIO

from penstock.content.dialects import OUTPUT_LIMIT
from penstock.content.message import RenderError
from penstock.content.work import Counted


def globals_of(names: tuple[str, ...], key: Any) -> dict[str, str]:
    """The variables of a context; what a contact lacks is undefined there, and so comes out empty."""
    values = (key,) if len(names) == 1 else key
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def segment_maker(
    env: Environment, nodes: Sequence[Node], names: tuple[str, ...], where: str, *, raw: bool = False
) -> Callable[[Any], tuple[str, ...]]:
    """Return what maps a key to one text per node; errors become RenderError unless ``raw``, a trial."""
    template = BoundTemplate(env, list(nodes))

    def texts(key: Any) -> tuple[str, ...]:
        context = (Counted if raw else RenderContext)(template, globals=globals_of(names, key))
        out = []
        for node in nodes:
            buffer = LimitedStringIO(OUTPUT_LIMIT)
            node.render(context, buffer)
            out.append(buffer.getvalue())
        return tuple(out)

    def make(key: Any) -> tuple[str, ...]:
        try:
            return texts(key)
        except Exception as error:
            raise render_error(where, error, globals_of(names, key)) from error

    return texts if raw else make


def render_error(where: str, error: Exception, values: dict[str, str]) -> RenderError:
    """Put into words what a recipient's values made go wrong, with the values that were read."""
    if isinstance(error, RenderError):
        return error
    what = str(error.message) if isinstance(error, LiquidError) else f"{type(error).__name__}: {error}"
    given = ", ".join(f"{name}={value[:40]!r}" for name, value in values.items())
    cure = ""
    if "not supported between" in what:
        cure = "; attributes are text: make a number of one first, {% assign n = name | plus: 0 %}"
    return RenderError(where, f"{what}{cure}" + (f" (with {given})" if given else ""))


def names_in(expressions: Iterable[Expression]) -> Iterator[str]:
    """The root names of all paths in the expressions."""
    for expression in expressions:
        if isinstance(expression, Path):
            yield str(expression.path[0])
        yield from names_in(expression.children())
