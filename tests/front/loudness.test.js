import assert from "node:assert/strict";
import { test } from "node:test";
import { Evener, Limiter } from "../../web/static/js/media/loudness.js";
import { LoudnessMeter, lufs, SAMPLE_RATE_HZ } from "../../web/static/js/media/loudness_meter.js";

const sine = (hz, peakDb, seconds) =>
  Float32Array.from({ length: seconds * SAMPLE_RATE_HZ }, (_, n) => 10 ** (peakDb / 20) * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE_HZ));
/** Of the last 3 s, as EBU R 128 counts short-term loudness. */
const shortTerm = (samples) => {
  const meter = new LoudnessMeter();
  const powers = [];
  for (const sample of samples) if (meter.add(sample)) powers.push(meter.power);
  const last = powers.slice(-30);
  return lufs(last.reduce((sum, power) => sum + power, 0) / last.length);
};

for (const peakDb of [-3, -23, -40]) {
  test(`a 997 Hz sine of ${peakDb} dBFS in one channel is ${peakDb - 3.01} LUFS`, () => {
    const found = shortTerm(sine(997, peakDb, 4));
    assert.ok(Math.abs(found - (peakDb - 3.01)) < 0.1, String(found));
  });
}
test("silence has no loudness, and stays silence", () => {
  assert.equal(shortTerm(new Float32Array(SAMPLE_RATE_HZ * 4)), -Infinity);
  const out = new Float32Array(SAMPLE_RATE_HZ * 4);
  new Evener().process(new Float32Array(out.length), out);
  assert.ok(out.every((sample) => sample === 0));
});
/** What K-weighting makes of white noise: the mean of its squared response over all frequencies, and the standard's offset. */
const liftOfWhiteNoise = () => {
  const stages = [
    [[1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585]],
    [[1, -2, 1], [1, -1.99004745483398, 0.99007225036621]],
  ];
  const squared = (row, w) =>
    row.reduce((sum, x, n) => sum + x * Math.cos(n * w), 0) ** 2 + row.reduce((sum, x, n) => sum + x * Math.sin(n * w), 0) ** 2;
  let mean = 0;
  for (let n = 0; n < 20000; n += 1) {
    const w = (Math.PI * (n + 0.5)) / 20000;
    mean += stages.reduce((gain, [above, below]) => (gain * squared(above, w)) / squared(below, w), 1) / 20000;
  }
  return 10 * Math.log10(mean) - 0.691;
};
test("white noise is as loud as its spectrum under the weighting says", () => {
  let seed = 1;
  const noise = Float32Array.from({ length: SAMPLE_RATE_HZ * 4 }, () => 0.1 * (2 * ((seed = (seed * 48271) % 2147483647) / 2147483647) - 1));
  const power = 10 * Math.log10(noise.reduce((sum, x) => sum + x * x, 0) / noise.length);
  assert.ok(Math.abs(shortTerm(noise) - power - liftOfWhiteNoise()) < 0.2, String([shortTerm(noise) - power, liftOfWhiteNoise()]));
});
test("two unequal voices come within 3 LU", () => {
  const ends = [-12, -32].map((peakDb) => {
    const input = sine(997, peakDb, 15);
    const output = new Float32Array(input.length);
    new Evener().process(input, output);
    return shortTerm(output.subarray(-4 * SAMPLE_RATE_HZ));
  });
  assert.ok(Math.abs(ends[0] - ends[1]) < 3, String(ends));
  assert.ok(Math.abs(ends[0] + 23) < 0.5, String(ends));
});
test("a shock never passes the ceiling", () => {
  const limiter = new Limiter();
  const input = sine(997, -30, 2);
  for (let n = 40000; n < 45000; n += 1) input[n] = n % 7 ? 4 : -9;
  const most = input.reduce((top, x) => Math.max(top, Math.abs(limiter.next(x))), 0);
  assert.ok(most <= 10 ** (-3 / 20) + 1e-6, String(most));
});
