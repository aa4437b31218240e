"""From bytes in any encoding to rows and rejected lines."""

import json
from pathlib import Path

import pytest

from penstock.audience import columns, header, reading
from penstock.audience.records import MAX_FIELD, Records
from penstock.audience.trouble import ImportFileError

Row = tuple[int, str, str, dict[str, str]]
_BACK = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


def unescaped(text: str) -> str:
    out, place = [], 0
    while place < len(text):
        pair = text[place : place + 2]
        out.append(_BACK.get(pair, text[place]))
        place += 2 if pair in _BACK else 1
    return "".join(out)


def rows(data: bytes, path: Path) -> tuple[list[Row], list[tuple[int, str, str]], Records]:
    path.write_bytes(data)
    head = header.read((reader := reading.Reader(reading.survey(path))).blocks())
    refused: list[tuple[int, str, str]] = []
    records = Records(
        columns.understand(head.names), head.delimiter, 1, 0, head.lines, lambda *each: refused.append(each)
    )
    text = b"".join(records.copy(head.blocks)).decode()
    assert reader.read == len(data)
    found = []
    for line in text.splitlines() if "\x85" not in text else text.split("\n")[:-1]:
        number, _, normal, address, attributes = line.split("\t")
        found.append((int(number), unescaped(address), unescaped(normal), json.loads(unescaped(attributes))))
    return found, refused, records


TEXT = "E-Mail,First name,City\na@x.example,Zoë,Köln\nb@x.example,Bob,Łódź\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_of_unicode(encoding: str, end: str, tmp_path: Path) -> None:
    found, refused, _ = rows(TEXT.replace("\n", end).encode(encoding), tmp_path / "f.csv")
    assert not refused
    assert found == [
        (2, "a@x.example", "a@x.example", {"first_name": "Zoë", "city": "Köln"}),
        (3, "b@x.example", "b@x.example", {"first_name": "Bob", "city": "Łódź"}),
    ]


@pytest.mark.parametrize(("byte", "char"), [(b"\xe9", "é"), (b"\x80", "€"), (b"\xe9\x81", "é\x81")])
def test_single_byte_encodings(byte: bytes, char: str, tmp_path: Path) -> None:
    data = b"email,name\n" + b"x@y.example,Ann\n" * 30_000 + b"a@y.example,Andr" + byte + b"\n"
    found, refused, _ = rows(data, tmp_path / "f.csv")
    assert not refused
    assert found[-1] == (30_002, "a@y.example", "a@y.example", {"name": "Andr" + char})


def test_one_broken_line_in_utf8_is_refused_alone(tmp_path: Path) -> None:
    data = "email,name\na@y.example,Zoë\n".encode() + b"b@y.example,Andr\xe9\nc@y.example,C\n"
    found, refused, records = rows(data, tmp_path / "f.csv")
    assert [row[0] for row in found] == [2, 4]
    assert refused[0][0] == 3
    assert "0xE9" in refused[0][2]
    assert (records.rows, records.rejected) == (3, 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str, tmp_path: Path) -> None:
    text = "email;first name;note\na@x.example;Ann;\nb@x.example;Bob;x y\n".replace(";", delimiter)
    found, refused, _ = rows(text.encode(), tmp_path / "f.csv")
    assert not refused
    assert found[1][3] == {"first_name": "Bob", "note": "x y"}


def test_a_file_of_addresses_only_and_excels_sep_line(tmp_path: Path) -> None:
    assert rows(b"email\na@x.example\n\nb@x.example", tmp_path / "f.csv")[0] == [
        (2, "a@x.example", "a@x.example", {}),
        (4, "b@x.example", "b@x.example", {}),
    ]
    assert rows(b"sep=;\nemail;n\na@x.example;1,2\n", tmp_path / "f.csv")[0] == [
        (3, "a@x.example", "a@x.example", {"n": "1,2"})
    ]


def test_quotes_and_the_numbers_of_lines(tmp_path: Path) -> None:
    text = (
        'email,note,"x\ny"\n'  # lines 1-2
        'a@x.example,"two\nlines, ""quoted""",1\n'  # 3-4
        "b@x.example,back\\slash\ttab,2\n"  # 5
        '"c@x.example","all","quoted"\n'  # 6
        '"d@x.example","\r\n\r\n",3\n'  # 7-9
        "nobody,,\n"  # 10
        '"e@x.example", "odd" ,4\n'  # 11
        '"f@x.example","after" no,4\n'  # 12
        "g@x.example,g\n"  # 13
        "h@x.example,1,2,3\n"  # 14
        "i@x.example,1,2,,,\n"  # 15
        ",,\n"  # 16: empty, as spreadsheets leave them
        'j@x.example,5" disk,6\n'  # 17
        'k@x.example,"never closed,1\n'  # 18
        "l@x.example,l,1\n"  # 19
    )
    found, refused, records = rows(text.encode(), tmp_path / "f.csv")
    assert [(number, address) for number, address, *_ in found] == [
        (3, "a@x.example"), (5, "b@x.example"), (6, "c@x.example"), (7, "d@x.example"), (11, "e@x.example"),
        (15, "i@x.example"), (17, "j@x.example"), (19, "l@x.example"),
    ]  # fmt: skip
    assert found[0][3] == {"note": 'two\nlines, "quoted"', "x_y": "1"}
    assert found[1][3] == {"note": "back\\slash\ttab", "x_y": "2"}
    assert found[3][3]["note"] == "\n\n"
    assert found[6][3]["note"] == '5" disk'
    assert [each[0] for each in refused] == [10, 12, 13, 14, 18]
    assert [each[2][:18] for each in refused][:1] == ["has no @"]
    assert "2 fields where the first line names 3" in refused[2][2]
    assert "4 fields" in refused[3][2]
    assert 'a quote (") that is not closed' in refused[4][2]
    assert records.rows == len(found) + len(refused)


def test_a_quoted_field_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BLOCK", 16)
    text = (
        'email,note\na@x.example,"one\n'
        + "more\n" * 20
        + '"\nb@x.example,2\n"c@x.example","3"\n'
        + "d@x.example,4\n" * 5
    )
    found, refused, _ = rows(text.encode(), tmp_path / "f.csv")
    assert not refused
    assert [row[0] for row in found] == [2, 24, 25, 26, 27, 28, 29, 30]


def test_enormous_fields_and_nul_are_refused_alone(tmp_path: Path) -> None:
    huge = "x" * (MAX_FIELD + 1)
    text = f'email,note\na@x.example,"{huge}"\nb@x.example,\0\nc@x.example,ok\n'
    found, refused, _ = rows(text.encode(), tmp_path / "f.csv")
    assert [row[0] for row in found] == [4]
    assert [each[0] for each in refused] == [2, 3]
    assert "131,072" in refused[0][2]
    assert "NUL" in refused[1][2]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04" + bytes(100), "binary"),
        (bytes(range(256)) * 20, "binary"),
        (b"\x7fELF\x02\x01\x01" + bytes(50), "binary"),
        ("email\na@b.example\n".encode("utf-16") + b"x", "undecodable"),
        (b"name,city\nx,y\n", "no_address_column"),
        (b"a@b.example,x\n", "no_header"),
        (b'"email,name\nx@y.example,1\n', "bad_header"),
        (b"email\n" + b"x" * (5 << 20), "line_too_long"),
    ],
)
def test_files_unusable_as_a_whole(data: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError) as caught:
        rows(data, tmp_path / "f.csv")
    assert caught.value.code == code
    assert caught.value.cure
