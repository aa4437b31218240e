"""Turn a parsed Liquid template into pieces that give exactly what python-liquid would put out.

Nothing of Liquid is written anew: a hole calls python-liquid's own filters without the machinery around them,
and what is more than a variable with filters, or a branch, is rendered by python-liquid as a segment.
State that flows through a template (``assign``, ``capture``, counters, ``cycle`` …) ties the nodes that make or
use it into one segment; all other nodes stand alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liquid import BoundTemplate
from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.expression import Expression

from penstock.content import conditions, holes
from penstock.content.conditions import chooser
from penstock.content.holes import hole_maker
from penstock.content.message import Problem
from penstock.content.pieces import Choice, Hole, Piece, Segment, Slot, Text
from penstock.content.segments import names_in, segment_maker
from penstock.content.template import Parsed, liquid_problem, walk

STATEFUL_TAGS = frozenset({"assign", "capture", "increment", "decrement", "cycle", "ifchanged", "liquid"})


class Compiler:
    """Compiles one template. ``positions`` maps each variable's name to its place among the values."""

    def __init__(self, parsed: Parsed, positions: dict[str, int]):
        self.parsed = parsed
        self.where = parsed.where
        self.template = parsed.template
        self.source = parsed.source
        self.positions = positions
        self._by_position = {index: name for name, index in positions.items()}
        self.problems: list[Problem] = []
        self.env = parsed.template.env

    def compile(self) -> tuple[Piece, ...]:
        """Return the pieces; what is certain to fail for everybody is added to ``problems``."""
        nodes = self.template.nodes
        tied = self._tied(nodes)
        slots = self._segment(tied) if tied else {}
        pieces: list[Piece] = []
        for node in nodes:
            pieces.extend([slots[id(node)]] if id(node) in slots else self._piece(node))
        return _merged(pieces)

    def _tied(self, nodes: Sequence[Node]) -> list[Node]:
        """The top-level nodes that share state, in order."""
        names: set[str] = set()
        for node in walk(self.template):
            names.update(map(str, node.template_scope()))
        continued = any(
            isinstance(n, ForNode) and "continue" in str(n.expression) for n in walk(self.template)
        )
        tied = []
        for node in nodes:
            alone = BoundTemplate(self.env, [node])
            stateful = any(_stateful(inner, continued) for inner in walk(alone))
            if stateful or names & alone.analyze(include_partials=False).variables.keys():
                tied.append(node)
        return tied

    def _segment(self, nodes: list[Node]) -> dict[int, Piece]:
        reads = self._reads(nodes)
        make = segment_maker(self.env, nodes, self._names(reads), self.where)
        inner = walk(BoundTemplate(self.env, nodes))
        segment = Segment(reads, make, tuple(node.text for node in inner if isinstance(node, ContentNode)))
        texts = self._constant(segment, nodes)
        if texts is not None:
            return {id(node): Text(text) for node, text in zip(nodes, texts, strict=True)}
        return {
            id(node): Slot(segment, number, output=isinstance(node, OutputNode))
            for number, node in enumerate(nodes)
        }

    def _constant(self, segment: Segment, nodes: Sequence[Node]) -> tuple[str, ...] | None:
        """The texts of a segment that reads nothing, made here once; and a trial run of any other."""
        try:
            texts = segment_maker(self.env, nodes, self._names(segment.reads), self.where, raw=True)(
                "1" if len(segment.reads) == 1 else ("1",) * len(segment.reads)
            )
        except LiquidError as error:
            if not segment.reads or certain(error):
                if error.token is None:
                    error.token = nodes[0].token
                self.problems.append(liquid_problem(self.where, self.source, error))
                return ("",) * len(nodes)
            return None
        except Exception as error:  # data of a real recipient may still suit
            if not segment.reads:
                self.problems.append(
                    Problem(self.where, 0, f"the template fails: {error}", "Correct the template.")
                )
                return ("",) * len(nodes)
            return None
        return None if segment.reads else texts

    def _piece(self, node: Node) -> list[Piece]:
        if isinstance(node, ContentNode):
            return [Text(node.text)]
        if isinstance(node, CommentNode):
            return []
        if isinstance(node, OutputNode):
            hole = self._hole(node)
            if hole is not None:
                return [hole]
        elif isinstance(node, (IfNode, UnlessNode, CaseNode)):
            return [self._choice(node)]
        return [self._segment([node])[id(node)]]

    def _hole(self, node: OutputNode) -> Hole | None:
        reads = self._reads([node])
        make = hole_maker(node, self.env, self.where) if len(reads) == 1 else None
        if make is None:
            return None
        self._constant(Segment(reads, lambda _: ()), [node])
        bare = not getattr(node.expression, "filters", None)
        return Hole(reads, make, bare=bare, fallible=not holes.is_total(node, make))

    def _choice(self, node: IfNode | UnlessNode | CaseNode) -> Choice:
        blocks: list[BlockNode] = []
        expressions: list[Expression | None] = []
        for condition, block in _arms(node):
            expressions.append(condition)
            blocks.append(block)
        subject = [node.expression] if isinstance(node, CaseNode) else []
        reads = self._indices(names_in([*(e for e in expressions if e is not None), *subject]))
        choose, quick = chooser(self.env, node, expressions, self._names(reads), self.where)
        arms = tuple(() if node.blank else self._arm(block) for block in blocks)
        fallible = not conditions.is_total(node, expressions, quick)
        return Choice(reads, choose, arms, quick=quick, many=isinstance(node, CaseNode), fallible=fallible)

    def _arm(self, block: BlockNode) -> tuple[Piece, ...]:
        if block.blank and self.env.suppress_blank_control_flow_blocks:
            return ()
        return _merged([piece for node in block.nodes for piece in self._piece(node)])

    def _reads(self, nodes: Iterable[Node]) -> tuple[int, ...]:
        variables = BoundTemplate(self.env, list(nodes)).analyze(include_partials=False).variables
        return self._indices(variables)

    def _indices(self, names: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted({self.positions[name] for name in names if name in self.positions}))

    def _names(self, reads: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(self._by_position[index] for index in reads)


def certain(error: LiquidError) -> bool:
    """Whether an error of a trial run is the template's own, whatever the data."""
    return (
        isinstance(error, ResourceLimitError)
        or "positional argument" in str(error)
        or "keyword" in str(error)
    )


def _stateful(node: Node, continued: bool) -> bool:
    return node.token.value in STATEFUL_TAGS or (continued and isinstance(node, ForNode))


def _arms(node: IfNode | UnlessNode | CaseNode) -> Iterable[tuple[Expression | None, BlockNode]]:
    """(condition, block) of each arm; condition None is ``else``."""
    if isinstance(node, CaseNode):
        for block in node.blocks:
            if isinstance(block, MultiExpressionBlockNode):
                yield block.expression, block.block
            else:
                yield None, block
        return
    yield node.condition, node.consequence
    for alternative in node.alternatives:
        yield alternative.expression, alternative.block
    if node.default:
        yield None, node.default


def _merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    merged: list[Piece] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, Text) and isinstance(last, Text):
            merged[-1] = Text(last.text + piece.text)
        elif not (isinstance(piece, Text) and not piece.text):
            merged.append(piece)
    return tuple(merged)
