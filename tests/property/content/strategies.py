"""Templates and values as people, and the ill-meaning, may write them."""

from hypothesis import strategies as st

NAMES = ("email", "first_name", "n", "vip", "city")

awkward = st.sampled_from(
    [
        "",
        " ",
        ".",
        "..",
        ".\n",
        "\n",
        "\r",
        "\r\n",
        "a\n.b",
        "x\r\n.\r\nMAIL FROM:<a@b>",
        "\r\n\r\n",
        "\0",
        "\x1b[2J",
        "Zoë",
        "Ægir",
        "李雷",
        "שלום",
        "مرحبا",
        "👩‍👩‍👧‍👦",
        "e\u0301",
        "\u202eabc",
        "<b>&'\"",
        "&amp;",
        "=?utf-8?q?x?=",
        "=20",
        "12",
        "-3",
        "0",
        "3.50",
        "2024-02-30",
        "2024-05-01",
        "true",
        "From me",
        "a" * 80,
        "é" * 600,
        "w" * 1200,
        "\t",
        "x ",
    ]
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
value = st.one_of(st.none(), awkward, words, st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True))
addresses = st.from_regex(r"[a-z0-9]{1,10}(\.[a-z]{1,5})?@[a-z]{1,10}\.(org|example)", fullmatch=True)
rows = st.tuples(addresses, value, value, value, value)

literal = st.sampled_from(
    ["'x'", "'friend'", "'<i>'", "''", "3", "2.5", "nil", "true", "blank", "empty", "'é&'", "'.'"]
)
path = st.sampled_from([*NAMES, "first_name.size", "city.first", "unsubscribe_url", "a", "b"])
filters = st.sampled_from(
    [
        "upcase",
        "downcase",
        "capitalize",
        "strip",
        "escape",
        "escape_once",
        "size",
        "safe",
        "raw",
        "newline_to_br",
        "default: 'friend'",
        "default: city",
        "append: '!<'",
        "prepend: n",
        "date: '%Y-%m-%d'",
        "split: ' '",
        "join: '&'",
        "plus: 1",
        "times: 2",
        "divided_by: 0",
        "truncate: 5",
        "slice: 0, 2",
        "replace: 'a', '<b>'",
        "first",
        "last",
        "url_encode",
        "strip_html",
        "strip_newlines",
        "squish",
        "remove: 'e'",
        "sort",
        "reverse",
        "round",
        "abs",
    ]
)
constant = st.one_of(
    st.sampled_from(
        [
            "",
            ".",
            " ",
            "\n",
            "\n.",
            "Dear ",
            ", hi.\n",
            "<p>",
            "</p>\n",
            "é",
            "x" * 90,
            "\n\n..\n",
            "=",
            "\t\n",
        ]
    ),
    st.text(st.sampled_from("ab .\n<&é{}%=-"), max_size=8).filter(lambda s: "{{" not in s and "{%" not in s),
)


def put(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """``template`` with each @ replaced."""
    pieces = template.split("@")
    return st.tuples(*parts).map(
        lambda found: "".join(a + b for a, b in zip(pieces, (*found, ""), strict=True))
    )


@st.composite
def output(draw: st.DrawFn) -> str:
    # `blank` and `empty` are for comparing; put out, they show their place in memory.
    subject = draw(st.one_of(path, path, literal.filter(lambda name: name not in ("blank", "empty"))))
    chain = "".join(f" | {name}" for name in draw(st.lists(filters, max_size=3)))
    trim = draw(st.sampled_from([("{{", "}}"), ("{{", "}}"), ("{{-", "-}}")]))
    return f"{trim[0]} {subject}{chain} {trim[1]}"


@st.composite
def condition(draw: st.DrawFn) -> str:
    simple = st.one_of(
        path,
        st.tuples(path, st.sampled_from(["==", "!=", "contains", "<", ">="]), st.one_of(literal, path)).map(
            " ".join
        ),
    )
    return draw(st.one_of(simple, st.tuples(simple, st.sampled_from(["and", "or"]), simple).map(" ".join)))


def blocks(body: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        put("{% if @ %}@{% elsif @ %}@{% else %}@{% endif %}", condition(), body, condition(), body, body),
        put("{% if @ %}@{% endif %}", condition(), body),
        put("{% unless @ %}@{% else %}@{% endunless %}", condition(), body, body),
        put(
            "{% case @ %}{% when @, @ %}@{% when 'x' %}@{% else %}@{% endcase %}",
            path,
            literal,
            literal,
            body,
            body,
            body,
        ),
        put("{% for a in (1..3) %}@{% endfor %}", body),
        put("{% for b in @ %}{{ forloop.index }}@{% else %}@{% endfor %}", path, body, body),
        put("{% capture a %}@{% endcapture %}", body),
        put("{% liquid\nassign b = @\necho b %}", path),
    )


state = st.one_of(
    put("{% assign @ = @ | @ %}", st.sampled_from(["a", "b", "city"]), path, filters),
    st.sampled_from(
        ["{% increment n %}", "{% decrement a %}", "{% cycle 'x', 'y' %}", "{% comment %} x {% endcomment %}"]
    ),
    st.sampled_from(
        ["{% raw %}{{ a }}{% endraw %}", "{%- # note -%}", "{% ifchanged %}{{ city }}{% endifchanged %}"]
    ),
)
leaf = st.one_of(constant, output(), constant, output())
shallow = st.lists(leaf, max_size=3).map("".join)
body = st.lists(
    st.one_of(leaf, state, blocks(st.lists(st.one_of(leaf, state), max_size=3).map("".join))), max_size=3
).map("".join)
templates = st.lists(st.one_of(leaf, state, blocks(body)), max_size=6).map("".join)
plain_templates = st.lists(st.one_of(leaf, blocks(shallow)), max_size=6).map("".join)
