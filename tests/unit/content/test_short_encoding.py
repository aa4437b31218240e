"""Text to the parts of a short message: exact counts at every edge, nothing split that belongs together, what arrives is what was written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.content.sms.encoding import TooLong, encode, fit, languages, room
from penstock.content.sms.foreign import foreign, replaced
from penstock.content.sms.seeing import seen, texts
from penstock.transport import alphabet
from penstock.transport.short import Encoded, headers
from tests.examples import examples

ORDINARY = "".join(character for character in alphabet.DEFAULT if character not in "\0\n\r ")
ESCAPED = "^{}\\[~]|€"


@pytest.mark.parametrize(
    ("text", "coding", "units", "parts"),
    [
        ("x" * 160, "gsm7", 160, 1), ("x" * 161, "gsm7", 161, 2), ("x" * 306, "gsm7", 306, 2), ("x" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1), ("€" * 81, "gsm7", 162, 2), ("x" * 152 + "€" * 80, "gsm7", 312, 3),
        ("ж" * 70, "ucs2", 70, 1), ("ж" * 71, "ucs2", 71, 2), ("ж" * 134, "ucs2", 134, 2), ("ж" * 135, "ucs2", 135, 3),
        ("😀" * 35, "ucs2", 70, 1), ("😀" * 36, "ucs2", 72, 2), ("😀" * 67, "ucs2", 134, 3), ("x" * 69 + "’", "ucs2", 70, 1),
    ],
)  # fmt: skip
def test_parts_are_counted_exactly(text: str, coding: str, units: int, parts: int) -> None:
    made = encode(text)
    assert (made.coding, made.units, made.count) == (coding, units, parts)


def test_no_part_ends_within_a_character() -> None:
    made = encode("x" * 152 + "€" + "y" * 160)
    assert [len(part) for part in made.parts] == [152, 153, 9]
    assert made.parts[1].startswith(b"\x1be")
    wide = encode("x" * 66 + "😀" + "y" * 10 + "ж")
    assert [len(part) // 2 for part in wide.parts] == [66, 13]


@pytest.mark.parametrize(
    ("locking", "shift", "wide", "one", "several"),
    [(0, 0, False, 160, 153), (0, 0, True, 160, 152), (0, 2, False, 155, 149), (1, 1, False, 152, 146), (1, 1, True, 152, 145)],
)  # fmt: skip
def test_national_tables_and_wide_references_take_room(locking: int, shift: int, wide: bool, one: int, several: int) -> None:  # fmt: skip
    assert room("gsm7", locking, shift) == one
    assert room("gsm7", locking, shift, several=True, wide=wide) == several
    for count, length in ((1, one), (2, several)):
        made = Encoded("", "gsm7", locking, shift, (b"x" * length,) * count, 0, wide)
        for header, part in zip(headers(made, 1), made.parts, strict=True):
            # What the transport writes fits into the 140 octets of user data, and one septet more would not.
            assert (len(header) * 8 + 6) // 7 + len(part) <= 160 < (len(header) * 8 + 6) // 7 + len(part) + 1
    assert room("ucs2", several=True, wide=True) == 66


def test_a_national_table_is_used_where_it_saves_parts() -> None:
    text = "ş" * 100
    assert encode(text).coding == "ucs2"
    made = encode(text, tables=languages("spanish turkish"))
    assert (made.coding, made.locking, made.shift, made.count) == ("gsm7", 1, 0, 1)
    # UCS-2 is known everywhere: the table is not worth it here.
    assert encode("ş" * 60, tables=languages("turkish")).coding == "ucs2"
    few = encode("x" * 140 + "á", tables=languages("spanish"))
    assert (few.locking, few.shift, few.units) == (0, 2, 142)
    hindi = encode("नमस्ते दुनिया " * 8, tables=languages("hindi"))
    assert (hindi.coding, hindi.count) == ("gsm7", 1)
    with pytest.raises(ValueError, match="there is no national table 'klingon'; there are turkish"):
        languages("klingon")


def test_a_text_is_made_fit() -> None:
    assert fit("  Cafe\u0301\r\n\tnow\x07 ") == "Café\n now"
    assert encode("e\u0301").coding == "gsm7"
    assert encode("").parts == (b"",)
    with pytest.raises(TooLong, match="it takes 262 parts"):
        encode("x" * 40_000)


@given(
    st.text(st.one_of(st.sampled_from(ORDINARY + ESCAPED + " "), st.characters()), max_size=700),
    st.booleans(),
)
@settings(max_examples=examples(200), deadline=None)
def test_whatever_is_written_arrives(text: str, wide: bool) -> None:
    for tables in ((), tuple(alphabet.LANGUAGES)):
        made = encode(text, tables=tables, wide=wide)
        assert made.text == fit(text)
        assert "".join(texts(made)) == made.text
        width = 2 if made.coding == "ucs2" else 1
        several = made.count > 1
        most = room(made.coding, made.locking, made.shift, several=several, wide=wide)
        assert all(0 < len(part) <= most * width for part in made.parts) or not made.text
        # Greedy is best: no part but the last has room for what begins the next one.
        assert all(len(part) >= (most - 1) * width for part in made.parts[:-1])
        assert sum(map(len, made.parts)) == made.units * width
        assert (made.coding == "ucs2") <= bool(foreign(made.text))


@given(st.binary(max_size=200), st.integers(0, 255), st.integers(0, 255))
@settings(max_examples=examples(100), deadline=None)
def test_any_octets_have_a_text(octets: bytes, locking: int, shift: int) -> None:
    assert isinstance(alphabet.decode(octets, locking, shift), str)


@pytest.mark.parametrize(
    ("locking", "shift"), [(0, 0)] + [(n, n) for n in alphabet.LOCKING if n] + [(0, n) for n in alphabet.SHIFT if n]
)  # fmt: skip
def test_every_character_of_a_table_comes_back(locking: int, shift: int) -> None:
    there = "".join(map(chr, alphabet.encodable(locking, shift)))
    assert alphabet.decode(alphabet.encode(there, locking, shift), locking, shift) == there
    assert len(there) > 100


def test_what_no_table_knows_is_read_as_the_standard_says() -> None:
    assert alphabet.decode(b"\x1b\x1bx\x1bA\x80\x1b") == " xA\ufffd "
    assert alphabet.decode(b"\x1bs\x1bc", 0, 1) == "şç"
    assert alphabet.decode(b"\x04", 99, 99) == "è"


def test_foreign_characters_are_named_with_what_stands_for_them() -> None:
    text = "Fête d’été – « oui » 😀… œuf"
    found = {each.character: each for each in foreign(text)}
    assert found["’"].told == "’ (RIGHT SINGLE QUOTATION MARK, U+2019)"
    assert (found["’"].place, found["’"].count, found["’"].replacement, found["’"].offered) == (
        6,
        1,
        "'",
        False,
    )
    assert (found["ê"].replacement, found["ê"].offered, found["😀"].replacement) == ("e", True, None)
    assert "é" not in found
    assert replaced(text) == 'Fête d\'été - " oui " 😀... œuf'
    assert replaced(text, spelling=True) == 'Fete d\'été - " oui " 😀... oeuf'
    assert replaced(text, ["ê"]) == text.replace("ê", "e")
    assert foreign("Ç ü à ñ Ω [€]") == []
    liquid = "d’accord {{ name | default: 'l’ami' }} – {% if a %}…{% endif %}"
    assert replaced(liquid) == "d'accord {{ name | default: 'l’ami' }} - {% if a %}...{% endif %}"


@given(st.text(max_size=50))
@settings(max_examples=examples(100), deadline=None)
def test_what_is_replaced_is_of_the_default_alphabet(text: str) -> None:
    there = alphabet.encodable()
    for each in foreign(text, most=100):
        if each.replacement is not None:
            assert all(ord(character) in there for character in each.replacement), each


def test_what_is_seen_of_a_message() -> None:
    there = seen(encode("Ça va, Şevket ? " + "x" * 60), "Ça va, {{ name }} ?")
    assert (there.coding, there.count, there.most, there.left) == ("ucs2", 2, 67, 58)
    assert [(each.foreign.character, each.of_data) for each in there.forcing] == [("Ş", True)]
