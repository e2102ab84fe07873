"""The holder page in a real browser, against the real server."""

import json
import re
import subprocess
import time

import pytest
from playwright.sync_api import expect

SIZES = {
    "phone": {"width": 390, "height": 844},
    "small": {"width": 320, "height": 568},
    "desktop": {"width": 1280, "height": 800},
    "landscape": {"width": 844, "height": 390},
}
OFFLINE = "No connection"


def decoded(picture):
    """What an independent program reads out of a picture of the screen."""
    run = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
        capture_output=True, text=True)
    return run.stdout.strip()


def watch_tokens(page):
    """The tokens the server gives to this page, as they come."""
    tokens = []

    def note(response):
        if response.url.endswith("/token") and response.ok:
            answer = response.json()
            if answer.get("token"):
                tokens.append(answer)

    page.on("response", note)
    return tokens


def open_page(phone, house, ticket):
    tokens = watch_tokens(phone.page)
    phone.page.goto(house.address(ticket))
    expect(phone.page.locator("#code svg")).to_be_visible()
    return tokens


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_on_screen_is_the_servers_token(chromium, house, size, scheme):
    context = chromium.new_context(
        viewport=SIZES[size], color_scheme=scheme, device_scale_factor=2, locale="en-GB")
    try:
        from conftest import Phone
        phone = Phone(context)
        tokens = open_page(phone, house, house.ticket())
        picture = phone.picture(f"holder-{size}-{scheme}")
        assert decoded(picture) == tokens[-1]["token"]
        # The whole code is on the screen without scrolling, and as large as the screen allows.
        box = phone.page.locator("#code").bounding_box()
        view = SIZES[size]
        assert box["x"] >= 0 and box["y"] >= 0
        assert box["x"] + box["width"] <= view["width"]
        assert box["y"] + box["height"] <= view["height"]
        assert box["width"] == pytest.approx(box["height"], abs=1)
        assert box["width"] >= 0.58 * min(view["width"], view["height"])
        # Nothing makes the page scroll sideways.
        assert phone.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert phone.faults == []
    finally:
        context.close()


def test_page_says_what_the_ticket_is(phone, house):
    open_page(phone, house, house.ticket())
    body = phone.page.locator("body")
    for words in ["Dinamo Zagreb – Hajduk Split", "Stadion Maksimir", "North stand", "Row 12, seat 7"]:
        expect(body).to_contain_text(words)
    assert phone.page.locator("html").get_attribute("lang") == "en"
    white = phone.page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert white == "rgb(255, 255, 255)"


def test_names_are_text_and_never_markup(phone, house):
    ticket = house.ticket(seat="<b>1</b>&\"'")
    open_page(phone, house, ticket)
    expect(phone.page.locator(".place")).to_contain_text("<b>1</b>&\"'")


def test_headers_keep_the_secret_address_secret(phone, house):
    ticket = house.ticket()
    response = phone.page.goto(house.address(ticket))
    headers = response.headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    secret = ticket["link"].rsplit("/", 1)[1]
    log = (house.central.home / "log").read_text()
    assert secret not in log and house.central.key not in log


def test_code_rotates_at_45_seconds(phone, house):
    phone.page.clock.install()
    tokens = open_page(phone, house, house.ticket())
    first = phone.page.locator("#code").get_attribute("data-starts")
    assert len(tokens) == 1
    phone.page.clock.run_for(40_000)
    assert len(tokens) == 1, "asked too early"
    phone.page.clock.run_for(6_000)
    expect(phone.page.locator("#code svg")).to_be_visible()
    deadline = time.monotonic() + 5
    while len(tokens) < 2 and time.monotonic() < deadline:
        phone.page.wait_for_timeout(50)
    assert len(tokens) >= 2, "no new code after 45 s"
    assert first is not None


def test_countdown_runs(phone, house):
    phone.page.clock.install()
    open_page(phone, house, house.ticket())
    before = int(phone.page.locator("#left").text_content())
    phone.page.clock.run_for(10_000)
    after = int(phone.page.locator("#left").text_content())
    assert 58 <= before <= 60 and 8 <= before - after <= 11
    assert float(phone.page.locator("#arc").get_attribute("stroke-dashoffset")) > 10


# A ticket without codes for a phone that is offline: nothing can stand in for the server.
LIVE_ONLY = {"methods": ["live"]}


def test_expired_code_is_never_shown_while_offline(phone, house):
    phone.page.clock.install()
    open_page(phone, house, house.ticket(**LIVE_ONLY))
    phone.page.route("**/token", lambda route: route.abort())
    phone.page.clock.run_for(50_000)
    expect(phone.page.locator("#code svg")).to_be_visible()  # still good: 10 s are left
    phone.page.clock.run_for(11_000)
    expect(phone.page.locator("#code")).to_be_hidden()
    assert phone.page.locator("#code svg").count() == 0
    expect(phone.page.locator("#message")).to_contain_text(OFFLINE)
    assert decoded(phone.picture("holder-offline")) == ""
    phone.page.unroute("**/token")
    phone.page.clock.run_for(20_000)
    expect(phone.page.locator("#code svg")).to_be_visible()


def test_retries_back_off(phone, house):
    phone.page.clock.install()
    asked = []

    def refuse(route):
        asked.append(1)
        route.abort()

    phone.page.route("**/token", refuse)
    phone.page.goto(house.address(house.ticket()))
    expect(phone.page.locator("#message")).to_contain_text(OFFLINE)
    for _ in range(120):
        phone.page.clock.run_for(1_000)
        phone.page.wait_for_timeout(5)
    assert 5 <= len(asked) <= 25, f"{len(asked)} requests in two minutes without a network"


def test_tab_that_slept_hides_its_code_at_once(phone, house):
    phone.page.clock.install()
    open_page(phone, house, house.ticket(**LIVE_ONLY))
    phone.page.route("**/token", lambda route: route.abort())
    # Timers stand still during sleep; only the clock has moved when the tab wakes.
    phone.page.clock.pause_at(int(time.time() * 1000) + 400)
    phone.page.evaluate("""() => {
        const late = Date.now() + 300000;
        Date.now = () => late;
        document.dispatchEvent(new Event('visibilitychange'));
    }""")
    assert phone.page.locator("#code svg").count() == 0


def test_page_from_the_back_cache_brings_no_old_code(phone, house):
    open_page(phone, house, house.ticket())
    phone.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert phone.page.locator("#code svg").count() == 0


@pytest.mark.parametrize("hours", [-7, 5])
def test_phone_with_a_wrong_clock_still_shows_a_good_code(phone, house, hours):
    phone.page.clock.install(time=time.time() + hours * 3600)
    tokens = open_page(phone, house, house.ticket(**LIVE_ONLY))
    assert decoded(phone.picture("holder-wrong-clock")) == tokens[-1]["token"]
    phone.page.clock.run_for(5_000)
    left = int(phone.page.locator("#left").text_content())
    assert 50 <= left <= 56
    phone.page.route("**/token", lambda route: route.abort())
    phone.page.clock.run_for(56_000)
    assert phone.page.locator("#code svg").count() == 0


def test_an_answer_that_is_already_over_is_not_shown(phone, house):
    ticket = house.ticket()
    stale = house.answer(ticket)
    stale["server_time"] = stale["ends"] + 1
    phone.page.route(
        "**/token", lambda route: route.fulfill(json=stale))
    phone.page.goto(house.address(ticket))
    phone.page.wait_for_timeout(700)
    assert phone.page.locator("#code svg").count() == 0


@pytest.mark.parametrize("verb, words", [
    ("revoke", "cancelled"),
    ("block", "on hold"),
    ("unpay", "not paid"),
])
def test_closed_ticket_says_so_in_plain_words(phone, house, verb, words):
    ticket = house.ticket()
    house.change(ticket, verb)
    phone.page.goto(house.address(ticket))
    expect(phone.page.locator("#message")).to_contain_text(words)
    assert phone.page.locator("#code svg").count() == 0
    expect(phone.page.locator("#clock")).to_be_hidden()
    phone.picture(f"holder-{verb}")


def test_ticket_of_a_paper_only_class_says_so(phone, house):
    ticket = house.ticket(**{"class": 2})
    phone.page.goto(house.address(ticket))
    expect(phone.page.locator("#message")).to_contain_text("printed ticket")


def test_ticket_that_is_over_says_so(phone, house):
    now = int(time.time() * 1000)
    ticket = house.ticket(valid_from=now - 7_200_000, valid_until=now - 3_600_000)
    phone.page.goto(house.address(ticket))
    expect(phone.page.locator("#message")).to_contain_text("over")


def test_ticket_blocked_meanwhile_loses_its_code_and_gets_it_back(phone, house):
    phone.page.clock.install()
    ticket = house.ticket()
    open_page(phone, house, ticket)
    house.change(ticket, "block")
    phone.page.clock.run_for(46_000)
    expect(phone.page.locator("#message")).to_contain_text("on hold")
    assert phone.page.locator("#code svg").count() == 0
    house.change(ticket, "unblock")
    phone.page.clock.run_for(31_000)
    expect(phone.page.locator("#code svg")).to_be_visible()


def test_old_link_is_dead_after_a_reissue(phone, house):
    ticket = house.ticket()
    fresh = house.central.post(f"/v1/tickets/{ticket['id']}/reissue", {})
    response = phone.page.goto(house.address(ticket))
    assert response.status == 404
    expect(phone.page.locator("h1")).to_have_text("No ticket here")
    phone.picture("holder-unknown-link")
    phone.page.goto(house.address(fresh))
    expect(phone.page.locator("#code svg")).to_be_visible()


@pytest.mark.parametrize("link", ["x", "A" * 64, "%00", "..%2f..%2fetc", "' OR 1=1 --"])
def test_made_up_links_get_the_friendly_page(phone, house, link):
    response = phone.page.goto(f"{house.central.url}/t/{link}")
    assert response.status == 404
    expect(phone.page.locator("body")).to_contain_text("does not belong to a ticket")


def test_screen_is_kept_on_where_the_browser_can(phone, house):
    phone.page.add_init_script("""
        window.wakeAsked = 0;
        Object.defineProperty(navigator, 'wakeLock', {value: {
            request: async () => { window.wakeAsked += 1; return new EventTarget(); }}});
    """)
    open_page(phone, house, house.ticket())
    phone.page.wait_for_function("window.wakeAsked === 1")


def luminance(colour):
    parts = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_meets_wcag_aa(chromium, house, scheme):
    context = chromium.new_context(viewport=SIZES["phone"], color_scheme=scheme)
    try:
        page = context.new_page()
        page.goto(house.address(house.ticket()))
        expect(page.locator("#code svg")).to_be_visible()
        ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        for selector in ["h1", ".when", "#hint", "#left", ".place dt", ".place dd"]:
            ink = luminance(page.locator(selector).first.evaluate("e => getComputedStyle(e).color"))
            ratio = (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05)
            assert ratio >= 4.5, f"{selector} in {scheme}: {ratio:.2f}"
    finally:
        context.close()


def test_openapi_document_is_valid(house):
    import yaml
    from openapi_spec_validator import validate

    validate(yaml.safe_load(house.central.fetch(house.central.url + "/openapi.yaml")))


def test_no_script_gets_a_word(chromium, house):
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(house.address(house.ticket()))
        expect(page.get_by_text("needs JavaScript to be switched on")).to_be_visible()
        assert "Fetching" not in page.locator("main").inner_text()
    finally:
        context.close()


def test_token_answer_has_what_the_page_needs(house):
    answer = house.answer(house.ticket())
    assert set(answer) == {"state", "token", "svg", "starts", "ends", "server_time"}
    assert answer["ends"] - answer["starts"] == 60_000
    assert answer["starts"] <= answer["server_time"] < answer["ends"]
    assert json.dumps(answer)
