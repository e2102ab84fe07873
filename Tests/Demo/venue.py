"""Real stile-central and stile-gate processes, as the demo and the tests of whole systems start them."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 60


def say(text):
    print(text, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(truth, what, patience=PATIENCE):
    """Waits for a condition, with a bound; says what was awaited when it does not come."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = truth()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(f"not within {patience} s: {what}")


class Program:
    """A process that is ended by its own id, and whose log is shown if it dies."""

    def __init__(self, binary, home):
        self.binary, self.home = Path(binary), Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.process = None

    def spawn(self, *arguments):
        self.log = open(self.home / "log", "ab")
        self.process = subprocess.Popen(
            [str(self.binary), *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=open(self.home / "out", "ab"), stderr=self.log)

    def check(self):
        if self.process.poll() is not None:
            tail = (self.home / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self.binary.name} ended with {self.process.returncode}:\n{tail}")

    def stop(self, how=signal.SIGTERM):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def fetch(self, url, body=None, headers=None):
        request = urllib.request.Request(url, data=body, headers=headers or {})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()


class Central(Program):
    def __init__(self, binary, home, port):
        super().__init__(binary, home)
        self.data = self.home / "data"
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def init(self):
        printed = subprocess.run(
            [str(self.binary), "init", "--data", str(self.data), "--json"],
            check=True, capture_output=True, text=True).stdout
        answer = json.loads(printed)
        self.key, self.root = answer["api_key"], answer["root_fingerprint"]

    def start(self):
        self.spawn("serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}")

        def healthy():
            self.check()
            try:
                return self.fetch(self.url + "/healthz") is not None
            except (urllib.error.URLError, ConnectionError):
                return False

        wait_until(healthy, "central answers /healthz")

    def call(self, path, body=None, accept="application/json", kind="application/json"):
        headers = {"Authorization": f"Bearer {self.key}", "Accept": accept}
        if body is not None:
            headers["Content-Type"] = kind
            headers["Idempotency-Key"] = os.urandom(12).hex()
        try:
            return self.fetch(self.url + path, body, headers)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.code} {error.read().decode()[:500]}") from None

    def get(self, path):
        return json.loads(self.call(path))

    def post(self, path, body):
        return json.loads(self.call(path, json.dumps(body).encode()))

    def issue(self, event, tickets):
        lines = "\n".join(json.dumps(ticket) for ticket in tickets)
        answer = self.call(
            f"/v1/events/{event}/tickets", lines.encode(),
            accept="application/x-ndjson", kind="application/x-ndjson")
        return [json.loads(line) for line in answer.splitlines()]

    def token(self, ticket):
        return self.get(f"/v1/tickets/{ticket}/token")

    def token_png(self, ticket):
        return self.call(f"/v1/tickets/{ticket}/token.png", accept="image/png")

    def build(self, event):
        """Has the manifest built if something changed, and returns its version."""
        return self.post(f"/v1/events/{event}/manifest", {})["version"]

    def register_gate(self, name, hall, gate):
        return self.post("/v1/gates", {"name": name, "hall": hall, "gate": gate})

    def reconcile(self, event):
        return subprocess.run(
            [str(self.binary), "reconcile", "--data", str(self.data), "--event", event],
            check=True, capture_output=True, text=True).stdout


class Pictures:
    """Codes as pictures, drawn by another program than ours (Debian's qrencode)."""

    def qr(self, text):
        return subprocess.run(
            ["qrencode", "-o", "-", "-s", "6", "-m", "4", "-l", "L", text],
            check=True, capture_output=True).stdout


class Gate(Program):
    def __init__(self, binary, home, name, central, event, hall, gate):
        super().__init__(binary, home)
        self.name, self.central, self.event = name, central, event
        self.data, self.inbox = self.home / "data", self.home / "inbox"
        self.inbox.mkdir(exist_ok=True)
        self.port, self.tcp = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.pictures = Pictures()
        self.shown = 0
        key = central.register_gate(name, hall, gate)["api_key"]
        (self.home / "key").write_text(key)
        (self.home / "key").chmod(0o600)
        (self.home / "gate.yaml").write_text(self.settings(hall))

    def settings(self, hall):
        return f"""\
data: {self.data}
event: "{self.event}"
central:
  url: {self.central.url}
  key-file: {self.home / "key"}
  root: "{self.central.root}"
status:
  listen: 127.0.0.1:{self.port}
lanes: [1]
lane-1:
  direction: in
  hall: {hall}
  folder: {self.inbox}
  tcp: 127.0.0.1:{self.tcp}
"""

    def start(self):
        self.spawn("run", "--config", self.home / "gate.yaml")

        def up():
            self.check()
            try:
                return self.status()
            except (urllib.error.URLError, ConnectionError):
                return False

        wait_until(up, f"gate {self.name} answers /status.json")

    def status(self):
        return json.loads(self.fetch(self.url + "/status.json"))

    def wait_for_manifest(self, version):
        wait_until(
            lambda: (self.status().get("manifest") or {}).get("version", 0) >= version,
            f"gate {self.name} has manifest {version}")

    def wait_for_upload(self):
        wait_until(
            lambda: self.waiting() == 0, f"gate {self.name} has uploaded all")

    def waiting(self):
        """Records that central has not confirmed yet."""
        return self.status()["log"]["waiting"]

    def verdicts(self):
        """Every verdict the gate printed so far."""
        path = self.home / "out"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{")]

    def show(self, png):
        """Holds a picture before the gate's camera: puts it whole into the watched folder."""
        before = len(self.verdicts())
        self.shown += 1
        partial = self.inbox / f".{self.shown:04}.part"
        partial.write_bytes(png)
        partial.rename(self.inbox / f"{self.shown:04}.png")

        def verdict():
            self.check()
            return self.verdicts()[before:]

        return wait_until(verdict, f"gate {self.name} says something to picture {self.shown}")[0]
