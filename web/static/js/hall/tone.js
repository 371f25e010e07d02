/** A tone by which a technician sets a loudspeaker's or a conference system's level. */

const TONE_HZ = 1000;
const TONE_S = 2;
/** −18 dB of full scale, the level to which broadcasters line up. */
const TONE_GAIN = 0.126;

/**
 * Sound it once.
 * @param {AudioContext} context
 * @param {AudioNode} into
 * @param {() => void} onended
 */
export function sound(context, into, onended) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = TONE_HZ;
  gain.gain.value = TONE_GAIN;
  tone.connect(gain).connect(into);
  tone.onended = onended;
  tone.start();
  tone.stop(context.currentTime + TONE_S);
}
