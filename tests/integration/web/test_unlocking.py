"""What the breaker locked is unlocked with a note: from the mailing by an administrator, from the platform's desk by its staff."""

import re
from collections.abc import Callable
from typing import Any

from penstock.account import policies
from penstock.delivery.locked import locked
from penstock.mailing.control import SYSTEM
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
WAY_OUT = "smtp://127.0.0.1:2525?tls=none"


def stopped(desk: Desk, name: str = "", code: str = "bounces") -> int:
    """A mailing that too many bounces stopped."""
    mailing = desk.mailing("sending", name)
    desk.give(
        mailing,
        "interrupt",
        SYSTEM,
        code=code,
        reason="60 of 1,000 settled recipients bounced: 6.0 %, more than 5 %.",
    )
    return mailing


def _form(person: Visitor, path: str, **fields: Any) -> Any:
    page = person.text(path)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return person.post(path, hidden | fields)


def test_an_administrator_unlocks_it_with_a_note_and_an_operator_does_not(
    desk: Desk, visitor: Visitors
) -> None:
    mailing = stopped(desk, "Spring sale")
    operator, administrator = visitor("operator"), visitor("administrator")
    page = operator.text(f"/mailings/{mailing}")
    assert f'href="/mailings/{mailing}/resume' not in page
    assert f'href="/mailings/{mailing}/unlock' not in page
    assert "An administrator or the platform unlocks it" in page
    asked = operator.text(f"/mailings/{mailing}/unlock")
    assert "This is not possible now." in asked
    refused = _form(operator, f"/mailings/{mailing}/resume", reason="let it go")
    assert refused.status_code == 409
    assert "Somebody with the right unlocks it first" in refused.content.decode()

    page = administrator.text(f"/mailings/{mailing}")
    assert f'href="/mailings/{mailing}/unlock' in page
    asked = administrator.text(f"/mailings/{mailing}/unlock")
    assert "the breaker counts anew" in asked
    assert "6.0 %, more than 5 %" in asked
    assert _form(administrator, f"/mailings/{mailing}/unlock", reason=" ").status_code == 409
    answer = _form(administrator, f"/mailings/{mailing}/unlock", reason="The list was cleaned.")
    assert answer.status_code == 302
    page = operator.text(f"/mailings/{mailing}")
    assert "The list was cleaned." in page
    assert f'href="/mailings/{mailing}/resume' in page
    assert _form(operator, f"/mailings/{mailing}/resume", reason="It was cleaned.").status_code == 302
    assert desk.state(mailing) == "sending"


def test_the_platforms_desk_shows_what_is_locked_in_every_account(desk: Desk, visitor: Visitors) -> None:
    first, second = stopped(desk, "Spring <b>sale</b>"), stopped(desk, "Summer sale", "complaints")
    technical = stopped(desk, "Autumn sale", "technical")
    assert visitor("administrator").get("/platform/unlocks").status_code == 403
    platform = visitor(platform=True, of=Desk(desk.conn, WAY_OUT))
    page = platform.text("/platform/unlocks")
    assert f'data-mailing="{first}"' in page
    assert f'data-mailing="{second}"' in page
    assert f'data-mailing="{technical}"' not in page
    assert "Spring &lt;b&gt;sale" in page
    answer = _form(
        platform, f"/mailings/{first}/unlock", reason="They showed us the list.", next="/platform/unlocks"
    )
    assert answer["Location"] == "/platform/unlocks"
    page = platform.text("/platform/unlocks")
    assert f'data-mailing="{first}"' not in page
    assert f'data-mailing="{second}"' in page


def test_the_desk_goes_on_page_by_page(desk: Desk, visitor: Visitors) -> None:
    made = [stopped(desk) for _ in range(3)]
    rows = locked(desk.conn, limit=1)
    seen = [rows[0].id]
    while rows := locked(desk.conn, after=rows[-1].place, limit=1):
        seen.append(rows[0].id)
    assert [number for number in seen if number in made] == made
    assert visitor(platform=True).get("/platform/unlocks?after=nonsense~x").status_code == 200


def test_a_mailing_that_nobody_sends_says_so(desk: Desk, visitor: Visitors) -> None:
    mailing, anna = desk.mailing("sending"), visitor()
    assert "No worker runs" not in anna.text(f"/mailings/{mailing}")
    desk.conn.execute("update delivery_sender set beat_at = now() - interval '1 minute'")
    assert "No worker runs, so nothing goes out." in anna.text(f"/mailings/{mailing}")
    desk.conn.execute("update delivery_sender set beat_at = now() + interval '1 day'")


def test_the_breaker_and_the_cap_are_set_among_the_policies(desk: Desk, visitor: Visitors) -> None:
    administrator = visitor("administrator")
    page = administrator.text("/settings/policies")
    assert re.search(r'id="complaint_limit"[^>]* step="any" value="0.1"', page)
    given = {"bounce_limit": "2.5", "frequency_cap": "3 per 7 days", "canary_size": "200"}
    assert administrator.post("/settings/policies", given).status_code == 302
    now = policies.read(desk.conn, desk.account)
    assert (now.bounce_limit, now.frequency_cap, now.canary_size) == (2.5, "3 per 7 days", 200)
    refused = administrator.post(
        "/settings/policies", {"frequency_cap": "thrice a week", "bounce_limit": "lots"}
    )
    assert refused.status_code == 422
    told = refused.content.decode()
    assert "off, or as 3 per 7 days" in told
    assert "a percentage from 0 to 100" in told
    desk.policy(bounce_limit=None, frequency_cap=None, canary_size=None)
