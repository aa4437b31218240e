"""The pages of the way back: what ways there are, mailboxes without their passwords, and strays as text."""

from collections.abc import Callable

from penstock.account import domains, transports
from penstock.feedback import strays
from penstock.feedback.mailboxes import keeping
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
GIVEN = {
    "name": "Returned", "server": "imap.example.org", "username": "bounces@example.org", "password": "hush hush &",
    "folder": "INBOX", "afterwards": "seen", "done_folder": "",
}  # fmt: skip


def test_a_mailbox_is_added_changed_and_forgotten_and_its_password_stays_hidden(
    desk: Desk, visitor: Visitors
) -> None:
    anna = visitor()
    page = anna.post("/settings/mailboxes", GIVEN)["Location"]
    there = keeping.find(desk.conn, desk.account, int(page.rpartition("/")[2]))
    assert there.url == "imaps://bounces%40example.org@imap.example.org:993"
    assert keeping.opened(desk.conn, there.id).password == "hush hush &"
    text = anna.text(page)
    assert "hush hush" not in text
    assert 'value="imap.example.org"' in text
    assert (
        anna.post(page, GIVEN | {"password": "", "afterwards": "move", "done_folder": "Done"}).status_code
        == 302
    )
    moved = anna.post(page, GIVEN | {"password": "", "server": "evil.example"})
    assert moved.status_code == 422
    assert "Give it again" in moved.content.decode()
    now = keeping.find(desk.conn, desk.account, there.id)
    assert (now.afterwards, now.done_folder, now.has_password) == ("move", "Done", True)
    assert anna.post(f"{page}/do", {"do": "off"}).status_code == 302
    assert keeping.find(desk.conn, desk.account, there.id).state == "off"
    assert anna.post(f"{page}/do", {"do": "read"}).status_code == 302
    jobs = desk.conn.execute(
        "select count(*) from procrastinate_jobs where task_name = 'penstock:collect_mailbox' and args ->> 'mailbox' = %s",
        (str(there.id),),
    ).fetchone()
    assert jobs == (1,)
    assert "Forget this mailbox?" in anna.text(f"{page}/delete")
    assert anna.post(f"{page}/delete", {}).status_code == 302
    assert keeping.listed(desk.conn, desk.account) == []


def test_what_cannot_be_a_mailbox_is_said_beside_the_form(visitor: Visitors) -> None:
    for wrong, words in (
        ({"server": "pop3://x.example"}, "begins with imaps"),
        ({"password": ""}, "needs a password"),
        ({"server": "imaps://imap.example.org?cafile=/etc/shadow"}, "command line only"),
        ({"afterwards": "move"}, "Name the folder"),
    ):
        answer = visitor().post("/settings/mailboxes", GIVEN | wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "hush hush" not in answer.content.decode()


def test_the_page_says_whether_anything_can_come_back_and_how_to_lead_it(
    desk: Desk, visitor: Visitors
) -> None:
    warned = "nothing that comes back finds its way here"
    assert warned not in visitor().text("/settings/mailboxes")  # nothing leaves this machine
    transports.create(desk.conn, desk.account, name="far", url="smtp://mail.example.net", actor=TERMINAL)
    domains.create(desk.conn, desk.account, name=f"back.{desk.domain}", return_host="bounce", actor=TERMINAL)
    text = visitor().text("/settings/mailboxes")
    assert warned in text
    assert f"bounce.back.{desk.domain}    lmtp:[127.0.0.1]:8024" in text
    keeping.create(desk.conn, desk.account, name="b", url="imaps://b:c@imap.example.org", actor=TERMINAL)
    assert warned not in visitor().text("/settings/mailboxes")


def test_strays_are_shown_as_text_to_those_who_may(desk: Desk, visitor: Visitors) -> None:
    strays.keep(
        desk.conn, "lmtp", "forged", "Its token is none of ours.", b"<script>alert(1)</script>\x00\xff"
    )
    strays.keep(desk.conn, "imap", "unrecognised", "It is neither.", b"theirs", account=desk.account)
    nobodys, theirs = strays.page(desk.conn, None, limit=9)[::-1][-2:]
    staff, anna = visitor(platform=True), visitor()
    assert "It is neither." in anna.text("/settings/strays")
    assert "none of ours" not in anna.text("/settings/strays")
    assert anna.client.get(f"/settings/strays/{nobodys.id}").status_code == 404
    text = staff.text(f"/settings/strays/{nobodys.id}")
    assert "&lt;script&gt;alert(1)" in text
    assert visitor("author").client.get("/settings/strays").status_code == 403
    assert anna.post(f"/settings/strays/{nobodys.id}/discard", {}).status_code == 404
    assert anna.post(f"/settings/strays/{theirs.id}/discard", {}).status_code == 302
    assert [each.id for each in strays.page(desk.conn, None, limit=9) if each.id == theirs.id] == []


def test_a_domain_s_page_says_where_its_readers_unsubscribe_by_mail(desk: Desk, visitor: Visitors) -> None:
    made = domains.create(
        desk.conn, desk.account, name="example.org", return_host="back", spf="mx", actor=TERMINAL
    )
    page = f"/settings/domains/{made.id}"
    assert "Readers unsubscribe by mail to the sender." in visitor().text(page)
    desk.conn.execute(
        "update account_domain set verified_at = now(), return_found_at = now(), return_heard_at = now() where id = %s",
        (made.id,),
    )
    assert "Readers unsubscribe by mail to unsubscribe@back.example.org" in visitor().text(page)
