"""Forty readers whose data is such as people have, mistype or mean ill with; values are as they go into the contact."""

from typing import Any

ATTRIBUTES = ("first_name", "city", "note", "n", "vip")

_ROWS: list[tuple[str, str, str, str, str, str]] = [
    # address, then ATTRIBUTES
    ("anna@example.net", "Anna", "Bern", "of the mill", "1", "yes"),
    ("zoe@example.net", "Zoë", "Zürich", "größer als äöüß", "2", ""),
    ("soren@example.net", "Søren", "Ærø", "Smørrebrød på åen", "3", "yes"),
    ("lukasz@example.net", "Łukasz", "Łódź", "Zażółć gęślą jaźń", "4", ""),
    ("nguyen@example.net", "Nguyễn", "Huế", "Tiếng Việt có dấu", "5", "yes"),
    ("andreas@example.net", "Ανδρέας", "Θεσσαλονίκη", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία", "6", ""),
    ("ekaterina@example.net", "Екатерина", "Нижний Новгород", "Съешь ещё этих мягких булок", "7", "yes"),
    ("giorgi@example.net", "გიორგი", "თბილისი", "გამარჯობა", "8", ""),
    ("ani@example.net", "Անի", "Երևան", "Բարեւ ձեզ", "9", "yes"),
    ("noa@example.net", "נועה", "תל אביב־יפו", "שָׁלוֹם (שלום), מה שלומך?", "10", ""),
    ("mariam@example.net", "مريم", "القاهرة", "مرحباً بكم، كيف الحال؟ ١٢٣", "11", "yes"),
    ("shirin@example.net", "شیرین", "تهران", "می‌خواهم نامه‌ها را بخوانم", "12", ""),
    ("ananya@example.net", "अनन्या", "नई दिल्ली", "क्षत्रिय श्री हिन्दी", "13", "yes"),
    ("kavitha@example.net", "கவிதா", "சென்னை", "வணக்கம்", "14", ""),
    ("malee@example.net", "มาลี", "กรุงเทพมหานคร", "ภาษาไทยไม่เว้นวรรคระหว่างคำ" * 12, "15", "yes"),
    ("dolma@example.net", "སྒྲོལ་མ", "ལྷ་ས", "བཀྲ་ཤིས་བདེ་ལེགས", "16", ""),
    ("abeba@example.net", "አበባ", "አዲስ አበባ", "ሰላም ለዓለም", "17", "yes"),
    ("lilei@example.net", "李雷", "臺北", "天地玄黃宇宙洪荒" * 60, "18", ""),
    ("hanako@example.net", "花子", "東京都", "いろはにほへと ﾊﾝｶｸ ㍿", "19", "yes"),
    ("jihun@example.net", "지훈", "서울특별시", "다람쥐 헌 쳇바퀴에 타고파 각", "20", ""),
    ("tserendorj@example.net", "ᠴᠡᠷᠡᠨ", "ᠤᠯᠠᠭᠠᠨ", "ᠮᠣᠩᠭᠣᠯ", "21", "yes"),
    ("osage@example.net", "𐓏𐓘𐓻𐓘𐓻𐓟", "𝕭𝖊𝖗𝖓", "𐍈 𒀭 𓀀 𠜎 \U0010fffd", "22", ""),
    ("family@example.net", "👩‍👩‍👧‍👦", "🇨🇭🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👍🏽 1️⃣ ❤️ ☺︎ 🧑🏿‍🚀", "23", "yes"),
    ("emoji@example.net", "🎉" * 80, "🚀", "🙂 " * 300, "24", ""),
    ("combining@example.net", "e\u0301\u0323", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞", "A\u030a ﬁ ½ Ω Ω", "25", "yes"),
    ("bidi@example.net", "\u202eevil\u202c", "\u2067עיר\u2069", "abc \u200fאבג\u200e 123 \u061cد", "26", ""),
    ("invisible@example.net", "\ufeffAnn\u200b", "a\u00a0b\u2009c\u3000d", "soft\u00adhyphen\u2060joined\u180e", "27", "yes"),
    ("lines@example.net", "Ann\r\nBcc: thief@example.org\r\n\r\nbody", "a\rb", "one\rtwo\r\nthree\nfour\n\rfive", "28", ""),
    ("separators@example.net", "a\u2028b", "c\u2029d", "e\u0085f\x0bg\x0ch\x1ci", "29", "yes"),
    ("controls@example.net", "\x1b[31mred\x1b[0m", "bell\x07", "\x01\x02del\x7f\x80\x9f\ttab\t", "30", ""),
    ("dots@example.net", ".", "..", ".\r\n.\r\n..\n.a\n", "31", "yes"),
    ("smtp@example.net", "x\r\n.\r\nMAIL FROM:<a@b>", "QUIT", "\n.\nRCPT TO:<thief@example.org>\nDATA\n.\n", "32", ""),
    ("from@example.net", "From me", "From: x", "From the start\nFrom another\n>From a third\n--=_x--\n-- \n", "33", "yes"),
    ("long@example.net", "w" * 998, "é" * 499, "x" * 2500, "34", ""),
    ("longwords@example.net", "lorem ipsum " * 200, "a" * 999, ("y" * 996 + "\n") * 2 + "z" * 997, "35", "yes"),
    ("markup@example.net", "<b>&'\"</b>", "</td><script>alert(1)</script>", "&amp; &lt; ]]> <!-- --> {{ n }} {% raw %}", "36", ""),
    ("mime@example.net", "=?utf-8?q?x?=", "=20=\r\n=E9", "=?UTF-8?B?8J+YgA==?= 100% =C3=A9 =", "37", "yes"),
    ("empty@example.net", "", " ", "", "", ""),
    ("numbers@example.net", "0", "-3.50", "2024-02-29", "1e400", "false"),
    ("rené@bücher.example", '"Quoted", (Bracketed) <x@y>; a: b', "\\", " leading, trailing \t ", "0040", "true"),
]  # fmt: skip


def contacts() -> list[dict[str, Any]]:
    """The readers as the API takes them; the last one's address needs SMTPUTF8 and has a domain of its own script."""
    assert len(_ROWS) == 40
    return [
        {"address": address, "attributes": {k: v for k, v in zip(ATTRIBUTES, values, strict=True) if v}}
        for address, *values in _ROWS
    ]
