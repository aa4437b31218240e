"""Short messages compiled: what each recipient gets, what can be said beforehand, and what cannot be made."""

from typing import Any

import pytest

from penstock.content.message import Message, MessageError, RenderError
from penstock.content.sms.parts import parts_of
from penstock.content.sms.program import ShortProgram, compile_short, program_for
from penstock.content.sms.sender import answerable, fault, kind

NUMBER = "+33612345678"


def compiled(text: str, sender: str = "Orchard", **more: Any) -> ShortProgram:
    return compile_short(Message(sender=sender, subject="", text=text, channel="sms"), **more)


def told(text: str, sender: str = "Orchard", **more: Any) -> list[str]:
    with pytest.raises(MessageError) as caught:
        compiled(text, sender, **more)
    return [str(problem) for problem in caught.value.problems]


def test_a_text_without_variables_is_the_same_for_everybody() -> None:
    program = compiled("{% if 1 > 2 %}never{% endif %}Ready. {{ stop_hint }}", stop="STOP 36180")
    assert (program.parts, program.variables, program.fallible) == (1, ("phone",), False)
    assert program.encoded((NUMBER,)).text == "Ready. STOP 36180"
    assert program.encoded((NUMBER,)) is program.encoded(("+4915112345678",))


def test_each_recipient_has_their_own() -> None:
    program = compiled(
        "{{ first_name | default: 'you' }}: {% for n in (1..3) %}{{ n }}{{ first_name }}{% endfor %} <{{ phone }}>"
    )
    assert program.parts is None
    assert program.variables == ("phone", "first_name")
    assert program.encoded((NUMBER, "Ö")).text == f"Ö: 1Ö2Ö3Ö <{NUMBER}>"
    assert program.encoded((NUMBER, None)).text == f"you: 123 <{NUMBER}>"
    assert program.encoded(("+49", "Ö")).text == "Ö: 1Ö2Ö3Ö <+49>"


def test_the_parts_of_recipients_are_counted_without_sending() -> None:
    program = compiled("{{ name }}", most=2)
    rows = [(NUMBER, name) for name in ("x" * 160, "x" * 161, "ж" * 71, "ж", "", "x" * 400)]
    assert list(parts_of(program, rows)) == [1, 2, 2, 1, 1, 1]  # of the last two none can be made
    with pytest.raises(RenderError, match="the message is empty"):
        program.encoded((NUMBER, " \n"))
    with pytest.raises(RenderError, match="takes 3 parts, and 2 at most are allowed"):
        program.encoded((NUMBER, "x" * 400))


def test_the_policies_say_how_it_is_written() -> None:
    message = Message("Orchard", "", text="ş" * 75 + "{{ stop_hint }}", channel="sms")
    assert program_for(message, {"stop_hint": "."}).parts == 2
    program = program_for(message, {"stop_hint": ".", "sms_alphabets": "turkish", "sms_reference": "16"})
    assert program.parts == 1
    long = Message("Orchard", "", text="x" * 161, channel="sms")
    with pytest.raises(MessageError, match=r"takes 2 parts, and 1 at most is allowed.*policy sms_parts"):
        program_for(long, {"sms_parts": 1})
    assert program_for(long, {"sms_reference": "16"}).encoded((NUMBER,)).wide


def test_every_fault_is_named_at_once() -> None:
    assert told(" ", "") == [
        "sender: it has no sender. Write a name of up to 11 letters, digits and spaces, a short code of 3 to 8 digits, or a"
        " number like +33612345678.",
        "text: the short message is empty. Give it a text.",
    ]  # fmt: skip
    found = told("{{ frist }}\n{{ view_url }} {{ x | nofilter }}", variables=frozenset({"first", "x"}))
    assert any("no contact has an attribute 'frist'. Did you mean first?" in each for each in found)
    assert (
        "text, line 2: a short message has no {{ view_url }}. Leave it out: the message is all there is."
        in found
    )
    assert any("unknown filter 'nofilter'" in each for each in found)
    assert "the account has no words for {{ stop_hint }}" in told("{{ stop_hint }}")[0]
    assert "'}}'" in told("{{ x")[0]
    with pytest.raises(MessageError, match="an e-mail cannot go out as a short message"):
        compile_short(Message("a@example.org", "s", html="x"))


@pytest.mark.parametrize(
    ("sender", "is_a"),
    [
        ("Orchard", "name"), ("A & B Co.", "name"), ("3Mills", "name"), ("36180", "short_code"), ("+33612345678", "number"),
        ("TwelveLetter", None), ("Größe", None), (" Acme", None), ("06 12 34 56 78", None), ("12", None), ("{{ x }}", None),
        ("+0612345678", None), ("a@example.org", None), ("Ac\nme", None), ("A€", None),
    ],
)  # fmt: skip
def test_who_it_can_be_from(sender: str, is_a: str | None) -> None:
    assert kind(sender) == is_a
    assert (fault(sender) is None) == (is_a is not None)
    assert answerable(sender) == (is_a in ("number", "short_code"))


def test_what_is_too_long_for_any_policy_is_told_to_be_shortened_only() -> None:
    with pytest.raises(MessageError, match=r"takes 11 parts, and 10 at most are allowed\. Shorten it\.$"):
        compiled("x" * 1531)
