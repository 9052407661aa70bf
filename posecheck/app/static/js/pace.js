// How fast pictures are sent: as fast as they come, or slower on a machine that cannot keep up, until it can again.

/** Fewer answered pictures a second than this, for so long, and the machine is called slow. */
const SLOW_FPS = 12;
const SLOW_FOR_MS = 3000;
/** The pace is tried again when answers have come this fast for so long; each time it fails, twice as long. */
const QUICK_MS = 60;
const QUICK_FOR_MS = 10000;
/** How far the page steps back on a slow machine: pictures on their way, a second, and their height. */
const PACES = [
  { flight: 2, fps: 60, height: 480 },
  { flight: 1, fps: 10, height: 480 },
  { flight: 1, fps: 8, height: 360 },
];

/** `slower(level)` is told when it steps back. All times are given, none is asked for. */
export function makePace(slower) {
  let level = 0;
  let answeredMs = [];
  let firstMs = null;
  let slowSinceMs = null;
  let quickSinceMs = null;
  let patienceMs = QUICK_FOR_MS;
  return {
    get level() {
      return level;
    },
    get now() {
      return PACES[level];
    },
    /** A picture was answered at `nowMs`, `tookMs` after it was sent. */
    answered(nowMs, tookMs) {
      // The first seconds are the model's: it wakes up.
      firstMs ??= nowMs;
      if (nowMs - firstMs < SLOW_FOR_MS) return;
      answeredMs.push(nowMs);
      answeredMs = answeredMs.filter((at) => nowMs - at < SLOW_FOR_MS);
      const floor = Math.min(SLOW_FPS, PACES[level].fps * 0.7);
      if (answeredMs.length / (SLOW_FOR_MS / 1000) >= floor) slowSinceMs = null;
      else slowSinceMs ??= nowMs;
      if (slowSinceMs !== null && nowMs - slowSinceMs > SLOW_FOR_MS && level + 1 < PACES.length) {
        level += 1;
        patienceMs *= 2;
        slowSinceMs = quickSinceMs = null;
        slower(level);
      }
      if (level === 0 || tookMs > QUICK_MS) quickSinceMs = null;
      else quickSinceMs ??= nowMs;
      if (quickSinceMs !== null && nowMs - quickSinceMs > patienceMs) {
        level -= 1;
        slowSinceMs = quickSinceMs = null;
      }
    },
    /** After a break what was counted before it says nothing. */
    fresh() {
      answeredMs = [];
      slowSinceMs = quickSinceMs = firstMs = null;
    },
  };
}
