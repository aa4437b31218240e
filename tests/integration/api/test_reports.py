"""Orders go in and reports come out: a shop's order is counted for a mailing, and the archive says so."""

import asyncio
import io
import zipfile
from typing import Any

from penstock.delivery import freeze
from penstock.feedback import events
from tests.integration.api.conftest import Api
from tests.integration.delivery import handing, stage


def whole(answer: Any) -> bytes:
    async def collect() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    return asyncio.run(collect())


def test_an_order_is_seen_in_the_report_the_comparison_and_the_archive(api: Api, conn: Any) -> None:
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "all", 4)))
    freeze.prepare(conn, mailing)
    handing.hand_over(conn, mailing, accepted=3, bounced=1)
    events.record_of_recipient(conn, mailing, 1, "clicked")
    bought = {"key": "A/1", "address": "reader1@example.net", "amount": "20.5", "currency": "EUR"}
    taken = api.post("/orders", {"orders": [bought, {**bought, "key": "A/2", "amount": 3}]}).json()
    assert (taken["noted"], taken["attributed"]) == (2, 2)
    wrong = api.post("/orders", {"orders": [bought, {**bought, "currency": "XXX"}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/orders/1")
    assert api.post("/orders/cancellations", {"keys": ["A/2"]}).json()["cancelled"] == 1
    shown = api.get(f"/orders?mailing={mailing}&key=A/1").json()["items"]
    assert [(each["amount"], each["mailing"]) for each in shown] == [("20.50", mailing)]

    report = api.get(f"/mailings/{mailing}/report").json()
    assert report["revenue"] == [{"currency": "EUR", "orders": 1, "amount": "20.50", "cancelled": 1}]
    assert (report["reached"], report["buyers"], report["states"]["bounced"]) == (3, 1, 1)
    assert report["by_domain"][0] == {"domain": "example.net", "states": {"accepted": 3, "bounced": 1}}
    [hour] = [each["people"] for each in report["by_hour"]]
    assert hour == {"clicked": 1, "converted": 1}
    summary = {name: report[name] for name in api.get("/reports").json()["items"][0]}
    assert api.get("/reports").json()["items"] == [summary]
    assert api.get(f"/reports/compare?mailing={mailing}").json()["items"] == [summary]
    missing = api.get(f"/reports/compare?mailing=999&mailing={mailing}&mailing=998")
    assert (missing.status_code, missing.json()["detail"]) == (404, "There are no mailings 998, 999.")
    assert api.get("/reports/compare?chain=999").status_code == 404
    assert api.get(f"/reports/compare?chain={mailing}").json()["items"] == [summary]
    listed = api.get(f"/mailings/{mailing}/events?kind=clicked").json()["items"]
    assert [(each["seq"], each["kind"], each["link"]) for each in listed] == [(1, "clicked", None)]
    first = api.get(f"/mailings/{mailing}/events?limit=1").json()
    assert api.get(f"/mailings/{mailing}/events?limit=1&cursor={first['next_cursor']}").json()["items"]

    archive = api.get(f"/mailings/{mailing}/export?format=jsonl")
    assert archive["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(whole(archive))) as found:
        assert len(found.read("ledger.jsonl").splitlines()) == 4
        assert b'"A/1"' in found.read("orders.jsonl")
    table = whole(api.get("/reports", Accept="text/csv")).decode().splitlines()
    assert table[1].startswith(f"{mailing},")
    assert table[1].endswith(",EUR 20.50")
    later = api.get("/reports?since=2100-01-01T00:00:00Z", Accept="text/csv")
    assert len(whole(later).splitlines()) == 1
    assert api.get("/reports?since=5").status_code == 422
    assert api.get("/reports", Accept="image/png").status_code == 406
