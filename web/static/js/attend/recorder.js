/** Takes the samples of a microphone for some seconds. */

const RATE_HZ = 48_000;
/** The most that an analyser gives at once. */
const PIECE = 32_768;

/**
 * @param {MediaStream} stream
 * @param {number} seconds
 * @returns {Promise<Float32Array[]>} its sound at 48,000 Hz, in pieces that have no gap in themselves and may have one between
 */
export async function record(stream, seconds) {
  const context = new AudioContext({ sampleRate: RATE_HZ });
  const analyser = context.createAnalyser();
  analyser.fftSize = PIECE;
  context.createMediaStreamSource(stream).connect(analyser);
  await context.resume();
  const pieces = [];
  for (let n = 0; n < Math.floor((seconds * RATE_HZ) / PIECE); n += 1) {
    await new Promise((resolve) => setTimeout(resolve, (1000 * PIECE) / RATE_HZ));
    const piece = new Float32Array(PIECE);
    analyser.getFloatTimeDomainData(piece);
    pieces.push(piece);
  }
  await context.close();
  return pieces;
}
