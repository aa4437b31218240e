"""Tracked and tagged links: what they become in the message, and what is left as it is."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.content.dkim import Signer
from penstock.content.following import MOST, Wanted
from penstock.content.links import follow_token, tokens, verify_follow, verify_private, view_token
from penstock.content.message import Message, MessageError
from penstock.content.render import Program, compile_message, date_bytes
from penstock.content.targets import Target, personal
from penstock.content.utm import query_of, tagged
from tests.examples import examples
from tests.signatures import both, dkimpy_says, unstuffed

BASE = "https://mail.example.org"
TAGS = {"utm_source": "penstock", "utm_medium": "email", "utm_campaign": "spring"}
QUERY = query_of(TAGS)
KEY = b"k" * 32
PUBLIC, PRIVATE = tokens(7, 3, KEY)
TOKEN = follow_token(PRIVATE).decode()
TRACKED = Wanted({}, BASE, clicks=True, opens=True)
ANN = {"name": "Ann & Co", "tier": "gold", "link": "https://c.example/q?z", "items": "1,2"}


def compiled(html: str, wanted: Wanted, text: str | None = None) -> Program:
    message = Message("a@example.org", "s", html=html, text=text)
    return compile_message(message, base_url=BASE, view_base=BASE, links=wanted)


def made(
    html: str, wanted: Wanted = TRACKED, text: str | None = None, *, eightbit: bool = True, **values: str
) -> tuple[str, str]:
    """The HTML and the text that somebody gets."""
    program, known = compiled(html, wanted, text), {"email": "ann@example.org", **(values or ANN)}
    row = tuple(known.get(name) for name in program.variables)
    data = program.envelope_data(row, PUBLIC, PRIVATE, date_bytes(0), eightbit=eightbit)
    whole = message_from_bytes(data.replace(b"\r\n..", b"\r\n."), policy=policy.default)
    assert isinstance(whole, EmailMessage)
    parts = [whole.get_body((kind,)) for kind in ("html", "plain")]
    found = [str(part.get_content()) if part else "" for part in parts]
    return found[0], found[1]


def hrefs(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r"""(?i)href=["']?([^"'>\s]*)""", html)]


def click(number: int) -> str:
    return f"{BASE}/c/{number}-{TOKEN}"


def test_a_follow_token_authorises_nothing_else() -> None:
    assert verify_follow(TOKEN, KEY) == (7, 3)
    assert verify_private(TOKEN, KEY) is None
    assert TOKEN.encode() not in (PUBLIC, PRIVATE, view_token(PRIVATE))
    assert verify_follow(PRIVATE, KEY) is None
    assert verify_follow(view_token(PRIVATE), KEY) is None
    assert verify_follow("x" * 9_000, KEY) is None


@pytest.mark.parametrize("eightbit", [True, False])
@pytest.mark.parametrize("name", ["Ann", "ü" * 1_200])
def test_links_lead_over_penstock_wherever_they_stand(eightbit: bool, name: str) -> None:
    html = """<a href="https://a.example/?x=1&amp;y=2#f">A</a> {{ name }} <a href="{{ unsubscribe_url }}">u</a>
    {% if tier == 'gold' %}.<a href='https://gold.example'>G</a>{% else %}<a href="https://other.example">S</a>{% endif %}
    {% assign vip = tier | upcase %}{% if vip == 'GOLD' %}<a href=https://vip.example/{{ name | size }}>V</a>
.{% endif %}<a href="https://a.example/?x=1&amp;y=2#f">again</a><AREA HREF="{{ link }}">
    {% assign parts = items | split: ',' %}{% for p in parts %}<a href="https://l.example">L</a><a href="https://l.example/{{ p }}">L</a>{% endfor %}"""
    given = {**ANN, "name": name}
    program = compiled(html, TRACKED)
    urls = [target.url for target in program.targets]
    assert urls == [
        "https://a.example/?x=1&y=2#f", "https://gold.example", "https://other.example", "https://vip.example/{{ name | size }}",
        "{{ link }}", "https://l.example",
    ]  # fmt: skip
    found = hrefs(made(html, eightbit=eightbit, **given)[0])
    assert found == [
        click(1), f"{BASE}/u/{PRIVATE.decode()}", click(2), click(4), click(1), click(5),
        click(6), "https://l.example/1", click(6), "https://l.example/2",
    ]  # fmt: skip
    assert [str(warning) for warning in program.warnings] == [
        "html, line 5: the link https://l.example/{{ p }} is not tracked: it depends on what the message makes itself, in a loop or"
        " by an assignment. Make its address of the contacts' attributes alone, or leave it so."
    ]


@pytest.mark.parametrize(
    ("wanted", "lacking"),
    [
        (Wanted(TAGS), ["not tagged"]),
        (Wanted(TAGS, BASE, clicks=True), ["neither tracked nor tagged", "not tracked"]),
        (Wanted({}, BASE, clicks=True), ["not tracked", "not tracked"]),
        (Wanted({}, BASE, opens=True), []),
    ],
)
def test_links_that_are_left_as_they_are_are_named(wanted: Wanted, lacking: list[str]) -> None:
    html = f"""{{% for p in items %}}<a href="https://l.example/{{{{ p }}}}">l</a>{{% endfor %}}
    <a href="https://x.example/{"a" * 2_000}">long</a>"""
    told = [str(warning) for warning in compiled(html, wanted, "t").warnings]
    assert [re.findall(r" is ([a-z ]+): it ", each) for each in told] == [[each] for each in lacking]


def test_the_opening_is_the_last_picture_of_the_html() -> None:
    html, text = made("<html><body><p>x</p></body></html>")
    picture = f'<img src="{BASE}/o/{TOKEN}" width="1" height="1" border="0" alt="">'
    assert html.strip() == f"<html><body><p>x</p>{picture}</body></html>"
    assert BASE not in text
    assert made("<p>x</p>", Wanted({}, BASE, opens=True))[0].strip() == f"<p>x</p>{picture}"


@pytest.mark.parametrize("address", ["mailto:a@b.example", "", "#top", "tel:1"])
def test_what_is_no_web_address_for_somebody_stays_what_it_is(address: str) -> None:
    assert hrefs(made('<a href="{{ link }}">x</a>', link=address)[0]) == [address]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="mailto:x@y.example">m</a>', '<a href="#here">h</a>', '<a name="https://x.example">n</a>',
        '<!-- <a href="https://x.example">c</a> -->', '<style>a<a href="https://x.example"></style>',
        f'<a href="{BASE}/u/abc">own</a>', '<a href="{{ view_url }}">v</a>', '<a data-href="https://x.example">d</a>',
        '<a href="https://x.example/{% cycle "a", "b" %}">c</a>', '<p title="<a href=\'https://x.example\'>">q</p>',
        '<a href="https://x.example/' + "a" * 2_000 + '">long</a>', '<a href="https://">none</a>',
        '<a href="https://x.example/{% for p in items %}a{% endfor %}">l</a>',
        '<a href="https://x.example/{% if name %}">b</a><a title="{% endif %}">b</a>',
    ],
)  # fmt: skip
def test_these_are_never_tracked(html: str) -> None:
    assert compiled(html, TRACKED, "t").targets == ()
    assert "/c/" not in made(html, TRACKED, "t", name="")[0]


def test_outlooks_buttons_and_both_kinds_of_conditional_comments_are_tracked() -> None:
    html = """<!--[if mso]><v:roundrect href="https://b.example" fill="t"></v:roundrect><![endif]-->
    <!--[if !mso]><!--><a href="https://b.example">b</a><!--<![endif]-->"""
    assert hrefs(made(html)[0]) == [click(1), click(1)]


def test_numbers_are_those_that_were_kept() -> None:
    wanted = Wanted(
        {}, BASE, clicks=True, number=lambda targets: {each.url: 40 + len(each.url) for each in targets}
    )
    assert hrefs(made('<a href="https://x.example">x</a>', wanted)[0]) == [click(57)]


@pytest.mark.parametrize("name", ["Ann", "Zoë", "x" * 1_000])
def test_signatures_hold_over_tracked_messages(name: str) -> None:
    html = """<p>.{{ name }}</p>\n.<a href="https://a.example">a</a>  \n{% if tier %}<a href="{{ link }}">b</a>\n..{% endif %}
    {% assign n = name | size %}<a href="https://c.example">{{ n }}</a>"""
    program = compiled(html, TRACKED)
    program.signer = Signer(both())
    row = tuple({"email": "ann@example.net", **ANN, "name": name}.get(each) for each in program.variables)
    data = program.envelope_data(row, PUBLIC, PRIVATE, date_bytes(0), eightbit=True)
    assert dkimpy_says(unstuffed(data), both()) == ["pass", "pass"]


def test_too_many_links_are_refused() -> None:
    html = "".join(f'<a href="https://x.example/{number}">x</a>' for number in range(MOST + 1))
    with pytest.raises(MessageError, match="1,001 different links, and 1,000 can be tracked"):
        compiled(html, TRACKED)
    assert compiled(html, Wanted({}, BASE, opens=True)).targets == ()


def test_tags_go_to_links_of_the_html_and_of_the_text() -> None:
    html = """<a href="https://a.example/?x=1&amp;y=2#f">A</a><a href="{{ link }}">L</a><a href="mailto:a@b.example">m</a>
    <a href="https://p.example/{{ name | url_encode }}">P</a><a href="https://k.example?utm_source=mine">K</a>"""
    found = hrefs(made(html, Wanted(TAGS))[0])
    assert found == [
        f"https://a.example/?x=1&y=2&{QUERY}#f", f"https://c.example/q?z&{QUERY}", "mailto:a@b.example",
        f"https://p.example/Ann+%26+Co?{QUERY}", "https://k.example?utm_source=mine&utm_medium=email&utm_campaign=spring",
    ]  # fmt: skip
    text = made(
        "<p>x</p>",
        Wanted(TAGS),
        "Hello {{ name }}, see https://a.example/x(y). Or {{ link }}! {{ unsubscribe_url }}",
    )[1]
    assert text.strip() == (
        f"Hello Ann & Co, see https://a.example/x(y)?{QUERY}. Or https://c.example/q?z&{QUERY}! {BASE}/u/{PRIVATE.decode()}"
    )
    assert f"A <https://a.example/?x=1&y=2&{QUERY}#f>" in made(html, Wanted(TAGS))[1]


def test_an_ampersand_that_begins_no_reference_is_one() -> None:
    """In an attribute `&region=` is no ®ion=, as every mail reader has it; the text part says the same."""
    html = '<p>&copy; AT&amp;T &amp;lt;</p><a href="https://a.example/?a=1&region=fr&copy=2&lt;&para">A</a>'
    leads = "https://a.example/?a=1&region=fr&copy=2"
    assert compiled(html, TRACKED, "t").targets == (Target(f"{leads}%3C%C2%B6"),)
    assert hrefs(made(html, Wanted(TAGS))[0]) == [f"{leads}<¶&{QUERY}"]
    text = made('<p>&copy; AT&amp;T &amp;lt;</p><a href="https://a.example/?a=1&region=fr&amp;copy=2">A</a>')[
        1
    ]
    assert text.split() == ["©", "AT&T", "&lt;", "A", "<https://a.example/?a=1&region=fr&copy=2>"]


def test_an_address_between_brackets_is_whole() -> None:
    text = made("<p>x</p>", Wanted(TAGS), "A <https://a.example/?> (https://b.example/?)")[1]
    assert text.strip() == f"A <https://a.example/?{QUERY}> (https://b.example/?{QUERY}?)"


def test_a_tracked_link_leads_to_the_tagged_address() -> None:
    wanted = Wanted(TAGS, BASE, clicks=True)
    first, second = compiled('<a href="https://ü.example/é">a</a><a href="{{ link }}">b</a>', wanted).targets
    assert first == Target(f"https://xn--tda.example/%C3%A9?{QUERY}")
    assert second == Target("{{ link }}", personal=True, tags=QUERY)


@pytest.mark.parametrize(
    ("text", "values", "leads"),
    [
        ("{{ link }}", {"link": "https://ok.example/ü x"}, "https://ok.example/%C3%BC%20x"),
        ("{{ link }}", {"link": "javascript:alert(1)"}, None),
        ("{{ link }}", {"link": "//other.example"}, None),
        ("{{ link }}", {}, None),
        ("https://ok.example/{{ x }}", {"x": "\r\nSet-Cookie: a=b"}, "https://ok.example/Set-Cookie:%20a=b"),
        ("https://ok.example{{ x }}", {"x": "\\@evil.example/"}, "https://ok.example/@evil.example/"),
        ("https://ok.example/?a={{ x }}&amp;b", {"x": "<&>"}, "https://ok.example/?a=%3C&%3E&b"),
        ("https://ok.example/{{ x | nothing }}", {"x": "1"}, None),
        ("https://ok.example/{{ x }}", {"x": "a" * 9_000}, None),
        ("https://{{ x }}/", {"x": "a\x01b.example"}, None),
        ("https://ok.example/{{ x }}", {"x": "\x01\x7f"}, "https://ok.example/%01%7F"),
        (
            "https://ok.example/?a={{ x }}&region=fr&copy=2",
            {"x": "1"},
            "https://ok.example/?a=1&region=fr&copy=2",
        ),
    ],
)
def test_a_personal_address_is_one_of_the_web_or_none(
    text: str, values: dict[str, str], leads: str | None
) -> None:
    assert personal(text, values) == leads


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(
        st.sampled_from(["<a ", "href=", '"', "'", "https://x.example", "{{ name }}", "{% if tier %}", "{% endif %}", ">", "<!--", "-->", "é", "."])
        | st.text(max_size=4),
        max_size=30,
    ).map("".join),
    st.booleans(),
)  # fmt: skip
def test_whatever_is_written_the_rest_of_the_message_stays(html: str, tags: bool) -> None:
    wanted = Wanted(TAGS if tags else {}, BASE, clicks=not tags)
    try:
        before = made(html, Wanted())
    except MessageError:
        return
    after = made(html, wanted)
    plain = re.sub(r"[?&](amp;)?utm_[a-z]+=[a-z]+", "", after[0]) if tags else after[0]
    shape = re.compile(r"https?://\S*|&#?\w+;|[\"'&?]")
    assert shape.sub("", re.sub(rf"{BASE}/c/\d+-{TOKEN}", "https://", plain)) == shape.sub("", before[0])
    assert len(after[1]) >= len(before[1])


@pytest.mark.parametrize(
    ("url", "after"),
    [
        ("https://a.example", f"https://a.example?{QUERY}"),
        ("https://a.example/?", f"https://a.example/?{QUERY}"),
        ("https://a.example/?b=1&#f?g", f"https://a.example/?b=1&{QUERY}#f?g"),
        ("https://a.example?UTM_campaign=&utm_source=x&utm_medium=y", "https://a.example?UTM_campaign=&utm_source=x&utm_medium=y"),
    ],
)  # fmt: skip
def test_tags_are_added_before_the_fragment_and_never_twice(url: str, after: str) -> None:
    assert tagged(url, TAGS) == after
    assert tagged(after, TAGS) == after
