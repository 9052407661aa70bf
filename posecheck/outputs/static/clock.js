// What time is it in the clip? The clip itself tells, frame by frame; without a clip a clock of our own runs.

/** A clock of a <video>. `place` tells where the file's time lies in the session: {from_s, slow}. */
function clipClock(video, place, track, show) {
  let first = 0;  // some files begin later than 0: the first picture then tells by how much
  const session = (media) => (media - first) / place.slow + place.from_s;
  const media = (t) => (t - place.from_s) * place.slow + first;
  const told = (time) => show(session(time));
  if ('requestVideoFrameCallback' in HTMLVideoElement.prototype) {
    let begun = false;
    const shown = (_, picture) => {
      if (!begun && video.currentTime === 0 && picture.mediaTime < 0.5) first = picture.mediaTime;
      begun = true;
      told(picture.mediaTime);
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  } else {
    const follow = () => { if (!video.seeking) told(video.currentTime); requestAnimationFrame(follow); };
    follow();
  }
  return {
    get playing() { return !video.paused && !video.ended; },
    play() { return video.play(); },
    pause() { video.pause(); },
    rate(rate) { video.playbackRate = rate; },
    go(t) {
      const i = track.at(t);
      video.currentTime = Math.max(0, media(track.within(i)));
      show(track.t[i]);
    },
  };
}

/** A clock of our own, for a session without pictures. */
function freeClock(track, show, changed) {
  let now = track.begin, speed = 1, running = false, before = 0;
  const tick = (ms) => {
    if (!running) return;
    now += ((ms - before) / 1000) * speed;
    before = ms;
    if (now >= track.end) { now = track.end; running = false; changed(); }
    show(now);
    if (running) requestAnimationFrame(tick);
  };
  return {
    get playing() { return running; },
    play() {
      if (running) return;
      if (now >= track.end) now = track.begin;
      running = true;
      before = performance.now();
      changed();
      requestAnimationFrame(tick);
    },
    pause() { running = false; changed(); },
    rate(rate) { speed = rate; },
    go(t) { now = Math.min(track.end, Math.max(track.begin, t)); show(now); },
  };
}
