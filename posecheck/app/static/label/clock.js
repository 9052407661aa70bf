// Where in the clip we are. A clip that plays says so itself; without one a clock of our own runs, so that the curves play.

/** How fast; the middle one is life. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2];

export class Clock {
  #video = null;
  #at = 0;
  #since = null;
  #speed = 1;
  /** `t_s` are the times of the frames; `onTime` is told whenever the time may have changed. */
  constructor(t_s, onTime) {
    this.t_s = t_s;
    this.onTime = onTime;
    this.end = t_s[t_s.length - 1] ?? 0;
    this.#frame = requestAnimationFrame(() => this.#tick());
  }
  #frame;
  #tick() {
    if (this.playing) {
      if (!this.#video && this.now >= this.end) this.pause();
      this.onTime();
    }
    this.#frame = requestAnimationFrame(() => this.#tick());
  }
  /** Follow a clip; null: run by ourselves. */
  follow(video) {
    const at = this.now;
    this.#video = video;
    this.#at = at;
    this.#since = null;
  }
  get now() {
    if (this.#video) return this.#video.currentTime;
    const passed = this.#since === null ? 0 : ((performance.now() - this.#since) / 1000) * this.#speed;
    return Math.min(this.#at + passed, this.end);
  }
  get playing() {
    return this.#video ? !this.#video.paused : this.#since !== null;
  }
  get speed() {
    return this.#speed;
  }
  set speed(value) {
    const at = this.now;
    this.#speed = value;
    if (this.#video) this.#video.playbackRate = value;
    else if (this.#since !== null) [this.#at, this.#since] = [at, performance.now()];
    this.onTime();
  }
  /** The number of the frame that is shown. */
  get index() {
    let [low, high] = [0, this.t_s.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.t_s[middle] <= this.now + 1e-4) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  /** The time of the frame that is shown: what marks are set at, so that two raters mean the same. */
  get frame_s() {
    return this.t_s[this.index] ?? 0;
  }
  seek(s) {
    const to = Math.max(this.t_s[0] ?? 0, Math.min(s, this.end));
    if (this.#video) this.#video.currentTime = to;
    else [this.#at, this.#since] = [to, this.#since === null ? null : performance.now()];
    this.onTime();
  }
  /** To another frame: into its middle, for a seek to its very edge may show the one before. */
  step(frames) {
    this.pause();
    const to = Math.max(0, Math.min(this.index + frames, this.t_s.length - 1));
    const next = this.t_s[to + 1] ?? this.t_s[to];
    this.seek((this.t_s[to] + next) / 2);
  }
  play() {
    if (this.now >= this.end - 1e-3) this.seek(0);
    if (this.#video) this.#video.play().catch(() => this.onTime());
    else this.#since = performance.now();
    this.onTime();
  }
  pause() {
    if (this.#video) this.#video.pause();
    else [this.#at, this.#since] = [this.now, null];
    this.onTime();
  }
  stop() {
    this.pause();
    cancelAnimationFrame(this.#frame);
  }
}
