"""What a compiled message looks like on the wire."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from penstock.content.message import Message, MessageError
from penstock.content.render import Program, compile_message, date_bytes, needs_smtputf8, recipient

PUBLIC, PRIVATE, DATE = b"c-1-aaaa", b"c-1-bbbb", date_bytes(1_800_000_000)


def program(**changes: object) -> Program:
    fields = {"sender": "News <news@example.org>", "subject": "Hi {{ first_name }}"} | changes
    base = fields.pop("base_url", "https://mail.example.org/")
    return compile_message(Message(**fields), base_url=base)


def octets(made: Program, *, eightbit: bool = True, **values: str) -> bytes:
    row = tuple({"email": "ann@example.org", **values}.get(name) for name in made.variables)
    return made.envelope_data(row, PUBLIC, PRIVATE, DATE, eightbit=eightbit)


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data.removesuffix(b".\r\n").replace(b"\n..", b"\n."), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_fields_of_a_message() -> None:
    made = program(text="x", reply_to="Ä <a@example.org>, b@example.org", headers={"X-City": "{{ city }}"})
    message = parsed(octets(made, first_name="Zoë", city="Köln"))
    assert message["From"] == "News <news@example.org>"
    assert message["Reply-To"] == "Ä <a@example.org>, b@example.org"
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == "Hi Zoë"
    assert message["Date"].datetime.timestamp() == 1_800_000_000
    assert message["Message-ID"] == "<c-1-aaaa@example.org>"
    assert message["X-City"] == "Köln"
    assert message["Precedence"] == "bulk"
    assert made.domain == b"example.org"


def test_the_message_may_say_another_precedence() -> None:
    assert octets(program(text="x", headers={"precedence": "list"})).lower().count(b"precedence: ") == 1


def test_one_click_unsubscribing_with_the_private_token_in_field_and_body() -> None:
    made = program(
        html="<a href='{{ unsubscribe_url }}'>x</a>{% if city %}{{ unsubscribe_url | upcase }}{% endif %}"
    )
    data = octets(made, city="x")
    message = parsed(data)
    assert message["List-Unsubscribe"] == "<https://mail.example.org/u/c-1-bbbb>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"<a href='https://mail.example.org/u/c-1-bbbb'>x</a>HTTPS://MAIL.EXAMPLE.ORG/U/C-1-BBBB" in data
    assert b"x <https://mail.example.org/u/c-1-bbbb>" in data
    assert not [warning for warning in made.warnings if warning.where == "unsubscribe"]


def test_without_a_public_address_unsubscribing_is_by_mail_with_a_warning() -> None:
    made = program(text="{{ unsubscribe_url }}", base_url=None)
    message = parsed(octets(made))
    assert message["List-Unsubscribe"] == "<mailto:news@example.org?subject=unsubscribe%20c-1-bbbb>"
    assert message["List-Unsubscribe-Post"] is None
    assert "mailto:news@example.org?subject=unsubscribe%20c-1-bbbb" in message.get_content()
    assert [warning.where for warning in made.warnings] == ["unsubscribe"]


def test_html_is_escaped_unless_the_author_says_otherwise() -> None:
    made = program(
        html="{{ a }}|{{ a | upcase }}|{{ a | raw }}|{{ a | safe }}|{{ a | escape }}|{{ x | default: '<i>' }}",
        text="{{ a }}",
    )
    text, html = parsed(octets(made, a="<b>&")).iter_parts()
    assert html.get_content().strip() == "&lt;b&gt;&amp;|&lt;B&gt;&amp;|<b>&|<b>&|&lt;b&gt;&amp;|<i>"
    assert text.get_content().strip() == "<b>&"


def test_the_text_made_from_html_is_not_escaped() -> None:
    made = program(html="<p>{{ a | escape }} &amp; {{ a }}</p>")
    text, _ = parsed(octets(made, a="<b>")).iter_parts()
    assert text.get_content().strip() == "<b> & <b>"


@pytest.mark.parametrize(
    ("text", "name", "eightbit", "expected"),
    [
        ("plain", "Ann", True, "7bit"),
        ("plain", "Ann", False, "7bit"),
        ("{{ first_name }}", "Ann", False, "7bit"),
        ("{{ first_name }}", "Zoë", True, "8bit"),
        ("{{ first_name }}", "Zoë", False, "quoted-printable"),
        ("ü {{ first_name }}", "Ann", True, "8bit"),
        ("ü", "Ann", False, "quoted-printable"),
        ("x" * 999, "Ann", True, "quoted-printable"),
        ("x" * 998, "Ann", True, "7bit"),
        ("x" * 900 + "{{ first_name }}", "y" * 99, True, "quoted-printable"),
        ("x" * 900 + "{{ first_name }}", "y" * 98, True, "8bit"),
        ("{{ first_name }}.", "", True, "quoted-printable"),
    ],
)
def test_the_transfer_encoding_is_what_the_peer_and_the_lines_allow(
    text: str, name: str, eightbit: bool, expected: str
) -> None:
    message = parsed(octets(program(text=text), eightbit=eightbit, first_name=name))
    assert message["Content-Transfer-Encoding"] == expected
    assert message.get_content().strip("\r\n") == text.replace("{{ first_name }}", name)


def test_a_value_cannot_end_the_message() -> None:
    made = program(text="Dear {{ first_name }}\n{{ city }}\nbye")
    data = octets(made, first_name="x\r\n.\r\nMAIL FROM:<evil@example.org>", city="\n.\n")
    assert data.count(b"\r\n.\r\n") == 1
    assert data.endswith(b"\r\n.\r\n")


def test_addresses_of_the_world() -> None:
    assert not needs_smtputf8("ann@example.org")
    assert not needs_smtputf8("ann@müller.example")
    assert needs_smtputf8("jörg@müller.example")
    assert recipient("ann@müller.example") == b"ann@xn--mller-kva.example"
    assert recipient("jörg@müller.example") == "jörg@müller.example".encode()
    made = program(text="x")
    data = made.envelope_data(
        ("jörg@müller.example",) + (None,) * (len(made.variables) - 1), PUBLIC, PRIVATE, DATE, eightbit=True
    )
    assert "\r\nTo: jörg@müller.example\r\n".encode() in data


def test_names_repeat_and_memory_does_not_grow() -> None:
    made = program(text="{{ first_name }} {{ city | upcase }}")
    for number in range(30_000):
        octets(made, first_name=f"name {number}", city="x" * 100 + str(number))
    assert sum(len(memory) for _, memory, _ in made._eight.assembly.single) < 20_000


def test_mjml_is_compiled_and_its_liquid_survives() -> None:
    mjml = """<mjml><mj-body>{% for i in (1..2) %}<mj-section><mj-column>
      <mj-text>Hi {{ first_name }}{% if n == "1" %}, one &lt; two{% endif %}</mj-text>
      <mj-button href="{{ unsubscribe_url }}">Leave</mj-button></mj-column></mj-section>{% endfor %}</mj-body></mjml>"""
    text, html = parsed(octets(program(mjml=mjml), first_name="Ann & Bo", n="1")).iter_parts()
    assert html.get_content().count("Hi Ann &amp; Bo, one &lt; two") == 2
    assert html.get_content().count('href="https://mail.example.org/u/c-1-bbbb"') == 2
    assert text.get_content().count("Hi Ann & Bo, one < two") == 2


@pytest.mark.parametrize(
    ("mjml", "line", "what"),
    [
        (
            "<mjml><mj-body>\n<mj-section>\n<mj-text>x</mj-section></mj-body></mjml>",
            3,
            "</mj-section> closes <mj-text>",
        ),
        ("<mjml>\n<mj-body>", 2, "<mj-body> is never closed"),
        ("<p>x</p>", 1, "there is no <mjml> element"),
        ("<mjml><mj-body>\n<mj-frob>x</mj-frob></mj-body></mjml>", 2, "<mj-frob> is not known"),
        (
            "<mjml><mj-body>\n<mj-include path='/etc/passwd'/></mj-body></mjml>",
            2,
            "mj-include is not allowed",
        ),
        ("<mjml><mj-body>\n\n{{ x | frob }}</mj-body></mjml>", 3, "unknown filter 'frob'"),
    ],
)
def test_broken_mjml_is_told_with_its_line(mjml: str, line: int, what: str) -> None:
    with pytest.raises(MessageError) as caught:
        program(mjml=mjml)
    (problem,) = caught.value.problems
    assert (problem.where, problem.line) == ("mjml", line)
    assert what in problem.what


def test_styles_are_inlined_on_request_with_the_liquid_in_its_place() -> None:
    html = "<style>td{color:red}</style><table>{% for i in (1..2) %}<tr class='{{ city }}'><td>{{ i }}</td></tr>{% endfor %}</table>"
    made = compile_message(Message("a@example.org", "x", html=html), inline_css=True)
    _, part = parsed(octets(made, city="c")).iter_parts()
    assert part.get_content().count('<tr class="c"><td style="color: red;">') == 2


def test_a_text_part_that_cannot_be_made_is_asked_for() -> None:
    with pytest.raises(MessageError, match="give a text part"):
        program(html="<div {% if a %}><p>x{% endif %}</p></div>")
