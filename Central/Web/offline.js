// The codes that work without a network: fetched, kept in the vault, and given out for an instant.
"use strict";
(() => {
  const answerLimit = 15000; // ms until a request counts as failed
  const renewPause = 600000; // ms between two looks for a longer pack
  const renewRest = 3 * 3600000; // ms of a pack below which it is fetched again
  const clockSlack = 90000; // ms that the phone's clock may be behind what was shown already

  class Refusal extends Error {
    constructor(status, kind) {
      super(kind);
      Object.assign(this, { status, kind });
    }
  }

  async function ask(path, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), answerLimit);
    try {
      const response = await fetch(path, {
        method: body ? "POST" : "GET",
        headers: body ? { "Content-Type": "application/json" } : {},
        body: body ? JSON.stringify(body) : undefined,
        cache: "no-store",
        credentials: "omit",
        signal: stop.signal,
      });
      const answer = await response.json();
      if (!response.ok) throw new Refusal(response.status, String(answer.type).split("/").pop());
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  class Offline {
    // `record` is what the vault holds: the words of the page, the server's clock, and either the
    // pack or what belongs to this phone's bound key.
    constructor(address, vault, record, keys, floor) {
      Object.assign(this, { address, vault, keys, floor: floor || 0 });
      this.record = record || { pack: null, bound: null, page: null, offset: 0, closed: null };
      this.isElsewhere = false; // whether another phone holds the ticket
      this.mayPack = true;
      this.nextPack = 0; // by performance.now()
      this.isBusy = false;
      this.decoded = null;
    }

    static async open(address) {
      const vault = stile.codes.canDraw() ? await stile.vault(address) : null;
      if (!vault) return null;
      const record = await vault.load();
      return new Offline(address, vault, record, await vault.holderKeys(), await vault.floor());
    }

    get isBound() { return Boolean(this.record.bound && this.keys); }
    get pack() { return this.record.pack; }

    keep() { return this.vault.save(this.record); }

    async close(message) {
      if (this.record.closed === message) return;
      this.record.closed = message;
      await this.keep();
    }

    async forget() {
      this.record = { pack: null, bound: null, page: null, offset: 0, closed: null };
      this.keys = null;
      await this.vault.forget();
    }

    // Why nothing of this can be shown at `now`; null where something can.
    trouble(now) {
      const { words } = stile;
      const time = (instant) => new Intl.DateTimeFormat(document.documentElement.lang, {
        weekday: "short", hour: "2-digit", minute: "2-digit",
      }).format(new Date(instant));
      if (this.record.closed) return this.record.closed;
      if (now < this.floor - clockSlack) return words.clock;
      if (this.isBound) return now < this.record.bound.ends ? null : words.none;
      if (!this.pack) return null;
      if (now < this.pack.starts) return words.notYet(time(this.pack.starts));
      return now < this.pack.ends ? null : words.ranOut(time(this.pack.ends));
    }

    // The code to show at `now` (server time); null where there is none.
    async code(now, isLong) {
      if (this.trouble(now)) return null;
      if (this.isBound) return stile.codes.own(this.record.bound, this.keys.privateKey, now, isLong);
      return this.pack ? stile.codes.packed(this.pack, now) : null;
    }

    // Remembers that time was at least `now`.
    async passed(now) {
      if (now < this.floor + 20000) return;
      this.floor = now;
      await this.vault.raiseFloor(now);
    }

    // Fetches a pack where there is none of the generation and key of the code that is shown now,
    // or not much left of it.
    async renew(marks, now, offset) {
      const isStale = !this.pack || this.pack.generation !== marks.generation
        || stile.codes.fromBase64(this.pack.head).slice(2, 6).join() !== marks.key;
      const isShort = this.pack && this.pack.ends - now < renewRest;
      if (this.isBusy || !this.mayPack || this.isBound || this.isElsewhere) return;
      if (!isStale && (!isShort || performance.now() < this.nextPack)) return;
      this.isBusy = true;
      this.nextPack = performance.now() + renewPause;
      try {
        await this.fetchPack(false, offset);
      } catch (error) {
        if (!(error instanceof Refusal)) return; // the network: the next round tries again
        // Codes of an older generation are dead wherever they are.
        if (isStale) this.record.pack = null;
        this.isElsewhere = error.kind === "held-elsewhere";
        this.mayPack = this.isElsewhere || error.status >= 500;
        await this.keep();
      } finally {
        this.isBusy = false;
      }
    }

    async fetchPack(takeOver, offset) {
      const draft = { device: this.vault.device };
      if (takeOver) draft.take_over = true;
      this.record.pack = await ask(this.address + "/pack", draft);
      this.record.bound = null;
      this.record.offset = offset;
      this.isElsewhere = false;
      await this.keep();
    }

    // Makes a key that stays in this browser and has it bound; throws where either fails.
    async bind(takeOver) {
      const ticket = await ask(this.address + "/ticket");
      // A key whose answer was lost on the way may be bound already: it is asked for again.
      const keys = (await this.vault.holderKeys())
        || (await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]));
      const holder = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
      const proof = await stile.codes.sign(
        keys.privateKey, stile.codes.bindMessage(ticket, holder));
      // Kept first: a bound key that the browser cannot keep would lock the ticket to nothing.
      await this.vault.keepHolderKeys(keys);
      const draft = {
        device: this.vault.device,
        holder: stile.codes.base64(holder),
        pop: stile.codes.base64(proof),
      };
      if (takeOver) draft.take_over = true;
      const bound = await ask(this.address + "/holder", draft);
      this.record.bound = bound;
      this.record.pack = null;
      this.keys = keys;
      this.isElsewhere = false;
      await this.keep();
    }

    // What the server says of the ticket; a key that is no longer bound is dropped.
    async check() {
      const ticket = await ask(this.address + "/ticket");
      if (this.isBound && ticket.holder !== this.record.bound.holder) {
        this.record.bound = null;
        this.keys = null;
        await this.vault.forgetHolderKeys();
        await this.keep();
      }
      return ticket;
    }

    static async canSign() {
      try {
        await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
        return true;
      } catch {
        return false; // an older browser: the pack serves
      }
    }
  }

  stile.Offline = Offline;
  stile.Refusal = Refusal;
})();
