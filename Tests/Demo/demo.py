#!/usr/bin/env python3
"""Runs Stile's main job on real programs: issue, rotate, scan, admit, upload, reconcile.

Everything printed is what really happened; with --once a verdict that differs from what the
protocol promises ends the run with exit status 1. Only Python's own library is used.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from venue import Central, Gate, free_port, say  # noqa: E402

TICKETS = 20_000
SCREENSHOT_AGE = 120


class Story:
    """What was expected and what came: the last word on whether the run was good."""

    def __init__(self):
        self.surprises = []

    def show(self, gate, title, png, expected):
        verdict = gate.show(png)
        mark = "ok " if verdict["verdict"] == expected else "???"
        say(f"  {mark} {gate.name:5} {title:46} {verdict['verdict']:14} {verdict['headline']}")
        if verdict["verdict"] != expected:
            self.surprises.append(f"{title}: {verdict['verdict']} instead of {expected}")
        return verdict

    def expect(self, truth, what):
        say(f"  {'ok ' if truth else '???'} {what}")
        if not truth:
            self.surprises.append(what)


def match_day():
    """An event that is on now, with two halls, two gates in the first, and two classes."""
    now = int(time.time() * 1000)
    hour = 3_600_000
    return {
        "name": "Dinamo – Hajduk",
        "venue": "Stadion Maksimir",
        "starts": now - hour,
        "ends": now + 4 * hour,
        "halls": [{"number": 1, "name": "North"}, {"number": 2, "name": "South"}],
        "gates": [
            {"number": 11, "hall": 1, "name": "North A"},
            {"number": 12, "hall": 1, "name": "North B"},
            {"number": 21, "hall": 2, "name": "South A"},
        ],
        "classes": [{"number": 1, "name": "North stand"}, {"number": 2, "name": "South stand"}],
        "access": [
            {"class": 1, "hall": 1, "gate": 0},
            {"class": 2, "hall": 2, "gate": 0},
        ],
    }


def issue(central, event):
    tickets = []
    started = time.monotonic()
    for block in range(0, TICKETS, 10_000):
        tickets += central.issue(
            event,
            [
                {
                    "class": 1 if number % 2 == 0 else 2,
                    "seat": f"Row {number // 50 + 1}, seat {number % 50 + 1}",
                    "reference": f"demo-{number}",
                    "status": "unpaid" if number == 8 else "valid",
                }
                for number in range(block, block + 10_000)
            ],
        )
    seconds = time.monotonic() - started
    say(f"  {len(tickets)} tickets issued in {seconds:.1f} s, each with a code, a PAPER token, a link")
    return tickets


def online(story, central, event, tickets, north, south, folder):
    say("\n3. Codes are shown as pictures; each gate decodes them with zbar and decides by itself")
    first, copied, refunded = tickets[0], tickets[2], tickets[4]
    picture = central.token_png(first["id"])
    story.show(north, "a guest's rotating code", picture, "SUCCESS")
    time.sleep(1.1)
    story.show(north, "the same ticket, its next code", central.token_png(first["id"]), "DUPLICATE")
    story.show(north, "a ticket of the south stand", central.token_png(tickets[1]["id"]), "WRONG_HALL")
    story.show(north, "the printed code of an unpaid order", folder.qr(tickets[8]["code"]), "UNPAID")
    story.show(north, "a code that nobody sold", folder.qr("X0123456789ABCDEFN"), "NOT_FOUND")
    forged = central.token(tickets[6]["id"])["token"]
    letter = "A" if forged[60] != "A" else "B"
    forged = forged[:60] + letter + forged[61:]
    story.show(north, "a token with one letter changed", folder.qr(forged), "BAD_SIGNATURE")
    stale = central.token_png(refunded["id"])
    central.post(f"/v1/tickets/{refunded['id']}/revoke", {"reason": "refunded"})
    north.wait_for_manifest(central.build(event))
    story.show(north, "a refunded ticket, code fetched before", stale, "REVOKED")
    return copied


def cut_off(story, central, event, tickets, copied, north, south):
    say("\n4. Central goes away; the gates keep deciding")
    good = central.token_png(tickets[10]["id"])
    twice = central.token_png(copied["id"])
    central.stop()
    story.show(north, "a guest while central is stopped", good, "SUCCESS")
    story.show(north, "a copied code, shown here first", twice, "SUCCESS")
    story.show(south, "the same copy at the other gate, cut off", twice, "SUCCESS")
    waiting = north.waiting() + south.waiting()
    say(f"  {waiting} records wait at the gates")
    say("\n5. Central returns; the gates upload; the records are reconciled")
    central.start()
    north.wait_for_upload()
    south.wait_for_upload()
    report = central.get(f"/v1/events/{event}/attendance")
    found = [c for c in report["conflicts"] if c["ticket"] == copied["id"]]
    story.expect(len(found) == 1, "the ticket that entered twice is reported, once")
    say(central.reconcile(event))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the story, exit 0 if it held")
    parser.add_argument("--bin", type=Path, help="folder of the built programs")
    options = parser.parse_args()
    root = Path(__file__).resolve().parents[2]
    programs = options.bin or root / ".build" / "debug"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    home = Path(tempfile.mkdtemp(prefix="stile-demo-"))
    story = Story()
    running = []
    try:
        say("1. Central: keys, database, server")
        central = Central(programs / "stile-central", home / "central", free_port())
        running.append(central)
        central.init()
        central.start()
        say(f"  listening on {central.url}")
        event = central.post("/v1/events", match_day())["id"]
        tickets = issue(central, event)
        screenshot = central.token_png(tickets[12]["id"])
        taken = time.monotonic()
        version = central.build(event)

        say("\n2. Two gates enrol and fetch the manifest")
        north = Gate(programs / "stile-gate", home / "north", "north", central, event, 1, 11)
        south = Gate(programs / "stile-gate", home / "south", "south", central, event, 1, 12)
        for gate in (north, south):
            running.append(gate)
            gate.start()
        for gate in (north, south):
            gate.wait_for_manifest(version)
            say(f"  {gate.name}: manifest {gate.status()['manifest']['version']}, ready")

        copied = online(story, central, event, tickets, north, south, north.pictures)
        cut_off(story, central, event, tickets, copied, north, south)

        say("\n6. Somebody sent a friend a screenshot two minutes ago")
        left = SCREENSHOT_AGE - (time.monotonic() - taken)
        if left > 0:
            say(f"  (waiting {left:.0f} s until it is two minutes old)")
            time.sleep(left)
        story.show(south, "a screenshot, two minutes old", screenshot, "EXPIRED")

        say("\nNow running:")
        say(f"  holder page       {central.url}{tickets[14]['link']}")
        say(f"  API description   {central.url}/openapi.yaml")
        say(f"  attendance        {central.url}/v1/events/{event}/attendance  (the dashboard to be)")
        say(f"  gate pages        {north.url}/  {south.url}/")
        say(f"  scan a line       printf 'CODE\\n' | nc 127.0.0.1 {north.tcp}")
        if options.once:
            return 1 if story.surprises else 0
        say(f"  API key           {central.key}   (lives as long as this demo)")
        say("Ctrl-C ends it.")
        signal.pause()
    except KeyboardInterrupt:
        say("")
    finally:
        for program in reversed(running):
            program.stop()
        for surprise in story.surprises:
            say(f"NOT AS PROMISED: {surprise}")
        shutil.rmtree(home, ignore_errors=True)
    return 1 if story.surprises else 0


if __name__ == "__main__":
    sys.exit(main())
