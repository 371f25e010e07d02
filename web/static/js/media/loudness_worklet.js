/** Runs the evener in the browser's audio thread. */

import { Evener } from "./loudness.js";

/** The audio thread's own names, which the checker of a page's scripts does not know. @type {any} */
const thread = globalThis;

class EvenerProcessor extends thread.AudioWorkletProcessor {
  constructor() {
    super();
    this.evener = new Evener();
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   * @returns {boolean} always: the node lives as long as its context
   */
  process(inputs, outputs) {
    const output = outputs[0]?.[0];
    if (output) this.evener.process(inputs[0]?.[0] ?? new Float32Array(output.length), output);
    return true;
  }
}

thread.registerProcessor("evener", EvenerProcessor);
