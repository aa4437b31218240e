"""Messages of the corpus as they would come back for a recipient: with this recipient's tokens in them."""

from pathlib import Path

from penstock.content.links import return_path, tokens
from penstock.platform.environment import link_key

CORPUS = Path(__file__).parents[2] / "corpus" / "returned"
PUBLIC, PRIVATE = b"{PUBLIC}", b"{PRIVATE}"


def message(name: str, mailing: int, seq: int) -> bytes:
    """The message `name` of the corpus, about recipient `seq` of a mailing."""
    public, private = tokens(mailing, seq, link_key())
    return (CORPUS / f"{name}.eml").read_bytes().replace(PUBLIC, public).replace(PRIVATE, private)


def verp(mailing: int, seq: int) -> str:
    """Where what comes back for them is sent to."""
    return return_path(tokens(mailing, seq, link_key())[0], b"example.org").decode()
