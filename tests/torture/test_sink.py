"""The sink tells the truth: what it received in full is in its log before the reply, whatever it does then."""

import signal
import smtplib
import socket
from pathlib import Path

from bench.arrivals import Arrivals, sink
from tests.torture import proof


def message(number: int) -> str:
    return f"Subject: x\r\n\r\n[[{number}]]\r\n"


def test_what_is_acknowledged_is_in_the_log(tmp_path: Path) -> None:
    with sink(tmp_path / "log") as (port, _), smtplib.SMTP("127.0.0.1", port) as client:
        arrivals = Arrivals(tmp_path / "log")
        for number in (1, 2):
            client.sendmail("a@example.org", f"reader{number}@example.net", message(number))
            assert [(line.kind, line.mark) for line in arrivals.new()] == [("A", str(number))]


def test_a_message_without_its_final_dot_did_not_arrive(tmp_path: Path) -> None:
    with sink(tmp_path / "log") as (port, process), socket.create_connection(("127.0.0.1", port)) as client:
        client.recv(999)
        client.sendall(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n")
        answers = b""
        while b"354" not in answers:
            answers += client.recv(999)
        client.sendall(b"Subject: x\r\n\r\nhalf of it\r\n.")
        process.send_signal(signal.SIGUSR1)
        ended(client)
        assert [line.kind for line in Arrivals(tmp_path / "log").new()] == ["C"]


def test_a_misbehaving_sink_agrees_with_what_its_client_saw(tmp_path: Path) -> None:
    """A plain client sends until everything has befallen it; each answer it got is what the log says."""
    told: dict[str, str] = {}
    with sink(tmp_path / "log", "--faults", "torture", "--seed", "3") as (port, _):
        for number in range(1, 301):
            told[f"reader{number}@example.net"] = attempt(port, number)
        received = proof.Received.read(Arrivals(tmp_path / "log").new())
    for recipient, answer in told.items():
        kinds = received.kinds.get(recipient, "")
        match answer:
            case "250":
                assert kinds == "A"
            case "lost":
                assert kinds in ("", "X", "A")
            case _:
                assert kinds in ("", "P" if answer[0] == "5" else "T")
    assert len(set(told.values())) > 3, "the seed brings too few faults to prove anything"


def ended(client: socket.socket) -> None:
    """Read until the other side has ended the connection, one way or the other."""
    try:
        while client.recv(999):
            pass
    except ConnectionResetError:
        pass


def attempt(port: int, number: int) -> str:
    """Send one message on a connection of its own: the code of the answer, or `lost`."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.sendmail("a@example.org", f"reader{number}@example.net", message(number))
            return "250"
    except smtplib.SMTPRecipientsRefused as error:
        return str(next(iter(error.recipients.values()))[0])
    except smtplib.SMTPResponseException as error:
        return str(error.smtp_code)
    except (smtplib.SMTPServerDisconnected, OSError):
        return "lost"
