// The holder page. A code is fetched, shown, renewed after 45 of its 60 seconds, and taken off the
// screen the moment it is over, whatever happened in between: sleep, a dead network, a set clock.
"use strict";
(() => {
  const renewAfter = 45000; // ms of a code's life after which the next one is fetched
  const closedPause = 30000; // ms between looks at a ticket that has no code now
  const firstRetry = 1000; // ms; doubles with every failure
  const lastRetry = 15000; // ms
  const answerLimit = 8000; // ms until a request counts as failed

  const byID = (id) => document.getElementById(id);
  const source = document.body.dataset.token;
  const [code, notice, message] = [byID("code"), byID("notice"), byID("message")];
  const [clock, arc, left] = [byID("clock"), byID("arc"), byID("left")];
  const offlineWords =
    "No connection. Your code will return as soon as the phone is online. " +
    "Moving a few steps or turning Wi-Fi off may help.";

  let shown = null; // the code on screen: {starts, ends} in server time, {bornWall, bornRun} in ours
  let offset = 0; // server time minus the phone's clock, ms
  let failures = 0;
  let nextFetch = 0; // by performance.now()
  let isFetching = false;
  let lock = null;

  // The time at the server. The phone's clock may be set and its timers may sleep: of the two ways
  // to count on from the last answer, the later one is believed, so that a code ends early, not late.
  function serverNow() {
    const byWall = Date.now() + offset;
    if (!shown) return byWall;
    return Math.max(byWall, shown.bornServer + (performance.now() - shown.bornRun));
  }

  function say(words, isFinal) {
    hideCode();
    notice.hidden = false;
    notice.classList.toggle("stop", isFinal);
    if (message.textContent !== words) message.textContent = words;
  }

  function hideCode() {
    code.replaceChildren();
    code.hidden = true;
    clock.hidden = true;
  }

  function show(answer) {
    const drawn = new DOMParser().parseFromString(answer.svg, "image/svg+xml").documentElement;
    if (drawn.nodeName !== "svg") throw new Error("no drawing");
    drawn.setAttribute("aria-hidden", "true");
    drawn.setAttribute("focusable", "false");
    code.replaceChildren(document.adoptNode(drawn));
    code.dataset.starts = String(answer.starts);
    notice.hidden = true;
    code.hidden = false;
    clock.hidden = false;
    keepAwake();
  }

  function take(answer, sentWall) {
    const arrived = Date.now();
    // The server read its clock between sending and arrival: the middle is off by half the trip.
    offset = answer.server_time - (sentWall + arrived) / 2;
    failures = 0;
    if (answer.state === "valid" && answer.token) {
      shown = {
        starts: answer.starts,
        ends: answer.ends,
        // The latest instant that it can be at the server now.
        bornServer: answer.server_time + Math.max(0, arrived - sentWall),
        bornRun: performance.now(),
      };
      show(answer);
      nextFetch = performance.now() + Math.max(1000, answer.starts + renewAfter - serverNow());
    } else {
      shown = null;
      say(answer.message || "There is no code for this ticket now.", true);
      nextFetch = performance.now() + closedPause;
    }
    draw();
  }

  async function fetchCode() {
    if (isFetching) return;
    isFetching = true;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), answerLimit);
    const sentWall = Date.now();
    try {
      const response = await fetch(source, {
        cache: "no-store",
        credentials: "omit",
        signal: stop.signal,
      });
      if (response.status === 404) {
        shown = null;
        say("This link is no longer in use. Please open the newest message about your ticket.", true);
        nextFetch = performance.now() + closedPause;
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      take(await response.json(), sentWall);
    } catch {
      failures += 1;
      const pause = Math.min(lastRetry, firstRetry * 2 ** Math.min(failures - 1, 6));
      nextFetch = performance.now() + pause * (0.75 + Math.random() / 2);
      draw();
    } finally {
      clearTimeout(timer);
      isFetching = false;
    }
  }

  // Puts on screen what is true now; runs four times a second and after every waking.
  function draw() {
    const now = serverNow();
    if (shown && now >= shown.ends) shown = null;
    if (!shown) {
      if (!code.hidden) hideCode();
      if (failures > 0) say(offlineWords, false);
      else if (notice.hidden) say("Fetching your code…", false);
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
    if (!isFetching && performance.now() >= nextFetch && !document.hidden) fetchCode();
  }

  // After sleep nothing on screen may be believed: hide first, then ask.
  function wake() {
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

  function localTime() {
    const when = byID("when");
    const starts = new Date(when.dateTime);
    if (Number.isNaN(starts.getTime())) return;
    when.textContent = new Intl.DateTimeFormat(undefined, {
      weekday: "short", day: "numeric", month: "short", year: "numeric",
      hour: "2-digit", minute: "2-digit",
    }).format(starts);
  }

  document.addEventListener("visibilitychange", wake);
  window.addEventListener("pageshow", wake);
  window.addEventListener("focus", wake);
  window.addEventListener("online", () => { nextFetch = 0; wake(); });
  window.addEventListener("offline", draw);
  // A page kept for "back" must not bring an old code with it.
  window.addEventListener("pagehide", () => { shown = null; hideCode(); });
  document.documentElement.classList.add("js");
  say("Fetching your code…", false);
  localTime();
  setInterval(tick, 250);
  fetchCode();
})();
