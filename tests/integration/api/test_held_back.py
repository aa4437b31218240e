"""A mailing of which a kill switch holds somebody back says so at every door."""

from typing import Any

import psycopg

from tests.integration.api.conftest import Api
from tests.integration.delivery.stage import begin, counts, eventually, senders


def test_the_api_and_the_board_say_who_is_held_back(api: Api, conn: psycopg.Connection[Any]) -> None:
    put = api.post(
        "/switches", {"scope": "domain", "value": "example.net", "reason": "Their server is full."}
    ).json()
    with senders():
        mailing = begin(conn, 3, "smtp://127.0.0.1:1")
        eventually(
            lambda: (api.get(f"/mailings/{mailing}").json()["reason"] or {}).get("text", "").startswith("3 ")
        )
        shown = api.get(f"/mailings/{mailing}").json()
        assert shown["state"] in (
            "sending",
            "finishing",
        )  # whoever is withheld has been opened, so nothing else may wait
        assert shown["reason"]["code"] == "held:kill_switch"
        assert f"kill switch {put['id']} (domain example.net, by " in shown["reason"]["text"]
        assert f"penstock kill-switch lift {put['id']}" in shown["reason"]["text"]
        areas = {area["area"]: area["items"] for area in api.get("/board").json()["areas"]}
        assert [item["reason"] for item in areas["Sending now"]] == [shown["reason"]]
        assert counts(conn, mailing) == {"waiting": 3}
