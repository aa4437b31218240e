"""Whatever stands in the DNS: a finding, in printable words, that can be stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.account.records import dkim, dmarc, return_path, spf
from penstock.account.records.answers import LONGEST, Answer, Finding, State
from penstock.account.records.wanted import records

PARTS = st.sampled_from(
    ["v=spf1 ", "v=DKIM1; ", "v=DMARC1; ", "p=", "p=none;", "k=rsa; ", "include:a.example ", "redirect=a.example", " ~all", "+", "-", ":",
     "/", "=", ";", "\x00", "\\;", '"', "ip4:", "mx ", "%{i}", "exp=", "é", "\u202e", "v=spf1", "all"]
)  # fmt: skip
TEXTS = st.lists(PARTS | st.text(max_size=5), max_size=12).map("".join)
ANSWERS = st.builds(
    Answer,
    st.lists(TEXTS, max_size=3).map(tuple),
    st.none() | st.just("elsewhere.example"),
    st.none() | st.none() | st.just("the server answered SERVFAIL"),
)


@given(st.lists(ANSWERS, min_size=1, max_size=6))
@pytest.mark.parametrize("kind", ["dkim", "spf", "dmarc", "return_path"])
def test_any_answer_is_judged(kind: str, answers: list[Answer]) -> None:
    asked = 0

    def ask(name: str, type_: str) -> Answer:
        nonlocal asked
        asked += 1
        return answers[(asked - 1) % len(answers)]

    judges = {
        "dkim": lambda: dkim.judge(ask, "example.org", "ps1", "rsa", "QUJD"),
        "spf": lambda: spf.judge(ask, "example.org", "mx include:x.example"),
        "dmarc": lambda: dmarc.judge(ask, "news.example.org"),
        "return_path": lambda: return_path.judge(ask, "bounce.example.org", "mx.example.net"),
    }
    found: Finding = judges[kind]()
    document = found.document()
    assert asked <= 25
    assert json.loads(json.dumps(document)) == document
    for text in (document["what"], document["cure"], *document["found"], document.get("record", "")):
        assert text.isprintable()
        assert len(text) <= LONGEST or text == document.get("record")
    assert found.state is not State.FOUND or found.found or found.what
    assert document["what"]
    stored = {"dkim": {}, kind: document} if kind != "dkim" else {"dkim": {"ps1": document}}
    assert records("example.org", [], "mx", None, None, stored)


@pytest.mark.parametrize("times", [1, 2], ids=["one", "several"])
def test_a_long_record_is_shown_cut_and_given_whole(times: int) -> None:
    """What is to be copied has every mechanism that stands in the DNS; a part of them would keep the others from sending."""
    there = [f"ip4:198.51.{n // 250}.{n % 250}" for n in range(200)]
    texts = [" ".join(["v=spf1", *there[n::times], "-all"]) for n in range(times)]
    assert all(len(text) > LONGEST for text in texts)

    found = spf.judge(lambda *_: Answer(tuple(texts)), "example.org", "a:mx.example.net")
    stored = json.loads(json.dumps(found.document()))
    assert [(len(text), text[-1]) for text in stored["found"]] == [(LONGEST, "…")] * times
    (given,) = (
        each
        for each in records("example.org", [], "a:mx.example.net", None, None, {"spf": stored})
        if each.kind == "spf"
    )
    for text in (given.value, "".join(given.zone.split('"')[1::2])):
        assert set(text.split()) >= {"v=spf1", *there, "a:mx.example.net"}
        assert text.split()[-1] in ("-all", "~all")
        assert "…" not in text
