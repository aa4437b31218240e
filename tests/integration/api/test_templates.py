"""Templates, designs and short messages over the API: kept, changed, versions taken again, mailings made of them."""

from typing import Any

import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_frame import problem

LETTER = {
    "sender": "News <news@example.org>",
    "subject": "For {{ first_name }}",
    "html": "<p>Dear {{ first_name }}</p>",
}
DESIGN = {
    "version": 1,
    "blocks": [
        {"type": "heading", "text": "Hello {{ first_name }}"},
        {
            "type": "text",
            "html": "<p>Read <a href='https://example.org/{{ city | url_encode }}'>this</a>.</p>",
        },
        {"type": "button", "text": "Go", "link": "https://example.org/go"},
        {"type": "footer", "text": "Example Ltd\n1 Example Street"},
    ],
}
SMS = {"channel": "sms", "sender": "Example", "text": "Hi {{ first_name }}"}


def took(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(answer.json())


@pytest.fixture
def readers(api: Api) -> int:
    listed = took(api.post("/lists", {"name": "readers"}), 201)["id"]
    person = {
        "address": "ann@x.example",
        "attributes": {"first_name": "Ann", "city": "Lyon"},
        "lists": [listed],
    }
    took(api.post("/contacts", person), 201)
    took(api.post("/transports", {"name": "relay", "url": "smtp://127.0.0.1:1"}), 201)
    took(api.post("/transports", {"name": "centre", "url": "smpp://a:b@smsc.example.net"}), 201)
    return int(listed)


def drafted(api: Api, listed: int, **given: Any) -> Any:
    return api.post("/mailings", {"name": "n", "audience": {"list": listed}, **given})


# -- templates -----------------------------------------------------------------


def test_every_version_of_a_template_stays_and_can_be_taken_again(api: Api) -> None:
    made = took(api.post("/templates", {"name": " monthly ", "message": LETTER}), 201)
    assert (made["name"], made["version"], made["channel"], made["blockers"]) == ("monthly", 1, "email", [])
    path = f"/templates/{made['id']}"
    second = took(api.patch(path, {"message": {"subject": "Second"}}))
    assert (second["version"], second["message"]["html"]) == (2, LETTER["html"])
    assert took(api.patch(path, {"name": "weekly"}))["version"] == 2
    assert took(api.patch(path, {"message": {"subject": "Second"}}))["version"] == 3
    again = took(api.patch(path, {"version": 1}))
    assert (again["version"], again["subject"], again["message"]) == (4, LETTER["subject"], made["message"])
    assert took(api.get(f"{path}?version=2"))["subject"] == "Second"
    problem(api.get(f"{path}?version=9"), 404, "not_found")
    problem(api.patch(path, {"version": 9}), 404, "not_found")
    listed = took(api.get(f"{path}/versions?limit=3"))
    assert [each["version"] for each in listed["items"]] == [4, 3, 2]
    rest = took(api.get(f"{path}/versions?limit=3&cursor={listed['next_cursor']}"))
    assert [each["version"] for each in rest["items"]] == [1]
    assert [each["name"] for each in took(api.get("/templates?name=weekly"))["items"]] == ["weekly"]
    assert took(api.get("/templates?channel=sms"))["items"] == []


def test_names_of_templates(api: Api) -> None:
    one = took(api.post("/templates", {"name": "one", "message": LETTER}), 201)
    two = took(api.post("/templates", {"name": "two", "message": LETTER}), 201)
    problem(api.post("/templates", {"name": "one", "message": LETTER}), 409, "template_name_taken")
    problem(api.patch(f"/templates/{two['id']}", {"name": "one"}), 409, "template_name_taken")
    problem(api.patch(f"/templates/{two['id']}", {"name": "a\tb"}), 422, "template_name_invalid")
    assert api.delete(f"/templates/{one['id']}").status_code == 204
    problem(api.get(f"/templates/{one['id']}"), 404, "not_found")
    problem(api.delete(f"/templates/{one['id']}"), 404, "not_found")
    took(api.patch(f"/templates/{two['id']}", {"name": "one"}))


def test_a_mailing_has_the_template_of_its_moment(api: Api, readers: int) -> None:
    template = took(api.post("/templates", {"name": "t", "message": LETTER}), 201)
    mailing = took(drafted(api, readers, template=template["id"]), 201)
    assert mailing["message"] == template["message"]
    took(api.patch(f"/templates/{template['id']}", {"message": {"html": "<p>other</p>"}}))
    took(api.patch(f"/mailings/{mailing['id']}", {"message": {"subject": "mine"}}))
    assert took(api.get(f"/mailings/{mailing['id']}"))["message"] == {
        **template["message"],
        "subject": "mine",
    }
    assert took(api.get(f"/templates/{template['id']}"))["subject"] == LETTER["subject"]
    assert api.delete(f"/templates/{template['id']}").status_code == 204
    assert took(api.get(f"/mailings/{mailing['id']}"))["message"]["html"] == LETTER["html"]
    problem(drafted(api, readers, template=template["id"]), 404, "not_found")
    problem(drafted(api, readers, template=template["id"], message=LETTER), 422, "invalid")
    problem(drafted(api, readers), 422, "invalid")


def test_a_mailings_message_is_kept_as_a_template(api: Api, readers: int) -> None:
    mailing = took(drafted(api, readers, message=LETTER), 201)
    template = took(api.post("/templates", {"name": "t", "mailing": mailing["id"]}), 201)
    assert template["message"] == mailing["message"]
    problem(api.post("/templates", {"name": "u", "mailing": 99}), 404, "not_found")
    problem(
        api.post("/templates", {"name": "u", "mailing": mailing["id"], "message": LETTER}), 422, "invalid"
    )
    problem(api.post("/templates", {"name": "u"}), 422, "invalid")


def test_making_a_template_again_under_its_key_makes_no_second_one(api: Api) -> None:
    new = {"name": "t", "message": LETTER}
    first = api.post("/templates", new, Idempotency_Key="k1")
    again = api.post("/templates", new, Idempotency_Key="k1")
    assert took(again, 201) == took(first, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert len(took(api.get("/templates"))["items"]) == 1


def test_who_only_reads_changes_no_template(bearer: Any, api: Api) -> None:
    made = took(api.post("/templates", {"name": "t", "message": LETTER}), 201)
    reader = bearer("approver")
    took(reader.get(f"/templates/{made['id']}"))
    problem(reader.post("/templates", {"name": "u", "message": LETTER}), 403, "forbidden")
    problem(reader.patch(f"/templates/{made['id']}", {"name": "u"}), 403, "forbidden")
    problem(reader.delete(f"/templates/{made['id']}"), 403, "forbidden")


# -- designs -------------------------------------------------------------------


def test_a_design_goes_out_as_html_with_a_text_part(api: Api, readers: int) -> None:
    mailing = took(drafted(api, readers, message={**LETTER, "html": None, "design": DESIGN}), 201)
    assert (mailing["blockers"], mailing["message"]["design"]) == ([], DESIGN)
    [contact] = took(api.get(f"/contacts?list={readers}"))["items"]
    shown = api.get(f"/mailings/{mailing['id']}/preview/{contact['id']}", Accept="message/rfc822")
    assert b"Hello Ann" in shown.content
    assert b"https://example.org/Lyon" in shown.content
    assert b"text/plain" in shown.content


def test_what_is_wrong_with_a_design_is_said_with_its_block(api: Api, readers: int) -> None:
    wrong = {"blocks": [{"type": "heading", "text": "x", "level": 9}, {"type": "button", "text": "x"}]}
    told = problem(drafted(api, readers, message={**LETTER, "html": None, "design": wrong}), 422, "invalid")
    pointers = [each["pointer"] for each in told["errors"]]
    assert pointers == ["#/message/design/blocks/0/level", "#/message/design/blocks/1/link"]
    unfit = {
        "blocks": [
            {"type": "button", "text": "x", "link": "javascript:alert(1)"},
            {"type": "text", "html": "<p>a{% if %}"},
        ]
    }
    kept = took(drafted(api, readers, message={**LETTER, "html": None, "design": unfit}), 201)
    assert kept["message"]["design"] == {"version": 1, **unfit}
    (liquid,) = kept["blockers"]
    assert liquid.startswith("design/blocks/1/html, line 1: ")
    path = f"/mailings/{kept['id']}"
    mended = took(api.patch(path, {"message": {"design": {"blocks": unfit["blocks"][:1]}}}))
    (unsafe,) = mended["blockers"]
    assert unsafe.startswith("design/blocks/0/link: an address of the kind javascript: is not possible")
    refused = api.post(f"{path}/submit", {"plan": {"kind": "now"}, "confirm": True})
    assert unsafe in str(problem(refused, 409)["reasons"])


def test_html_in_one_form_takes_the_place_of_another(api: Api, readers: int) -> None:
    mailing = took(drafted(api, readers, message=LETTER), 201)
    path = f"/mailings/{mailing['id']}"
    now = took(api.patch(path, {"message": {"design": DESIGN}}))["message"]
    assert (now["html"], now["design"]) == (None, DESIGN)
    now = took(api.patch(path, {"message": {"mjml": "<mjml><mj-body></mj-body></mjml>"}}))["message"]
    assert (now["mjml"] is None, now["design"]) == (False, None)
    both = took(drafted(api, readers, message={**LETTER, "design": DESIGN}), 201)
    assert both["blockers"] == ["html: there is HTML as well as a design. Give one of the two"]


def test_the_document_describes_the_design(api: Api) -> None:
    shapes = took(api.get("/openapi.json"))["components"]["schemas"]
    assert "$ref" in str(shapes["Message"]["properties"]["design"])
    assert shapes["Design"]["properties"]["version"]["const"] == 1
    assert {"Heading", "Text", "Image", "Button", "Columns", "Divider", "Social", "Footer"} <= shapes.keys()


# -- short messages ------------------------------------------------------------


def test_a_mailing_goes_by_the_channel_of_its_message(api: Api, readers: int) -> None:
    template = took(api.post("/templates", {"name": "sms", "message": SMS}), 201)
    assert (template["channel"], template["blockers"]) == ("sms", [])
    made = [
        took(drafted(api, readers, message=SMS), 201),
        took(drafted(api, readers, template=template["id"]), 201),
    ]
    assert [each["channel"] for each in made] == ["sms", "sms"]
    letter = took(drafted(api, readers, message=LETTER), 201)
    assert letter["channel"] == "email"
    told = problem(
        api.patch(f"/mailings/{letter['id']}", {"message_from": {"mailing": made[0]["id"]}}), 422, "invalid"
    )
    assert "a message of the channel sms, and this mailing goes by email" in told["detail"]
    broken = took(api.patch(f"/templates/{template['id']}", {"message": {"text": "{{ x"}}))
    assert len(broken["blockers"]) == 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"subject": "x"}, "subject"), ({"html": "x"}, "html"), ({"design": DESIGN}, "design"), ({"headers": {"X-A": "b"}}, "headers"),
        ({"text": "x" * 10_001}, "text"),
    ],
)  # fmt: skip
def test_a_short_message_has_a_sender_and_a_text_only(api: Api, change: dict[str, Any], where: str) -> None:
    told = problem(
        api.post("/templates", {"name": "s", "message": {**SMS, **change}}), 422, "message_not_accepted"
    )
    assert [each["pointer"] for each in told["errors"]] == [f"#/message/{where}"]


def test_what_is_not_finished_is_kept_and_named(api: Api) -> None:
    given = {"name": "draft", "message": {**SMS, "text": " ", "sender": "TwelveLetter"}}
    told = took(api.post("/templates", given), 201)
    assert len(told["blockers"]) == 2
    assert "has 12 characters, and a name may have 11" in told["blockers"][0]
    assert "the short message is empty" in told["blockers"][1]


def test_the_parts_of_a_text_are_counted_before_it_is_anybodys(api: Api) -> None:
    given = {"text": "It’s ready, {{ name }}. {{ stop_hint }}", "values": {"name": "x" * 60}}
    told = problem(api.post("/texts/length", given), 422, "message_not_accepted")
    assert "the account has no words for {{ stop_hint }}" in told["detail"]
    took(api.patch("/policies", {"stop_hint": "STOP 36180"}))
    found = took(api.post("/texts/length", given))
    assert (found["coding"], found["count"], len(found["parts"]), found["left"]) == ("ucs2", 2, 2, 50)
    [forcing] = found["forcing"]
    assert (forcing["name"], forcing["place"], forcing["replacement"]) == (
        "RIGHT SINGLE QUOTATION MARK",
        2,
        "'",
    )
    assert found["replaced"] == "It's ready, {{ name }}. {{ stop_hint }}"
    assert took(api.post("/texts/length", {**given, "text": found["replaced"]}))["count"] == 1
