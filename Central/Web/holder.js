// The holder page. A code is shown, renewed after 45 of its 60 seconds, and taken off the screen the
// moment it is over, whatever happened in between: sleep, a dead network, a set clock. With a network
// the code comes from the server; without one from what this phone saved or signs itself.
"use strict";
(() => {
  const renewAfter = 45000; // ms of a code's life after which the next one is fetched
  const closedPause = 30000; // ms between looks at a ticket that has no code now
  const firstRetry = 1000; // ms; doubles with every failure
  const lastRetry = 15000; // ms
  const answerLimit = 8000; // ms until a request counts as failed
  const savedAfter = 1500; // ms after which a saved code is shown while the first answer is awaited

  const { words, Offline, Refusal, codes } = stile;
  const byID = (id) => document.getElementById(id);
  const address = location.pathname;
  const source = address + "/token";
  const [code, notice, message] = [byID("code"), byID("notice"), byID("message")];
  const [clock, arc, left, hint] = [byID("clock"), byID("arc"), byID("left"), byID("hint")];
  const longButton = byID("long");
  const isShell = document.body.dataset.shell === "1";

  let shown = null; // the code on screen: {starts, ends} in server time
  let base = null; // {server, run}: the server's time at one moment of performance.now()
  let offset = 0; // server time minus the phone's clock, ms
  let failures = 0;
  let nextFetch = 0; // by performance.now()
  let isReady = false; // whether what is saved here was looked at
  let isFetching = false;
  let isMaking = false; // a code of our own is being made
  let isAway = false; // the page was left and may come back from a cache
  let isClosed = false; // the server says that there is no code now
  let isLong = false;
  let offline = null; // what this phone keeps; null where it cannot
  let lock = null;

  // The time at the server. The phone's clock may be set and its timers may sleep: of the two ways
  // to count on from the last answer, the later one is believed, so that a code ends early, not late.
  function serverNow() {
    const byWall = Date.now() + offset;
    return base ? Math.max(byWall, base.server + (performance.now() - base.run)) : byWall;
  }

  function say(text, isFinal) {
    hideCode();
    notice.hidden = false;
    notice.classList.toggle("stop", isFinal);
    if (message.textContent !== text) message.textContent = text;
  }

  function hideCode() {
    code.replaceChildren();
    code.hidden = true;
    clock.hidden = true;
    longButton.hidden = true;
  }

  function put(drawing, good, line) {
    drawing.setAttribute("aria-hidden", "true");
    drawing.setAttribute("focusable", "false");
    code.replaceChildren(drawing);
    code.dataset.starts = String(good.starts);
    code.dataset.kind = good.kind;
    shown = good;
    if (hint.textContent !== line) hint.textContent = line;
    notice.hidden = true;
    code.hidden = false;
    clock.hidden = false;
    longButton.hidden = good.kind !== "own";
    keepAwake();
  }

  function show(answer) {
    const drawn = new DOMParser().parseFromString(answer.svg, "image/svg+xml").documentElement;
    if (drawn.nodeName !== "svg") throw new Error("no drawing");
    const good = { starts: answer.starts, ends: answer.ends, kind: "live" };
    put(document.adoptNode(drawn), good, words.hintLive);
  }

  // Learns the server's clock from an answer; it was read between sending and arrival.
  function learnTime(serverTime, sentWall) {
    const arrived = Date.now();
    offset = serverTime - (sentWall + arrived) / 2;
    // The latest instant that it can be at the server now.
    base = { server: serverTime + Math.max(0, arrived - sentWall), run: performance.now() };
    if (offline) offline.record.offset = offset;
  }

  function take(answer, sentWall) {
    learnTime(answer.server_time, sentWall);
    failures = 0;
    isClosed = false;
    if (offline && !offline.isBound) tellOffline();
    if (answer.state === "valid" && answer.token) {
      show(answer);
      nextFetch = performance.now() + Math.max(1000, answer.starts + renewAfter - serverNow());
      saveFor(answer);
    } else {
      close(answer.message || words.none, answer.state);
    }
    draw();
  }

  // There is no code now, and the server said why.
  function close(text, state) {
    shown = null;
    isClosed = true;
    say(text, true);
    nextFetch = performance.now() + closedPause;
    if (!offline) return;
    if (state === "held") {
      offline.isElsewhere = true;
      tellOffline();
    } else {
      offline.close(text).catch(noted);
    }
  }

  // Keeping is a help, not a need: where it fails the page goes on as without it.
  function noted() {}

  async function saveFor(answer) {
    if (!offline) return;
    try {
      await offline.close(null);
      rememberPage();
      if (!offline.binding) {
        const ticket = await offline.check();
        const mayBind = ticket.binding !== "none" && (await Offline.canSign());
        offline.mayPack = ticket.packs;
        offline.binding = mayBind ? ticket.binding : "none";
        if (offline.binding === "now") await lockToPhone(false).catch(noted);
      }
      await offline.renew(codes.marks(answer.token), serverNow(), offset);
    } catch (error) {
      noted(error);
    }
    tellOffline();
  }

  async function fetchCode() {
    if (isFetching) return;
    isFetching = true;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), answerLimit);
    const sentWall = Date.now();
    try {
      if (offline && offline.isBound) {
        await checkOwn(sentWall);
        return;
      }
      const response = await fetch(source, {
        cache: "no-store",
        credentials: "omit",
        signal: stop.signal,
      });
      if (response.status === 404) {
        dead();
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      // Bound meanwhile: what was under way is of an older generation.
      if (!offline?.isBound) take(answer, sentWall);
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) {
        dead();
        return;
      }
      failures += 1;
      const pause = Math.min(lastRetry, firstRetry * 2 ** Math.min(failures - 1, 6));
      nextFetch = performance.now() + pause * (0.75 + Math.random() / 2);
      draw();
    } finally {
      clearTimeout(timer);
      isFetching = false;
    }
  }

  function dead() {
    shown = null;
    isClosed = true;
    say(words.dead, true);
    nextFetch = performance.now() + closedPause;
    if (offline) offline.forget().catch(noted);
  }

  // With a key of its own the phone needs no codes from the server, only word of its ticket.
  async function checkOwn(sentWall) {
    const ticket = await offline.check();
    learnTime(ticket.server_time, sentWall);
    failures = 0;
    nextFetch = performance.now() + renewAfter;
    if (ticket.state !== "valid") {
      close(ticket.message || words.none, ticket.state);
      return;
    }
    isClosed = false;
    await offline.close(null);
    tellOffline();
    if (!offline.isBound) nextFetch = 0; // moved to another phone: ask for what there is
  }

  // Puts up a code that this phone has saved or signs; says so where there is none.
  async function makeCode(now) {
    if (isMaking) return;
    isMaking = true;
    try {
      const made = await offline.code(now, isLong);
      if (!made || isAway || isClosed || serverNow() >= made.ends) return;
      const kind = offline.isBound ? "own" : "saved";
      const good = { starts: made.starts, ends: made.ends, kind };
      put(codes.draw(made.text), good, kind === "own" ? words.hintOwn : words.hintSaved);
      offline.passed(now).catch(noted);
    } catch (error) {
      noted(error);
    } finally {
      isMaking = false;
    }
  }

  function mayShowOwn() {
    if (!offline || isAway || isClosed) return false;
    if (offline.isBound) return true;
    return failures > 0 || isShell || performance.now() > savedAfter;
  }

  // Puts on screen what is true now; runs four times a second and after every waking.
  function draw() {
    const now = serverNow();
    if (shown && now >= shown.ends) shown = null;
    const isDue = shown && shown.kind === "own" && now >= shown.starts + renewAfter;
    if ((!shown || isDue) && mayShowOwn()) {
      const trouble = offline.trouble(now);
      if (trouble && (failures > 0 || isShell)) {
        say(trouble, true);
        return;
      }
      if (!trouble) makeCode(now);
    }
    if (!shown) {
      if (!code.hidden) hideCode();
      const hasSaved = offline && (offline.isBound || offline.pack);
      if (failures > 0 && !isClosed && !hasSaved) {
        say(isShell && !offline?.record.page ? words.nothing : words.offline, false);
      } else if (notice.hidden) say(words.fetching, false);
      return;
    }
    const rest = Math.max(0, shown.ends - now);
    const share = Math.min(1, rest / (shown.ends - shown.starts));
    arc.setAttribute("stroke-dashoffset", String(100 - 100 * share));
    left.textContent = String(Math.ceil(rest / 1000));
    clock.classList.toggle("late", rest < 10000);
  }

  function tick() {
    draw();
    if (isReady && !isFetching && performance.now() >= nextFetch && !document.hidden) fetchCode();
  }

  // After sleep nothing on screen may be believed: hide first, then ask.
  function wake() {
    isAway = false;
    draw();
    if (document.hidden) return;
    if (!shown || serverNow() >= shown.starts + renewAfter) nextFetch = 0;
    keepAwake();
    tick();
  }

  async function keepAwake() {
    if (!("wakeLock" in navigator) || lock || document.hidden || !shown) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => { lock = null; });
    } catch {
      lock = null; // low battery or a browser that declines: the page works without
    }
  }

  const pageParts = ["event", "venue", "class", "hall", "seat"];

  // What the page says of the ticket, kept with the codes for times without a network.
  function rememberPage() {
    if (isShell) return;
    const page = { starts: byID("when").dateTime };
    for (const part of pageParts) page[part] = byID(part).textContent;
    if (JSON.stringify(page) === JSON.stringify(offline.record.page)) return;
    offline.record.page = page;
    offline.keep().catch(noted);
  }

  function recallPage() {
    const { page } = offline.record;
    if (!page) return;
    for (const part of pageParts) {
      byID(part).textContent = page[part];
      const box = byID(part + "-box");
      if (box) box.hidden = !page[part];
    }
    byID("dot").hidden = !page.venue;
    byID("when").dateTime = page.starts;
    document.title = page.event;
  }

  function localTime() {
    const when = byID("when");
    const starts = new Date(when.dateTime);
    if (Number.isNaN(starts.getTime())) return;
    when.textContent = new Intl.DateTimeFormat(undefined, {
      weekday: "short", day: "numeric", month: "short", year: "numeric",
      hour: "2-digit", minute: "2-digit",
    }).format(starts);
  }

  // The part of the page that says what is kept here, and offers to keep more.
  function tellOffline() {
    const { pack, isBound, isElsewhere, binding } = offline;
    const time = (instant) => new Intl.DateTimeFormat(document.documentElement.lang, {
      hour: "2-digit", minute: "2-digit",
    }).format(new Date(instant));
    let state = "";
    if (isBound) state = words.locked;
    else if (isElsewhere) state = words.elsewhere;
    else if (pack) state = words.savedUntil(time(pack.ends));
    byID("saved").textContent = state;
    byID("keep-box").hidden = !isElsewhere;
    byID("lock-box").hidden = isBound || !binding || binding === "none";
    byID("offline").hidden = !state;
  }

  async function lockToPhone(takeOver) {
    await offline.bind(takeOver);
    shown = null;
    isClosed = false;
    nextFetch = performance.now() + renewAfter;
    draw();
  }

  async function onDemand(button, work, words) {
    button.disabled = true;
    byID("outcome").textContent = "";
    try {
      await work();
      byID("outcome").textContent = words;
    } catch {
      byID("outcome").textContent = stile.words.failed;
    } finally {
      button.disabled = false;
      tellOffline();
      draw();
    }
  }

  byID("keep").addEventListener("click", (event) => onDemand(event.target, async () => {
    await offline.fetchPack(true, offset);
    isClosed = false;
    nextFetch = 0;
  }, words.kept));
  byID("lock").addEventListener("click", (event) => onDemand(
    event.target, () => lockToPhone(true), words.lockedNow));
  longButton.addEventListener("click", () => {
    isLong = !isLong;
    longButton.setAttribute("aria-pressed", String(isLong));
    longButton.textContent = isLong ? words.shortCode : words.longCode;
    shown = null;
    draw();
  });

  async function openVault() {
    try {
      const opened = await Offline.open(address);
      if (!opened) return;
      if (!base) {
        offset = opened.record.offset || 0;
        base = { server: Date.now() + offset, run: performance.now() };
      }
      offline = opened;
      if (isShell) {
        recallPage();
        localTime();
      }
      tellOffline();
      draw();
    } catch (error) {
      noted(error);
    }
  }

  // Lets the page open without a network, and asks the browser not to throw away what it keeps.
  async function install() {
    if (!navigator.serviceWorker || !codes.canDraw()) return;
    try {
      const script = "/assets/worker.js?v=" + document.body.dataset.version;
      await navigator.serviceWorker.register(script, { scope: "/t/" });
      if (navigator.storage?.persist) await navigator.storage.persist();
    } catch (error) {
      noted(error);
    }
  }

  document.addEventListener("visibilitychange", wake);
  window.addEventListener("pageshow", wake);
  window.addEventListener("focus", wake);
  window.addEventListener("online", () => { nextFetch = 0; wake(); });
  window.addEventListener("offline", draw);
  // A page kept for "back" must not bring an old code with it.
  window.addEventListener("pagehide", () => { isAway = true; shown = null; hideCode(); });
  document.documentElement.classList.add("js");
  say(words.fetching, false);
  localTime();
  setInterval(tick, 250);
  // What is saved here is looked at first, but nobody waits for a slow disk.
  const opened = openVault();
  Promise.race([opened, new Promise((go) => setTimeout(go, 400))]).then(() => {
    isReady = true;
    fetchCode();
  });
  opened.then(install);
})();
