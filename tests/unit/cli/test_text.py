"""`penstock text check`: what a short message takes, in words and as a document."""

import io
import json
import sys

import pytest

from penstock.cli.endings import Failure
from penstock.cli.wording import Wanted, tell_length, tell_replaced

Captured = pytest.CaptureFixture[str]


def test_what_a_text_takes_is_told(capsys: Captured) -> None:
    given = ("name=Şevket", "stop_hint=STOP 36180")
    tell_length(Wanted("It’s ready, {{ name }}. {{ stop_hint }}" + "x" * 41, given, "off"), json=False)
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"1: It’s ready, Şevket. STOP 36180{'x' * 37}", "2: xxxx"]
    assert "2 parts, UCS-2: 71 units, 63 left in the last part." in err
    assert "! UCS-2 is forced by ’ (RIGHT SINGLE QUOTATION MARK, U+2019): character 3." in err
    assert "! UCS-2 is forced by Ş (LATIN CAPITAL LETTER S WITH CEDILLA, U+015E): an attribute has it." in err


def test_programs_get_a_document(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("şimdi " * 14 + "\n"))
    tell_length(Wanted("-", (), "turkish"), json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["coding"], told["language"], told["count"], told["forcing"]) == ("gsm7", "Turkish", 1, [])


def test_the_template_is_what_is_replaced(capsys: Captured) -> None:
    tell_replaced(Wanted("d’été – {{ name | default: '…' }}", (), "off"), spelling=False)
    assert capsys.readouterr().out == "d'été - {{ name | default: '...' }}\n"


@pytest.mark.parametrize(
    ("text", "given", "alphabets", "words"),
    [
        ("{{ x", (), "off", "text, line 1: expected '}}'"), ("{{ a }}", (), "off", "the message is empty"),
        ("a", ("b",), "off", "'b' gives no value"), ("a", (), "klingon", "no national table 'klingon'"),
        ("{{ stop_hint }}", (), "off", "no words for"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_says_why(text: str, given: tuple[str, ...], alphabets: str, words: str) -> None:
    with pytest.raises(Failure) as caught:
        tell_length(Wanted(text, given, alphabets), json=False)
    assert words in str(caught.value)
