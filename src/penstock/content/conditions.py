"""Conditions: which arm of an ``if``, ``unless`` or ``case`` a recipient's values choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.builtin.expressions import BooleanExpression, Path
from liquid.builtin.expressions.logical import (
    EqExpression,
    LogicalAndExpression,
    LogicalOrExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty, Literal, Nil, StringLiteral
from liquid.builtin.tags.case_tag import CaseNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.context import RenderContext
from liquid.expression import Expression

from penstock.content.segments import globals_of, render_error

Predicate = Callable[[Any], bool]
Choose = Callable[[Any], tuple[int, ...]]


def chooser(
    env: Environment,
    node: IfNode | UnlessNode | CaseNode,
    conditions: Sequence[Expression | None],
    names: tuple[str, ...],
    where: str,
) -> tuple[Choose, bool]:
    """Return what maps a key to the numbers of the arms to put out, and whether that is quick.

    A condition of None is ``else``.
    """
    if isinstance(node, CaseNode):
        return _by_liquid(env, conditions, names, where, _case), False
    negated = isinstance(node, UnlessNode)
    direct = [predicate(c, names) if c is not None else _always for c in conditions]
    if None in direct:
        return _by_liquid(env, conditions, names, where, _unless if negated else _first), False
    tests = [(number, test) for number, test in enumerate(direct) if test is not None]

    def choose(key: Any) -> tuple[int, ...]:
        for number, test in tests:
            if test(key) is not (negated and number == 0):
                return (number,)
        return ()

    return choose, True


def is_total(
    node: IfNode | UnlessNode | CaseNode, conditions: Sequence[Expression | None], quick: bool
) -> bool:
    """Whether choosing cannot fail: equality and truth are defined for everything, order is not."""
    return quick or (
        isinstance(node, CaseNode)
        and all(
            isinstance(part, (Path, Literal))
            for condition in conditions
            if condition is not None
            for part in condition.children()
        )
    )


def _always(_: Any) -> bool:
    return True


def predicate(expression: Expression, names: tuple[str, ...]) -> Predicate | None:
    """A closure for the plain conditions (``a``, ``a == 'x'``, ``a != blank``, ``and``, ``or``), else None."""
    if isinstance(expression, BooleanExpression):
        return predicate(expression.expression, names)
    if isinstance(expression, (LogicalAndExpression, LogicalOrExpression)):
        left, right = predicate(expression.left, names), predicate(expression.right, names)
        if left is None or right is None:
            return None
        if isinstance(expression, LogicalAndExpression):
            return lambda key: left(key) and right(key)
        return lambda key: left(key) or right(key)
    if isinstance(expression, (EqExpression, NeExpression)):
        equal = _equal(expression.left, expression.right, names)
        if equal is None or isinstance(expression, EqExpression):
            return equal
        return lambda key: not equal(key)
    take = _variable(expression, names)
    return None if take is None else lambda key: take(key) is not None


def _variable(expression: Expression, names: tuple[str, ...]) -> Callable[[Any], str | None] | None:
    if not isinstance(expression, Path) or len(expression.path) != 1 or expression.path[0] not in names:
        return None
    if len(names) == 1:
        return lambda key: key
    position = names.index(expression.path[0])
    return lambda key: key[position]


def _equal(left: Expression, right: Expression, names: tuple[str, ...]) -> Predicate | None:
    take = _variable(left, names)
    if take is None:
        return None
    if isinstance(right, Nil):
        return lambda key: take(key) is None
    if isinstance(right, StringLiteral):
        literal = str(right.value)
        return lambda key: take(key) == literal
    if isinstance(right, (Empty, Blank)):
        # python-liquid: what is undefined equals neither.
        return lambda key: (value := take(key)) is not None and right == value
    return None


def _first(context: RenderContext, conditions: Sequence[Expression | None]) -> tuple[int, ...]:
    for number, condition in enumerate(conditions):
        if condition is None or condition.evaluate(context):
            return (number,)
    return ()


def _unless(context: RenderContext, conditions: Sequence[Expression | None]) -> tuple[int, ...]:
    head = conditions[0]
    if head is not None and not head.evaluate(context):
        return (0,)
    return tuple(number + 1 for number in _first(context, conditions[1:]))


def _case(context: RenderContext, conditions: Sequence[Expression | None]) -> tuple[int, ...]:
    """Every ``when`` that is true, once for each of its values; an ``else`` if none before it was."""
    chosen: list[int] = []
    found = False
    for number, condition in enumerate(conditions):
        if condition is not None:
            matches = condition.evaluate(context)
            times = matches.count(True) if isinstance(matches, list) else 0
            found = found or times > 0
            chosen += [number] * times
        elif not found:
            chosen.append(number)
    return tuple(chosen)


def _by_liquid(
    env: Environment,
    conditions: Sequence[Expression | None],
    names: tuple[str, ...],
    where: str,
    rule: Callable[[RenderContext, Sequence[Expression | None]], tuple[int, ...]],
) -> Choose:
    template = BoundTemplate(env, [])

    def choose(key: Any) -> tuple[int, ...]:
        values = globals_of(names, key)
        try:
            return rule(RenderContext(template, globals=values), conditions)
        except Exception as error:
            raise render_error(where, error, values) from error

    return choose
