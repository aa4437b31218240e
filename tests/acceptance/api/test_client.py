"""The Python client against a real `penstock web`: from a file of contacts to a mailing that was stopped."""

import asyncio
from pathlib import Path

import pytest

from penstock.client import Invalid, NotFound, Penstock, Refused, Unauthorized, VersionChanged
from penstock.platform import jobs
from tests.acceptance.api.conftest import Web


def test_from_contacts_to_a_mailing(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_DATABASE_URL", web.database)
    with Penstock(web.base, web.token) as client:
        assert "mailings:write" in client.me().scopes
        file = tmp_path / "people.csv"
        file.write_text("email,name\n" + "".join(f"p{n}@y.example,P{n}\n" for n in range(25)))
        asked = client.imports.create(file, list="people of the client")
        asyncio.run(jobs.work(wait=False))
        done = client.imports.get(asked.id)
        assert (done.state, done.created, done.name) == ("done", 25, "people.csv")
        assert done.list is not None
        assert len(list(client.contacts.all(list=done.list, limit=10))) == 25  # over three pages

        message = {"sender": "a@x.example", "subject": "Hi {{ name }}", "text": "t"}
        transport = next(iter(client.transports.all())).id
        made = client.mailings.create("by the client", message, {"list": done.list}, transport=transport)
        contact = next(iter(client.contacts.all(address="P7@y.example")))
        assert b"Subject: Hi P7" in client.mailings.preview_source(made.id, contact.id)
        assert client.mailings.preview(made.id, contact.id).subject == "Hi P7"
        assert len(list(client.mailings.recipients(made.id, "p", limit=10))) == 25
        submitted = client.mailings.submit(made.id, plan={"kind": "later"}, expected_version=made.version)
        assert submitted.state == "in_review"
        with pytest.raises(VersionChanged):
            client.mailings.approve(made.id, without_analysis=True, expected_version=made.version)
        with pytest.raises(Refused) as refused:
            client.mailings.pause(made.id)
        assert (refused.value.code, refused.value.state) == ("wrong_state", "in_review")
        assert "approve" in refused.value.allowed_actions
        assert client.mailings.approve(made.id, without_analysis=True, dry_run=True).dry_run
        assert client.mailings.approve(made.id, without_analysis=True).state == "parked"
        first = client.mailings.cancel(made.id, "wrong date", key="one-cancellation")
        again = client.mailings.cancel(made.id, "wrong date", key="one-cancellation")
        assert (first.state, first.repeated, again.repeated) == ("cancelled", False, True)
        assert [entry.command for entry in client.mailings.journal(made.id)] == [
            "create",
            "submit",
            "approve",
            "cancel",
        ]
        assert client.mailings.get(made.id).reason.text == "wrong date"  # type: ignore[union-attr]
        with client.mailings.ledger_csv(made.id) as blocks:
            assert b"".join(blocks).startswith(b"address,")


def test_errors_are_told_by_their_kind(web: Web) -> None:
    with Penstock(web.base, web.token) as client:
        with pytest.raises(NotFound):
            client.mailings.get(999_999)
        with pytest.raises(Invalid) as invalid:
            client.lists.create("x" * 300)
        assert invalid.value.errors[0]["pointer"] == "#/name"
    with Penstock(web.base, "pst_" + "x" * 43) as stranger, pytest.raises(Unauthorized):
        stranger.me()
