// Which part of a clip the curves show, as a value {from, to} in seconds. Nothing here touches the page.

/** How much closer one step goes. */
export const STEP = 1.6;
/** So many frames at least stay in sight: fewer say nothing of a movement. */
const LEAST_FRAMES = 12;

/** The whole clip. */
export const whole = (t_s) => ({ from: t_s[0] ?? 0, to: Math.max(t_s[t_s.length - 1] ?? 1, (t_s[0] ?? 0) + 0.01) });

const length = ({ from, to }) => to - from;

/** Put a stretch of time of that length back into the clip. */
function within(all, from, long) {
  const start = Math.max(all.from, Math.min(from, all.to - long));
  return { from: start, to: start + long };
}

/** Look closer (factor > 1) or wider; what happens at `at` seconds stays where it is on the screen. */
export function zoomed(view, all, t_s, factor, at) {
  const least = (LEAST_FRAMES * length(all)) / Math.max(1, t_s.length - 1);
  const long = Math.min(length(all), Math.max(Math.min(least, length(all)), length(view) / factor));
  const share = Math.max(0, Math.min(1, (at - view.from) / length(view)));
  return within(all, at - share * long, long);
}

/** Another part of the same length, beginning there. */
export const moved = (view, all, from) => within(all, from, length(view));

/** The same view if `at` is in it, else the part before or after that holds it. */
export function holding(view, all, at) {
  if (at >= view.from && at <= view.to) return view;
  const long = length(view);
  return within(all, at > view.to ? at - 0.1 * long : at - 0.9 * long, long);
}

/** Whether only a part is shown. */
export const isPart = (view, all) => length(view) < length(all) - 1e-6;

/** The time of the frame nearest to `at`. */
export function nearest(t_s, at) {
  let [low, high] = [0, t_s.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (t_s[middle] <= at) low = middle;
    else high = middle;
  }
  return Math.abs((t_s[high] ?? 0) - at) < Math.abs((t_s[low] ?? 0) - at) ? t_s[high] : t_s[low] ?? 0;
}
