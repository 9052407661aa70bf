// The browser's camera: opened, watched, and sent picture by picture. Two are on their way at most and the newest wins;
// the picture of each number is kept until its answer comes, so that what is drawn lies on the very frame it belongs to.

import { makeGrab } from "./grab.js";
import { makePace } from "./pace.js";
import { pack } from "./socket.js";

const WIDTH = 640;
const HEIGHT = 480;
/** An answer that has not come by then never will: a dropped connection must not stop the camera for good. */
const LOST_AFTER_MS = 4000;
/** A camera that falls silent is opened anew by itself, but not again and again: then the person is asked. */
const ANEW_AFTER_MS = 60000;
/** What went wrong with a camera, as one of: refused, missing, in_use, unplugged, unsupported, silent. */
export class CameraTrouble extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

const CODES = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in_use",
  AbortError: "in_use",
};

/** The cameras of this computer; they have names only after one was allowed once. */
export async function cameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices.filter((device) => device.kind === "videoinput" && device.deviceId);
}

/** Whether the camera may be opened without a question, so that a preview never asks by itself. */
export async function allowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
}

/**
 * A camera that hands its pictures to the server.
 * `sendBytes(bytes)` sends; `trouble(code)` hears of a lost camera, `slower(level)` of a slow machine, `stalled()` of
 * pictures that stayed away and are now taken in another way, `awake()` of those of a camera that was silent.
 */
export function makeCapture({ sendBytes, trouble, slower, stalled, awake }) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const waiting = new Map();
  const grab = makeGrab(video, took, (how) => (how === "stalled" ? stalled() : silent()));
  const pace = makePace(slower);
  let stream = null;
  let opened = null;
  let opening = null;
  let sending = false;
  let asked = 0;
  let seq = 0;
  let anewMs = -Infinity;
  let isSilent = false;

  /** Ask for as many pictures as may be on their way. */
  function fill() {
    while (sending && stream && asked + waiting.size < pace.now.flight) {
      asked += 1;
      grab.want({ width: WIDTH, ...pace.now });
    }
  }

  function took(taken) {
    asked -= 1;
    const number = (seq = (seq + 1) >>> 0);
    if (taken && isSilent) {
      isSilent = false;
      awake();
    }
    if (taken && sending && sendBytes(pack(number, taken.width, taken.height, performance.timeOrigin + taken.capturedMs, taken.jpeg))) {
      waiting.set(number, { picture: taken.picture, capturedMs: taken.capturedMs, sentMs: performance.now() });
    } else taken?.picture.close();
    fill();
  }

  function forget(number) {
    waiting.get(number)?.picture.close();
    waiting.delete(number);
    fill();
  }

  /** Nothing is on its way any more. */
  function rest() {
    asked = 0;
    grab.rest();
    for (const { picture } of waiting.values()) picture.close();
    waiting.clear();
  }

  setInterval(() => {
    for (const [number, { sentMs }] of waiting) {
      if (performance.now() - sentMs > LOST_AFTER_MS) forget(number);
    }
  }, LOST_AFTER_MS / 4);

  const closed = () => {
    opening = null;
    rest();
    grab.stop();
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
  };

  /** The camera is open and gives no pictures: it is closed and opened once more, then the person has to see to it. */
  function silent() {
    const now = performance.now();
    if (now - anewMs < ANEW_AFTER_MS) {
      isSilent = true;
      trouble("silent");
      return;
    }
    anewMs = now;
    const again = opened;
    closed();
    made.start(again).catch((error) => trouble(error.code ?? "in_use"));
  }

  /** The stream of a camera; any other one than that asked for if that is not plugged in today. Raises CameraTrouble. */
  async function streamOf(deviceId) {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraTrouble("unsupported");
    const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: 30 } };
    const ask = (which) => navigator.mediaDevices.getUserMedia({ video: { ...size, ...which }, audio: false });
    try {
      try {
        return await ask(deviceId ? { deviceId: { exact: deviceId } } : {});
      } catch (error) {
        if (!deviceId || CODES[error.name] !== "missing") throw error;
        return await ask({});
      }
    } catch (error) {
      throw new CameraTrouble(CODES[error.name] ?? "in_use", error);
    }
  }

  /** Carry an opening out, unless it was stopped or another one begun meanwhile: nobody waits for it then. */
  async function open(mine) {
    let got;
    try {
      got = await streamOf(mine.deviceId);
    } catch (error) {
      if (opening !== mine) return;
      opening = null;
      throw error;
    }
    if (opening !== mine) {
      // A camera that is left open would watch on.
      got.getTracks().forEach((track) => track.stop());
      return;
    }
    opening = null;
    stream = got;
    opened = mine.deviceId;
    got.getVideoTracks()[0].addEventListener("ended", () => {
      if (stream !== got) return;
      closed();
      trouble("unplugged");
    });
    video.srcObject = stream;
    await grab.start(stream);
    fill();
  }

  const made = {
    video,
    get open() {
      return stream !== null;
    },
    get label() {
      return stream?.getVideoTracks()[0]?.label ?? "";
    },
    get device() {
      return stream?.getVideoTracks()[0]?.getSettings().deviceId ?? null;
    },
    get level() {
      return pace.level;
    },
    /**
     * Open a camera, the remembered one if it is there; with the same one open, or about to be, nothing more is opened.
     * Raises CameraTrouble. It is not `open` afterwards where it was stopped, or another one asked for, meanwhile.
     */
    async start(deviceId = null) {
      if (stream && (!deviceId || opened === deviceId)) return;
      if (!opening || (deviceId && opening.deviceId !== deviceId)) {
        closed();
        opening = { deviceId };
        opening.done = open(opening);
      }
      while (opening) await opening.done;
    },
    stop() {
      isSilent = false;
      closed();
    },
    /** Whether pictures go to the server, or only to the preview. */
    set sending(on) {
      if (on === sending) return;
      sending = on;
      pace.fresh();
      rest();
      fill();
    },
    /** The answer to a picture has come: {picture, capturedMs}, or null if it was given up. The caller closes it. */
    answered(number) {
      const found = waiting.get(number) ?? null;
      waiting.delete(number);
      const now = performance.now();
      if (found) pace.answered(now, now - found.sentMs);
      fill();
      return found;
    },
    forget,
    /** After a broken connection nothing is on its way any more. */
    reset() {
      rest();
      pace.fresh();
      fill();
    },
  };
  return made;
}
