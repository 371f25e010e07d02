"""Two unequal voices go out about as loud as each other: the browser's own audio thread evens them."""

from pathlib import Path

from tests.support.app import running_app
from tests.support.browser import person

EVEN = """
async (amplitudes) => {
  const { evened } = await import('/static/js/media/sound.js');
  const { LoudnessMeter, lufs } = await import('/static/js/media/loudness_meter.js');
  return Promise.all(amplitudes.map(async (amplitude) => {
    const context = new AudioContext({ sampleRate: 48000 });
    const [tone, gain] = [context.createOscillator(), context.createGain()];
    const out = context.createMediaStreamDestination();
    out.channelCount = 1;
    tone.frequency.value = 997;
    gain.gain.value = amplitude;
    tone.connect(gain).connect(out);
    tone.start();
    const sent = await evened(out.stream);
    const [track] = sent.stream.getAudioTracks();
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    const [meter, powers] = [new LoudnessMeter(), []];
    const until = performance.now() + 12000;
    while (performance.now() < until) {
      const { value } = await reader.read();
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      value.close();
      for (const sample of samples) if (meter.add(sample)) powers.push(meter.power);
    }
    const last = powers.slice(-30);
    sent.close();
    return [sent.stream === out.stream, lufs(last.reduce((sum, power) => sum + power, 0) / last.length)];
  }));
}
"""


async def test_a_loud_and_a_soft_voice_come_within_three_units(tmp_path: Path) -> None:
    async with running_app(tmp_path / "data") as running, person() as page:
        await page.goto(running.base)
        (as_it_is, loud), (_, soft) = await page.evaluate(EVEN, [0.4, 0.04])
        print(f"loud {loud:.1f} LUFS, soft {soft:.1f} LUFS; 20 dB apart before")
        assert not as_it_is, "this browser evens"
        assert abs(loud - soft) < 3
        assert -26 < loud < -20
