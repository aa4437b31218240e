"""What is said of a message itself: once, with its place and its cure."""

import pytest

from penstock.content.message import Message
from penstock.preflight.analyst.composition import look, written

WHOLE = """\
<div style="display:none">Only today</div>
<p>Dear reader, this is what we have for you this week: a long list of things that are worth reading, with pictures of some of
them, and all the words that it takes to say why they are worth your while. Read on, it is good.</p>
<img src="https://penstock.io/a.png" alt="A boat" width="100">
<p>Penstock, 12 Mill Street, Oldham OL1 3DY</p>
<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
"""
TEXT = "Read on. To unsubscribe: {{ unsubscribe_url }}"


def codes(
    html: str | None = WHOLE,
    text: str | None = TEXT,
    subject: str = "News",
    sender: str = "News <news@penstock.io>",
    **more: object,
) -> dict[str, str]:
    message = Message(sender, subject, html, text, **more)  # type: ignore[arg-type]
    found = list(look(message, written(message), []))
    assert all(each.cure for each in found)
    return {each.code: each.place for each in found}


def test_of_a_good_letter_nothing_is_said() -> None:
    assert codes() == {}


@pytest.mark.parametrize(
    ("html", "code", "place"),
    [
        (WHOLE.replace(' alt="A boat"', ""), "picture_without_text", "html, line 4"),
        (WHOLE.replace(' width="100"', ""), "picture_without_size", "html, line 4"),
        ('<img src="https://penstock.io/a.png" alt="" width="1"> 1 Main Street', "picture_heavy", "html"),
        (WHOLE + "<script>x</script>", "html_unsupported", "html, line 7"),
        (WHOLE + '<a href="#">x</a>', "link_empty", "html, line 7"),
        (WHOLE + '<a href="www.penstock.io">x</a>\n<a href="www.penstock.io">x</a>', "link_invalid", "html, lines 7, 8"),
        (WHOLE + '<img alt="" width="1">', "link_empty", "html, line 7"),
        (WHOLE.replace("{{ unsubscribe_url }}", "https://penstock.io"), "unsubscribe_missing", "html"),
        (WHOLE.replace("12 Mill Street, Oldham OL1 3DY", ""), "sender_data_missing", "html"),
        (WHOLE.replace("display:none", ""), "preheader_missing", "html"),
    ],
)  # fmt: skip
def test_each_fault_of_html_has_its_place(html: str, code: str, place: str) -> None:
    assert codes(html).get(code) == place


def test_text_and_headers_are_looked_at_too() -> None:
    assert codes(text=None) == {"text_made": "text"}
    assert codes(text="Read on.") == {"unsubscribe_missing": "text"}
    assert codes(None, "1 Main Street\nhttp://localhost/x {{ unsubscribe_url }}") == {
        "link_private": "text, line 2"
    }
    assert codes(subject="x" * 71) == {"subject_long": "subject"}
    assert codes(subject="BUY THIS TODAY") == {"subject_loud": "subject"}
    assert (
        codes(
            subject="{{ a_long_name | default: 'another long one' }}{{ b | default: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }}"
        )
        == {}
    )
    assert codes(sender="news@penstock.io") == {"sender_name_missing": "from"}
    assert codes(sender="News <no-reply@penstock.io>") == {"sender_unanswerable": "from"}
    assert codes(sender="News <no-reply@penstock.io>", reply_to="a@penstock.io") == {}


def test_many_faults_of_one_kind_are_summed_up() -> None:
    html = WHOLE + "".join(f'<a href="page{n}.html">x</a>' for n in range(30))
    message = Message("News <news@penstock.io>", "News", html, TEXT)
    found = [each for each in look(message, written(message), []) if each.code.startswith("link")]
    assert len(found) == 21
    assert "10 more" in found[-1].text


def test_a_design_is_looked_at_as_what_it_becomes() -> None:
    design = {
        "version": 1,
        "blocks": [
            {"type": "text", "html": '<p>Dear reader, see <a href="http://localhost/">this</a></p>'},
            {"type": "footer", "text": "Penstock, 12 Mill Street"},
        ],
    }
    message = Message("News <news@penstock.io>", "News", design=design)
    there = written(message)
    if there is None:
        from penstock.content.design import mjml_from_design

        pytest.fail(str(mjml_from_design(design)))
    found = {each.code: each.place for each in look(message, there, [])}
    assert found["link_private"] == "design"
    assert "unsubscribe_missing" not in found
