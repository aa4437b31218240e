"""The numbers of SMPP 3.4: commands (§5.1.2.1), optional parameters (§5.3.2), states of a message (§5.2.28), bits of esm_class (§5.2.12)."""

from __future__ import annotations

from typing import Final

VERSION: Final = 0x34
RESPONSE: Final = 0x80000000
"""The bit that a response's command has over its request's."""

GENERIC_NACK: Final = 0x80000000
BIND_RECEIVER: Final = 0x00000001
BIND_TRANSMITTER: Final = 0x00000002
QUERY_SM: Final = 0x00000003
SUBMIT_SM: Final = 0x00000004
DELIVER_SM: Final = 0x00000005
UNBIND: Final = 0x00000006
BIND_TRANSCEIVER: Final = 0x00000009
ENQUIRE_LINK: Final = 0x00000015
ALERT_NOTIFICATION: Final = 0x00000102
DATA_SM: Final = 0x00000103
SUBMIT_SM_RESP: Final = SUBMIT_SM | RESPONSE

NAMES: Final = {
    BIND_RECEIVER: "bind_receiver", BIND_TRANSMITTER: "bind_transmitter", BIND_TRANSCEIVER: "bind_transceiver",
    QUERY_SM: "query_sm", SUBMIT_SM: "submit_sm", DELIVER_SM: "deliver_sm", UNBIND: "unbind", ENQUIRE_LINK: "enquire_link",
    ALERT_NOTIFICATION: "alert_notification", DATA_SM: "data_sm",
}  # fmt: skip

# Optional parameters.
RECEIPTED_MESSAGE_ID: Final = 0x001E
SAR_MSG_REF_NUM: Final = 0x020C
SAR_TOTAL_SEGMENTS: Final = 0x020E
SAR_SEGMENT_SEQNUM: Final = 0x020F
SC_INTERFACE_VERSION: Final = 0x0210
NETWORK_ERROR_CODE: Final = 0x0423
MESSAGE_PAYLOAD: Final = 0x0424
MESSAGE_STATE: Final = 0x0427
USER_MESSAGE_REFERENCE: Final = 0x0204

# esm_class: the kind of message in bits 2 to 5, and whether the user data begin with a header.
KIND: Final = 0x3C
KIND_RECEIPT: Final = 0x04
KIND_INTERMEDIATE: Final = 0x20
HEADER: Final = 0x40


def name(command: int) -> str:
    """What a request is called, `submit_sm`; for one that is not known its number."""
    return NAMES.get(command & ~RESPONSE, f"command 0x{command & ~RESPONSE:08x}")
