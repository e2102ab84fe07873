// Codes made and drawn in the browser: tokens of a saved pack (type 1, PREISSUED), and tokens that
// this phone signs (types 3 and 4). The bytes are those of the protocol, sections 3.2 to 3.4.
"use strict";
(() => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const headLength = 30;
  const signatureLength = 64;
  const quietZone = 4; // modules, as the standard for QR codes asks
  const utf8 = new TextEncoder();

  function base32(bytes) {
    let text = "";
    let held = 0;
    let bits = 0;
    for (const byte of bytes) {
      held = ((held << 8) | byte) & 0xfff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text += alphabet[(held >> bits) & 31];
      }
    }
    return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31] : text;
  }

  function fromBase32(text) {
    const bytes = [];
    let held = 0;
    let bits = 0;
    for (const character of text) {
      held = ((held << 5) | alphabet.indexOf(character)) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.push((held >> bits) & 255);
      }
    }
    return Uint8Array.from(bytes);
  }

  function base64(bytes) {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  function fromBase64(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  }

  const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

  function joined(...parts) {
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let place = 0;
    for (const part of parts) {
      all.set(part, place);
      place += part.length;
    }
    return all;
  }

  function u32(number) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, number);
    return bytes;
  }

  // The generation that a LIVE token on screen says, and the key that signed it.
  function marks(token) {
    const head = fromBase32(token.slice(3, 3 + 48));
    return { generation: head[27], key: head.slice(2, 6).join() };
  }

  // The token of a saved pack that is good at `now` (server time, ms); null outside the pack.
  function packed(pack, now) {
    const index = Math.floor((now - pack.starts) / (pack.step * 1000));
    if (index < 0 || index >= pack.count) return null;
    const starts = pack.starts + index * pack.step * 1000;
    const head = fromBase64(pack.head);
    head.set(u32(starts / 1000), 22);
    const all = fromBase64(pack.signatures);
    const signature = all.slice(index * signatureLength, (index + 1) * signatureLength);
    if (head.length !== headLength || signature.length !== signatureLength) return null;
    return { text: "ST1" + base32(joined(head, signature)), starts, ends: starts + 60000 };
  }

  const sign = async (key, message) =>
    new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key, message));

  // The code that this phone signs at `now`: type 3, or type 4 with the credential in it.
  async function own(bound, key, now, isLong) {
    const event = fromHex(bound.event);
    const time = u32(Math.floor(now / 1000));
    const starts = Math.floor(now / 1000) * 1000;
    let bytes;
    if (isLong) {
      const presented = joined(fromBase64(bound.credential), time);
      const message = joined(utf8.encode("st1/holdx\0"), event, presented);
      bytes = joined(presented, await sign(key, message));
    } else {
      const head = fromBase64(bound.head);
      head.set(time, 22);
      const holder = fromBase64(bound.holder);
      const message = joined(utf8.encode("st1/hold\0"), event, holder, head);
      bytes = joined(head, await sign(key, message));
    }
    return { text: "ST1" + base32(bytes), starts, ends: starts + 60000 };
  }

  // What a new key signs to be bound to a ticket.
  function bindMessage(ticket, holder) {
    return joined(
      utf8.encode("st1/bind\0"), fromHex(ticket.event), fromHex(ticket.ticket),
      Uint8Array.of(ticket.generation), holder,
    );
  }

  const canDraw = () => typeof qrcode === "function";

  // A QR code in alphanumeric mode with error correction L, dark modules as one path.
  function draw(text) {
    const code = qrcode(0, "L");
    code.addData(text, "Alphanumeric");
    code.make();
    const count = code.getModuleCount();
    const side = count + 2 * quietZone;
    let path = "";
    for (let row = 0; row < count; row += 1) {
      for (let column = 0; column < count; column += 1) {
        if (!code.isDark(row, column)) continue;
        let end = column + 1;
        while (end < count && code.isDark(row, end)) end += 1;
        path += `M${column + quietZone} ${row + quietZone}h${end - column}v1h${column - end}z`;
        column = end;
      }
    }
    const space = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(space, "svg");
    picture.setAttribute("viewBox", `0 0 ${side} ${side}`);
    picture.setAttribute("shape-rendering", "crispEdges");
    const ink = document.createElementNS(space, "path");
    ink.setAttribute("fill", "#000");
    ink.setAttribute("d", path);
    picture.append(ink);
    return picture;
  }

  stile.codes = { base64, fromBase64, marks, packed, own, bindMessage, sign, canDraw, draw };
})();
