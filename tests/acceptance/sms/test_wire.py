"""What our bytes are to software that is not ours: the three ways of holding a long message together, and TLS. Without a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.content.sms.encoding import encode
from penstock.transport.hands import way_out
from penstock.transport.short import Receipt, ShortEnvelope
from penstock.transport.smpp.centre import Centre as Terms
from penstock.transport.terms import Way
from tests.acceptance.sms.centre import KINDS, Centre, running
from tests.acceptance.sms.proof import Received
from tests.acceptance.sms.round import NOTES
from tests.integration.transport.certificates import Authority
from tests.integration.transport.peer import on_uvloop, until
from tests.smpp.test_binds import Memory

WRITTEN = [encode(note) for note in NOTES]


class Texts(Memory):
    """A source of the messages that NOTES make, to one number each."""

    def __init__(self, first: int) -> None:
        super().__init__(0)
        for place, encoded in enumerate(WRITTEN):
            self.fates[place] = []
            self.waiting.append(
                ShortEnvelope(place, "Acme", f"+336{first + place:08d}", encoded, 0x1234 + place)
            )


@pytest.fixture(scope="module", params=KINDS)
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with running(request.param, tmp_path_factory.mktemp("centre")) as centre:
        yield centre


async def sent(terms: str, first: int) -> None:
    """Send NOTES, and wait for the receipts of all that was submitted."""
    source = Texts(first)
    hands = way_out([Way(7, Terms.from_url(terms))], source)
    hands.wake()
    await until(lambda: source.settled == len(NOTES) and len(source.came) >= len(source.ids))
    await hands.close()
    assert source.counted == {"250": len(NOTES)}
    assert {each.id for each in source.came if isinstance(each, Receipt)} == source.ids


def submits(centre: Centre, first: int) -> list[list[dict[str, object]]]:
    """The submits for each of the messages, in their order."""
    received = Received.read(centre.noted())
    return [received.submits[f"+336{first + place:08d}"] for place in range(len(NOTES))]


@pytest.mark.behaviour("S3.14")
@pytest.mark.parametrize(("long", "first"), [("udh", 100), ("sar", 200), ("payload", 300)])
def test_a_long_message_is_one_text_to_others(centre: Centre, long: str, first: int) -> None:
    """Characters that are cut in two, surrogate pairs and escapes among them, are whole on the other side."""
    on_uvloop(sent)(centre.url(long=long, connections=2), first)
    told = submits(centre, first)
    counts = [1] * len(NOTES) if long == "payload" else [each.count for each in WRITTEN]
    assert [[(line["parts"], line["part"]) for line in lines] for lines in told] == [
        [(count, part) for part in range(1, count + 1)] for count in counts
    ]
    given = {"udh": 0xFF, "sar": 0xFFFF, "payload": 0}[long]  # octets of a reference
    for place, lines in enumerate(told):
        assert {line["reference"] for line in lines} == {(0x1234 + place) & given if len(lines) > 1 else 0}
    texts = Received.read(centre.noted()).texts()
    assert [texts[f"+336{first + place:08d}"] for place in range(len(NOTES))] == [
        each.text for each in WRITTEN
    ]


@pytest.mark.behaviour("S3.14")
def test_over_tls_to_a_server_that_is_not_ours(tmp_path: Path) -> None:
    """A certificate that nobody vouches for lets nothing through; the one that `cafile` vouches for lets all through, long ones as well."""
    authority = Authority(tmp_path)
    authority.server("127.0.0.1")
    with running("node", tmp_path, tls=str(tmp_path / "server.pem")) as centre:

        async def unknown() -> None:
            source = Texts(100)
            hands = way_out([Way(7, Terms.from_url(centre.url()))], source)
            hands.wake()
            await until(lambda: source.troubles)
            await hands.close()
            assert "cannot be trusted" in source.troubles[0][0].text
            assert source.settled == 0

        on_uvloop(unknown)()
        assert not centre.noted("bind")
        on_uvloop(sent)(centre.url(cafile=authority.file, long="payload"), 100)
        assert [lines[0]["text"] for lines in submits(centre, 100)] == [each.text for each in WRITTEN]
