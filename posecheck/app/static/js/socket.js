// The one connection to posecheck: text is JSON, pictures are binary. It comes back by itself after a break.

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
export const HEADER_BYTES = 20;
const TAKEN_OVER = "taken_over";

/** Bytes of a picture on its way: kind 1 = JPEG, width, height, number, the sender's clock (little-endian, as on the server). */
export function pack(seq, width, height, tMs, jpeg) {
  const bytes = new Uint8Array(HEADER_BYTES + jpeg.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint16(2, width, true);
  view.setUint16(4, height, true);
  view.setUint32(8, seq, true);
  view.setFloat64(12, tMs, true);
  bytes.set(new Uint8Array(jpeg), HEADER_BYTES);
  return bytes;
}

/** The inverse of `pack`; null for anything that is no such picture. */
export function unpack(buffer) {
  if (buffer.byteLength <= HEADER_BYTES) return null;
  const view = new DataView(buffer);
  if (view.getUint8(0) !== 1) return null;
  return {
    width: view.getUint16(2, true),
    height: view.getUint16(4, true),
    seq: view.getUint32(8, true),
    tMs: view.getFloat64(12, true),
    jpeg: new Blob([new Uint8Array(buffer, HEADER_BYTES)], { type: "image/jpeg" }),
  };
}

/** Connect and stay connected. `on(type, fn)`: types of the server, "picture" for binary, "link" for up / down / gone. */
export function connect(url) {
  const listeners = new Map();
  let socket = null;
  let waitMs = FIRST_WAIT_MS;
  let tries = 0;
  let timer = 0;
  let over = false;

  const emit = (type, message) => {
    for (const tell of [...(listeners.get(type) ?? [])]) tell(message);
  };
  const open = () => {
    clearTimeout(timer);
    const mine = new WebSocket(url);
    socket = mine;
    mine.binaryType = "arraybuffer";
    mine.onopen = () => {
      waitMs = FIRST_WAIT_MS;
      tries = 0;
      emit("link", { up: true, tries });
    };
    mine.onmessage = (event) => {
      if (typeof event.data !== "string") {
        const picture = unpack(event.data);
        if (picture) emit("picture", picture);
        return;
      }
      const message = JSON.parse(event.data);
      // Another page has the session now: coming back by itself would only throw that one out again.
      if (message.type === "error" && message.code === TAKEN_OVER) over = true;
      emit(message.type, message);
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      tries += 1;
      emit("link", { up: false, tries, over });
      if (over) return;
      timer = setTimeout(open, waitMs);
      waitMs = Math.min(waitMs * 1.7, LONGEST_WAIT_MS);
    };
  };
  const up = () => socket?.readyState === WebSocket.OPEN;
  // A laptop that wakes up, or a network that returns, need not wait out the pause.
  const hurry = () => {
    if (!over && socket?.readyState === WebSocket.CLOSED) open();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => !document.hidden && hurry());
  open();
  return {
    up,
    /** Send a command; false when there is no connection (a command is never sent late). */
    send(command) {
      if (!up()) return false;
      socket.send(JSON.stringify(command));
      return true;
    },
    sendBytes(bytes) {
      if (!up()) return false;
      socket.send(bytes);
      return true;
    },
    /** Take the session back after another page took it. */
    reclaim() {
      over = false;
      open();
    },
    on(type, tell) {
      if (!listeners.has(type)) listeners.set(type, new Set());
      listeners.get(type).add(tell);
      return () => listeners.get(type).delete(tell);
    },
  };
}
