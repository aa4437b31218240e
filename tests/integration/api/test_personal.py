"""A person's story, their data, and their erasure over the API."""

import asyncio
import io
import zipfile
from typing import Any

import psycopg

from penstock.audience import contacts, erasures, suppression
from penstock.platform import jobs
from tests.integration.api.conftest import Api
from tests.integration.api.test_frame import problem

Conn = psycopg.Connection[Any]


def _made(api: Api, address: str) -> int:
    return int(api.post("/contacts", {"address": address, "attributes": {"first_name": "Anna"}}).json()["id"])


async def _whole(answer: Any) -> bytes:
    return b"".join([block async for block in answer.streaming_content])


def test_a_story_is_leafed_through_and_data_given_out(api: Api, conn: Conn) -> None:
    anna = _made(api, "anna@x.example")
    api.post("/events", {"events": [{"name": f"came {n}", "contact": anna} for n in range(3)]})
    first = api.get(f"/contacts/{anna}/story?limit=2").json()
    rest = api.get(f"/contacts/{anna}/story?limit=2&cursor={first['next_cursor']}").json()
    assert [each["data"].get("name") for each in first["items"] + rest["items"]] == [
        "came 2",
        "came 1",
        "came 0",
        None,
    ]
    assert (rest["items"][-1]["kind"], rest["next_cursor"]) == ("added", None)
    other = _made(api, "ben@x.example")
    problem(api.get(f"/contacts/{other}/story?cursor={first['next_cursor']}"), 422, "cursor_invalid")
    answer = api.get(f"/contacts/{anna}/data")
    with zipfile.ZipFile(io.BytesIO(asyncio.run(_whole(answer)))) as opened:
        assert b"came 2" in opened.read("events.csv")


def test_one_and_many_are_erased(api: Api, conn: Conn) -> None:
    anna, ben = _made(api, "anna@x.example"), _made(api, "ben@x.example")
    assert api.ask("DELETE", f"/contacts/{anna}?keep_out=true").status_code == 204
    assert suppression.suppressed(conn, 1, "anna@x.example") == "manual"
    problem(api.get(f"/contacts/{anna}/story"), 404, "not_found")
    asked = api.post("/erasures", {"addresses": ["BEN@x.example", "nobody@x.example"]})
    assert asked.status_code == 202
    asyncio.run(jobs.work(wait=False))
    done = api.get(asked.headers["Location"].removeprefix("/api/v1")).json()
    assert (done["state"], done["erased"], done["unknown"], done["left"]) == ("done", 1, 1, 0)
    assert contacts.get(conn, 1, ben) is None
    assert erasures.page(conn, 1, limit=9)[0].id == done["id"]
    wrong = problem(api.post("/erasures", {"addresses": ["no address"]}), 422, "erasure_invalid")
    assert "Nobody was erased" in wrong["detail"]
