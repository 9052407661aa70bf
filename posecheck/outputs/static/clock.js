// What time is it in the clip? The clip itself tells, frame by frame; without a clip a clock of our own runs.

/** How long a clip may take to begin once it was asked to play. */
const GIVE_UP_MS = 4000;

/** Call `lost(wanted)` when a clip cannot be shown: it is gone, is no video, or does not come when it is asked to play
 *  (`wanted` then tells that it was). A browser may take its time to say so, and may have said it before we listened. If
 *  the clip comes after all `found()` is called. */
function watchClip(video, lost, found) {
  let gone = false, wanted = false, patience = 0;
  const lose = () => {
    if (gone) return;
    gone = true;
    clearInterval(looking);
    clearTimeout(patience);
    lost(wanted);
  };
  const looking = setInterval(() => {
    if (video.readyState > 0) clearInterval(looking);
    else if (video.error || video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) lose();
  }, 200);
  video.addEventListener('error', lose);
  video.addEventListener('play', () => {
    wanted = true;
    if (video.readyState === 0 && !gone) patience = setTimeout(() => { if (video.readyState === 0) lose(); }, GIVE_UP_MS);
  });
  video.addEventListener('pause', () => { wanted = false; clearTimeout(patience); });
  video.addEventListener('loadedmetadata', () => {
    clearInterval(looking);
    clearTimeout(patience);
    if (gone) { gone = false; found(); }
  });
  if (video.error) lose();
}

/** Paper shows no video: what it shows just now is put there as a picture for as long as the page is printed. */
function printStill(video) {
  const still = document.createElement('canvas');
  still.className = 'still';
  addEventListener('beforeprint', () => {
    if (video.hidden || video.readyState < 2) return;
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext('2d').drawImage(video, 0, 0);
    video.after(still);
  });
  addEventListener('afterprint', () => still.remove());
}

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
    play() { video.play().catch(() => {}); },  // why it does not is told by watchClip
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
    get now() { return now; },
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
