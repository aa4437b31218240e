"""Receipts as centres write them (SMPP 3.4 appendix B, and what is made of it)."""

from datetime import UTC, datetime

import pytest

from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.pdu import Delivery
from penstock.transport.smpp.receipt import is_receipt, receipt

CENTRE = Centre.from_url("smpp://me:secret@127.0.0.1")


def told(
    text: str,
    *,
    esm_class: int = 4,
    options: dict[int, bytes] | None = None,
    centre: Centre = CENTRE,
    zone=None,
):
    delivery = Delivery("33612345678", 1, "Acme", 5, esm_class, 0, text.encode(), 0, options or {})
    return receipt(delivery, text, centre, zone)


@pytest.mark.parametrize(
    ("text", "message_id", "state", "error"),
    [
        ("id:0a1B sub:001 dlvrd:001 submit date:2011220804 done date:2011220805 stat:DELIVRD err:000 text:Hello", "0a1B", "delivered", ""),
        ("id:7 sub:001 dlvrd:000 submit date:2011220804 done date:2011220805 stat:UNDELIV err:001 Text:id:9 stat:DELIVRD", "7", "failed", "001"),
        ("ID:4a1f Stat:EXPIRED Err:0x21", "4a1f", "failed", "0x21"),
        ("stat:REJECTD err:12 id:x-1", "x-1", "failed", "12"),
        ("id=4711,state=DELETED,error=69", "4711", "failed", "69"),
        ("id:5 submit_date:2011220804 done_date:201122080511 status:Delivered errcode:0", "5", "delivered", ""),
        ("id:6 stat:ACCEPTD", "6", "underway", ""),
        ("id:6 stat:ENROUTE", "6", "underway", ""),
        ("id:6 stat:BUFFERED", "6", "underway", ""),
        ("id:6 stat:2", "6", "delivered", ""),
        ("id:6 stat:5", "6", "failed", ""),
        ("id:6 stat:UNKNOWN", "6", "unknown", ""),
        ("id:6 stat:WHATEVER", "6", "unknown", ""),
        ("message id:6|stat:UNDELIVERABLE|", "6", "failed", ""),
        ("id:6\nsub:1\nstat:\nerr:", "6", "unknown", ""),
        ("id : 8  stat : DELIVRD", "8", "delivered", ""),
    ],
)  # fmt: skip
def test_the_usual_formats(text: str, message_id: str, state: str, error: str) -> None:
    found = told(text)
    assert (found.id, found.state, found.error, found.number) == (message_id, state, error, "+33612345678")


def test_the_optional_parameters_count_where_there_are_any() -> None:
    options = {0x1E: b"00ff\0", 0x427: b"\x05", 0x423: b"\x03\x00\x21"}
    found = told("id:255 stat:DELIVRD err:000", options=options)
    assert (found.id, found.state, found.error, found.text) == ("00ff", "failed", "GSM 33", "UNDELIVERABLE")


@pytest.mark.parametrize(
    ("notation", "response", "written"),
    [("hex-decimal", "0FF", "255"), ("decimal-hex", "255", "00ff"), ("as-is", "0FF", "0FF")],
)
def test_ids_are_the_same_in_response_and_receipt(notation: str, response: str, written: str) -> None:
    centre = Centre.from_url(f"smpp://me:secret@127.0.0.1?id={notation}")
    assert told(f"id:{written} stat:DELIVRD", centre=centre).id == centre.id_of(response, receipt=False)


def test_a_receipt_that_names_no_message_is_none() -> None:
    assert told("stat:DELIVRD") is None
    assert told("") is None


def test_dates_are_read_where_their_zone_is_known() -> None:
    text = "id:1 done date:2011220805 stat:DELIVRD"
    assert told(text).at is None
    assert told(text, zone=UTC).at == datetime(2020, 11, 22, 8, 5, tzinfo=UTC)
    assert told("id:1 done date:2099999999 stat:DELIVRD", zone=UTC).at is None


def test_esm_class_tells_a_receipt_from_a_message() -> None:
    text = "id:1 stat:DELIVRD"

    def of(esm_class: int, options: dict[int, bytes]) -> bool:
        return is_receipt(Delivery("336", 1, "Acme", 5, esm_class, 0, text.encode(), 0, options))

    assert of(0x04, {})
    assert of(0x20, {})
    assert not of(0x00, {}), "anybody can send this text"
    assert of(0x00, {0x1E: b"1\0", 0x427: b"\x02"}), "nobody can send these parameters"
    assert not of(0x40, {})
    assert not of(0x08, {})


def test_an_intermediate_notification_is_not_the_end() -> None:
    assert told("id:1 stat:DELIVRD", esm_class=0x20).state == "underway"
