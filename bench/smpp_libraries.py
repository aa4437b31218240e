"""SMPP libraries for Python beside Penstock's own client: the codec alone, and submits over one bind to the same sink.

usage: python -m bench.smpp_libraries [--messages 5000] [--seconds 1] [--window 100]

For docs/adr/0015. The libraries are no dependencies of Penstock: `pip install aiosmpplib smpplib smpp34` first; one that is missing
is left out. Codec: submit_sm with its values written, and deliver_sm with a receipt of appendix B read as far as the library reads it
(Penstock: to id and state), each for some time. Submits: one bind, as many unanswered as the window where the library has one; the sink
(bench.smpp_sink) is a process of its own.
"""

import argparse
import asyncio
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bench.smpp_sink import HEADER
from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply
from penstock.transport.short import Encoded, ShortEnvelope
from penstock.transport.smpp import commands
from penstock.transport.smpp.binds import Binds
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.incoming import Ears
from penstock.transport.smpp.pdu import Cutter, pdu
from penstock.transport.smpp.writing import bodies

TEXT = "Dear Anna, your parcel 4711 is at the counter. Orchard, Main Street 5."
_RECEIPT = (
    b"id:0000002a sub:001 dlvrd:001 submit date:2611222100 done date:2611222100 stat:DELIVRD err:000 text:"
)
_BODY = b"\0\1\x0133612345678\0\5\0Orchard\0\4\0\0\0\0\0\0\0\0%c%b" % (len(_RECEIPT), _RECEIPT)
RECEIPT = HEADER.pack(16 + len(_BODY), 5, 0, 7) + _BODY

Codec = tuple[Callable[[], Any], Callable[[], Any]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--window", type=int, default=100)
    given = parser.parse_args()
    print(f"{'':12}{'write':>12}{'read':>12}{'submits':>12}   (a second)")
    for name, (codec, submits) in LIBRARIES.items():
        if name != "penstock" and importlib.util.find_spec(name) is None:
            print(f"{name:12}not installed")
            continue
        write, read = (rate(call, given.seconds) for call in codec())
        print(f"{name:12}{write:12,.0f}{read:12,.0f}{over_a_bind(submits, given):12,.0f}", flush=True)


def rate(call: Callable[[], Any], seconds: float) -> float:
    count, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        for _ in range(200):
            call()
        count += 200
    return count / passed


def over_a_bind(submits: Callable[[int, int, int], None], given: argparse.Namespace) -> float:
    sink = subprocess.Popen([sys.executable, "-m", "bench.smpp_sink"], stdout=subprocess.PIPE, text=True)
    assert sink.stdout
    try:
        port = int(sink.stdout.readline())
        began = time.perf_counter()
        submits(port, given.messages, given.window)
        return given.messages / (time.perf_counter() - began)
    finally:
        sink.kill()
        sink.wait()


# -- Penstock -------------------------------------------------------------------------------------------------------


def own_codec() -> Codec:
    centre = Centre.from_url("smpp://me:secret@127.0.0.1")
    encoded = Encoded(TEXT, "gsm7", 0, 0, (TEXT.encode(),), len(TEXT))
    envelope = ShortEnvelope(1, "Orchard", "+33612345678", encoded)
    ears = Ears(centre, lambda item, answer: None)

    def read() -> None:
        for received in Cutter().feed(RECEIPT):
            ears.hear(received, bool, 0.0)  # type: ignore[arg-type]

    return lambda: pdu(commands.SUBMIT_SM, 1, bodies(centre, envelope)[0]), read


class _Source:
    """So many envelopes."""

    def __init__(self, count: int) -> None:
        self.left = self.open = count
        self.encoded = Encoded(TEXT, "gsm7", 0, 0, (TEXT.encode(),), len(TEXT))
        self.done = asyncio.Event()

    def take(self, peer: Peer) -> ShortEnvelope | None:
        if not self.left:
            return None
        self.left -= 1
        return ShortEnvelope(self.left, "Orchard", f"+336{self.left:08d}", self.encoded)

    def replied(self, envelope: ShortEnvelope, reply: Reply) -> None:
        self.open -= 1
        if not self.open:
            self.done.set()

    unanswered = unsent = trouble = incoming = None  # the sink answers all


def own_submits(port: int, count: int, window: int) -> None:
    import uvloop

    async def send() -> None:
        source = _Source(count)
        binds = Binds(Centre.from_url(f"smpp://me:secret@127.0.0.1:{port}?window={window}"), source)  # type: ignore[arg-type]
        binds.wake()
        await source.done.wait()
        await binds.close()

    uvloop.run(send())


# -- smpplib: blocking, so the window is ours -------------------------------------------------------------------------


def smpplib_codec() -> Codec:
    from smpplib import smpp

    client = _smpplib_client(1)

    def write() -> bytes:
        return bytes(smpp.make_pdu("submit_sm", client=client, **_smpplib_values("33612345678")).generate())

    return write, lambda: smpp.parse_pdu(RECEIPT, client=client, allow_unknown_opt_params=True)


def _smpplib_client(port: int) -> Any:
    import logging

    from smpplib.client import Client

    logging.getLogger("smpp").setLevel(logging.ERROR)
    return Client("127.0.0.1", port, allow_unknown_opt_params=True, logger_name="smpp")


def _smpplib_values(number: str) -> dict[str, Any]:
    return {"source_addr_ton": 5, "source_addr": "Orchard", "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": number,
            "short_message": TEXT.encode(), "registered_delivery": 1}  # fmt: skip


def smpplib_submits(port: int, count: int, window: int) -> None:
    client = _smpplib_client(port)
    client.connect()
    client.bind_transceiver(system_id="me", password="secret")
    sent = answered = 0
    while answered < count:
        while sent < count and sent - answered < window:
            client.send_message(**_smpplib_values(f"336{sent:08d}"))
            sent += 1
        client.read_pdu()
        answered += 1
    client.disconnect()


# -- aiosmpplib: no window, sends as it can -----------------------------------------------------------------------------


def aiosmpplib_codec() -> Codec:
    from aiosmpplib.protocol import DeliverSm, SmppMessage

    def read() -> Any:
        found = DeliverSm.from_pdu(RECEIPT, SmppMessage.parse_header(RECEIPT[:16]))
        return found.parse_receipt()

    return lambda: _aiosmpplib_message("33612345678").pdu(), read


def _aiosmpplib_message(number: str) -> Any:
    from aiosmpplib import PhoneNumber, SubmitSm

    return SubmitSm(
        short_message=TEXT,
        source=PhoneNumber("Orchard"),
        destination=PhoneNumber(number),
        log_id=number,
        sequence_num=1,
    )


def aiosmpplib_submits(port: int, count: int, window: int) -> None:
    import uvloop
    from aiosmpplib import ESME
    from aiosmpplib.hook import AbstractHook
    from aiosmpplib.protocol import SubmitSmResp

    class Hook(AbstractHook):
        left, done = count, asyncio.Event()

        async def sending(self, smpp_message: Any, pdu: bytes, client_id: str) -> None: ...

        async def send_error(self, smpp_message: Any, error: Exception, client_id: str) -> None: ...

        async def received(self, smpp_message: Any, pdu: bytes, client_id: str) -> None:
            if isinstance(smpp_message, SubmitSmResp):
                self.left -= 1
                if not self.left:
                    self.done.set()

    async def send() -> None:
        hook = Hook()
        esme = ESME(
            smsc_host="127.0.0.1",
            smsc_port=port,
            system_id="me",
            password="secret",
            hook=hook,
            log_level="ERROR",
        )
        running = asyncio.create_task(esme.start())
        for number in range(count):
            await esme.broker.enqueue(_aiosmpplib_message(f"336{number:08d}"))
        await hook.done.wait()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    uvloop.run(send())


# -- smpp34: Rust underneath; answers deliver_sm by itself, before anybody could have kept it -----------------------------


def smpp34_codec() -> Codec:
    import smpp34

    def write() -> bytes:
        return bytes(smpp34.SubmitSm("Orchard", "33612345678", TEXT.encode(), source_addr_ton=5, dest_addr_ton=1, dest_addr_npi=1,
                                     registered_delivery=1).encode())  # fmt: skip

    return write, lambda: smpp34.decode(RECEIPT).short_message


def smpp34_submits(port: int, count: int, window: int) -> None:
    import smpp34

    async def send() -> None:
        client = smpp34.Client("127.0.0.1", port, "me", "secret", bind_type="TRX", window_size=window)
        centre = await client.connect()
        numbers = iter(range(count))

        async def one_after_the_other() -> None:
            for number in numbers:
                await centre.submit_sm(
                    f"336{number:08d}", TEXT.encode(), source_addr="Orchard", source_addr_ton=5
                )

        await asyncio.gather(*(one_after_the_other() for _ in range(window)))
        await client.stop()

    asyncio.run(send())


LIBRARIES: dict[str, tuple[Callable[[], Codec], Callable[[int, int, int], None]]] = {
    "penstock": (own_codec, own_submits),
    "aiosmpplib": (aiosmpplib_codec, aiosmpplib_submits),
    "smpplib": (smpplib_codec, smpplib_submits),
    "smpp34": (smpp34_codec, smpp34_submits),
}

if __name__ == "__main__":
    main()
