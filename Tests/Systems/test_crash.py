"""A real gate and a real central, killed again and again under load, lose no record.

Every kill is SIGKILL at a random instant. Afterwards three books must agree: what the gate told
its scanners, what its journal holds, and what central received.
"""

import json
import os
import random
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

from venue import Central, Gate, free_port

PROGRAMS = Path(os.environ.get("STILE_BIN", Path(__file__).resolve().parents[2] / ".build/debug"))
KILLS = int(os.environ.get("STILE_CRASHES", 100))
SEED = int(os.environ.get("STILE_SEED", random.SystemRandom().randrange(1 << 32)))
TICKETS = 2_000
LANES = 3


def match_day():
    now = int(time.time() * 1000)
    return {
        "name": "Crash test", "venue": "Loopback", "starts": now - 3_600_000,
        "ends": now + 3_600_000, "halls": [{"number": 1, "name": "Hall"}],
        "gates": [{"number": 1, "hall": 1, "name": "Gate"}],
        "classes": [{"number": 1, "name": "Class"}],
        "access": [{"class": 1, "hall": 1, "gate": 0}]}


class Scanner(threading.Thread):
    """Shows codes over TCP until the gate is gone, and remembers every verdict it was told."""

    def __init__(self, port, codes, seed, told):
        super().__init__()
        self.port, self.codes, self.told = port, codes, told
        self.random = random.Random(seed)
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                    self.scan(line.makefile("rwb"))
            except (OSError, ValueError):
                time.sleep(0.005)

    def scan(self, line):
        while not self.stopped.is_set():
            line.write(self.random.choice(self.codes).encode() + b"\n")
            line.flush()
            answer = line.readline()
            if not answer.endswith(b"\n"):
                return
            verdict = json.loads(answer)
            if not verdict["repeated"]:
                self.told.append(verdict)


def journal_of(gate):
    with sqlite3.connect(f"file:{gate.data}/journal.sqlite?mode=ro", uri=True) as book:
        records = [(bytes(p), bytes(s)) for p, s in book.execute(
            "SELECT payload, sig FROM record ORDER BY position")]
        uses = {bytes(t).hex(): entries for t, entries in book.execute(
            "SELECT ticket, entries FROM use WHERE entries > 0")}
    return records, uses


def records_of(central):
    found = list(central.data.glob("*.sqlite"))
    assert len(found) == 1, found
    with sqlite3.connect(f"file:{found[0]}?mode=ro", uri=True) as book:
        return [(bytes(p), bytes(s)) for p, s in book.execute(
            "SELECT payload, sig FROM log_record ORDER BY device, epoch, seq")]


def test_a_gate_killed_at_any_instant_loses_nothing_and_central_hears_all(tmp_path):
    print(f"\ncrash test with central: {KILLS} kills, seed {SEED}")
    dice = random.Random(SEED)
    central = Central(PROGRAMS / "stile-central", tmp_path / "central", free_port())
    central.init()
    central.start()
    gate = None
    told = []
    try:
        event = central.post("/v1/events", match_day())["id"]
        tickets = central.issue(event, [{"class": 1} for _ in range(TICKETS)])
        version = central.build(event)
        gate = Gate(PROGRAMS / "stile-gate", tmp_path / "gate", "gate", central, event, 1, 1)
        gate.start()
        gate.wait_for_manifest(version)
        # Static codes need the barcode key, which comes after the manifest.
        codes = [ticket["paper"] for ticket in tickets]
        scanners = [
            Scanner(gate.tcp, codes, dice.randrange(1 << 32), told) for _ in range(LANES)]
        for scanner in scanners:
            scanner.start()
        for kill in range(KILLS):
            time.sleep(dice.uniform(0.02, 0.5))
            gate.stop(signal.SIGKILL)
            if kill % 10 == 9:
                central.stop(signal.SIGKILL)
                central.start()
            gate.spawn("run", "--config", gate.home / "gate.yaml")
        time.sleep(1)
        for scanner in scanners:
            scanner.stopped.set()
        for scanner in scanners:
            scanner.join()
        gate.stop()
        gate.start()
        gate.wait_for_upload()
        gate.stop()
        check(gate, central, told)
    finally:
        for program in (gate, central):
            if program:
                program.stop()


def check(gate, central, told):
    records, uses = journal_of(gate)
    received = records_of(central)
    written = [json.loads(payload) for payload, _ in records]
    # The gate's last words, written as it stopped after the upload (STOP, and before it perhaps
    # that it hears central or has set its clock), are still on their way; no scan is.
    assert received == records[:len(received)]
    late = [r["kind"] for r in written[len(received):]]
    assert len(late) <= 3 and set(late) <= {"MODE", "SYNC", "STOP"}, late

    assert [r["seq"] for r in written] == list(range(len(written)))
    admissions = Counter(
        r["ticket"] for r in written if r["kind"] == "SCAN" and r["code"] == 0)
    assert admissions and max(admissions.values()) == 1, "a ticket was admitted twice"
    assert uses == dict(admissions), "the uses are not what the records say"

    by_sequence = {r["seq"]: r for r in written}
    admitted = [v for v in told if v["verdict"] == "SUCCESS"]
    assert len(admitted) > KILLS, "too few admissions to say anything"
    for verdict in told:
        assert verdict["verdict"] in ("SUCCESS", "DUPLICATE"), verdict
        record = by_sequence[verdict["seq"]]
        assert (record["ticket"], record["code"]) == (verdict["ticket"], verdict["code"])
    print(f"{len(told)} verdicts told, {len(admitted)} admissions, "
          f"{len(records)} records, {len(received)} at central")
