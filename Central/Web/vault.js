// What this browser keeps for a ticket. Everything that could let somebody in is encrypted with
// AES-GCM under a key that the browser made and never gives out; the holder's own key never leaves
// the browser either. Where a browser cannot do that, nothing is kept.
"use strict";
(() => {
  const databaseName = "stile";
  const utf8 = new TextEncoder();
  let database = null;

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  async function open() {
    if (database) return database;
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("tickets");
    };
    database = await done(request);
    database.onversionchange = () => { database.close(); database = null; };
    return database;
  }

  const read = async (store, name) =>
    done((await open()).transaction(store).objectStore(store).get(name));

  const write = async (store, name, value) =>
    done((await open()).transaction(store, "readwrite").objectStore(store).put(value, name));

  const erase = async (store, name) =>
    done((await open()).transaction(store, "readwrite").objectStore(store).delete(name));

  // Keeps `fresh` unless another tab was first, and gives what is kept.
  async function settled(name, fresh) {
    const store = (await open()).transaction("keys", "readwrite").objectStore("keys");
    const held = await done(store.get(name));
    if (held !== undefined) return held;
    await done(store.put(fresh, name));
    return fresh;
  }

  // The secret link names the ticket here by its hash only.
  async function name(link) {
    const hash = await crypto.subtle.digest("SHA-256", utf8.encode("stile\0" + link));
    return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function lock() {
    const held = await read("keys", "vault");
    if (held) return held;
    const usages = ["encrypt", "decrypt"];
    return settled(
      "vault", await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, usages));
  }

  // One ticket's part of the vault.
  class Vault {
    constructor(ticket, key, device) {
      Object.assign(this, { ticket, key, device });
    }

    async load() {
      const kept = await read("tickets", this.ticket);
      if (!kept) return null;
      try {
        const plain = await crypto.subtle.decrypt(
          { name: "AES-GCM", iv: kept.iv, additionalData: utf8.encode(this.ticket) },
          this.key, kept.data);
        return JSON.parse(new TextDecoder().decode(plain));
      } catch {
        return null; // another key, or altered: as if nothing were kept
      }
    }

    async save(record) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const data = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv, additionalData: utf8.encode(this.ticket) },
        this.key, utf8.encode(JSON.stringify(record)));
      await write("tickets", this.ticket, { iv, data });
    }

    async forget() {
      await erase("tickets", this.ticket);
      await erase("keys", "holder:" + this.ticket);
      await erase("keys", "floor:" + this.ticket);
    }

    holderKeys() { return read("keys", "holder:" + this.ticket); }
    keepHolderKeys(keys) { return write("keys", "holder:" + this.ticket, keys); }
    forgetHolderKeys() { return erase("keys", "holder:" + this.ticket); }

    // The latest server time at which a code was shown: time cannot be earlier.
    floor() { return read("keys", "floor:" + this.ticket); }
    raiseFloor(time) { return write("keys", "floor:" + this.ticket, time); }
  }

  // The vault of a link's ticket; null where the browser cannot keep secrets.
  async function vault(link) {
    if (!window.isSecureContext || !window.indexedDB || !crypto.subtle) return null;
    try {
      const ticket = await name(link);
      const drawn = stile.codes.base64(crypto.getRandomValues(new Uint8Array(24)));
      return new Vault(ticket, await lock(), await settled("device:" + ticket, drawn));
    } catch {
      return null; // a private window, or a full disk
    }
  }

  stile.vault = vault;
})();
