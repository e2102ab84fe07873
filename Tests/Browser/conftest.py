"""Starts the real stile-central and Debian's Chromium for the tests of the pages."""

import json
import shutil
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Demo"))
from venue import Central, free_port  # noqa: E402

HOUR = 3_600_000
ARTEFACTS = ROOT / "artefacts"


class House:
    """A running central with one event, and tickets in every state."""

    def __init__(self, central):
        self.central = central
        now = int(time.time() * 1000)
        self.event = central.post("/v1/events", {
            "name": "Dinamo Zagreb – Hajduk Split",
            "venue": "Stadion Maksimir",
            "starts": now + HOUR,
            "ends": now + 4 * HOUR,
            "halls": [{"number": 1, "name": "North stand"}],
            "gates": [{"number": 11, "hall": 1, "name": "North A"}],
            "classes": [
                {"number": 1, "name": "Standard"},
                {"number": 2, "name": "Paper only", "methods": ["paper"]},
            ],
            "access": [{"class": 1, "hall": 1}, {"class": 2, "hall": 1}],
        })["id"]

    def ticket(self, **members):
        return self.central.issue(self.event, [{"class": 1, "seat": "Row 12, seat 7", **members}])[0]

    def change(self, ticket, verb):
        return self.central.post(f"/v1/tickets/{ticket['id']}/{verb}", {})

    def address(self, ticket):
        return self.central.url + ticket["link"]

    def answer(self, ticket):
        return json.loads(self.central.fetch(self.address(ticket) + "/token"))


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    program = ROOT / ".build" / "debug" / "stile-central"
    assert program.exists(), "build first: swift build"
    central = Central(program, tmp_path_factory.mktemp("central"), free_port())
    central.init()
    central.start()
    try:
        yield House(central)
    finally:
        central.stop()


@pytest.fixture(scope="session")
def chromium():
    binary = shutil.which("chromium")
    assert binary, "install Debian's chromium (make deps)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=binary, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Phone:
    """One browser window, which remembers what went wrong in it."""

    def __init__(self, context):
        self.context = context
        self.page = context.new_page()
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda line: self.faults.append(line.text)
            if line.type == "error" and "Failed to load resource" not in line.text else None)

    def picture(self, name):
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path


@pytest.fixture
def phone(chromium, request):
    """A phone; parametrize with `phone_options` for another size or scheme."""
    options = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
    marker = request.node.get_closest_marker("phone_options")
    if marker:
        options.update(marker.kwargs)
    context = chromium.new_context(
        locale="en-GB", timezone_id="Europe/Zagreb", service_workers="block", **options)
    window = Phone(context)
    yield window
    context.close()
    assert window.faults == [], window.faults


def pytest_configure(config):
    config.addinivalue_line("markers", "phone_options(**options): options of the browser context")
