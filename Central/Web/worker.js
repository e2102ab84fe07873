// Keeps the page's own files for times without a network: nothing of any ticket is in this cache.
// The version stands in the worker's address, so a new version is a new worker with a new cache.
"use strict";
const version = new URL(self.location.href).searchParams.get("v") || "0";
const cacheName = "stile-" + version;
const patience = 4000; // ms for the network before the kept page opens
const shell = "/assets/shell.html";
const files = [
  "holder.css", "qrcode.js", "words.js", "codes.js", "vault.js", "offline.js", "holder.js",
  "icon.svg", "icon-180.png", "icon-192.png", "icon-512.png",
].map((name) => `/assets/${name}?v=${version}`);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(cacheName);
    await cache.addAll([shell, ...files].map((path) => new Request(path, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("stile-") && name !== cacheName) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

// The page from the network, or the kept one when there is none, or none in time.
async function page(request) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const response = await fetch(request, { signal: stop.signal });
    // A proxy that cannot reach the server is as good as no network.
    if (response.status < 502 || response.status > 504) return response;
  } catch {
    // No network: the kept page opens below.
  } finally {
    clearTimeout(timer);
  }
  const kept = await (await caches.open(cacheName)).match(shell);
  return kept || Response.error();
}

async function file(request) {
  const kept = await (await caches.open(cacheName)).match(request);
  return kept || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith("/t/")) {
    event.respondWith(page(request));
  } else if (url.pathname.startsWith("/assets/") && url.searchParams.get("v") === version) {
    event.respondWith(file(request));
  }
});
