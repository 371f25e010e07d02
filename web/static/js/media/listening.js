/**
 * What an interpreter hears: several sounds mixed, made louder or softer, brighter or darker, to one side or the other,
 * and held down by a limiter where they are suddenly loud.
 *
 * How loud a sound is at the ear is not known here: headphones and the machine's own volume decide that.
 */

/** A peak above this is held down at once (dBFS). */
const CEILING_DB = -9;
const METER_FLOOR_DB = -60;

export class Listening {
  constructor() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.mix = this.context.createGain();
    this.low = new BiquadFilterNode(this.context, { type: "lowshelf", frequency: 250 });
    this.high = new BiquadFilterNode(this.context, { type: "highshelf", frequency: 3500 });
    this.pan = this.context.createStereoPanner();
    this.limiter = new DynamicsCompressorNode(this.context, {
      threshold: CEILING_DB,
      knee: 0,
      ratio: 20,
      attack: 0.001,
      release: 0.25,
    });
    this.out = this.context.createGain();
    this.mix.connect(this.low).connect(this.high).connect(this.pan).connect(this.limiter).connect(this.out);
    this.out.connect(this.context.destination);
    /** @type {Map<string, { gain: GainNode, source: MediaStreamAudioSourceNode | null, meter: AnalyserNode, keep: HTMLAudioElement }>} */
    this.sounds = new Map();
  }

  /**
   * Put a track behind a name, in place of the former one.
   * @param {string} name
   * @param {MediaStreamTrack} track
   */
  set(name, track) {
    const sound = this.sound(name);
    sound.source?.disconnect();
    const stream = new MediaStream([track]);
    // Chromium lets a remote track flow into a graph only while an element plays it too.
    sound.keep.srcObject = stream;
    sound.keep.muted = true;
    void sound.keep.play().catch(() => {});
    sound.source = this.context.createMediaStreamSource(stream);
    sound.source.connect(sound.meter);
  }

  /** @param {string} name */
  sound(name) {
    let sound = this.sounds.get(name);
    if (!sound) {
      const meter = new AnalyserNode(this.context, { fftSize: 1024 });
      const gain = this.context.createGain();
      meter.connect(gain).connect(this.mix);
      sound = { gain, source: null, meter, keep: new Audio() };
      this.sounds.set(name, sound);
    }
    return sound;
  }

  /**
   * @param {string} name
   * @param {number} value from 0 (not heard) to 1
   */
  gain(name, value) {
    this.sound(name).gain.gain.setTargetAtTime(value, this.context.currentTime, 0.01);
  }

  /** @param {number} value from 0 to 1 */
  set volume(value) {
    this.out.gain.setTargetAtTime(value * value, this.context.currentTime, 0.01);
  }

  /** @param {number} db */
  set treble(db) {
    this.high.gain.value = db;
  }

  /** @param {number} db */
  set bass(db) {
    this.low.gain.value = db;
  }

  /** @param {number} value from -1 (left) to 1 (right) */
  set balance(value) {
    this.pan.pan.value = value;
  }

  /**
   * @param {string} name
   * @returns {number} how loud a sound comes in, from 0 to 1
   */
  level(name) {
    const { meter } = this.sound(name);
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power + 1e-9)) / METER_FLOOR_DB));
  }

  /** @returns {boolean} whether the browser wants a press before it makes a sound */
  get blocked() {
    return this.context.state === "suspended";
  }

  /** To be called from a press. */
  async resume() {
    await this.context.resume();
  }
}
