"""The holder page without a network: codes from the phone, decoded and admitted by the real gate."""

import json
import subprocess
import time

import pytest
from conftest import Phone, ROOT
from playwright.sync_api import expect
from venue import Gate, wait_until

MINUTE = 60_000


@pytest.fixture(scope="module")
def gate(house, tmp_path_factory):
    """A running gate at the north stand."""
    program = ROOT / ".build" / "debug" / "stile-gate"
    assert program.exists(), "build first: swift build"
    gate = Gate(program, tmp_path_factory.mktemp("gate"), "North A", house.central, house.event, 1, 11)
    gate.start()
    try:
        yield gate
    finally:
        gate.stop()


def new_phone(chromium, **options):
    """A phone whose browser may keep pages, as guests' browsers do."""
    return Phone(chromium.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2,
        locale=options.pop("locale", "en-GB"), timezone_id="Europe/Zagreb", **options))


@pytest.fixture
def guest(chromium):
    window = new_phone(chromium)
    yield window
    window.context.close()
    assert window.faults == [], window.faults


def read(picture):
    """What the gate's own program reads out of a picture of the screen."""
    run = subprocess.run(
        [ROOT / ".build" / "debug" / "stile-gate", "decode", "--json", str(picture)],
        capture_output=True, text=True)
    return json.loads(run.stdout.splitlines()[0]).get("text", "") if run.stdout.strip() else ""


def until(page, expression, patience=10):
    """Waits in small steps: the page's policy lets nothing else evaluate expressions in it."""
    end = time.monotonic() + patience
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"not within {patience} s: {expression}"
        page.wait_for_timeout(50)


def until_kind(page, kind, patience=10):
    until(page, f"document.querySelector('#code').dataset.kind === '{kind}'", patience)


def kind(page):
    return page.locator("#code").get_attribute("data-kind")


def starts(page):
    return int(page.locator("#code").get_attribute("data-starts"))


def wait_until_kept(page):
    """Waits for the worker to stand between page and network, and for codes to be saved."""
    until(page, "navigator.serviceWorker.controller !== null"
                " && document.getElementById('saved').textContent !== ''", patience=30)


def open_and_keep(phone, house, ticket):
    phone.page.goto(house.address(ticket))
    expect(phone.page.locator("#code svg")).to_be_visible()
    wait_until_kept(phone.page)


def reload_offline(phone):
    phone.context.set_offline(True)
    phone.page.reload()
    expect(phone.page.locator("#code svg")).to_be_visible(timeout=10_000)


def test_saved_code_opens_the_gate_without_a_network(guest, house, gate):
    ticket = house.ticket()
    gate.wait_for_manifest(house.central.build(house.event))
    open_and_keep(guest, house, ticket)
    reload_offline(guest)
    page = guest.page
    assert kind(page) == "saved"
    # The kept page says whose ticket it is.
    for words in ["Dinamo Zagreb – Hajduk Split", "Stadion Maksimir", "North stand", "Row 12, seat 7"]:
        expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("#hint")).to_contain_text("without internet")
    picture = guest.picture("offline-saved")
    text = read(picture)
    assert text.startswith("ST1") and len(text) == 154
    verdict = gate.show(picture.read_bytes())
    assert (verdict["verdict"], verdict["ticket"]) == ("SUCCESS", ticket["id"]), verdict


def test_saved_code_rotates_at_the_minute_and_survives_reopening(guest, house):
    page = guest.page
    page.clock.install()
    open_and_keep(guest, house, house.ticket())
    guest.context.set_offline(True)
    seen = []
    for _ in range(4):
        page.clock.run_for(MINUTE)
        until_kind(page, "saved")
        expect(page.locator("#code svg")).to_be_visible()
        seen.append((starts(page), read(guest.picture("offline-rotating"))))
    assert len({text for _, text in seen}) == 4
    assert [later - earlier for (earlier, _), (later, _) in zip(seen, seen[1:])] == [MINUTE] * 3
    # Closed and opened again, still without a network.
    page.close()
    guest.page = guest.context.new_page()
    guest.page.goto(page.url)
    expect(guest.page.locator("#code svg")).to_be_visible(timeout=10_000)
    assert kind(guest.page) == "saved"


def test_page_lives_on_when_the_server_is_stopped(guest, house):
    """Not the phone's network fails here but central itself."""
    open_and_keep(guest, house, house.ticket())
    house.central.stop()
    try:
        guest.page.reload()
        expect(guest.page.locator("#code svg")).to_be_visible(timeout=15_000)
        assert kind(guest.page) == "saved"
        assert read(guest.picture("offline-server-gone")).startswith("ST1")
    finally:
        house.central.start()
    guest.page.reload()
    until_kind(guest.page, "live", 30)


def test_page_says_when_the_saved_codes_have_ended_and_shows_none(guest, house):
    page = guest.page
    page.clock.install()
    open_and_keep(guest, house, house.ticket())
    guest.context.set_offline(True)
    # Five hours and 58 minutes later: the last code but one or two.
    page.clock.fast_forward("05:57:00")
    until_kind(page, "saved")
    page.clock.run_for(4 * MINUTE)
    expect(page.locator("#message")).to_contain_text("saved on this phone ended at")
    assert page.locator("#code svg").count() == 0
    assert read(guest.picture("offline-ended")) == ""
    # Back online there is a code again.
    guest.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until_kind(page, "live", 20)


@pytest.mark.parametrize("hours", [-7, 5])
def test_phone_with_a_wrong_clock_shows_the_right_saved_code(chromium, house, gate, hours):
    guest = new_phone(chromium)
    try:
        ticket = house.ticket()
        gate.wait_for_manifest(house.central.build(house.event))
        guest.page.clock.install(time=time.time() + hours * 3600)
        open_and_keep(guest, house, ticket)
        guest.context.set_offline(True)
        guest.page.clock.run_for(MINUTE + 5_000)
        until_kind(guest.page, "saved")
        # The page believes that a minute more has passed than has: that is within what gates allow.
        assert abs(starts(guest.page) - time.time() * 1000) < 2 * MINUTE + 5_000
        guest.page.clock.set_fixed_time(time.time() + hours * 3600 + 70)
        assert guest.faults == []
    finally:
        guest.context.close()


def test_clock_set_back_while_offline_brings_no_old_code(guest, house):
    page = guest.page
    page.clock.install()
    open_and_keep(guest, house, house.ticket())
    guest.context.set_offline(True)
    page.clock.run_for(3 * MINUTE)
    until_kind(page, "saved")
    page.close()
    guest.page = guest.context.new_page()
    guest.page.clock.install(time=time.time() - 3600)
    guest.page.goto(page.url)
    expect(guest.page.locator("#message")).to_contain_text("clock of this phone", timeout=10_000)
    assert guest.page.locator("#code svg").count() == 0


def test_nothing_that_opens_a_gate_lies_in_the_clear(guest, house):
    ticket = house.ticket()
    open_and_keep(guest, house, ticket)
    found = guest.page.evaluate("""async () => {
        const names = await caches.keys();
        const cached = [];
        for (const name of names) {
            for (const request of await (await caches.open(name)).keys()) cached.push(request.url);
        }
        const database = await new Promise((resolve) => {
            const request = indexedDB.open('stile');
            request.onsuccess = () => resolve(request.result);
        });
        const all = (store, what) => new Promise((resolve) => {
            const request = database.transaction(store).objectStore(store)[what]();
            request.onsuccess = () => resolve(request.result);
        });
        const tickets = await all('tickets', 'getAll');
        const keys = await all('keys', 'getAll');
        const bytes = tickets.map((kept) => String.fromCharCode(...new Uint8Array(kept.data)));
        return {
            cached, names: [...await all('tickets', 'getAllKeys'), ...await all('keys', 'getAllKeys')],
            extractable: keys.filter((key) => key instanceof CryptoKey).map((key) => key.extractable),
            bytes: bytes.join(''), kept: tickets.length,
        };
    }""")
    secret = ticket["link"].rsplit("/", 1)[1]
    assert found["kept"] == 1 and found["extractable"] == [False]
    assert found["cached"] and all("/assets/" in address for address in found["cached"])
    assert not any(secret in text for text in [*found["cached"], *found["names"]])
    for clear in ["signatures", "Dinamo", "head", "Row 12"]:
        assert clear not in found["bytes"]


def test_ticket_on_two_phones_is_saved_on_one_and_can_be_moved(chromium, house):
    ticket = house.ticket()
    first, second = new_phone(chromium), new_phone(chromium)
    try:
        open_and_keep(first, house, ticket)
        open_and_keep(second, house, ticket)
        page = second.page
        expect(page.locator("#saved")).to_contain_text("another phone")
        page.locator("summary").click()
        second.picture("offline-move")
        page.locator("#keep").click()
        expect(page.locator("#outcome")).to_contain_text("saved on this phone")
        assert house.central.get(f"/v1/tickets/{ticket['id']}")["generation"] == 1
        reload_offline(second)
        assert kind(page) == "saved"
        # The first phone learns of it as soon as it hears from the server, and gives up its codes.
        first.page.reload()
        expect(first.page.locator("#saved")).to_contain_text("another phone")
        assert first.faults == [] and second.faults == []
    finally:
        first.context.close()
        second.context.close()


def lock(phone):
    phone.page.locator("summary").click()
    phone.page.locator("#lock").click()
    expect(phone.page.locator("#outcome")).to_contain_text("Only this phone")
    until_kind(phone.page, "own")


def test_phone_signs_its_own_codes_and_the_gate_takes_both_forms(guest, house, gate):
    ticket = house.ticket(max_uses=2)
    open_and_keep(guest, house, ticket)
    gate.wait_for_manifest(house.central.build(house.event))
    lock(guest)
    assert house.central.get(f"/v1/tickets/{ticket['id']}")["generation"] == 1
    reload_offline(guest)
    page = guest.page
    assert kind(page) == "own"
    long = page.locator("#long")
    # The gate has not heard of the key yet, or has: the long code says all by itself.
    long.click()
    assert long.get_attribute("aria-pressed") == "true"
    expect(page.locator("#code svg")).to_be_visible()
    picture = guest.picture("offline-long")
    text = read(picture)
    assert len(text) == 314 and text.startswith("ST1")
    verdict = gate.show(picture.read_bytes())
    assert (verdict["verdict"], verdict["ticket"]) == ("SUCCESS", ticket["id"]), verdict
    # With the manifest that names the key the short code is enough.
    gate.wait_for_manifest(house.central.build(house.event))
    long.click()
    expect(page.locator("#code svg")).to_be_visible()
    picture = guest.picture("offline-own")
    text = read(picture)
    assert len(text) == 154
    verdict = gate.show(picture.read_bytes())
    assert (verdict["verdict"], verdict["ticket"]) == ("SUCCESS", ticket["id"]), verdict


def test_locked_phone_renews_its_code_offline(guest, house):
    page = guest.page
    page.clock.install()
    open_and_keep(guest, house, house.ticket())
    lock(guest)
    guest.context.set_offline(True)
    texts = set()
    for _ in range(3):
        page.clock.run_for(MINUTE)
        page.wait_for_timeout(150)
        expect(page.locator("#code svg")).to_be_visible()
        assert kind(page) == "own"
        texts.add(read(guest.picture("offline-own-rotating")))
    assert len(texts) == 3 and all(text.startswith("ST1") for text in texts)


def test_link_alone_shows_nothing_once_a_phone_has_the_key(chromium, house):
    ticket = house.ticket()
    first, thief = new_phone(chromium), new_phone(chromium)
    try:
        open_and_keep(first, house, ticket)
        lock(first)
        thief.page.goto(house.address(ticket))
        expect(thief.page.locator("#message")).to_contain_text("locked to another phone")
        assert thief.page.locator("#code svg").count() == 0
        assert house.answer(ticket)["state"] == "held"
    finally:
        first.context.close()
        thief.context.close()


OLD_BROWSER = """
    const generate = crypto.subtle.generateKey.bind(crypto.subtle);
    crypto.subtle.generateKey = (algorithm, ...rest) =>
        (algorithm.name || algorithm) === 'Ed25519'
            ? Promise.reject(new DOMException('not supported', 'NotSupportedError'))
            : generate(algorithm, ...rest);
"""


def test_browser_without_ed25519_falls_back_to_the_pack(guest, house):
    guest.page.add_init_script(OLD_BROWSER)
    # A class that was never on paper binds by itself where it can.
    ticket = house.ticket(methods=["live", "preissued", "holder"])
    open_and_keep(guest, house, ticket)
    guest.page.locator("summary").click()
    expect(guest.page.locator("#lock")).to_be_hidden()
    assert house.central.get(f"/v1/tickets/{ticket['id']}")["generation"] == 0
    reload_offline(guest)
    assert kind(guest.page) == "saved"


def test_ticket_that_was_never_on_paper_is_bound_by_itself(guest, house):
    ticket = house.ticket(methods=["live", "preissued", "holder"])
    open_and_keep(guest, house, ticket)
    until_kind(guest.page, "own")
    assert "holder" in house.central.get(f"/v1/tickets/{ticket['id']}")


def test_blocked_ticket_shows_no_saved_code_after_the_phone_heard_of_it(guest, house):
    ticket = house.ticket()
    open_and_keep(guest, house, ticket)
    house.change(ticket, "block")
    guest.page.reload()
    expect(guest.page.locator("#message")).to_contain_text("on hold")
    guest.page.wait_for_timeout(300)
    guest.context.set_offline(True)
    guest.page.reload()
    expect(guest.page.locator("#message")).to_contain_text("on hold", timeout=10_000)
    assert guest.page.locator("#code svg").count() == 0


def test_page_can_be_installed(guest, house):
    ticket = house.ticket()
    guest.page.goto(house.address(ticket))
    address = guest.page.locator("link[rel=manifest]").get_attribute("href")
    manifest = json.loads(house.central.fetch(house.central.url + address))
    assert manifest["start_url"] == ticket["link"] and manifest["scope"] == "/t/"
    assert manifest["display"] == "standalone"
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    for icon in manifest["icons"]:
        assert house.central.fetch(house.central.url + icon["src"])
    session = guest.context.new_cdp_session(guest.page)
    # Playwright's windows are private ones, which is the one thing that may stand against it.
    wait_until(
        lambda: {error["errorId"] for error in session.send(
            "Page.getInstallabilityErrors")["installabilityErrors"]} <= {"in-incognito"},
        "Chromium finds nothing that stands against installing the page", patience=15)


def test_croatian_phone_is_spoken_to_in_croatian(chromium, house):
    guest = new_phone(chromium, locale="hr-HR")
    try:
        ticket = house.ticket()
        open_and_keep(guest, house, ticket)
        assert guest.page.locator("html").get_attribute("lang") == "hr"
        expect(guest.page.locator("#hint")).to_contain_text("Sam se obnavlja")
        reload_offline(guest)
        expect(guest.page.locator("#hint")).to_contain_text("bez interneta")
        guest.context.set_offline(False)
        house.change(ticket, "revoke")
        guest.page.reload()
        expect(guest.page.locator("#message")).to_contain_text("poništena")
        assert guest.faults == []
    finally:
        guest.context.close()
