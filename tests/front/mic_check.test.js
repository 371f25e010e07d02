import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSound } from "../../web/static/js/attend/mic_check.js";
import { lufs, LoudnessMeter, SAMPLE_RATE_HZ } from "../../web/static/js/media/loudness_meter.js";

const PIECE = 32_768;

/** Like a voice: tones up to `upToHz` that fall by 9 dB an octave, in bursts, over noise. */
const voice = ({ upToHz = 14_900, peak = 0.3, noise = 1e-4 }) => {
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 1_073_741_823.5 - 1;
  const tones = Array.from({ length: Math.floor(upToHz / 300) }, (_, n) => ({ hz: 300 * (n + 1), gain: (n + 1) ** -1.5 }));
  const tone = (t) => tones.reduce((sum, { hz, gain }) => sum + gain * Math.sin(2 * Math.PI * hz * t), 0);
  return Array.from({ length: 6 }, (_, piece) =>
    Float32Array.from({ length: PIECE }, (_, n) => {
      const t = (piece * PIECE + n) / SAMPLE_RATE_HZ;
      const sample = (t % 1 < 0.7 ? peak * tone(t) : 0) + noise * random();
      return Math.max(-1, Math.min(1, sample));
    }),
  );
};

test("a wide, loud, quiet-roomed voice is good", () => {
  const sound = checkSound(voice({}));
  assert.equal(sound.verdict, "good", JSON.stringify(sound));
  assert.deepEqual(sound.faults, []);
  assert.ok(sound.bandwidth_hz >= 14_500 && sound.bandwidth_hz <= 15_500, String(sound.bandwidth_hz));
});

for (const [upToHz, verdict] of [[3_400, "fails"], [7_500, "fails"], [10_500, "fair"]]) {
  test(`a voice that ends at ${upToHz} Hz is narrow: ${verdict}`, () => {
    const sound = checkSound(voice({ upToHz, noise: 1e-6 }));
    assert.deepEqual([sound.verdict, sound.faults], [verdict, ["narrow"]], JSON.stringify(sound));
    assert.ok(Math.abs(sound.bandwidth_hz - upToHz) <= 500, String(sound.bandwidth_hz));
  });
}

test("a voice too far from its microphone is soft", () => {
  assert.deepEqual(checkSound(voice({ peak: 0.02, noise: 1e-6 })).faults, ["soft"]);
});

test("noise that nearly covers the voice fails", () => {
  const sound = checkSound(voice({ noise: 0.15 }));
  assert.deepEqual([sound.verdict, sound.faults], ["fails", ["noisy"]], JSON.stringify(sound));
});

test("a voice at full scale is clipped", () => {
  const sound = checkSound(voice({ peak: 1.5 }));
  assert.equal(sound.clipped, true);
  assert.deepEqual([sound.verdict, sound.faults], ["fair", ["clipped"]], JSON.stringify(sound));
});

test("silence is told as silence and nothing else, in figures that can be sent", () => {
  const sound = checkSound([new Float32Array(PIECE)]);
  assert.deepEqual(sound, { bandwidth_hz: 0, level_lufs: -70, snr_db: 0, clipped: false, verdict: "fails", faults: ["silent"] });
});

test("a 997 Hz sine of -23 dBFS in one channel is -26 LUFS", () => {
  const meter = new LoudnessMeter();
  for (let n = 0; n < 4 * SAMPLE_RATE_HZ; n += 1) {
    meter.add(10 ** (-23 / 20) * Math.sin((2 * Math.PI * 997 * n) / SAMPLE_RATE_HZ));
  }
  assert.ok(Math.abs(lufs(meter.power) + 26.01) < 0.1, String(lufs(meter.power)));
});
