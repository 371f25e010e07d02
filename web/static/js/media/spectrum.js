/** The power of a sound by frequency. Pure. */

/**
 * @param {Float32Array} frame a power of two of samples
 * @returns {Float64Array} mean square in each bin below half the sample rate, through a Hann window; a bin is the sample
 *   rate divided by the frame's length wide
 */
export function spectrum(frame) {
  const size = frame.length;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  const bits = Math.log2(size);
  for (let n = 0; n < size; n += 1) {
    let to = 0;
    for (let bit = 0; bit < bits; bit += 1) to |= ((n >> bit) & 1) << (bits - 1 - bit);
    real[to] = (frame[n] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
  }
  for (let span = 1; span < size; span *= 2) butterflies(real, imaginary, span);
  // The window leaves 3/8 of the power; the other half of it is in the mirrored bins.
  return Float64Array.from({ length: size / 2 }, (_, n) => {
    const power = /** @type {number} */ (real[n]) ** 2 + /** @type {number} */ (imaginary[n]) ** 2;
    return (2 * power) / (size * size * 0.375);
  });
}

/**
 * One stage of the fast Fourier transform, in place.
 *
 * @param {Float64Array} real
 * @param {Float64Array} imaginary
 * @param {number} span between the two ends of a butterfly
 */
function butterflies(real, imaginary, span) {
  for (let k = 0; k < span; k += 1) {
    const cos = Math.cos((-Math.PI * k) / span);
    const sin = Math.sin((-Math.PI * k) / span);
    for (let a = k; a < real.length; a += 2 * span) {
      const b = a + span;
      const [ar, ai] = [/** @type {number} */ (real[a]), /** @type {number} */ (imaginary[a])];
      const [br, bi] = [/** @type {number} */ (real[b]), /** @type {number} */ (imaginary[b])];
      const [r, i] = [br * cos - bi * sin, br * sin + bi * cos];
      [real[a], imaginary[a], real[b], imaginary[b]] = [ar + r, ai + i, ar - r, ai - i];
    }
  }
}
