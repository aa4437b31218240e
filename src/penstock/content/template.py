"""Parse one Liquid template and say everything that is wrong with it, with line numbers and cures."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.tablerow_tag import TablerowNode
from liquid.context import RenderContext
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.expression import Expression

from penstock.content.dialects import FORBIDDEN_TAGS, LOOP_LIMIT, MessageEnvironment
from penstock.content.message import Problem

RESERVED = ("email", "unsubscribe_url", "view_url")
"""Variables that every message has: the recipient's address, the link that ends the mail to them, and the link that shows
the message in a browser."""

MANY = 50
"""Unknown names of one template that are named, each with the nearest that there is; looking for it takes its time."""


@dataclass
class Parsed:
    """A template that parses: ``reads`` are the names it takes from the recipient, in no order."""

    where: str
    template: BoundTemplate
    reads: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The template as it was given; nothing, where it is empty."""
        return self.template.nodes[0].token.source if self.template.nodes else ""


def parse(
    source: str,
    where: str,
    environment: MessageEnvironment,
    known: frozenset[str] | None,
    reserved: tuple[str, ...] = RESERVED,
) -> Parsed | Problem:
    """Parse ``source``; a Problem stands for a template that cannot be parsed. ``known`` None knows every name.

    ``reserved`` are the variables that every message of this kind has.
    """
    try:
        template = environment.from_string(source)
    except LiquidError as error:
        return liquid_problem(where, source, error)
    analysis = template.analyze(include_partials=False)
    # A name that is assigned somewhere may still be the contact's where it was not, or not yet.
    reads = analysis.globals.keys() | (analysis.variables.keys() & analysis.locals.keys())
    if known is not None:
        reads &= known | set(reserved)
    parsed = Parsed(where, template, frozenset(reads))
    parsed.problems += _forbidden(where, source, template)
    spans = {name: found[0].index for name, found in analysis.filters.items()}
    parsed.problems += _unknown_filters(where, source, spans, environment)
    if known is not None:
        spots = {name: uses[0].span.index for name, uses in analysis.globals.items()}
        _judge_names(parsed, source, spots, known, reserved)
    return parsed


def _unknown_filters(
    where: str, source: str, spots: dict[str, int], environment: MessageEnvironment
) -> list[Problem]:
    problems = []
    for name in [name for name in spots if name not in environment.filters][:MANY]:
        close = difflib.get_close_matches(name, environment.filters, n=1)
        cure = (
            f"Did you mean {close[0]}?" if close else "See the list of filters in the reference of templates."
        )
        problems.append(Problem(where, line_of(source, spots[name]), f"unknown filter {name!r}", cure))
    return problems


def _judge_names(
    parsed: Parsed, source: str, spots: dict[str, int], known: frozenset[str], reserved: tuple[str, ...]
) -> None:
    """Add a problem, or a warning where there is a default, for each name that no contact has, in order of appearance."""
    there = known | set(reserved)
    unknown = [name for name in sorted(spots, key=spots.__getitem__) if name not in there]
    defaulted = _defaulted(parsed.template) if unknown else set()
    for name in unknown[:MANY]:
        if name in defaulted:
            effect = "its default is always used"
            parsed.warnings.append(_unknown(parsed.where, source, name, spots[name], there, effect))
        else:
            parsed.problems.append(_unknown(parsed.where, source, name, spots[name], there, ""))
    if not parsed.problems and any(name not in defaulted for name in unknown[MANY:]):
        what = f"no contact has {len(unknown):,} of the attributes that are used"
        parsed.problems.append(Problem(parsed.where, 0, what, "Use attributes that the contacts have."))


def line_of(source: str, index: int) -> int:
    """The line, from 1, in which the character at ``index`` stands."""
    return source.count("\n", 0, max(0, index)) + 1


def liquid_problem(where: str, source: str, error: LiquidError) -> Problem:
    """Put an error of python-liquid into words."""
    what = str(error.message)
    line = line_of(source, error.token.start_index) if error.token is not None else 0
    unclosed = re.match(r"expected tag end(\w+)", what)
    if unclosed:
        line, what = _unclosed(source, unclosed[1]) or line, f"{what}: a '{unclosed[1]}' is not closed"
    cure = "Correct the template."
    if isinstance(error, ResourceLimitError):
        cure = f"A loop may run {LOOP_LIMIT:,} times, and what a template makes is limited; make it smaller."
    elif any(f"'{tag}'" in what for tag in FORBIDDEN_TAGS):
        what, cure = f"{what}: a message cannot load other templates", "Put their text into the message."
    return Problem(where, line, what, cure)


def _unclosed(source: str, tag: str) -> int:
    """The line of the innermost ``tag`` that has no end, 0 if none is found."""
    lines: list[int] = []
    for match in re.finditer(rf"\{{%-?\s*(end)?{tag}\b", source):
        if not match[1]:
            lines.append(line_of(source, match.start()))
        elif lines:
            lines.pop()
    return lines[-1] if lines else 0


def _unknown(where: str, source: str, name: str, start: int, there: frozenset[str], effect: str) -> Problem:
    close = difflib.get_close_matches(name, there, n=1)
    cure = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(there))}."
    what = f"no contact has an attribute {name!r}"
    return Problem(where, line_of(source, start), f"{what}; {effect}" if effect else what, cure)


def _defaulted(template: BoundTemplate) -> set[str]:
    """Names used only as ``{{ name | default: … }}``: they may be missing."""
    with_default: set[str] = set()
    others: set[str] = set()
    for node in walk(template):
        for expression in node.expressions():
            left = expression.left if isinstance(expression, FilteredExpression) else None
            if left is not None and isinstance(left, Path) and _first_filter(expression) == "default":
                with_default.add(str(left.path[0]))
                rest: Iterable[Expression] = list(expression.children())[1:]
            else:
                rest = [expression]
            others |= {str(path.path[0]) for inner in rest for path in _paths(inner)}
    return with_default - others


def _first_filter(expression: Expression) -> str:
    filters = getattr(expression, "filters", None)
    return str(filters[0].name) if filters else ""


def _paths(expression: Expression) -> Iterator[Path]:
    if isinstance(expression, Path):
        yield expression
    for child in expression.children():
        yield from _paths(child)


def walk(template: BoundTemplate) -> Iterator[Node]:
    """Every node of a template, parents first."""
    context = RenderContext(template)

    def down(nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            yield node
            yield from down(node.children(context))

    return down(template.nodes)


def _forbidden(where: str, source: str, template: BoundTemplate) -> Iterator[Problem]:
    """What parses but must not be sent: loop tags outside a loop, and ranges that a filter would spread out."""
    inside = {
        id(inner)
        for node in walk(template)
        if isinstance(node, (ForNode, TablerowNode))
        for inner in _below(node)
    }
    for node in walk(template):
        if isinstance(node, (BreakNode, ContinueNode)) and id(node) not in inside:
            line = line_of(source, node.token.start_index)
            yield Problem(where, line, f"'{node}' stands outside a loop", "Remove it.")
        for expression in node.expressions():
            if isinstance(expression, FilteredExpression) and any(
                isinstance(part, RangeLiteral) for part in expression.children()
            ):
                line = line_of(source, node.token.start_index)
                yield Problem(
                    where, line, "a range like (1..3) stands outside a loop", "Use it in a 'for' tag only."
                )


def _below(node: Node) -> Iterator[Node]:
    for child in node.children(None):  # type: ignore[arg-type]
        yield child
        yield from _below(child)
