// Pictures from an opened camera, one for each that is asked for: in a worker where the browser can, else on the page.

const QUALITY = 0.95;

/** Whether a worker can read the camera's pictures (Chromium and its kin); else they are taken as the page is repainted. */
const inWorker = () => typeof MediaStreamTrackProcessor === "function" && typeof OffscreenCanvas === "function" && typeof Worker === "function";

/** A camera at work that a worker brings no picture of for so long is watched by the page itself: some browsers lose them. */
const STALLED_MS = 1500;
/** The first picture may take longer: the camera and the worker begin, too. */
const FIRST_MS = 2500;
/** How often it is looked whether pictures come. */
const LOOK_MS = STALLED_MS / 3;
/** After so long without any picture that was asked for, by whatever way, the camera itself gives none. */
const SILENT_MS = 5000;

/**
 * `took({picture, jpeg, width, height, capturedMs})` gets each picture; null for one that could not be taken.
 * `quiet(how)` hears, once each time, that no picture comes: "stalled" when another way is tried, "silent" when none does.
 */
export function makeGrab(video, took, quiet) {
  let turn = 0;
  let worker = null;
  let local = null;
  let wishes = [];
  let sinceMs = 0;
  let told = false;
  let begun = false;

  function taken(picture, from) {
    if (from !== turn) {
      picture?.picture.close();
      return;
    }
    wishes.shift();
    sinceMs = performance.now();
    told = false;
    begun = true;
    took(picture);
  }

  function startWorker(track) {
    const mine = new Worker("/static/js/grabber.js");
    worker = mine;
    mine.onmessage = ({ data }) => {
      const picture = data.picture ? { ...data, capturedMs: data.capturedMs - performance.timeOrigin } : null;
      taken(picture, mine === worker ? data.turn : null);
    };
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    mine.postMessage({ readable, turn }, [readable]);
  }

  function endWorker() {
    worker?.terminate();
    worker = null;
  }

  async function startLocal() {
    const mine = turn;
    await video.play().catch(() => {});
    if (mine !== turn && local) return;
    local = makeLocal(video, taken, () => turn);
    for (const pace of wishes) local.want(pace);
  }

  let lookedMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    // A page that was held up itself has pictures waiting that it could not take yet: that time says nothing of the camera.
    sinceMs = Math.min(nowMs, sinceMs + Math.max(0, nowMs - lookedMs - LOOK_MS));
    lookedMs = nowMs;
    // A page in the background may be given none; that says nothing either.
    if (!wishes.length || document.hidden) sinceMs = nowMs;
    const quietMs = nowMs - sinceMs;
    if (worker && quietMs > (begun ? STALLED_MS : FIRST_MS)) {
      endWorker();
      startLocal();
      quiet("stalled");
    } else if (!worker && !told && quietMs > SILENT_MS) {
      told = true;
      quiet("silent");
    }
  }, LOOK_MS);

  return {
    /** Watch an opened camera. Where no worker can, the video is played for it. */
    async start(stream) {
      this.stop();
      if (inWorker()) {
        try {
          startWorker(stream.getVideoTracks()[0]);
          return;
        } catch (error) {
          console.warn("No pictures from a worker:", error);
          endWorker();
        }
      }
      await startLocal();
    },
    /** One more picture, at most `fps` a second and no larger than `width` × `height`. */
    want(pace) {
      if (!wishes.length) sinceMs = performance.now();
      wishes.push(pace);
      worker?.postMessage({ pace });
      local?.want(pace);
    },
    /** Nothing that was asked for is wanted any more. */
    rest() {
      turn += 1;
      wishes = [];
      worker?.postMessage({ rest: true, turn });
      local?.rest();
    },
    stop() {
      turn += 1;
      wishes = [];
      told = begun = false;
      endWorker();
      local?.stop();
      local = null;
    },
  };
}

/** The same on the page, from the playing video. */
function makeLocal(video, took, turnNow) {
  const canvas = typeof OffscreenCanvas === "function" ? new OffscreenCanvas(640, 480) : document.createElement("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  const encoded = () =>
    canvas.convertToBlob
      ? canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY })
      : new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  let wanted = 0;
  let pace = null;
  let busy = false;
  let lastMs = -Infinity;
  let stopped = false;

  function next() {
    const seen = (nowMs, data) => {
      if (stopped) return;
      if (wanted > 0 && !busy && video.videoWidth && nowMs - lastMs >= 1000 / pace.fps - 8) {
        wanted -= 1;
        lastMs = nowMs;
        take(data?.captureTime ?? nowMs);
      }
      next();
    };
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(seen);
    else requestAnimationFrame((nowMs) => seen(nowMs, null));
  }

  async function take(capturedMs) {
    busy = true;
    const mine = turnNow();
    try {
      // Taken at once, before anything waits: what is drawn must be what is sent.
      const share = Math.min(1, pace.width / video.videoWidth, pace.height / video.videoHeight);
      const width = Math.max(4, Math.round((video.videoWidth * share) / 4) * 4);
      const height = Math.max(4, Math.round((video.videoHeight * share) / 4) * 4);
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      pen.drawImage(video, 0, 0, width, height);
      const [picture, blob] = await Promise.all([createImageBitmap(canvas), encoded()]);
      const jpeg = await blob.arrayBuffer();
      busy = false;
      took({ picture, jpeg, width, height, capturedMs }, mine);
    } catch {
      busy = false;
      took(null, mine);
    }
  }

  next();
  return {
    want(asked) {
      wanted += 1;
      pace = asked;
    },
    rest() {
      wanted = 0;
    },
    stop() {
      stopped = true;
    },
  };
}
