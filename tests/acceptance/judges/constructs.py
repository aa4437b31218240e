"""Liquid: every tag and every filter there is, in templates that all readers' data goes through; and pieces to roll dice for."""

import random

TEMPLATES = {
    "choices": "{% if vip == 'yes' %}A {{ first_name }}{% elsif vip %}B{% else %}C{% endif %}\n"
    "{% unless city %}nowhere{% elsif n > '2' %}b{% else %}{{ city }}{% endunless %}\n"
    "{% case n %}{% when '1', '2' %}one or two{% when '3' or '4' %}three{% else %}.{% endcase %}\n"
    "{% if note contains 'a' and n != blank or vip == empty %}x{% endif %}.{{ n }}",
    "loops": "{% for c in (1..5) %}{% if c == 2 %}{% continue %}{% elsif c == 4 %}{% break %}{% endif %}"
    "{{ forloop.index }}/{{ forloop.length }}{{ c }}.\n{% endfor %}"
    "{% assign words = note | split: ' ' %}{% for w in words limit: 3 offset: 1 reversed %}[{{ w }}]{% else %}none{% endfor %}\n"
    "{% tablerow x in words cols: 2 limit: 4 %}{{ x }}{% endtablerow %}",
    "state": "{% assign a = city | append: '!' %}{% capture b %}{{ a }}-{{ n }}\n.{% endcapture %}{{ b }}{{ b }}"
    "{% increment i %}{% increment i %}{% decrement d %}{% for x in (1..4) %}{% cycle 'odd', 'even' %}"
    "{% ifchanged %}{{ x | divided_by: 2 }}{% endifchanged %}{% endfor %}",
    "silence": "{% comment %}{{ n }}{% endcomment %}{% raw %}{{ as_it_is }}{% endraw %}{%- # a note -%}"
    "{% liquid\nassign e = first_name\necho e | upcase\nif vip\n echo n\nendif\n%}{% echo city %}{% doc %} x {% enddoc %}"
    " {{- n -}} \n {%- if vip -%} \n y \n {%- endif -%} \n.",
    "filters of text": "{{ first_name | append: '!' | capitalize | prepend: '.' }} {{ city | downcase }} {{ note | lstrip }}"
    "{{ note | remove: 'a' | remove_first: 'e' | remove_last: 'o' }}\n{{ note | replace: 'a', '.' }}"
    "{{ note | replace_first: 'e', '<' }}{{ note | replace_last: 'o', '>' }}\n{{ note | rstrip }}|{{ city | slice: 0, 3 }}|"
    "{{ note | squish }}|{{ note | strip }}|{{ note | strip_newlines }}|{{ note | truncate: 20 }}|"
    "{{ note | truncatewords: 3, '…' }}|{{ first_name | upcase }}|{{ note | split: ' ' | join: '.\n' }}",
    "filters that escape": "{{ note | escape }}|{{ note | escape_once }}|{{ note | escapejs }}|{{ note | url_encode }}|"
    "{{ city | url_encode | url_decode }}|{{ note | base64_encode }}|{{ first_name | base64_encode | base64_decode }}|"
    "{{ note | base64_url_safe_encode }}|{{ city | base64_url_safe_encode | base64_url_safe_decode }}|"
    "{{ first_name | newline_to_br }}|{{ note | strip_html }}|{{ '<i>' | safe }}{{ '</i>' | raw }}",
    "filters of numbers": "{{ '-7.5' | abs }} {{ 3 | at_least: 5 }} {{ 9 | at_most: 5 }} {{ 1.2 | ceil }} {{ 7 | divided_by: 2 }} "
    "{{ 1.8 | floor }} {{ 5 | minus: 7 }} {{ 7 | modulo: 3 }} {{ 1 | plus: 2.5 }} {{ 2.345 | round: 1 }} {{ 3 | times: 4 }} "
    "{{ '1,2,3' | split: ',' | sum }} {{ note | size }}",
    "filters of lists": "{% assign l = note | split: ' ' %}{{ l | compact | concat: l | uniq | sort | join: ', ' }}|{{ l | first }}|"
    "{{ l | last }}|{{ l | reverse | join }}|{{ l | sort_natural | join: '/' }}|{{ l.size }}|{{ l | size }}|"
    "{{ l | map: 'size' | join }}|{{ l | where: 'x' | join }}|{{ l | reject: 'x' | size }}|{{ l | has: 'x' }}|{{ l | find: 'x' }}|"
    "{{ l | find_index: 'x' }}",
    "other filters": "{{ city | default: 'nowhere' }} {{ vip | default: 'no', allow_false: true }} {{ '2024-02-29' | date: '%d.%m.%Y' }} "
    "{{ n | default: '0' | plus: 0 }}",
}

_CONSTANTS = ("", ".", " ", "\n", "\n.", "\n..\n", "Dear ", ", hi.\n", "é", "ß.\n", "x" * 90, "=", "\t\n", "From ", "李", "🙂", " \n",
              "a" * 990, "<b>", "</b>\n", "&", "'\"", "\r", "\r\n.\r\n", "—\n")  # fmt: skip
_NAMES = ("first_name", "city", "note", "n", "vip", "email", "first_name.size")
_FILTERS = ("upcase", "downcase", "capitalize", "strip", "escape", "size", "newline_to_br", "default: 'friend'", "append: '!<'",
            "prepend: n", "split: ' '", "join: '&'", "truncate: 5", "slice: 0, 2", "replace: 'a', '<b>'", "url_encode", "strip_html",
            "strip_newlines", "squish", "remove: 'e'", "reverse", "first", "last", "replace: ' ', '\n.'")  # fmt: skip
_CONDITIONS = (
    "vip",
    "vip == 'yes'",
    "n > '20'",
    "note contains 'e'",
    "city == blank",
    "first_name.size > 4",
    "n == '7' or vip",
)


def output(dice: random.Random) -> str:
    """One output with some filters."""
    chain = "".join(f" | {dice.choice(_FILTERS)}" for _ in range(dice.choice((0, 0, 1, 1, 2, 3))))
    left, right = dice.choice((("{{", "}}"), ("{{", "}}"), ("{{-", "-}}")))
    return f"{left} {dice.choice(_NAMES)}{chain} {right}"


def piece(dice: random.Random, depth: int = 0) -> str:
    """A constant, an output, or a block of such."""
    kind = dice.random()
    if kind < 0.4 or depth > 1:
        return dice.choice(_CONSTANTS)
    if kind < 0.75:
        return output(dice)
    inner = [piece(dice, depth + 1) + piece(dice, depth + 1) for _ in range(3)]
    asked, name = dice.choice(_CONDITIONS), dice.choice(_NAMES)
    return dice.choice((
        f"{{% if {asked} %}}{inner[0]}{{% else %}}{inner[1]}{{% endif %}}",
        f"{{% unless {asked} %}}{inner[0]}{{% endunless %}}",
        f"{{% case {name} %}}{{% when 'x', '7' %}}{inner[0]}{{% else %}}{inner[1]}{{% endcase %}}",
        f"{{% for x in (1..3) %}}{inner[0]}{{{{ forloop.index }}}}{{% endfor %}}",
        f"{{% assign words = {name} | split: ' ' %}}{{% for w in words %}}{{{{ w }}}}{inner[0]}{{% endfor %}}",
        f"{{% capture c %}}{inner[0]}{{% endcapture %}}{{{{ c }}}}{inner[1]}{{{{ c }}}}",
    ))  # fmt: skip
