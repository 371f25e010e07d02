/**
 * Loudness by ITU-R BS.1770 in blocks of 100 ms. Pure.
 *
 * One channel at 48,000 Hz, counted once: a 997 Hz sine whose peak is at -23 dBFS measures -26.0 LUFS.
 */

export const SAMPLE_RATE_HZ = 48_000;
const BLOCK = SAMPLE_RATE_HZ / 10;

/** A second-order filter, transposed direct form II. */
class Biquad {
  /** @param {[number, number, number, number, number]} coefficients b0, b1, b2, a1, a2 */
  constructor(coefficients) {
    this.coefficients = coefficients;
    this.z1 = 0;
    this.z2 = 0;
  }

  /**
   * @param {number} x
   * @returns {number}
   */
  next(x) {
    const [b0, b1, b2, a1, a2] = this.coefficients;
    const y = b0 * x + this.z1;
    this.z1 = b1 * x - a1 * y + this.z2;
    this.z2 = b2 * x - a2 * y;
    return y;
  }
}

/**
 * @param {number} power mean square after K-weighting
 * @returns {number} LUFS; -Infinity for silence
 */
export const lufs = (power) => -0.691 + 10 * Math.log10(power);

/** Measures one channel in blocks of 100 ms. */
export class LoudnessMeter {
  constructor() {
    // The two stages of K-weighting at 48 kHz, ITU-R BS.1770-4 tables 1 and 2.
    this.shelf = new Biquad([1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585]);
    this.highPass = new Biquad([1, -2, 1, -1.99004745483398, 0.99007225036621]);
    this.sum = 0;
    this.count = 0;
    /** The mean square of the block that has ended last, after K-weighting. */
    this.power = 0;
  }

  /**
   * @param {number} sample
   * @returns {boolean} whether a block of 100 ms has ended with it
   */
  add(sample) {
    const weighted = this.highPass.next(this.shelf.next(sample));
    this.sum += weighted * weighted;
    this.count += 1;
    if (this.count < BLOCK) return false;
    this.power = this.sum / BLOCK;
    this.sum = 0;
    this.count = 0;
    return true;
  }
}
