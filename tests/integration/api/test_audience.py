"""Contacts, lists, imports and suppressions over the API."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from penstock.platform import environment, jobs
from tests.integration.api.test_frame import problem


def files() -> list[Any]:
    return sorted(environment.uploads().glob("*.csv"))


@pytest.fixture(autouse=True)
def _no_files() -> None:
    """The home is that of all tests."""
    for file in files():
        file.unlink()


def make(api: Any, path: str, **body: Any) -> dict[str, Any]:
    answer = api.post(path, body)
    assert answer.status_code == 201, answer.content
    shown = api.get(answer["Location"])
    assert shown.json() == answer.json()
    return dict(answer.json())


def walk(api: Any, path: str) -> list[Any]:
    """Every item, page by page, by the Link header as by the cursor."""
    found, cursor = [], ""
    while True:
        answer = api.get(f"{path}{cursor}")
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found += page["items"]
        if page["next_cursor"] is None:
            assert "Link" not in answer
            return found
        cursor = f"&cursor={page['next_cursor']}"
        assert page["next_cursor"] in answer["Link"]


def test_a_contact_lives(api: Any) -> None:
    news = make(api, "/lists", name="news")
    made = make(
        api, "/contacts", address="Anna@X.example", attributes={"first_name": "Anna"}, lists=[news["id"]]
    )
    assert (made["lists"], made["suppressed"]) == ([news["id"]], None)
    path = f"/contacts/{made['id']}"
    changed = api.patch(path, {"attributes": {"city": "Ulm", "first_name": None}})
    assert changed.status_code == 200, changed.content
    assert changed.json()["attributes"] == {"city": "Ulm"}
    assert changed.json()["address"] == "Anna@X.example"
    make(api, "/suppressions", address="anna@x.example", reason="complaint")
    assert api.get(path).json()["suppressed"] == "complaint"
    assert api.delete(path).status_code == 204
    problem(api.get(path), 404, "not_found")
    problem(api.delete(path), 404, "not_found")
    assert api.get(f"/lists/{news['id']}").json()["contacts"] == 0


def test_a_contact_that_cannot_be_is_refused_with_the_reason(api: Any) -> None:
    made = make(api, "/contacts", address="a@x.example")
    there = problem(api.post("/contacts", {"address": "A@x.example"}), 409, "contact_exists")
    assert there["contact"] == made["id"]
    other = make(api, "/contacts", address="b@x.example")
    problem(api.patch(f"/contacts/{other['id']}", {"address": "a@X.example"}), 409, "contact_exists")
    problem(api.post("/contacts", {"address": "nobody"}), 422, "address_invalid")
    problem(
        api.post("/contacts", {"address": "c@x.example", "attributes": {"N": "1"}}), 422, "attribute_invalid"
    )
    problem(api.post("/contacts", {"address": "c@x.example", "attributes": {"n": 1}}), 422, "invalid")
    problem(api.post("/contacts", {"address": "c@x.example", "lists": [99]}), 404, "not_found")
    problem(api.post("/contacts", {"address": "c@x.example", "more": 1}), 422, "invalid")
    assert len(walk(api, "/contacts?limit=1")) == 2


def test_one_request_makes_one_contact_however_often_it_comes(api: Any) -> None:
    first = api.post("/contacts", {"address": "a@x.example"}, Idempotency_Key="k1")
    again = api.post("/contacts", {"address": "a@x.example"}, Idempotency_Key="k1")
    assert (again.status_code, again.json(), again["Location"]) == (201, first.json(), first["Location"])
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    problem(api.post("/contacts", {"address": "b@x.example"}, Idempotency_Key="k1"), 422, "key_reused")


def test_pages_of_contacts_and_who_is_on_a_list(api: Any) -> None:
    news, empty = make(api, "/lists", name="news"), make(api, "/lists", name="empty")
    made = [make(api, "/contacts", address=f"p{n}@x.example")["id"] for n in range(5)]
    for contact in made[:3]:
        assert api.ask("PUT", f"/lists/{news['id']}/contacts/{contact}").status_code == 204
    assert [each["id"] for each in walk(api, "/contacts?limit=2")] == made
    assert [each["id"] for each in walk(api, f"/contacts?limit=2&list={news['id']}")] == made[:3]
    assert [each["id"] for each in walk(api, "/contacts?address=P4@x.example")] == made[4:]
    assert [each["id"] for each in walk(api, f"/contacts?address=p0@x.example&list={news['id']}")] == made[:1]
    assert (
        walk(api, f"/contacts?address=p4@x.example&list={news['id']}")
        == walk(api, f"/contacts?list={empty['id']}")
        == []
    )
    assert api.delete(f"/lists/{news['id']}/contacts/{made[0]}").status_code == 204
    assert api.get(f"/lists/{news['id']}").json()["contacts"] == 2
    problem(api.get("/contacts?list=99"), 404, "not_found")
    problem(api.get("/contacts?address=x"), 422, "address_invalid")
    cursor = api.get("/contacts?limit=1").json()["next_cursor"]
    problem(api.get(f"/contacts?limit=1&list={news['id']}&cursor={cursor}"), 422, "cursor_invalid")


def test_lists_have_names_of_their_own_and_stay_while_they_are_needed(api: Any, conn: Any) -> None:
    from tests.integration.delivery import stage

    news, other = make(api, "/lists", name=" news "), make(api, "/lists", name="other")
    assert news["name"] == "news"
    problem(api.post("/lists", {"name": "news"}), 409, "list_name_taken")
    problem(api.patch(f"/lists/{other['id']}", {"name": "news"}), 409, "list_name_taken")
    problem(api.post("/lists", {"name": "a\nb"}), 422, "list_name_invalid")
    assert api.patch(f"/lists/{other['id']}", {"name": "others"}).json()["name"] == "others"
    assert [each["name"] for each in walk(api, "/lists?limit=1")] == ["news", "others"]
    assert [each["name"] for each in walk(api, "/lists?name=others")] == ["others"]
    mailing = stage.draft(conn, news["id"])
    assert problem(api.delete(f"/lists/{news['id']}"), 409, "list_in_use")["mailings"] == [mailing]
    assert api.delete(f"/lists/{other['id']}").status_code == 204
    problem(api.get(f"/lists/{other['id']}"), 404, "not_found")


def test_suppressions_are_put_listed_and_lifted(api: Any) -> None:
    first = make(api, "/suppressions", address="A@x.example")
    assert (first["address"], first["reason"]) == ("a@x.example", "manual")
    assert make(api, "/suppressions", address="a@X.example", reason="complaint") == first
    other = make(api, "/suppressions", address="b@x.example", reason="complaint")
    assert walk(api, "/suppressions?limit=1") == [other, first]
    assert walk(api, "/suppressions?reason=manual") == [first]
    assert walk(api, "/suppressions?address=b@x.example") == [other]
    problem(api.get("/suppressions?reason=whim"), 422, "invalid")
    assert api.delete(f"/suppressions/{first['id']}").status_code == 204
    problem(api.delete(f"/suppressions/{first['id']}"), 404, "not_found")


def test_an_upload_is_imported_by_a_worker(api: Any) -> None:
    body = "email;Prénom\na@x.example;Zoë\nnobody;B\na@x.example;Zoé\n".encode("latin-1")
    made = api.ask("POST", "/imports?list=readers&name=people.csv", body, Content_Type="text/csv")
    assert made.status_code == 202, made.content
    path = made["Location"]
    assert api.get(path).json() == made.json()
    assert made.json()["state"] == "waiting"
    asyncio.run(jobs.work(wait=False))
    done = api.get(path).json()
    assert {name: done[name] for name in ("state", "name", "rows", "created", "duplicates", "rejected", "columns")} == {
        "state": "done", "name": "people.csv", "rows": 3, "created": 1, "duplicates": 1, "rejected": 1, "columns": ["prénom"],
    }  # fmt: skip
    assert [each["line"] for each in walk(api, f"{path}/problems?limit=1")] == [2, 3]
    (contact,) = walk(api, f"/contacts?list={done['list']}")
    assert contact["attributes"] == {"prénom": "Zoé"}
    assert [each["id"] for each in walk(api, "/imports?limit=1")] == [done["id"]]
    assert files() == []
    path = api.ask(
        "POST", "/imports?phone_column=", b"email,phone\nb@x.example,1\n", Content_Type="text/csv"
    )["Location"]
    asyncio.run(jobs.work(wait=False))
    done = api.get(path).json()
    assert (done["columns"], done["numbers"], done["numbers_refused"]) == (["phone"], 0, 0), (
        "an attribute, as was asked"
    )


def test_an_upload_that_comes_again_is_one_import(api: Any) -> None:
    sent = {"Content_Type": "text/csv", "Idempotency_Key": "k"}
    first = api.ask("POST", "/imports", b"email\na@x.example\n", **sent)
    again = api.ask("POST", "/imports", b"email\na@x.example\n", **sent)
    assert (again.status_code, again.json()) == (202, first.json())
    problem(api.ask("POST", "/imports", b"email\nb@x.example\n", **sent), 422, "key_reused")
    assert len(files()) == 1


def test_what_is_no_file_is_refused_and_kept_nowhere(api: Any, bearer: Callable[..., Any]) -> None:
    problem(api.ask("POST", "/imports", b"{}"), 415, "media_type")
    problem(api.ask("POST", "/imports", b"", Content_Type="text/csv"), 422, "upload_invalid")
    problem(
        api.ask("POST", "/imports?list=a%0Ab", b"email\n", Content_Type="text/csv"), 422, "list_name_invalid"
    )
    reader = bearer("contacts:read")
    problem(
        reader.ask("POST", "/imports", b"email\na@x.example\n", Content_Type="text/csv"), 403, "forbidden"
    )
    assert files() == []


def test_each_scope_opens_its_own_door(bearer: Callable[..., Any], closing: None) -> None:
    reader, approver = bearer("contacts:read", "suppressions:read"), bearer("approver")
    for path in ("/contacts", "/lists", "/imports", "/suppressions"):
        assert reader.get(path).status_code == 200
        problem(approver.get(path), 403, "forbidden")
    for path, body in (
        ("/contacts", {"address": "a@x.example"}),
        ("/lists", {"name": "n"}),
        ("/suppressions", {"address": "a@x.example"}),
    ):
        problem(reader.post(path, body), 403, "forbidden")


def test_a_token_of_the_platform_names_the_account_it_means(
    bearer: Callable[..., Any], closing: None
) -> None:
    everywhere = bearer("contacts:write", "contacts:read", account=None)
    problem(everywhere.get("/contacts"), 422, "account_required")
    problem(everywhere.post("/contacts?account=99", {"address": "a@x.example"}), 422, "account_unknown")
    assert everywhere.post("/contacts?account=1", {"address": "a@x.example"}).status_code == 201
    assert len(walk(everywhere, "/contacts?account=1")) == 1


def test_contacts_have_numbers(api: Any) -> None:
    api.patch("/policies", {"country": "FR"})
    both = make(api, "/contacts", address="a@x.example", phone="+33612345678")
    made = make(api, "/contacts", phone="06 12 34 56 78")
    assert (made["address"], made["phone"], made["region"]) == ("+33612345678", "+33612345678", "FR")
    assert (both["sharing"], made["sharing"]) == ([], [both["id"]])
    alone = make(api, "/contacts", phone="+33752345678")
    assert make(api, "/contacts", address="b@x.example", phone="+33752345678")["id"] == alone["id"]
    make(api, "/suppressions", address="+33 6 12 34 56 78", reason="unsubscribed")
    there = api.get(f"/contacts/{both['id']}").json()
    assert (there["suppressed"], there["phone_suppressed"]) == (None, "unsubscribed")
    found = walk(api, "/contacts?address=0612345678&limit=1")
    assert [each["id"] for each in found] == [both["id"], made["id"]]
    assert api.patch(f"/contacts/{both['id']}", {"attributes": {"x": "y"}}).json()["phone"] == "+33612345678"
    assert api.patch(f"/contacts/{both['id']}", {"phone": None}).json()["phone"] is None
    told = problem(api.patch(f"/contacts/{made['id']}", {"phone": None}), 422, "address_invalid")
    assert "is empty" in told["detail"]
    problem(api.post("/contacts", {}), 422, "address_invalid")
    problem(
        api.post("/contacts", {"address": "b@x.example", "phone": "01 23 45 67 89"}), 422, "address_invalid"
    )
    problem(
        api.post("/contacts", {"attributes": {"phone": "1"}, "phone": "0612345679"}), 422, "attribute_invalid"
    )
    assert [each["address"] for each in walk(api, "/suppressions?address=0612345678")] == ["+33612345678"]
