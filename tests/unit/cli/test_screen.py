"""What comes from strangers is shown, and does nothing to the terminal; what a name may be."""

import sys

import pytest

from penstock.cli.asked import _name, read_headers
from penstock.cli.endings import Exit, Failure, ended, wrong
from penstock.cli.person import agree
from penstock.cli.screen import ask, document, line, safe, table, tell, written

EVIL = "a\x1b]0;owned\x07\x9b31m\r\u202eb"


def test_an_escape_sequence_is_words_and_lines_stay_lines() -> None:
    assert safe(f"one {EVIL}\n  two") == "one a ]0;owned 31m b\n  two"
    assert line(f"one {EVIL}\n  two") == "one a ]0;owned 31m b two"
    assert safe("file\udcff") == "file?"


def test_a_cell_stays_in_its_row() -> None:
    assert table(("id", "name"), [(1, "n\r\n\x1b[31mred")]) == "id  name\n1   n [31mred"


def test_whatever_is_written_is_safe(capsys: pytest.CaptureFixture[str]) -> None:
    written(EVIL)
    tell(EVIL)
    ask(EVIL)
    shown = capsys.readouterr()
    assert "owned" in shown.out
    assert shown.err.count("owned") == 2
    assert not set("\x1b\x07\x9b\r\u202e") & set(shown.out + shown.err)


def test_an_error_and_a_question_are_safe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise wrong(f"{EVIL}.csv: no such file.", "Name another.")

    with pytest.raises(SystemExit) as left:
        ended(fail)
    assert left.value.code == Exit.REFUSED
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdin, "readline", lambda: "y\n", raising=False)
    agree(f"Send {EVIL}?")
    shown = capsys.readouterr().err
    assert shown.count("owned") == 2
    assert "\x1b" not in shown


def test_json_is_for_programs_and_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    document({"name": "a\x1bb"})
    assert "a\\u001bb" in capsys.readouterr().out


def test_a_name_is_one_printable_line() -> None:
    with pytest.raises(Failure, match="control characters"):
        _name("n\r\n\x1b[31mred", "s")
    assert _name("  given ", "s") == "given"
    assert _name(None, "a\x1bb") == "a b"
    assert _name("", "x" * 999) == "x" * 199 + "…"


def test_a_header_given_twice_is_refused() -> None:
    assert read_headers(["X-A: 1", "X-B: 2"]) == {"X-A": "1", "X-B": "2"}
    with pytest.raises(Failure, match="--header x-a is given twice"):
        read_headers(["X-A: 1", "x-a: 2"])


def test_a_short_message_is_named_by_its_first_words() -> None:
    text = "Your parcel {{ number }} is with the neighbours of number 7, who are at home until eight this evening."
    named = _name(None, None, text)
    assert named == "Your parcel is with the neighbours of number 7, who are at…"
    assert len(named) <= 60
    assert _name(None, None, "Sale ends today.") == "Sale ends today."
    assert _name(None, None, "x" * 200) == "x" * 59 + "…"
    assert _name("Parcels", None, text) == "Parcels"
