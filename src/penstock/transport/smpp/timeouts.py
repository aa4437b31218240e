"""How long to wait for what (SMPP 3.4 §7.2), in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.transport.smpp.centre import Centre


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Checked by a sweep, not by a timer for each PDU, so that one may run over by `interval`."""

    connect: float = 30.0  # TCP, and TLS where it is used, each
    bind: float = 30.0  # session_init_timer
    answer: float = 60.0  # response_timer; a part without a response after it is in doubt
    enquire: float = 30.0  # enquire_link_timer
    unbind: float = 5.0  # the answer to unbind changes nothing any more
    idle: float = 60.0  # a bind without work is closed after this
    interval: float = 1.0  # between two sweeps

    @classmethod
    def of(cls, centre: Centre) -> Timeouts:
        """Those that the centre's terms ask for."""
        return cls(answer=float(centre.answer), enquire=float(centre.enquire))
