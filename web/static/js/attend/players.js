/** The page's players as sounds whose loudness is set and whose level is read. */

/** @typedef {"floor" | "channel"} Sound */

export class Players {
  /** @param {Record<Sound, HTMLMediaElement>} players */
  constructor(players) {
    this.players = players;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {Map<Sound, { stream: MediaProvider | null, analyser: AnalyserNode, samples: Float32Array<ArrayBuffer> }>} */
    this.meters = new Map();
  }

  /**
   * @param {Sound} sound
   * @param {number} value from 0 to 1
   */
  gain(sound, value) {
    const player = this.players[sound];
    player.volume = value;
    // Some phones leave the loudness to their own keys; silence they heed.
    player.muted = value === 0;
  }

  /**
   * @param {Sound} sound
   * @returns {number} root mean square, before the gain; 0 where nothing comes
   */
  level(sound) {
    const stream = this.players[sound].srcObject;
    if (!(stream instanceof MediaStream) || !stream.getAudioTracks().length) return 0;
    this.context ??= new AudioContext();
    let meter = this.meters.get(sound);
    if (meter?.stream !== stream) {
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 2048;
      this.context.createMediaStreamSource(stream).connect(analyser);
      meter = { stream, analyser, samples: new Float32Array(analyser.fftSize) };
      this.meters.set(sound, meter);
    }
    meter.analyser.getFloatTimeDomainData(meter.samples);
    return Math.sqrt(meter.samples.reduce((sum, sample) => sum + sample * sample, 0) / meter.samples.length);
  }
}
