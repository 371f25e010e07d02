/** A voice evened toward the loudness of EBU R 128 and kept from sudden peaks, at 48,000 Hz. Pure: samples in, samples out. */

import { LoudnessMeter, lufs, SAMPLE_RATE_HZ } from "./loudness_meter.js";

export const TARGET_LUFS = -23;
const BLOCK = SAMPLE_RATE_HZ / 10;
/** Short-term loudness is that of 3 s (EBU R 128). */
const SHORT_TERM_BLOCKS = 30;

/** Below this nobody speaks: R 128's own gate is at -70, which a room's hum passes. */
const GATE_LUFS = -50;
const MOST_DB = 12;
/** Slow enough that it is not heard; downward faster, for the sake of ears. */
const RISE_DB_PER_BLOCK = 0.2;
const FALL_DB_PER_BLOCK = 0.4;

const LOOK_AHEAD = SAMPLE_RATE_HZ * 0.005;
/** -3 dBFS: what Opus makes of a peak may overshoot it, and 20 dB above the target no word is cut. */
const CEILING = 10 ** (-3 / 20);
/** The limiter lets go by a factor of e in 100 ms. */
const RELEASE = 1 - Math.exp(-1 / (SAMPLE_RATE_HZ * 0.1));

/**
 * @param {number[]} powers
 * @returns {number} LUFS of their mean
 */
const together = (powers) => lufs(powers.reduce((sum, power) => sum + power, 0) / powers.length);

/** Keeps every sample at or below the ceiling, without distorting what leads up to a peak: 5 ms of look-ahead. */
export class Limiter {
  constructor() {
    this.delayed = new Float32Array(LOOK_AHEAD);
    this.gains = new Float64Array(LOOK_AHEAD).fill(1);
    this.sum = LOOK_AHEAD;
    this.at = 0;
    this.lowest = 1;
    this.held = 0;
    this.gain = 1;
  }

  /**
   * @param {number} sample
   * @returns {number} the sample of 5 ms ago, limited
   */
  next(sample) {
    const needed = Math.min(1, CEILING / Math.max(Math.abs(sample), CEILING));
    // The lowest gain is held until its peak has left the look-ahead; a lower one within that time begins anew.
    if (needed <= this.lowest || this.held === 0) {
      this.lowest = Math.min(needed, this.held === 0 ? 1 : this.lowest);
      this.held = LOOK_AHEAD + 1;
    } else if (needed < 1) {
      // A lesser peak under a greater one: the greater one's gain is held for both.
      this.held = LOOK_AHEAD + 1;
    }
    this.held -= 1;
    this.gain = this.lowest < this.gain ? this.lowest : this.gain + (this.lowest - this.gain) * RELEASE;
    // The mean of the gains over the look-ahead has come down in full when the peak goes out.
    this.sum += this.gain - /** @type {number} */ (this.gains[this.at]);
    this.gains[this.at] = this.gain;
    const out = /** @type {number} */ (this.delayed[this.at]);
    this.delayed[this.at] = sample;
    this.at = (this.at + 1) % LOOK_AHEAD;
    return out * Math.min(1, this.sum / LOOK_AHEAD);
  }
}

/** Evens a voice slowly toward the target, then limits it. */
export class Evener {
  constructor() {
    this.meter = new LoudnessMeter();
    this.limiter = new Limiter();
    /** @type {number[]} The powers of the last 3 s in which somebody spoke. */
    this.spoken = [];
    this.gainDb = 0;
    this.gain = 1;
    this.step = 0;
  }

  /**
   * @param {Float32Array} input
   * @param {Float32Array} output of the same length
   */
  process(input, output) {
    for (let n = 0; n < output.length; n += 1) {
      const sample = input[n] ?? 0;
      if (this.meter.add(sample)) this.decide();
      this.gain += this.step;
      output[n] = this.limiter.next(sample * this.gain);
    }
  }

  /** Once in 100 ms: where the gain goes in the next. While nobody speaks it stays. */
  decide() {
    this.step = 0;
    if (!(lufs(this.meter.power) > GATE_LUFS)) return;
    this.spoken.push(this.meter.power);
    if (this.spoken.length > SHORT_TERM_BLOCKS) this.spoken.shift();
    const wanted = Math.min(MOST_DB, Math.max(-MOST_DB, TARGET_LUFS - together(this.spoken)));
    this.gainDb += Math.min(RISE_DB_PER_BLOCK, Math.max(-FALL_DB_PER_BLOCK, wanted - this.gainDb));
    this.step = (10 ** (this.gainDb / 20) - this.gain) / BLOCK;
  }
}
