// Takes pictures from the camera, in a worker: the page's own painting does not hold them up, nor they the painting.
// Asked for one, it takes the next that the camera gives; what nobody asked for is let go at once (newest wins).

// Packed, although posecheck is on the same machine: a megabyte of pixels takes the browser's WebSocket 30 ms more than
// the JPEG (measured at 640×480), packing and unpacking that take 10.
const QUALITY = 0.95;
/** How many pictures are looked back upon to learn how the camera's clock lies against ours. */
const CLOCK_PICTURES = 300;

let canvas = null;
let pen = null;
let pixels = null;
let copies = true;
let wanted = 0;
let turn = 0;
let pace = { fps: 60, width: 640, height: 480 };
let busy = false;
let lastMs = -Infinity;
let offsets = [];

/** When the picture was taken: the camera's own even clock, laid against ours where the way was shortest. */
function capturedAt(stampMs, nowMs) {
  offsets.push(nowMs - stampMs);
  if (offsets.length > CLOCK_PICTURES) offsets.shift();
  return stampMs + Math.min(...offsets);
}

/** Whether the camera's picture is wanted as it is: no pixel of it has to be made anew. */
const isAsItIs = ({ visibleRect, displayWidth, displayHeight, rotation, flip }, width, height) =>
  displayWidth === width && displayHeight === height && visibleRect.width === width && visibleRect.height === height && !rotation && !flip;

/**
 * Put a camera's picture on the canvas. Its pixels are copied where that is enough and the browser can: that takes a
 * quarter to two thirds of the time that drawing it does (measured in Chromium without a graphics card, 640×480).
 */
async function put(frame, width, height) {
  if (copies && isAsItIs(frame, width, height)) {
    try {
      const layout = { format: "RGBA" };
      // A browser that does not know the wish would hand out the camera's own format, which is smaller.
      if (frame.allocationSize(layout) !== pixels.data.byteLength) throw new TypeError("no RGBA");
      await frame.copyTo(pixels.data, layout);
      pen.putImageData(pixels, 0, 0);
      return;
    } catch (error) {
      copies = false;
      console.warn("Pictures are drawn, not copied:", error);
    }
  }
  pen.drawImage(frame, 0, 0, width, height);
}

async function take(frame, capturedMs) {
  const mine = turn;
  busy = true;
  try {
    const { displayWidth, displayHeight } = frame;
    const share = Math.min(1, pace.width / displayWidth, pace.height / displayHeight);
    const width = Math.max(4, Math.round((displayWidth * share) / 4) * 4);
    const height = Math.max(4, Math.round((displayHeight * share) / 4) * 4);
    if (canvas?.width !== width || canvas.height !== height) {
      canvas = new OffscreenCanvas(width, height);
      pen = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
      pixels = new ImageData(width, height);
    }
    await put(frame, width, height);
    frame.close();
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
    const jpeg = await blob.arrayBuffer();
    const picture = canvas.transferToImageBitmap();
    postMessage({ turn: mine, picture, jpeg, width, height, capturedMs: performance.timeOrigin + capturedMs }, [picture, jpeg]);
  } catch (error) {
    postMessage({ turn: mine, failed: String(error) });
  } finally {
    frame.close();
    busy = false;
  }
}

async function watch(readable) {
  const reader = readable.getReader();
  for (;;) {
    const { done, value: frame } = await reader.read();
    if (done) return;
    const nowMs = performance.now();
    const capturedMs = capturedAt(frame.timestamp / 1000, nowMs);
    // Half a frame early is on time: cameras do not tick to the millisecond.
    if (wanted < 1 || busy || nowMs - lastMs < 1000 / pace.fps - 8) {
      frame.close();
      continue;
    }
    wanted -= 1;
    lastMs = nowMs;
    take(frame, capturedMs);
  }
}

addEventListener("message", ({ data }) => {
  if (data.readable) {
    turn = data.turn;
    watch(data.readable);
  } else if (data.rest) [wanted, turn] = [0, data.turn];
  else {
    wanted += 1;
    pace = data.pace;
  }
});
