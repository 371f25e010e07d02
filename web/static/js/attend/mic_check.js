/** What a few seconds of a voice say of its microphone: how high it reaches, how loud, how far above the noise. Pure. */

import { LoudnessMeter, lufs } from "../media/loudness_meter.js";
import { spectrum } from "../media/spectrum.js";

const FRAME = 2048;
const BIN_HZ = 48_000 / FRAME;
const BAND_HZ = 500;
/** A voice's highest sounds lie 40 to 60 dB below its strongest band; what a telephone's codec leaves lies far lower. */
const REACHES_BELOW_PEAK = 10 ** -6.5;
/** -100 dBFS in a band: dither and rounding, no microphone. */
const ROUNDING = 1e-10;
const FULL_SCALE = 0.99;
const CLIPPED_RUN = 3;
/** A single burst of breath is not yet a fault. */
const CLIPPED_RUNS = 10;
const SILENT_LUFS = -60;
const LEAST_LUFS = -70;

/** Below the first it fails, below the second it may do. Bluetooth's telephone mode ends at 8,000 Hz. */
const LIMITS = {
  narrow: [8_500, 12_000],
  soft: [-45, -35],
  noisy: [15, 25],
};

/** @typedef {"silent" | "narrow" | "soft" | "noisy" | "clipped"} Fault */
/** @typedef {{ bandwidth_hz: number, level_lufs: number, snr_db: number, clipped: boolean }} Figures */
/** @typedef {Figures & { verdict: "good" | "fair" | "fails", faults: Fault[] }} Sound */

/**
 * @param {Float32Array[]} pieces one channel at 48,000 Hz; each piece without a gap in it, together some seconds with
 *   pauses in the speech
 * @returns {Sound}
 */
export function checkSound(pieces) {
  const frames = pieces.flatMap((piece) =>
    Array.from({ length: Math.floor(piece.length / FRAME) }, (_, n) => piece.subarray(n * FRAME, (n + 1) * FRAME)),
  );
  const byPower = frames.map((frame) => ({ frame, power: meanSquare(frame) })).sort((a, b) => a.power - b.power);
  const noise = byPower[Math.floor(byPower.length / 10)]?.power ?? 0;
  const spoken = byPower.slice(Math.floor(byPower.length / 2));
  const figures = {
    bandwidth_hz: bandwidth(spoken.map(({ frame }) => frame)),
    level_lufs: level(pieces),
    snr_db: Math.min(100, tenth(10 * Math.log10((mean(spoken.map(({ power }) => power)) + 1e-12) / (noise + 1e-12)))),
    clipped: clippedRuns(pieces) >= CLIPPED_RUNS,
  };
  return { ...figures, ...judge(figures) };
}

/**
 * @param {Figures} figures
 * @returns {{ verdict: "good" | "fair" | "fails", faults: Fault[] }}
 */
function judge({ bandwidth_hz, level_lufs, snr_db, clipped }) {
  if (level_lufs < SILENT_LUFS) return { verdict: "fails", faults: ["silent"] };
  /** @type {Fault[]} */
  const faults = [];
  let fails = false;
  for (const [fault, value] of /** @type {const} */ ([["narrow", bandwidth_hz], ["soft", level_lufs], ["noisy", snr_db]])) {
    const [least, good] = /** @type {[number, number]} */ (LIMITS[fault]);
    if (value < good) faults.push(fault);
    fails ||= value < least;
  }
  if (clipped) faults.push("clipped");
  return { verdict: fails ? "fails" : faults.length ? "fair" : "good", faults };
}

/**
 * @param {Float32Array[]} frames
 * @returns {number} the upper end of the highest band that carries anything, in Hz
 */
function bandwidth(frames) {
  const bands = new Float64Array(24_000 / BAND_HZ);
  for (const frame of frames) {
    spectrum(frame).forEach((power, bin) => {
      const band = Math.floor((bin * BIN_HZ) / BAND_HZ);
      if (band < bands.length) bands[band] = (bands[band] ?? 0) + power / frames.length;
    });
  }
  const least = Math.max(Math.max(...bands) * REACHES_BELOW_PEAK, ROUNDING);
  return (bands.findLastIndex((power) => power > least) + 1) * BAND_HZ;
}

/**
 * @param {Float32Array[]} pieces
 * @returns {number} LUFS of the blocks in which somebody speaks: those within 10 dB of the mean, as R 128 gates
 */
function level(pieces) {
  const meter = new LoudnessMeter();
  /** @type {number[]} */
  const powers = [];
  for (const piece of pieces) for (const sample of piece) if (meter.add(sample)) powers.push(meter.power);
  const gate = mean(powers) / 10;
  return Math.max(LEAST_LUFS, tenth(lufs(mean(powers.filter((power) => power >= gate)) + 1e-12)));
}

/**
 * @param {Float32Array[]} pieces
 * @returns {number} how often the signal stands at full scale
 */
function clippedRuns(pieces) {
  let runs = 0;
  for (const piece of pieces) {
    let run = 0;
    for (const sample of piece) {
      run = Math.abs(sample) >= FULL_SCALE ? run + 1 : 0;
      if (run === CLIPPED_RUN) runs += 1;
    }
  }
  return runs;
}

const meanSquare = (/** @type {Float32Array} */ frame) => frame.reduce((sum, x) => sum + x * x, 0) / frame.length;
const mean = (/** @type {number[]} */ values) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);
const tenth = (/** @type {number} */ value) => Math.round(value * 10) / 10;
