"""What is wrong with a message is said before anything is sent: all of it, with places and cures."""

import pytest

from penstock.content.dialects import HTML, TEXT, MessageEnvironment
from penstock.content.holes import TOTAL
from penstock.content.message import Message, MessageError, Problem, RenderError
from penstock.content.render import Program, compile_message

KNOWN = frozenset({"first_name", "city", "n"})


def problems(known: frozenset[str] | None = KNOWN, **changes: object) -> list[Problem]:
    fields = {"sender": "News <news@example.org>", "subject": "Hi", "text": "x"} | changes
    with pytest.raises(MessageError) as caught:
        compile_message(Message(**fields), variables=known)
    return caught.value.problems


def program(known: frozenset[str] | None = KNOWN, **changes: object) -> Program:
    fields = {"sender": "News <news@example.org>", "subject": "Hi"} | changes
    return compile_message(Message(**fields), variables=known, base_url="https://mail.example.org")


def data(made: Program, **values: str) -> str:
    row = tuple({"email": "ann@example.org", **values}.get(name) for name in made.variables)
    return made.envelope_data(row, b"1-1-aa", b"1-1-bb", b"now", eightbit=True).decode()


def test_an_unknown_variable_is_named_with_its_line_and_the_likely_one() -> None:
    assert problems(html="<p>\n\nHi {{ frist_name }}", text=None) == [
        Problem("html", 3, "no contact has an attribute 'frist_name'", "Did you mean first_name?")
    ]


def test_every_part_is_judged_at_once() -> None:
    found = problems(
        sender="nobody",
        subject="{{ x }}",
        html="{% if %}",
        text="{{ y }}",
        headers={"Bcc": "a@b.c", "X-A": "{{ z"},
    )
    assert [problem.where for problem in found] == [
        "from",
        "subject",
        "header 'Bcc'",
        "header X-A",
        "html",
        "text",
    ]


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("a\n{% if n %}", "expected tag endif"),
        ("a\n{{ n | uppercase }}", "unknown filter 'uppercase'"),
        ("a\n{{ n | append }}", "missing 1 required positional argument"),
        ("a\n{% include 'other' %}", "a message cannot load other templates"),
        ("a\n{% render 'other' %}", "a message cannot load other templates"),
        ("a\n{% for i in (1..1000000000) %}x{% endfor %}", "loop iteration limit"),
        ("a\n{% for i in (1..1000000000) %}{{ n }}{% endfor %}", "loop iteration limit"),
        (
            "a\n{% for i in (1..9999) %}{% for j in (1..9999) %}{{ n }}{% endfor %}{% endfor %}",
            "loop iteration limit",
        ),
        ("a\n{{ (1..1000000000) | join: n }}", "stands outside a loop"),
        ("a\n{% assign r = (1..1000000000) %}{{ r | join: n }}", "stands outside a loop"),
        ("a\n{% break %}", "stands outside a loop"),
        ("a\n{{ n ", "expected '}}'"),
        ("a\n{% frob %}", "unexpected tag 'frob'"),
    ],
)
def test_a_broken_or_endless_template_is_refused_with_its_line(template: str, what: str) -> None:
    (problem,) = problems(text=template)
    assert what in problem.what
    assert (problem.where, problem.line) == ("text", 2)
    assert problem.cure


def test_filters_upon_filters_cannot_eat_the_memory() -> None:
    swelling = "{{ 'aaaaaaaaaa'" + " | replace: 'a', 'aaaaaaaaaa'" * 12 + " }}"
    (problem,) = problems(text=swelling)
    assert "larger than" in problem.what
    made = program(text="{{ n" + " | replace: 'a', 'aaaaaaaaaa'" * 12 + " }}")
    with pytest.raises(RenderError, match="larger than"):
        data(made, n="a" * 10)


def test_a_loop_over_data_is_limited_for_its_recipient_only() -> None:
    made = program(text="{% assign m = n | plus: 0 %}{% for i in (1..m) %}x{% endfor %}")
    with pytest.raises(RenderError, match="loop iteration limit"):
        data(made, n="1000000000")
    assert "xxx" in data(made, n="3")


def test_text_that_doubles_in_a_loop_is_stopped() -> None:
    (problem,) = problems(
        text="{% assign x = 'ab' %}{% for i in (1..100) %}{% assign x = x | append: x %}{% endfor %}"
    )
    assert "limit" in problem.what


def test_a_default_makes_an_unknown_variable_a_warning() -> None:
    made = program(text="{{ nick | default: 'friend' }}")
    assert [warning.what for warning in made.warnings] == [
        "no contact has an attribute 'nick'; its default is always used"
    ]
    assert "friend" in data(made)
    assert problems(text="{{ nick | default: 'friend' }}{% if nick %}x{% endif %}")[0].where == "text"


def test_a_name_assigned_in_one_branch_may_be_the_contacts_own_in_the_other() -> None:
    made = program(text="{% if n %}{% assign city = 'Rome' %}{% endif %}[{{ city }}]")
    assert "[Rome]" in data(made, n="1", city="Bonn")
    assert "[Bonn]" in data(made, city="Bonn")


def test_nothing_in_it() -> None:
    assert problems(text=" ", subject=" ")[0].where == "subject"
    assert problems(text=" ")[0].where == "message"


@pytest.mark.parametrize(
    "name", ["Bcc", "from", "Content-Type", "List-Unsubscribe", "Resent-To", "DKIM-Signature", "To"]
)
def test_structural_fields_belong_to_penstock(name: str) -> None:
    assert "made by Penstock itself" in problems(headers={name: "x"})[0].what


@pytest.mark.parametrize("name", ["", ".x", "X Y", "X:", "Größe", "X\r\nBcc", "\0"])
def test_a_field_name_is_ascii_without_spaces(name: str) -> None:
    assert "not a field name" in problems(headers={name: "x"})[0].what


@pytest.mark.parametrize("where", ["subject", "headers", "sender", "reply_to"])
def test_line_breaks_in_the_source_of_a_field_are_refused(where: str) -> None:
    bad = "x <a@example.org>\r\nBcc: evil@example.org"
    assert "line break" in problems(**{where: {"X-A": bad} if where == "headers" else bad})[0].what


@pytest.mark.parametrize(
    "sender",
    ["", "nobody", "a@", "@b.org", "a@b.org, c@d.org", "x <a@b.org> y", "jörg@b.org", "{{ city }} <a@b.org>"],
)
def test_the_sender_is_one_address_that_every_server_can_carry(sender: str) -> None:
    assert problems(sender=sender)[0].where == "from"


def test_a_failure_concerns_one_recipient_and_says_why() -> None:
    made = program(text="{{ 100 | divided_by: n }}")
    with pytest.raises(RenderError, match=r"text: divided_by: can't divide by 0 \(with n='0'\)"):
        data(made, n="0")
    assert "50" in data(made, n="2")


def test_comparing_text_with_a_number_says_how_to_do_it() -> None:
    made = program(text="{% if n > 3 %}x{% endif %}")
    with pytest.raises(RenderError, match="plus: 0"):
        data(made, n="4")


def test_all_recipients_can_be_tried_before_sending() -> None:
    made = program(text="{{ 100 | divided_by: n }}")
    rows = [("a@example.org", "1")] * 70_000
    rows[69_999] = ("a@example.org", "0")
    rows[5] = ("no address", "1")
    assert [(number, error.where) for number, error in made.check(rows)] == [(5, "to"), (69_999, "text")]


@pytest.mark.parametrize(
    "address", [None, "", "a", "a@b\r\nBcc: c@d", "a@b\nX", "a\0@b", "a@\u2028b", "x" * 400 + "@b.org"]
)
def test_an_address_that_could_end_its_line_is_not_written(address: str | None) -> None:
    with pytest.raises(RenderError):
        program(text="x").envelope_data((address,), b"1-1-aa", b"1-1-bb", b"now", eightbit=True)


@pytest.mark.parametrize(
    ("template", "fallible"),
    [
        ("Hi {{ first_name }}, {{ email }}: {{ unsubscribe_url }}", False),
        ("{{ first_name | default: 'you' | strip | capitalize | truncate: 20 }}", False),
        ("{% if city == 'Bern' %}{{ city | upcase }}{% elsif first_name %}x{% else %}y{% endif %}", False),
        ("{% case city %}{% when 'Bern', first_name %}x{% else %}y{% endcase %}", False),
        ("{{ first_name | truncate: 'x' }}", True),
        ("{{ 1000 | divided_by: n }}", True),
        ("{{ n | plus: 1 }}", True),
        ("{% if n > 5 %}x{% endif %}", True),
        ("{% if city %}{{ n | date: '%Y' }}{% endif %}", True),
        ("{% assign x = n | modulo: 3 %}{{ x }}", True),
    ],
)
@pytest.mark.parametrize("part", ["html", "text", "subject"])
def test_a_message_knows_whether_data_can_make_it_fail(template: str, fallible: bool, part: str) -> None:
    assert program(**{"text": "x", part: template}).fallible is fallible


@pytest.mark.parametrize("name", sorted(TOTAL))
@pytest.mark.parametrize("environment", [HTML, TEXT])
def test_a_total_filter_has_a_text_for_every_value(name: str, environment: MessageEnvironment) -> None:
    argument = {
        "append": ": 'x'",
        "prepend": ": 'x'",
        "remove": ": 'x'",
        "remove_first": ": 'x'",
        "remove_last": ": 'x'",
    }
    values = [
        "",
        " ",
        "a",
        "0",
        "-1",
        "1e400",
        "<b>&amp;&#x110000;</b>",
        "<!",
        "\n\x0b",
        "%",
        "\u200f\U0001f600",
        "x" * 2000,
    ]
    for before in ("", " | size", " | default: 3.5"):
        template = environment.from_string(f"{{{{ n{before} | {name}{argument.get(name, '')} }}}}")
        for value in values:
            template.render(n=value)
        template.render()
