/** Reads codes in the picture of a camera: by the browser's own detector where it has one, else by jsQR. */

const LOOK_EVERY_MS = 250;
/** A badge that is held up is one read: the same code counts anew when it was away for so long. */
const AWAY_MS = 3000;
const WIDTH_MAX = 960;

/** @typedef {{ detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]> }} Detector */

/** @returns {Promise<Detector | undefined>} */
async function detector() {
  const own = /** @type {any} */ (globalThis).BarcodeDetector;
  const formats = own ? await own.getSupportedFormats().catch(() => []) : [];
  return formats.includes("qr_code") ? new own({ formats: ["qr_code"] }) : undefined;
}

const canvas = document.createElement("canvas");

/** @param {HTMLVideoElement} video */
function byJsQr(video) {
  const share = Math.min(1, WIDTH_MAX / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * share);
  canvas.height = Math.round(video.videoHeight * share);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return "";
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  return /** @type {any} */ (globalThis).jsQR(data, width, height)?.data ?? "";
}

/**
 * Looks for codes until the stream ends.
 * @param {HTMLVideoElement} video
 * @param {MediaStream} stream
 * @param {(code: string) => void} found
 */
export async function readCodes(video, stream, found) {
  const own = await detector();
  video.srcObject = stream;
  await video.play();
  let last = "";
  let lastAt = 0;
  while (stream.active && video.srcObject === stream) {
    if (video.videoWidth && !document.hidden) {
      const code = own ? ((await own.detect(video).catch(() => []))[0]?.rawValue ?? "") : byJsQr(video);
      if (code) {
        if (code !== last || Date.now() - lastAt > AWAY_MS) found(code);
        last = code;
        lastAt = Date.now();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
