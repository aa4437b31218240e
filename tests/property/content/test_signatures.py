"""Whatever a template and a contact hold, others find the signatures right, and the message is otherwise the one without them."""

from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from penstock.content import canonical
from penstock.content.canonical import relaxed_body
from penstock.content.canonical import unstuffed as unstuffed_lines
from penstock.content.dkim import Signer
from penstock.content.message import Message, MessageError
from tests.examples import examples
from tests.opendkim import OpenDKIM
from tests.property.content.strategies import plain_templates, rows, templates, value, words
from tests.property.content.test_message_bytes import data_of, program_of, received
from tests.signatures import both, dkimpy_says, opendkim, unstuffed

PASSED = ["pass", "pass"]
EXAMPLES = examples(80)


@cache
def signer() -> Signer:
    return Signer(both())


@pytest.fixture(autouse=True, scope="module")
def _every_constant_line_beforehand() -> Iterator[None]:
    """Templates of the tests are short; so that the way of long ones is judged too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "_CORE", 1)
        yield


@pytest.fixture(scope="module")
def judge() -> OpenDKIM:
    return opendkim(both())


def signed_and_plain(message: Message, row: tuple[str | None, ...]) -> tuple[bytes, bytes]:
    """The data with its signatures, and as it would be without."""
    program = program_of(message)
    plain = data_of(program, row, eightbit=False)
    program.signer = signer()
    return data_of(program, row, eightbit=True), plain


def holds(judge: OpenDKIM, signed: bytes, plain: bytes) -> None:
    assert signed.startswith(b"DKIM-Signature: ")
    assert signed.endswith(b"=\r\n" + plain), "more than the signatures was added"
    message = unstuffed(signed)
    assert dkimpy_says(message, both()) == PASSED
    assert judge.verdicts(message) == PASSED
    received(signed)


@settings(max_examples=EXAMPLES)
@given(text=st.one_of(templates, plain_templates), row=rows)
@example(text="", row=("a@b.org", None, None, None, None))
@example(text="\n\n\n", row=("a@b.org", None, None, None, None))
@example(text=".", row=("a@b.org", None, None, None, None))
@example(text="..\n.\n...\n", row=("a@b.org", None, None, None, None))
@example(text="{{ first_name }}\n.\n", row=("a@b.org", "x\r\n.\r\nMAIL FROM:<a@b>", None, None, None))
@example(text="{{ first_name }}", row=("a@b.org", " \t \n" * 50, None, None, None))
@example(text="é \t é  \n" * 30, row=("a@b.org", None, None, None, None))
@example(text="x" * 1200, row=("a@b.org", None, None, None, None))
def test_a_text(judge: OpenDKIM, text: str, row: tuple[str | None, ...]) -> None:
    holds(judge, *signed_and_plain(Message("News <news@example.org>", "Hi", text=text), row))


@settings(max_examples=EXAMPLES)
@given(html=templates, text=st.one_of(st.none(), templates), row=rows)
def test_html_and_text(judge: OpenDKIM, html: str, text: str | None, row: tuple[str | None, ...]) -> None:
    message = Message("News <news@example.org>", "Hi {{ city }}", html=html + "<hr>", text=text)
    holds(judge, *signed_and_plain(message, row))


one_line = plain_templates.map(lambda text: text.replace("\n", " ") + "!")
NAMES = st.sampled_from(
    ["Feedback-ID", "List-Id", "List-Help", "X-Tag", "Precedence", "Organization", "Auto-Submitted"]
)


@settings(max_examples=EXAMPLES)
@given(
    subject=one_line, headers=st.dictionaries(NAMES, one_line, max_size=4), reply_to=st.booleans(),
    row=rows, name=st.one_of(words, value.map(lambda text: text or "")),
)  # fmt: skip
@example(subject="{{ city }}", headers={}, reply_to=True, row=("a@b.org", None, None, None, None), name="")
@example(
    subject="{{ first_name }}", headers={"List-Id": "{{ n }}"}, reply_to=True,
    row=("a@b.org", "שלום 👩‍👩‍👧‍👦 " * 60, "word " * 300, None, None), name="Größe " * 60,
)  # fmt: skip
@example(
    subject="a  {{ first_name }}  b", headers={"Feedback-ID": " \t x"}, reply_to=False,
    row=("a@b.org", "\t  \t", None, None, None), name="  x  ",
)  # fmt: skip
def test_header_fields_of_every_kind(
    judge: OpenDKIM,
    subject: str,
    headers: dict[str, str],
    reply_to: bool,
    row: tuple[str | None, ...],
    name: str,
) -> None:
    quoted = "".join(c for c in name if c.isprintable() and c not in '\\"')
    sender = f'"{quoted}" <news@example.org>'
    try:
        message = Message(
            sender,
            subject,
            text="x",
            headers=headers,
            reply_to="Größe <r@example.org>, s@example.org" if reply_to else None,
        )
    except MessageError:
        assume(False)
        raise
    holds(judge, *signed_and_plain(message, row))


@given(lines=st.lists(st.text(st.sampled_from("ab \t."), max_size=6), max_size=8), more=st.integers(0, 3))
def test_the_relaxed_form_is_one(lines: list[str], more: int) -> None:
    """Bodies that differ in white space as section 3.4.4 allows have the same form, and a form is its own form."""
    body = "".join(f"{line}\r\n" for line in lines).encode()
    form = relaxed_body(body)
    assert relaxed_body(form) == form
    assert relaxed_body(body.replace(b" ", b" \t ").replace(b"\r\n", b" \r\n") + b"\t\r\n" * more) == form


line = st.text(st.sampled_from("ab \t.="), max_size=6)
whole_lines = st.lists(line, max_size=6).map(lambda lines: "".join(f"{each}\r\n" for each in lines))
anything = st.one_of(line, whole_lines, st.tuples(line, whole_lines, line).map("".join))


@settings(max_examples=examples(100))
@given(
    template=st.lists(st.one_of(st.none(), anything), max_size=7),
    fillers=st.lists(anything, min_size=7, max_size=7),
)
@example(template=[None, "\r\n", None], fillers=["", "\r\n", *[""] * 5])
@example(template=["a\r\n \r\n\r\n"], fillers=[""] * 7)
@example(template=["a ", None, " \r\n..b\r\n.c", None, "\r\n"], fillers=["", *["."] * 6])
def test_constant_lines_are_put_into_their_form_beforehand(
    template: list[str | None], fillers: list[str]
) -> None:
    """Whatever stands around them and in the gaps, the form is that of the whole body."""
    start, end = b"Content-Type: text/plain\r\n\r\n", b"\r\n.\r\n"
    parts = [start, *((text or "").encode() for text in template), end]
    filled = [
        start,
        *(
            (filler if text is None else text).encode()
            for text, filler in zip(template, fillers, strict=False)
        ),
        end,
    ]
    whole = b"".join(filled[1:]).removesuffix(b".\r\n")
    form = canonical.BodyForm(parts, 1)
    assert form.of(filled) == relaxed_body(unstuffed_lines(whole))
