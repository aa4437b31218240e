"""How python-liquid is set up here: which tags and filters there are, and limits that no template can pass.

Three dialects, one language: ``HTML`` escapes what it puts out unless a filter says ``safe`` (or ``raw``, its
alias); ``TEXT`` serves subject, headers and the text part; ``MADE_TEXT`` serves a text part made from HTML,
where the filters that produce HTML leave the value as it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from liquid import Environment, Markup
from liquid.builtin.filters.extra import safe
from liquid.exceptions import FilterValueError
from liquid.lex import _tokenize_template
from liquid.token import TOKEN_CONTENT, TOKEN_OUTPUT, Token

from penstock.content import work

LOOP_LIMIT = 10_000
OUTPUT_LIMIT = 1_000_000
LOCALS_LIMIT = 200_000
VALUE_LIMIT = 1_000_000
"""Characters or items that a filter may produce."""

FORBIDDEN_TAGS = frozenset({"include", "render", "extends", "block", "macro", "call", "import", "layout"})
"""A message is whole: it loads no other template, so it cannot change after approval nor recurse."""


_RULES = re.compile(
    r"(?P<RAW>\{%-?\s*raw\s*(?P<rsr>-?)%\}(?P<raw>.*?)\{%-?\s*endraw\s*(?P<rsr_e>-?)%\})"
    r"|(?P<DOC>\{%-?\s*doc\s*(?P<lsd>-?)%\}(?P<doc>.*?)\{%-?\s*enddoc\s*(?P<rsd>-?)%\})"
    rf"|(?P<{TOKEN_OUTPUT}>\{{\{{-?\s*+(?P<stmt>(?:(?!-?\}}\}})\S|\s++(?!-?\}}\}}))*+)\s*+(?P<rss>-?)\}}\}})"
    r"|(?P<TAG>\{%-?\s*+(?P<name>#|\w++)\s*+(?P<expr>(?:(?!-?%\})\S|\s++(?!-?%\}))*+)\s*+(?P<rst>-?)%\})"
    rf"|(?P<{TOKEN_CONTENT}>.+?(?=((\{{%|\{{\{{)(?P<rstrip>-?))|$))",
    re.DOTALL,
)
"""The rules of python-liquid's own lexer, but possessive: its own take a time that grows with the square of the blanks in a tag."""


class MessageEnvironment(Environment):
    loop_iteration_limit = LOOP_LIMIT
    output_stream_limit = OUTPUT_LIMIT
    local_namespace_limit = LOCALS_LIMIT

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        return functools.partial(_tokenize_template, rules=_RULES)


def _size(value: object) -> int:
    return len(value) if isinstance(value, (str, list, tuple, range)) else 0


def _too_large(name: str, value: Any, args: tuple[Any, ...]) -> bool:
    """Foresee the two filters that multiply sizes, before they take the memory."""
    if name == "replace" and args:
        return str(value).count(str(args[0])) * len(str((*args, "", "")[1])) > VALUE_LIMIT
    if name == "join":
        return _size(value) * len(str((*args, " ")[0])) > VALUE_LIMIT
    return False


def _bounded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter so that no chain of filters can eat the machine (``replace`` upon ``replace`` …)."""

    @functools.wraps(function)
    def bounded(value: Any, *args: Any, **kwargs: Any) -> Any:
        if _size(value) > VALUE_LIMIT or _too_large(name, value, args):
            raise FilterValueError(
                f"'{name}' makes a value larger than {VALUE_LIMIT:,} characters", token=None
            )
        result = function(value, *args, **kwargs)
        size = _size(result)
        work.made(size)
        if size > VALUE_LIMIT:
            raise FilterValueError(
                f"'{name}' makes a value larger than {VALUE_LIMIT:,} characters", token=None
            )
        return result

    return bounded


def _as_text(value: Any, *_: Any) -> str:
    return "" if value is None else str(value)


def _environment(*, autoescape: bool, plain_filters: Iterable[str] = ()) -> MessageEnvironment:
    environment = MessageEnvironment(autoescape=autoescape)
    for tag in FORBIDDEN_TAGS & environment.tags.keys():
        del environment.tags[tag]
    environment.add_filter("raw", safe)
    for name in plain_filters:
        environment.add_filter(name, _as_text)
    for name, function in list(environment.filters.items()):
        environment.filters[name] = _bounded(name, function)
    return environment


HTML = _environment(autoescape=True)
TEXT = _environment(autoescape=False)
MADE_TEXT = _environment(
    autoescape=False, plain_filters=("escape", "escape_once", "safe", "raw", "newline_to_br", "strip_html")
)

__all__ = ["FORBIDDEN_TAGS", "HTML", "MADE_TEXT", "TEXT", "Markup", "MessageEnvironment"]
