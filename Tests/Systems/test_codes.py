"""Every kind of printed or saved code that central hands out, shown to a running gate."""

import base64
import hashlib
import hmac
import json
import struct
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Demo"))
from venue import Central, Gate, free_port, wait_until  # noqa: E402

HOUR = 3_600_000


class Venue:
    """A central with one event and one gate."""

    def __init__(self, folder):
        programs = ROOT / ".build" / "debug"
        self.central = Central(programs / "stile-central", folder / "central", free_port())
        self.central.init()
        self.central.start()
        now = int(time.time() * 1000)
        self.event = self.central.post("/v1/events", {
            "name": "Harvest fair", "venue": "Fairground", "starts": now + HOUR,
            "ends": now + 4 * HOUR,
            "halls": [{"number": 1, "name": "Barn"}],
            "gates": [{"number": 11, "hall": 1, "name": "Barn door"}],
            "classes": [{"number": 1, "name": "Visitor"}],
            "access": [{"class": 1, "hall": 1}],
        })["id"]
        self.gate = Gate(
            programs / "stile-gate", folder / "gate", "Barn door", self.central, self.event, 1, 11)
        self.gate.start()

    def ticket(self):
        return self.central.issue(self.event, [{"class": 1}])[0]

    def show(self, text):
        """The gate's word on a code, once it has the newest manifest."""
        self.gate.wait_for_manifest(self.central.build(self.event))
        return self.gate.show(self.gate.pictures.qr(text))

    def stop(self):
        self.gate.stop()
        self.central.stop()


@pytest.fixture(scope="module")
def venue(tmp_path_factory):
    venue = Venue(tmp_path_factory.mktemp("codes"))
    try:
        yield venue
    finally:
        venue.stop()


def one_time_password(key, counter):
    """RFC 6238 with HMAC-SHA-1 and 8 digits, by Python's own library."""
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place:place + 4])[0] & 0x7FFFFFFF
    return f"{number % 100_000_000:08}"


def test_reprint_lets_in_and_the_first_print_does_not(venue):
    ticket = venue.ticket()
    new = venue.central.post(f"/v1/tickets/{ticket['id']}/reprint", {"reason": "lost"})
    again = venue.central.get(f"/v1/tickets/{ticket['id']}/codes")
    assert again["paper"] == new["paper"]
    assert venue.show(ticket["paper"])["verdict"] == "SUPERSEDED"
    assert venue.show(again["paper"])["verdict"] == "SUCCESS"


def test_spare_card_lets_in_only_once_it_is_assigned(venue):
    cards = venue.central.post(f"/v1/events/{venue.event}/spares", {"count": 2})["tickets"]
    assert venue.show(cards[0]["code"])["verdict"] == "NOT_FOUND"
    assert venue.show(cards[0]["paper"])["verdict"] == "NOT_FOUND"
    venue.central.post(f"/v1/tickets/{cards[0]['id']}/assign", {"class": 1})
    assert venue.show(cards[0]["paper"])["verdict"] == "SUCCESS"
    # The other card becomes a code of a ticket that somebody has.
    ticket = venue.ticket()
    venue.central.post(f"/v1/tickets/{cards[1]['id']}/assign", {"ticket": ticket["id"]})
    assert venue.show(ticket["code"])["verdict"] == "SUPERSEDED"
    verdict = venue.show(cards[1]["code"])
    assert (verdict["verdict"], verdict["ticket"]) == ("SUCCESS", ticket["id"])


def test_wallet_pass_lets_in_with_the_password_of_the_minute(venue):
    ticket = venue.ticket()
    wallet = venue.central.get(f"/v1/tickets/{ticket['id']}/pass")
    key = base64.urlsafe_b64decode(wallet["totp_key"] + "=")
    now = int(time.time())
    good = one_time_password(key, now // wallet["totp_step"])
    text = wallet["pattern"].replace("{totp_timestamp_seconds}", f"{now:010}")
    wrong = text.replace("{totp_value_0}", f"{(int(good) + 1) % 10**8:08}")
    assert venue.show(wrong)["verdict"] == "BAD_SIGNATURE"
    verdict = venue.show(text.replace("{totp_value_0}", good))
    assert (verdict["verdict"], verdict["ticket"]) == ("SUCCESS", ticket["id"])


def test_imported_barcodes_let_in_easily_guessed_ones_too(venue):
    path = f"/v1/events/{venue.event}/barcodes"
    made = venue.central.post(path, {
        "class": 1, "fold": "upper", "codes": ["FAIR-2026-0001", "FAIR-2026-0002", "FAIR-2026-0003"]})
    assert made["slow"] and len(made["warnings"]) == 2

    def hashed():
        return venue.central.get(path)["imports"][0]["hashed"] == 3

    wait_until(hashed, "the slow hashes are done", patience=30)
    verdict = venue.show("fair-2026-0002")
    assert (verdict["verdict"], verdict["ticket"]) == ("SUCCESS", made["tickets"][1])
    assert venue.show("FAIR-2026-0004")["verdict"] == "NOT_FOUND"


def test_ticket_that_asks_for_a_document_is_referred(venue):
    ticket = venue.central.issue(venue.event, [{"class": 1, "check_id": True}])[0]
    verdict = venue.show(ticket["paper"])
    assert verdict["verdict"] == "REFER", json.dumps(verdict)
