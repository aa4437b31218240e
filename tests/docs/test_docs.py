"""The documentation says what the program does: generated parts are fresh, links lead somewhere, commands can be typed."""

import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_NUMBERED = {"ID", "IMPORT"}  # placeholders that stand for a number


def _program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", _ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate = _program("generate")
_COMMANDS: dict[tuple[str, ...], Any] = {tuple(words): command for words, command in generate.commands()}


def _name(page: Path) -> str:
    return str(page.relative_to(_ROOT))


def test_every_word_of_the_control_room_has_its_french() -> None:
    assert _program("catalogue").main(check=True) == 0, (
        "run: python docs/catalogue.py, and translate what it names"
    )


def test_the_generated_parts_are_those_of_the_source() -> None:
    assert not [_name(page) for page in generate.behind()], "run: python docs/generate.py"


def test_every_part_stands_on_a_page() -> None:
    there = {
        name
        for page in _PAGES
        for name in re.findall(r"<!-- generated: ([a-z-]+) -->", page.read_text("utf-8"))
    }
    assert there == set(generate.PARTS)


# --- links ------------------------------------------------------------------------------------------------


def _anchors(text: str) -> set[str]:
    """Return the anchors that mkdocs and GitHub make of the headings; both drop punctuation."""
    heads = re.findall(r"^#+ +(.+?) *$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head.lower()).strip()) for head in heads}


@pytest.mark.parametrize("page", _PAGES, ids=_name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = _FENCE.sub("", page.read_text("utf-8"))
    lost = []
    for match in _LINK.finditer(text):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in _anchors(there.read_text("utf-8"))):
            lost.append(target)
    assert not lost


# --- commands ---------------------------------------------------------------------------------------------


def _typed(text: str) -> Iterator[tuple[str, bool]]:
    """Yield what a page says one can type, and whether it is whole (in a block) or may be a fragment (in a sentence)."""
    blocks = [block.group().split("\n", 1)[1].rsplit("\n", 1)[0] for block in _FENCE.finditer(text)]
    rest = _FENCE.sub("", text)
    blocks += ["\n".join(re.findall(r"^(?: {4,}|\t)(.*)$", rest, re.MULTILINE))]
    for block in blocks:
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            yield from ((command, True) for command in _commands_in(line.strip().removeprefix("$ ")))
    for inline in re.findall(r"`([^`\n]+)`", rest):
        if inline.startswith("penstock "):
            yield from ((command, False) for command in _commands_in(inline))


def _commands_in(line: str) -> Iterator[str]:
    """Yield the calls of penstock in a line of shell."""
    for part in re.split(r"\s+(?:&&|\|\|?)\s+|;\s+(?=[^']*(?:'[^']*'[^']*)*$)", line.partition("  #")[0]):
        found = re.match(r"(?:[A-Z_]+=\S+ +|sudo +)*((?:\S*/)?penstock) ", part + " ")
        if found and "[OPTIONS]" not in part:
            yield "penstock " + part[found.end(1) :].partition(" > ")[0].removesuffix(" &").strip()


def _parse(line: str, whole: bool) -> None:
    words = [("1" if word in _NUMBERED else word) for word in shlex.split(line)]
    if words[1:] in (["--help"], ["--version"], []) or words[1:] == ["COMMAND"]:
        return
    known = next((words[:n] for n in (4, 3, 2) if tuple(words[:n]) in _COMMANDS), None)
    named = words[:-1] if words[-1] == "--help" else words
    group = any(tuple(named) == command[: len(named)] for command in _COMMANDS)
    if known is None and group and not whole:
        return  # `penstock mailing` in a sentence
    assert known is not None, f"there is no command {line!r}"
    given = [word for word in words[len(known) :] if word not in ("…", "...")]
    if "--help" in given:
        return
    command = _COMMANDS[tuple(known)]
    command.make_context(" ".join(known), given, resilient_parsing=not whole or "…" in words)
    options = {name for parameter in command.params for name in parameter.opts}
    unknown = [word.partition("=")[0] for word in given if word.startswith("--")]
    assert not set(unknown) - options - {"--help"}, line


_TYPED = [
    pytest.param(line, whole, id=f"{_name(page)}-{number}")
    for page in _PAGES
    if page.name != "command-line.md"
    for number, (line, whole) in enumerate(_typed(page.read_text("utf-8")))
]


@pytest.mark.parametrize(("line", "whole"), _TYPED)
def test_every_command_shown_can_be_typed(line: str, whole: bool) -> None:
    """Its words exist, its options are known, its values have the right form; it is not carried out."""
    _parse(line, whole)


@pytest.mark.parametrize(
    "line",
    [
        "penstock sned",
        "penstock mailing show",
        "penstock mailing show 1 --jsn",
        "penstock worker --processes x",
    ],
)
def test_a_command_that_cannot_be_typed_is_noticed(line: str) -> None:
    with pytest.raises(Exception, match=r"no command|Missing|No such option|not a valid"):
        _parse(line, True)


@pytest.mark.parametrize(("page", "kind"), [("try-it-out.md", "mail"), ("sms-centre.md", "sms")])
def test_the_catchers_take_the_options_shown(page: str, kind: str) -> None:
    rows = re.findall(r"^\| (`--.*?) \|", (_ROOT / "docs" / "how-to" / page).read_text("utf-8"), re.MULTILINE)
    options = [option for row in rows for option in re.findall(r"`(--.*?)`", row)]
    assert len(options) >= 5
    for option in options:
        _parse(f"penstock catch {kind} {option}", True)


# --- tables that are written by hand ----------------------------------------------------------------------


def test_every_environment_variable_is_described() -> None:
    """Those of the tests and of the bench are no business of the reader's."""
    sources = "\n".join(file.read_text("utf-8") for file in (_ROOT / "src").rglob("*.py"))
    used = set(re.findall(r"[\"']?(PENSTOCK_[A-Z_]+)\b", sources))
    page = (_ROOT / "docs" / "reference" / "environment.md").read_text("utf-8")
    assert used - set(re.findall(r"PENSTOCK_[A-Z_]+", page)) == set()


def test_every_option_of_a_server_url_is_described() -> None:
    from penstock.transport.smtp.server import MECHANISMS, SECURITIES, Server, ServerURLError

    with pytest.raises(ServerURLError, match=r"known are (.*)") as refused:
        Server.from_url("smtp://host?bogus=1")
    options = str(refused.value).partition("known are ")[2].split(", ")
    page = (_ROOT / "docs" / "reference" / "server-url.md").read_text("utf-8")
    words = [*options, *SECURITIES, *(name.lower() for name in MECHANISMS)]
    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_option_of_a_centres_url_is_described() -> None:
    from penstock.transport.server_url import ServerURLError
    from penstock.transport.smpp import centre

    with pytest.raises(ServerURLError, match=r"known are (.*)") as refused:
        centre.Centre.from_url("smpp://me:x@host?bogus=1")
    options = str(refused.value).partition("known are ")[2].split(", ")
    page = (_ROOT / "docs" / "reference" / "server-url.md").read_text("utf-8")
    page = page.partition("## Short message centres")[2].partition("\n## ")[0]
    words = [*options, *centre.BINDS, *centre.LONGS, *centre.IDS, *centre.CHARSETS, *centre.VALIDITIES]
    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_state_of_a_recipient_is_described() -> None:
    from penstock.report.progress import STATES

    page = (_ROOT / "docs" / "reference" / "recipient-states.md").read_text("utf-8")
    assert [state for state in STATES if f"| `{state}` |" not in page] == []


def test_every_key_of_the_summary_is_described() -> None:
    from penstock.report.progress import Progress

    page = (_ROOT / "docs" / "reference" / "command-line.md").read_text("utf-8")
    keys = Progress(*([0] * 14), None).figures()
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_every_filter_is_described() -> None:
    from penstock.content.dialects import HTML

    page = (_ROOT / "docs" / "reference" / "templates.md").read_text("utf-8")
    assert [name for name in HTML.filters if f"`{name}`" not in page] == []
