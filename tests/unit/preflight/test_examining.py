"""What an examination finds of recipients: what fails, what is empty, where links lead, how large messages get."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.content.message import Message
from penstock.content.render import compile_message
from penstock.preflight.analyst import findings
from penstock.preflight.analyst.examining import CLIPPED, Examination
from penstock.preflight.analyst.findings import Cases, Finding


def examined(html: str | None, *people: dict[str, str], subject: str = "s", **more: Any) -> list[Finding]:
    """Examine contacts 1, 2, …; an address is made up where there is none."""
    message = Message("News <news@example.org>", subject, html, **more)
    program = compile_message(message, view_base="https://penstock.io", base_url="https://penstock.io")
    examination = Examination(program, message)
    for number, attributes in enumerate(people, start=1):
        known = {"email": f"p{number}@example.org", **attributes}
        examination.look(number, tuple(known.get(name) for name in program.variables))
    return examination.findings()


def told(found: list[Finding]) -> dict[str, list[int]]:
    return {f"{each.code} {each.place}": [case.contact for case in each.cases] for each in found}


def test_a_default_or_a_branch_not_taken_is_not_empty() -> None:
    html = "{{ name | default: 'friend' }}{% if code %}{{ code }}{% endif %}{% unless vip %}{{ offer }}{% endunless %}"
    assert told(examined(html, {}, {"code": "x", "offer": "y"}, {"vip": "1"})) == {"variable_empty html": [1]}


def test_what_liquid_assigns_is_followed() -> None:
    html = "{% assign greeting = name | append: '' %}<p>{{ greeting }}</p>{{ a | append: b }}"
    found = examined(html, {"a": "1", "b": "2", "name": ""}, {"a": "1", "name": "x"})
    assert told(found) == {"variable_empty html": [1]}


def test_the_worst_come_first() -> None:
    found = examined("{{ a }}{{ b }}{{ c }}", {"a": "1", "b": "1"}, {}, {"a": "1"}, subject="{{ a }}")
    by_name = {each.text[3]: each for each in found}
    assert [case.contact for case in by_name["c"].cases] == [2, 3, 1]
    assert by_name["a"].place == "html, subject"
    assert by_name["c"].cases[0].detail == "a, b, c"


@pytest.mark.parametrize(
    ("people", "broken", "severity"), [(100, 1, "blocker"), (101, 1, "warning"), (1, 1, "blocker")]
)
def test_from_one_percent_on_failures_hold_the_mailing_back(people: int, broken: int, severity: str) -> None:
    given = [{"n": "0"}] * broken + [{"n": "1"}] * (people - broken)
    [found] = examined("{{ 1 | divided_by: n }}", *given)
    assert (found.severity, found.code, found.count) == (severity, "template_error", broken)
    assert "(with n='0')" in found.cases[0].detail


def test_an_address_that_cannot_be_written_to_is_told() -> None:
    [found] = examined("x", {"email": "a@b\nc"}, {}, {"email": ""})
    assert (found.code, found.severity, [case.contact for case in found.cases]) == (
        "address_unfit",
        "warning",
        [1, 3],
    )


def test_links_are_judged_as_each_recipient_gets_them() -> None:
    html = (
        '<a href="https://penstock.io/{{ slug }}">a</a><a href="{{ page }}">b</a><a href="{{ unsubscribe_url }}">c</a>'
        "{% if vip %}<a href='http://{{ host }}/x'>d</a>{% endif %}"
    )
    found = examined(
        html,
        {"slug": "a", "page": "https://penstock.io"},
        {"slug": "a b", "page": "www.penstock.io"},
        {"slug": "a", "page": "https://penstock.io", "vip": "1", "host": "localhost"},
    )
    assert told(found) == {
        "link_invalid link https://penstock.io/{{ slug }}": [2], "link_invalid link {{ page }}": [2],
        "link_private link http://{{ host }}/x": [3],
    }  # fmt: skip
    assert found[0].cases[0].detail == "https://penstock.io/a b"


def test_a_link_that_is_all_data_is_named_by_what_stands_in_the_template() -> None:
    [found] = examined("<a href=\"{{ page | default: 'x' }}\">b</a>", {"page": "javascript:alert(1)"})
    assert found.text == (
        "for the only recipient {{ page }} is of the kind javascript:, which mail readers take away"
    )


def test_a_link_whose_attribute_is_escaped_is_judged_as_it_opens() -> None:
    assert examined('<a href="{{ page }}">b</a>', {"page": "https://penstock.io/?a=1&b=2"}) == []


def test_what_gmail_would_cut_off_is_told() -> None:
    long = {"text": "x" * CLIPPED}
    found = examined("<p>{{ text }}</p>", {"text": "x"}, long)
    assert told(found) == {"size_clipped html": [2]}
    always = examined("<p>" + "x" * CLIPPED + "{{ text }}</p>", {"text": "x"}, long)
    assert [(each.code, each.count) for each in always] == [("size_clipped", None)]


def test_what_was_written_in_mjml_is_placed_there() -> None:
    mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ name }}</mj-text></mj-column></mj-section></mj-body></mjml>"
    assert told(examined(None, {}, mjml=mjml)) == {"variable_empty mjml": [1]}


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 20))
def test_the_worst_are_kept_in_their_order_and_all_are_counted(weights: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "CASES", most)
        cases = Cases()
        for contact, weight in enumerate(weights):
            cases.add(weight, contact, "")
    assert cases.count == len(weights)
    expected = sorted(range(len(weights)), key=lambda contact: (-weights[contact], contact))[:most]
    assert [case.contact for case in cases.worst()] == expected
