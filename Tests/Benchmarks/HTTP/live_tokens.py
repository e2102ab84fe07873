#!/usr/bin/env python3
"""LIVE tokens per second over HTTP, against an empty answer of the same server in the same run.

Loopback only; bounded: one warm-up and one run of a few seconds for each address.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Tests" / "Demo"))
from venue import Central, free_port, say  # noqa: E402

SECONDS = 5
CONNECTIONS = 64
TICKETS = 2_000


def wrk(url, script=None, key=None):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
    if key:
        command += ["-H", f"Authorization: Bearer {key}"]
    if script:
        command += ["-s", str(script)]
    text = subprocess.run(command + [url], check=True, capture_output=True, text=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    p99 = re.search(r"99%\s+(\S+)", text)[1]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return rate, p99, int(failed[1]) if failed else 0


def main():
    programs = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".build" / "release"
    home = Path(tempfile.mkdtemp(prefix="stile-bench-"))
    central = Central(programs / "stile-central", home, free_port())
    try:
        central.init()
        central.start()
        now = int(time.time() * 1000)
        event = central.post("/v1/events", {
            "name": "Bench", "venue": "Loopback", "starts": now, "ends": now + 3_600_000,
            "halls": [{"number": 1, "name": "All"}], "gates": [],
            "classes": [{"number": 1, "name": "All"}],
            "access": [{"class": 1, "hall": 1, "gate": 0}]})["id"]
        tickets = central.issue(event, [{"class": 1} for _ in range(TICKETS)])
        paths = ", ".join(f'"/v1/tickets/{t["id"]}/token"' for t in tickets)
        script = home / "tickets.lua"
        script.write_text(
            f"local paths = {{{paths}}}\nlocal next = 0\n"
            "request = function()\n  next = next % #paths + 1\n"
            "  return wrk.format('GET', paths[next])\nend\n")
        wrk(central.url + "/livez")
        empty, empty99, _ = wrk(central.url + "/livez")
        wrk(central.url, script, central.key)
        live, live99, failed = wrk(central.url, script, central.key)
        say(f"LIVE tokens over HTTP, {CONNECTIONS} connections, {SECONDS} s each, one load thread")
        say(f"  empty answer (/livez)   {empty:10.0f} /s   p99 {empty99}")
        say(f"  LIVE token              {live:10.0f} /s   p99 {live99}   failed {failed}")
        say(f"  ratio to empty answer   {live / empty:10.2f}")
    finally:
        central.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
