"""Whatever a template and a contact hold, the octets are one well-formed message, and say what was meant."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from penstock.content.lines import clean
from penstock.content.message import Message, MessageError, RenderError
from penstock.content.render import Program, compile_message
from tests.property.content.strategies import NAMES, plain_templates, rows, templates, words

PUBLIC, PRIVATE = b"c-11170-59764b3bb577a64dac73dcac", b"c-11170-2b275ad2ca3e781cbd727a54"
DATE = b"Sun, 22 Nov 2026 01:14:58 +0000"
EXPECTED_ONCE = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "MIME-Version",
    "Content-Type",
)


def program_of(message: Message) -> Program:
    try:
        return compile_message(message, variables=None, base_url="https://mail.example.org")
    except MessageError:
        assume(False)
        raise


def data_of(program: Program, row: tuple[str | None, ...], eightbit: bool) -> bytes:
    values = dict(zip(NAMES, row, strict=True))
    try:
        return program.envelope_data(
            tuple(values.get(n) for n in program.variables), PUBLIC, PRIVATE, DATE, eightbit=eightbit
        )
    except RenderError:
        assume(False)
        raise


def received(data: bytes) -> EmailMessage:
    """What the other side of an SMTP dialogue gets: the data undone, after the rules of lines were checked."""
    assert data.endswith(b"\r\n.\r\n")
    assert not re.search(rb"[^\r]\n|\r[^\n]|\A\n|\0", data), "a lone CR or LF, or a NUL"
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert lines[-2:] == [b".", b""]
    assert all(line.startswith(b"..") for line in lines[:-2] if line.startswith(b".")), "an unstuffed dot"
    undone = b"\r\n".join(line.removeprefix(b".") for line in lines[:-2]) + b"\r\n"
    message = message_from_bytes(undone, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_in(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")


def same(found: str, meant: str) -> None:
    """Equal, up to the line end that ends a body."""
    assert clean(found).removesuffix("\n") == clean(meant).removesuffix("\n")


def check_header(message: EmailMessage, extra: tuple[str, ...] = ()) -> None:
    names = [name.lower() for name in message]
    assert len(names) == len(set(names)), "a field twice"
    allowed = {
        *map(str.lower, EXPECTED_ONCE),
        "list-unsubscribe-post",
        "precedence",
        "content-transfer-encoding",
        *map(str.lower, extra),
    }
    assert set(names) <= allowed, "an injected field"
    assert {name.lower() for name in EXPECTED_ONCE} <= set(names)
    assert not message.defects


@given(text=st.one_of(templates, plain_templates), row=rows, eightbit=st.booleans())
@example(text="{{ first_name }}.", row=("a@b.org", "", None, None, None), eightbit=True)
@example(text="{{ first_name }}\n.\n", row=("a@b.org", ".", None, None, None), eightbit=True)
@example(text="a{{ first_name }}.b", row=("a@b.org", "\n", None, None, None), eightbit=True)
@example(text="{{ n }}{{ first_name }}.b", row=("a@b.org", "", "", None, None), eightbit=True)
@example(
    text="x" * 600 + "{{ n }}{{ first_name }}",
    row=("a@b.org", "y" * 300, "z" * 300, None, None),
    eightbit=True,
)
@example(text="x" * 1200, row=("a@b.org", None, None, None, None), eightbit=True)
@example(text="x" * 998, row=("a@b.org", None, None, None, None), eightbit=False)
def test_a_text_arrives_as_rendered(text: str, row: tuple[str | None, ...], eightbit: bool) -> None:
    from penstock.content.dialects import TEXT

    row = (row[0], *(value if value is None else clean(value) for value in row[1:]))
    program = program_of(Message("News <news@example.org>", "Hi", text=text + "|"))
    message = received(data_of(program, row, eightbit))
    check_header(message)
    values = {name: value for name, value in zip(NAMES, row, strict=True) if value is not None}
    values["unsubscribe_url"] = "https://mail.example.org/u/" + PRIVATE.decode()
    same(text_in(message), TEXT.from_string(clean(text) + "|").render(**values))
    encoding = message["Content-Transfer-Encoding"]
    assert encoding in ("7bit", "8bit", "quoted-printable")
    assert encoding != "7bit" or text_in(message).isascii()
    assert eightbit or encoding != "8bit"


@given(html=templates, text=st.one_of(st.none(), templates), row=rows, eightbit=st.booleans())
def test_html_and_text_arrive_together(
    html: str, text: str | None, row: tuple[str | None, ...], eightbit: bool
) -> None:
    program = program_of(Message("News <news@example.org>", "Hi {{ city }}", html=html + "<hr>", text=text))
    message = received(data_of(program, row, eightbit))
    check_header(message)
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert all(not part.defects for part in parts)


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # few texts are both odd enough and a template
@given(subject=plain_templates, extra=plain_templates, row=rows, name=words, eightbit=st.booleans())
@example(
    subject="{{ first_name }}",
    extra="{{ first_name }}",
    row=("a@b.org", "x\r\nBcc: evil@example.org\r\n\r\nbody", None, None, None),
    name="x",
    eightbit=True,
)
@example(
    subject="{{ first_name }}",
    extra="x",
    row=("a@b.org", "w" * 3000, None, None, None),
    name="Größe " * 90,
    eightbit=True,
)
@example(
    subject="{{ first_name }}",
    extra="x",
    row=("a@b.org", "שלום 👩‍👩‍👧‍👦 " * 60, None, None, None),
    name="\u202e",
    eightbit=True,
)
def test_no_field_makes_another(
    subject: str, extra: str, row: tuple[str | None, ...], name: str, eightbit: bool
) -> None:
    from penstock.content.dialects import TEXT

    sender = '"{}" <news@example.org>'.format(re.sub(r'[\\"]', "", name))
    program = program_of(Message(sender, subject + "!", text="x", headers={"X-Tag": extra}))
    message = received(data_of(program, row, eightbit))
    check_header(message, ("X-Tag",))
    assert message["From"].addresses[0].addr_spec == "news@example.org"
    assert message["To"].addresses[0].addr_spec == row[0]
    values = {n: value for n, value in zip(NAMES, row, strict=True) if value is not None}
    values["unsubscribe_url"] = "https://mail.example.org/u/" + PRIVATE.decode()
    meant = TEXT.from_string(clean(subject).replace("\n", " ") + "!").render(**values)
    assert squeezed(message["Subject"]) == squeezed(meant)


def squeezed(text: str) -> str:
    """Without control characters and white space, which a field may put otherwise."""
    return re.sub(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\s]+", "", text)


@given(row=rows, rest=st.lists(rows, max_size=5))
def test_what_was_remembered_changes_nothing(
    row: tuple[str | None, ...], rest: list[tuple[str | None, ...]]
) -> None:
    message = Message(
        "n@example.org",
        "{{ first_name }} {{ city | default: 'x' }}",
        html="<p>{{ first_name }}.</p>{% if vip %}{{ n }}{% endif %}{% for c in (1..2) %}{{ city }}{% endfor %}{{ n }}",
    )
    fresh, used = program_of(message), program_of(message)
    for other in rest:
        data_of(used, other, True)
    for eightbit in (True, False):
        assert data_of(used, row, eightbit) == data_of(fresh, row, eightbit)
