// The browser's camera: opened, watched, and sent picture by picture. Two are on their way at most and the newest wins;
// the picture of each number is kept until its answer comes, so that what is drawn lies on the very frame it belongs to.

import { makeGrab } from "./grab.js";
import { pack } from "./socket.js";

const WIDTH = 640;
const HEIGHT = 480;
const IN_FLIGHT = 2;
/** An answer that has not come by then never will: a dropped connection must not stop the camera for good. */
const LOST_AFTER_MS = 4000;
/** Fewer answered pictures a second than this, for so long, and the machine is called slow. */
const SLOW_FPS = 12;
const SLOW_FOR_MS = 3000;
/** The pace is tried again when answers have come this fast for so long; each time it fails, twice as long. */
const QUICK_MS = 60;
const QUICK_FOR_MS = 10000;
/** How far the page steps back on a slow machine: pictures on their way, a second, and their height. */
const PACES = [
  { flight: IN_FLIGHT, fps: 60, height: HEIGHT },
  { flight: 1, fps: 10, height: HEIGHT },
  { flight: 1, fps: 8, height: 360 },
];

/** What went wrong with a camera, as one of: refused, missing, in_use, unplugged, unsupported. */
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
 * `sendBytes(bytes)` sends; `trouble(code)` hears of a lost camera, `pace(level)` of a slow machine.
 */
export function makeCapture({ sendBytes, trouble, pace }) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const waiting = new Map();
  const grab = makeGrab(video, took);
  let stream = null;
  let opened = null;
  let sending = false;
  let asked = 0;
  let seq = 0;
  let level = 0;
  let answeredMs = [];
  let slowSinceMs = null;
  let quickSinceMs = null;
  let firstMs = null;
  let patienceMs = QUICK_FOR_MS;

  /** Ask for as many pictures as may be on their way. */
  function fill() {
    while (sending && stream && asked + waiting.size < PACES[level].flight) {
      asked += 1;
      grab.want({ width: WIDTH, ...PACES[level] });
    }
  }

  function took(taken) {
    asked -= 1;
    const number = (seq = (seq + 1) >>> 0);
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

  function watchPace(now, tookMs) {
    // The first seconds are the model's: it wakes up.
    firstMs ??= now;
    if (now - firstMs < SLOW_FOR_MS) return;
    answeredMs.push(now);
    answeredMs = answeredMs.filter((at) => now - at < SLOW_FOR_MS);
    const floor = Math.min(SLOW_FPS, PACES[level].fps * 0.7);
    if (answeredMs.length / (SLOW_FOR_MS / 1000) >= floor) slowSinceMs = null;
    else slowSinceMs ??= now;
    if (slowSinceMs !== null && now - slowSinceMs > SLOW_FOR_MS && level + 1 < PACES.length) {
      level += 1;
      patienceMs *= 2;
      slowSinceMs = quickSinceMs = null;
      pace(level);
    }
    if (level === 0 || tookMs > QUICK_MS) quickSinceMs = null;
    else quickSinceMs ??= now;
    if (quickSinceMs !== null && now - quickSinceMs > patienceMs) {
      level -= 1;
      slowSinceMs = quickSinceMs = null;
    }
  }

  function fresh() {
    answeredMs = [];
    slowSinceMs = quickSinceMs = firstMs = null;
  }

  const closed = () => {
    rest();
    grab.stop();
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
  };

  return {
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
      return level;
    },
    /** Open a camera, the remembered one if it is there. Raises CameraTrouble. */
    async start(deviceId = null) {
      if (stream && (!deviceId || opened === deviceId)) return;
      closed();
      if (!navigator.mediaDevices?.getUserMedia) throw new CameraTrouble("unsupported");
      const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: 30 } };
      const ask = (which) => navigator.mediaDevices.getUserMedia({ video: { ...size, ...which }, audio: false });
      try {
        try {
          stream = await ask(deviceId ? { deviceId: { exact: deviceId } } : {});
        } catch (error) {
          // The remembered camera is not plugged in today: any other will do.
          if (!deviceId || CODES[error.name] !== "missing") throw error;
          stream = await ask({});
        }
      } catch (error) {
        throw new CameraTrouble(CODES[error.name] ?? "in_use", error);
      }
      opened = deviceId;
      const [track] = stream.getVideoTracks();
      const mine = stream;
      track.addEventListener("ended", () => {
        if (stream !== mine) return;
        closed();
        trouble("unplugged");
      });
      video.srcObject = stream;
      await grab.start(stream);
      fill();
    },
    stop: closed,
    /** Whether pictures go to the server, or only to the preview. */
    set sending(on) {
      if (on === sending) return;
      sending = on;
      fresh();
      rest();
      fill();
    },
    /** The answer to a picture has come: {picture, capturedMs}, or null if it was given up. The caller closes it. */
    answered(number) {
      const found = waiting.get(number) ?? null;
      waiting.delete(number);
      const now = performance.now();
      if (found) watchPace(now, now - found.sentMs);
      fill();
      return found;
    },
    forget,
    /** After a broken connection nothing is on its way any more. */
    reset() {
      rest();
      fresh();
      fill();
    },
  };
}
