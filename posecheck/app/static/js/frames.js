// The way of a picture through the page: answered, painted with what was seen in it, counted.

/** So many of the latest pictures are counted. */
const KEPT = 300;
/** So many pictures of the server's own source may be without their judgement; it sends two. */
const AHEAD = 8;

/**
 * Frames as they come back. `paint(picture, frame)` draws one; `heard(frame)` hears of each at once.
 * In the "server" source the picture comes first, by its own message, and each is answered with "shown".
 */
export function makeFrames({ socket, capture, paint, heard }) {
  const pictures = new Map();
  const log = [];
  const latencyMs = [];
  const parts = [];
  const shownAtMs = [];
  let shown = 0;
  let waiting = null;
  let handle = 0;

  function done({ frame, capturedMs, sentMs, answeredMs }) {
    const now = performance.now();
    shown += 1;
    shownAtMs.push(now);
    if (shownAtMs.length > KEPT) shownAtMs.shift();
    if (capturedMs !== null) {
      latencyMs.push(now - capturedMs);
      if (latencyMs.length > KEPT) latencyMs.shift();
      const { wait, decode, model, judge } = frame.ms ?? {};
      const away = answeredMs - sentMs;
      parts.push({ encode: sentMs - capturedMs, wait, decode, model, judge, carried: away - wait - decode - model - judge, paint: now - answeredMs });
      if (parts.length > KEPT) parts.shift();
    }
  }

  function show() {
    handle = 0;
    const now = waiting;
    waiting = null;
    if (!now) return;
    paint(now.picture, now.frame);
    now.picture?.close();
    done(now);
    if (now.own) socket.send({ do: "shown", seq: now.frame.seq });
  }

  function put(next) {
    if (waiting) {
      // Two answers within one repaint: the older is not worth painting, but its sender waits for a word.
      waiting.picture?.close();
      if (waiting.own) socket.send({ do: "shown", seq: waiting.frame.seq });
    }
    waiting = next;
    // A page in the background is not repainted; pictures must not pile up behind it.
    if (document.hidden) {
      cancelAnimationFrame(handle);
      show();
    } else handle ||= requestAnimationFrame(show);
  }

  /** A picture whose judgement will not come any more. */
  function forget(seq) {
    pictures.get(seq)?.then((picture) => picture?.close());
    pictures.delete(seq);
  }

  socket.on("picture", ({ seq, jpeg }) => {
    forget(seq);
    pictures.set(seq, createImageBitmap(jpeg).catch(() => null));
    if (pictures.size > AHEAD) forget(pictures.keys().next().value);
  });
  socket.on("link", ({ up }) => {
    if (!up) for (const seq of [...pictures.keys()]) forget(seq);
  });
  socket.on("frame", async (frame) => {
    heard(frame);
    const own = pictures.get(frame.seq);
    if (own) {
      pictures.delete(frame.seq);
      put({ frame, picture: await own, capturedMs: null, own: true });
      return;
    }
    const sent = capture.answered(frame.seq);
    put({ frame, picture: sent?.picture ?? null, capturedMs: sent?.capturedMs ?? null, sentMs: sent?.sentMs, answeredMs: performance.now(), own: false });
  });
  socket.on("dropped", ({ seq }) => capture.forget(seq));

  const quantile = (sorted, part) => (sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] : null);
  const median = (numbers) => quantile(numbers.sort((a, b) => a - b), 0.5);
  const medians = (some) => Object.fromEntries(Object.keys(parts[0] ?? {}).map((name) => [name, median(some.map((part) => part[name]))]));
  const whole = (part) => Object.values(part).reduce((sum, ms) => sum + ms, 0);
  return {
    log,
    /** How much of everything that grows is held now: none of it grows over a session. */
    kept: () => ({ pictures: pictures.size, waiting: waiting ? 1 : 0, latency: latencyMs.length, parts: parts.length, shown: shownAtMs.length }),
    /** How much is shown and how late; `parts_ms` says where the time of a picture of the page's own camera goes, `late_ms` that of the latest twentieth. */
    stats() {
      const now = performance.now();
      const recent = shownAtMs.filter((at) => now - at < 3000);
      const span = recent.length > 1 ? (recent[recent.length - 1] - recent[0]) / 1000 : 0;
      const sorted = [...latencyMs].sort((a, b) => a - b);
      return {
        shown,
        fps: span > 0 ? (recent.length - 1) / span : 0,
        latency_ms: { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) },
        parts_ms: medians(parts),
        late_ms: medians([...parts].sort((a, b) => whole(b) - whole(a)).slice(0, Math.ceil(parts.length / 20))),
        level: capture.level,
      };
    },
  };
}
