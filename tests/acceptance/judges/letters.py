"""The letters that every reader gets: each puts something in a place where mail has been broken before."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.judges import constructs

SENDER = "News <news@example.org>"
_MARKED = "<p>Dear (:{{ first_name }}:) of (:{{ city }}:): (:{{ note }}:)</p>\n"
_BYE = '<p><a href="{{ unsubscribe_url }}">No more of these</a></p>\n'
_WORLD = (
    "Ærøskøbing, Łódź, Ναύπλιο, Ярославль, თბილისი, Երևան, ירושלים, القاهرة, नई दिल्ली, กรุงเทพฯ, ལྷ་ས, አዲስ አበባ, "
    "東京都, 서울, ᠤᠯᠠᠭᠠᠨ, 𐓏𐓘𐓻𐓘𐓻𐓟, 𝔉𝔯𝔞𝔨𝔱𝔲𝔯"
)
_SEED = 20261122


@dataclass(frozen=True)
class Letter:
    """One message; `subject` defaults to a plain one that names it."""

    name: str
    text: str | None = None
    html: str | None = None
    mjml: str | None = None
    subject: str = ""
    sender: str = SENDER
    reply_to: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    design: dict[str, Any] | None = None

    def members(self) -> dict[str, Any]:
        """As the API takes it."""
        given = {
            "sender": self.sender, "subject": self.subject or f"About {self.name}", "reply_to": self.reply_to,
            "text": self.text, "html": self.html, "mjml": self.mjml, "headers": self.headers, "design": self.design,
        }  # fmt: skip
        return {name: value for name, value in given.items() if value}


def _texts() -> Iterator[Letter]:
    """Plain text, line by line."""
    yield Letter("plain", text="Dear {{ first_name }} of {{ city }},\n\n{{ note }}\n")
    yield Letter("lone dots", text=".\n..\n...\n.a\n\n.\n{{ note }}\n.\nMAIL FROM:<a@b>\n.\nQUIT\n")
    yield Letter(
        "dots after holes", text="{{ n }}.\n{{ n }}{{ note }}.\n{{ note }}.{{ note }}..{{ n }}\n.{{ n }}."
    )
    yield Letter("998 octets", text=f"{'a' * 998}\n{'é' * 499}\n{'x' * 997}{{{{ n }}}}\n.{'y' * 997}\n")
    yield Letter(
        "999 octets and more",
        text=f"{'a' * 999}\n.{'b' * 998}\n{'ü' * 500}\n{'c' * 70_000}\n{{{{ note }}}}\n",
    )
    yield Letter("line full with data", text=f"{'a' * 900}{{{{ note }}}}{'b' * 90} {{{{ city }}}}\n")
    yield Letter("lone CRs", text="one\rtwo\r\rthree\r\nfour\n\rfive\r\n\r\nsix {{ note }}\rseven\r")
    yield Letter(
        "controls", text="ab\x07c\x1b[2Jd\x0be\x0cf\x7fg\x80h\u0085i\u2028j\u2029k\ttab {{ note }}\n"
    )
    yield Letter("blanks at the end", text="a \nb\t\nc \t \n   \n\t\n-- \nd{{ n }} \n{{ note }}\t\n\n\n\n\n")
    yield Letter("nothing but data", text="{{ note }}")
    yield Letter(
        "From",
        text="From the first line\nFrom: x\n>From y\n{{ first_name }}\nFrom z{{ n }}\nFrom {{ city }}\n",
    )
    yield Letter(
        "like a message",
        text="From: a@b\nTo: c@d\nContent-Type: text/html\n\n--=_x\n\n--\nbegin 644 a\nM\n`\nend\n",
    )
    yield Letter(
        "quoted-printable by eye", text="=20 =\n=3D =E9= =\r\n=?utf-8?q?=41?= é {{ note }} 1+1=2\n=\n"
    )
    yield Letter("the world", text=f"{_WORLD}\n{{{{ first_name }}}} – {{{{ city }}}}\n")


def _pages() -> Iterator[Letter]:
    """HTML, with and without a text of its own."""
    yield Letter("a page", html=f"<!doctype html>\n<html><body>{_MARKED}{_BYE}</body></html>\n")
    yield Letter(
        "page and text",
        html=_MARKED + _BYE,
        text="Dear {{ first_name }}: {{ note }}\n{{ unsubscribe_url }}\n",
    )
    yield Letter("world's page", html=f"<p lang=mul>{_WORLD}</p>{_MARKED}", text=f"{_WORLD} {{{{ note }}}}")
    rows = "\n".join(f"<tr><td>{n}<td>{n * n}<td>ü {n % 7}<td>.{n}" for n in range(2_800))
    yield Letter("huge table", html=f"<table>\n{rows}\n</table>{_MARKED}", text="A table, {{ first_name }}.")
    table = "{% tablerow i in (1..600) cols: 6 %}{{ i }}.{% if vip %}*{% endif %}{% endtablerow %}"
    yield Letter("huge table by loop", html=f"<table>{table}</table>{_MARKED}", text="A table.")
    yield Letter("one line of 100 kB", html="<p>" + "no line ends, " * 7_500 + "</p>" + _MARKED, text="x")
    style = "<style>\n.a { color: red }\n.b::before { content: '\\201C' }\n</style>\n"
    mso = (
        "<!--[if mso]><table><tr><td><![endif]-->\n{{ city }}\n<!--[if mso]></td></tr></table><![endif]-->\n"
    )
    yield Letter(
        "styles and comments", html=f"<head>{style}</head><body>{mso}{_MARKED}.\n..\n</body>", text="."
    )
    attributes = "<a href=\"https://example.org/?q={{ note | url_encode }}&amp;c={{ city | escape }}\" title='{{ note }}'>x</a>"
    yield Letter("attributes", html=attributes + _MARKED, text="x")
    yield Letter(
        "safe and raw",
        html="<p>{{ note | newline_to_br }}|{{ note | strip_html }}</p>{{ '<b>&</b>' }}" + _MARKED,
        text="x",
    )
    yield Letter(
        "emoji",
        html="<p>👩‍👩‍👧‍👦🏳️‍🌈🇺🇳👍🏿1️⃣ " * 50 + f"</p>{_MARKED}",
        text="🎄" * 400 + "{{ first_name }}",
        subject="🎄 {{ first_name }} 👩‍👩‍👧‍👦",
    )
    rtl = '<p dir="rtl">שלום {{ first_name }}, مرحباً &rlm;123&lrm; \u202b{{ city }}\u202c</p>'
    yield Letter(
        "right to left",
        html=rtl + _MARKED,
        text="שלום {{ first_name }} \u200f(مرحباً)",
        subject="שלום {{ first_name }}, 3 دقائق",
    )
    entities = "<p>&nbsp;&eacute;&#233;&#x1F600;&notanentity; & < é</p>"
    yield Letter("entities", html=entities + _MARKED, text="&nbsp; & < >")
    yield Letter("page of ASCII", html=f"<html><body>{_MARKED}</body></html>")
    yield Letter(
        "many line ends",
        html="<pre>\ra\r\n\nb\n\r\n</pre>" + _MARKED + "\n" * 50,
        text="\r\r\n\n\rx{{ n }}\r",
    )


def _mjml() -> Iterator[Letter]:
    text = '<mj-text align="right">(:{{ first_name }}:) of (:{{ city }}:): (:{{ note }}:)</mj-text>'
    more = "{% if vip %}<mj-section><mj-column><mj-divider/></mj-column></mj-section>{% endif %}"
    button = '<mj-button href="{{ unsubscribe_url }}">No more 👋</mj-button>'
    body = f"<mj-section><mj-column>{text}</mj-column><mj-column>{button}</mj-column></mj-section>{more}"
    yield Letter("MJML", mjml=f"<mjml><mj-body>{body}</mj-body></mjml>")
    yield Letter(
        "MJML and text",
        mjml=f"<mjml><mj-body>{body}</mj-body></mjml>",
        text="Dear {{ first_name }}: {{ note }}",
    )


def _designs() -> Iterator[Letter]:
    """Letters of blocks, and links to themselves."""
    marked = "(:{{ first_name }}:) of (:{{ city }}:): (:{{ note }}:)"
    blocks = [
        {"type": "heading", "text": "Good morning 🌍 {{ first_name }}"},
        {"type": "text", "html": f"<p>Dear {marked}</p>{_WORLD}"},
        {
            "type": "button",
            "text": "Look: {{ city }}",
            "link": "https://example.org/?q={{ note | url_encode }}",
        },
        {"type": "divider"},
        {
            "type": "columns",
            "columns": [
                {"blocks": [{"type": "text", "html": "<ul><li>.</li></ul>"}]},
                {"blocks": [{"type": "divider"}]},
            ],
        },
        {"type": "social", "links": [{"label": "Größe", "link": "https://example.org/größe"}]},
        {"type": "footer", "text": "News, 1 Mill Lane\nÆrø", "view": "In the browser"},
    ]
    yield Letter("design", design={"version": 1, "settings": {"language": "mul"}, "blocks": blocks})
    yield Letter("design and text", design={"version": 1, "blocks": blocks}, text="{{ note }}\n.\n{{ city }}")


def _heads() -> Iterator[Letter]:
    """What stands above the body: names, subjects, fields of one's own."""
    text = "Hello {{ first_name }}.\n"
    names = ('"Müller, Jörg (Büro)"', "花子 株式会社", '"a \\"quoted\\" \\\\ name"', "🚀 Rockets", "نشرة \u200fأخبار", '"news@example.org"',
             '"' + "Long name " * 40 + 'x"', '"' + "Ünglaublich" * 40 + '"')  # fmt: skip
    for number, name in enumerate(names):
        yield Letter(f"sender {number}", text=text, sender=f"{name} <news@example.org>")
    yield Letter("subject of data", text=text, subject="{{ first_name }}")
    yield Letter("subject of more data", text=text, subject="{{ note }} – {{ city }}: {{ note | upcase }}")
    yield Letter("subject without a blank", text=text, subject="x" * 900 + "{{ n }}")
    yield Letter("subject of many words", text=text, subject="words, " * 100 + "{{ first_name }}")
    yield Letter("subject like a word", text=text, subject="=?utf-8?b?8J+YgA==?= {{ note }} ?= =?")
    reply = 'Desk <desk@example.org>, "Küche, Keller" <kueche@example.org>, info@münchen.example'
    yield Letter("replies", text=text, reply_to=reply)
    fields = {"List-Id": "News <news.example.org>", "X-Long": "lorem ipsum " * 80, "X-Word": "w" * 900, "X-Data": "{{ note }}",
              "X-World": _WORLD, "Precedence": "list", "Auto-Submitted": "auto-generated"}  # fmt: skip
    yield Letter("fields", text=text, headers=fields)


def _liquid() -> Iterator[Letter]:
    for name, source in constructs.TEMPLATES.items():
        yield Letter(name, text=source + "\n", html=f"<div>{source}</div>\n", subject="About " + name)


def _made(number: int) -> Letter:
    """A letter put together at random, the same in every run."""
    dice = random.Random(_SEED + number)
    body: Callable[[], str] = lambda: "".join(constructs.piece(dice) for _ in range(dice.randint(2, 12)))  # noqa: E731
    subject = "".join(constructs.output(dice) for _ in range(dice.randint(1, 3))).replace("\n", " ")
    html = f"<p>{body()}</p>" if dice.random() < 0.6 else None
    text = body() + "|" if html is None or dice.random() < 0.7 else None
    return Letter(f"random {number}", text=text, html=html, subject=f"{number}: {subject}")


def letters(random_ones: int) -> list[Letter]:
    """All that were thought of, and so many put together at random."""
    thought_of = [*_texts(), *_pages(), *_mjml(), *_designs(), *_heads(), *_liquid()]
    return thought_of + [_made(number) for number in range(random_ones)]
