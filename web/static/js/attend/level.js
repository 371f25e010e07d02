/** Shows the level of a microphone on a `<meter>`, thirty times a second, until stopped. */

const QUIET_DB = -60;

/**
 * @param {MediaStream} stream
 * @param {HTMLMeterElement} meter from 0 to 1
 * @param {(heard: boolean) => void} [onheard] called once sound has come in
 * @returns {() => void} stops it
 */
export function showLevel(stream, meter, onheard) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let heard = false;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const level = Math.max(0, 1 - (10 * Math.log10(power + 1e-9)) / QUIET_DB);
    meter.value = Math.min(1, level);
    if (!heard && level > 0.3) {
      heard = true;
      onheard?.(true);
    }
  }, 33);
  return () => {
    clearInterval(timer);
    meter.value = 0;
    void context.close();
  };
}
