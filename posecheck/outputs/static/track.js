// The frames of a session, unpacked from the page (posecheck/outputs/track.py packs them).
const UNSEEN = -32768;

/** Inflate base64 into bytes. */
async function inflated(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).arrayBuffer();
}

/** The columns of a group that is packed in chunks, differences summed up again. */
async function columnsOf(chunks, count, frames, Whole = Int16Array) {
  const columns = Array.from({length: count}, () => new Whole(frames));
  let begin = 0;
  for (const chunk of chunks) {
    const all = new Whole(await inflated(chunk)), rows = all.length / count;
    columns.forEach((column, c) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) column[begin + i] = sum += all[c * rows + i];  // wraps like the packing did
    });
    begin += rows;
  }
  return columns;
}

/** Unpack a track: times in seconds, values as numbers or null, points and back in pixels. */
async function readTrack(packed) {
  const frames = packed.frames;
  const [t, points, back, told, ...values] = await Promise.all([
    columnsOf(packed.t, 1, frames, Int32Array),
    columnsOf(packed.points, 2 * packed.joints.length, frames),
    columnsOf(packed.back, 4 + packed.rows.length, frames),
    columnsOf(packed.told, 6, frames),
    ...packed.values.map(async (chunks) => (await columnsOf(chunks, 1, frames))[0]),
  ]);
  const times = Array.from(t[0], (tick) => tick / packed.per.s);
  return {
    size: packed.size, head: packed.head, joints: packed.joints, bones: packed.bones, rows: packed.rows, frames: packed.frames,
    t: times, begin: times[0] ?? 0, end: times[times.length - 1] ?? 0,
    values: values.map((column, c) =>
      Array.from(column, (whole) => (whole === UNSEEN ? null : whole / packed.per.values[c]))),
    verdict: told[0], near: told[1], facing: told[2], warned: told[3], reason: told[5],
    hold: (i) => told[4][i] / 10,
    point(i, joint) {
      const x = points[2 * joint][i], y = points[2 * joint + 1][i];
      return x === UNSEEN || y === UNSEEN ? null : [x / packed.per.px, y / packed.per.px];
    },
    /** The outline of the back in frame i: pieces of points, lifted where it was not seen. */
    outline(i) {
      if (back[0][i] === UNSEEN || back[2][i] === UNSEEN) return [];
      const [hx, hy, sx, sy] = [0, 1, 2, 3].map((c) => back[c][i] / packed.per.px);
      const cx = sx - hx, cy = sy - hy, facing = told[2][i] || 1, pieces = [];
      let piece = [];
      packed.rows.forEach((u, r) => {
        const whole = back[4 + r][i];
        if (whole === UNSEEN) {
          if (piece.length > 1) pieces.push(piece);
          piece = [];
          return;
        }
        const d = (whole / packed.per.chord) * facing;
        piece.push([hx + u * cx + d * cy, hy + u * cy - d * cx]);
      });
      if (piece.length > 1) pieces.push(piece);
      return pieces;
    },
    /** The frame whose time is nearest to t. */
    at(t) {
      let low = 0, high = times.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (times[middle] <= t) low = middle; else high = middle - 1;
      }
      return low + 1 < times.length && times[low + 1] - t < t - times[low] ? low + 1 : low;
    },
    /** A time well within what frame i is shown for: seeking there cannot land on its neighbour. */
    within(i) {
      const next = i + 1 < times.length ? times[i + 1] : times[i] + (i > 0 ? times[i] - times[i - 1] : 0.03);
      return times[i] + Math.min(0.5 * (next - times[i]), 0.02);
    },
  };
}
