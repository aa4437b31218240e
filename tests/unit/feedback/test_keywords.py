"""What a message asks for by a keyword."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.feedback.short.keywords import Keyword, meaning, plain


@pytest.mark.parametrize(
    "text",
    ["STOP", " stop. ", "Stop36180", "« Stop ! »", "ＳＴＯＰ", "STOP SVP", "non merci, stop", "Arrêt", "DÉSABONNER", "stopp bitte!", "Стоп",
     "Opt-out", "STOP ALL", "end", "Fin.", "dar de baja", "stopall", "RAUS", "raus hier"],
)  # fmt: skip
def test_these_stop(text: str) -> None:
    assert meaning(text, [plain("Raus")]) is Keyword.STOP


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Start", Keyword.START), ("UNSTOP", Keyword.START), ("Hilfe?", Keyword.HELP), ("info", Keyword.HELP),
        ("Start whenever you like", None), ("The end of March would suit me", None), ("Fine, thanks", None), ("36180", None), ("", None),
        ("I was at the bus stop yesterday", None), ("yes", None), ("🙂", None),
    ],
)  # fmt: skip
def test_these_do_not(text: str, wanted: Keyword | None) -> None:
    assert meaning(text) is wanted


@given(st.text(max_size=600))
def test_whatever_is_written_is_understood_or_not(text: str) -> None:
    assert meaning(text) in (None, *Keyword)
    assert plain(plain(text)) == plain(text)
