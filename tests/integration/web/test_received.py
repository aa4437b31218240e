"""What people sent by SMS, on its page; and a gateway's webhook on its transport's page."""

from typing import Any

from penstock.account import transports
from penstock.feedback.short import incoming, noting
from penstock.transport.short import Inbound
from tests.browser.desk import TERMINAL, Desk

NUMBER, OTHER = "+33612345678", "+33612345679"


def transport(desk: Desk) -> int:
    return transports.create(
        desk.conn, desk.account, name=f"Gateway {desk.account}", given=[{"url": "sms+https://:k@gateway.example.net/"}], actor=TERMINAL
    ).id  # fmt: skip


def test_what_people_wrote_is_listed_and_found_by_their_number(desk: Desk, visitor: Any) -> None:
    told = [
        (NUMBER, "STOP"),
        (OTHER, "Is it <b>open</b> on Sunday?"),
        ("<script>", "Win!"),
        ("Cidery", "STOP"),
    ]
    incoming.take_of_transport(
        desk.conn, transport(desk), [(Inbound(number, "36180", text), "") for number, text in told]
    )
    assert noting.note(desk.conn) == 4
    anna = visitor()
    text = anna.text("/audience/received")
    assert "Is it &lt;b&gt;open&lt;/b&gt; on Sunday?" in text
    assert "&lt;script&gt;" in text
    assert "Unsubscribed" in text
    assert "Nothing done: it comes from no number" in text
    assert "suppressed already" not in text
    only = anna.text("/audience/received?q=%2B33+6+12+34+56+79")
    assert OTHER in only
    assert "STOP</bdi>" not in only
    assert "No message here." in anna.text("/audience/received?q=%2B33612345600")
    assert "hello" in anna.text("/audience/received?q=hello").partition('id="fault"')[2]
    assert anna.get("/audience/received?after=zzz").status_code == 200


def test_the_webhook_of_a_gateway_is_made_on_the_transports_page_and_wants_its_secret(
    desk: Desk, visitor: Any
) -> None:
    number = transport(desk)
    anna = visitor("administrator")
    assert "SMS gateway" in anna.text(f"/settings/transports/{number}")
    made = anna.post(f"/settings/transports/{number}/hooks", {"provider": "gateway"})
    assert made.status_code == 200
    assert f"/hooks/{number}/" in made.content.decode()
    page = anna.text(f"/settings/transports/{number}")
    assert "Its key is lacking" in page
    assert "Signing secret" in page
