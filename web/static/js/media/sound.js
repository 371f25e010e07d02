/** How a voice is taken in: as it is, wide enough for an interpreter to work from. */

/** @typedef {"quiet" | "needs-help"} Room `needs-help`: loudspeakers are open, or there is noise */

/**
 * What makes speech from a laptop bearable costs interpreters consonants: it is left out where the room allows. Automatic
 * gain pumps up the noise between words, and is never used.
 *
 * @param {{ deviceId?: string | undefined, room: Room }} wanted
 * @returns {MediaTrackConstraints}
 */
export function soundConstraints({ deviceId, room }) {
  const help = room === "needs-help";
  return {
    ...(deviceId && { deviceId: { ideal: deviceId } }),
    channelCount: 1,
    sampleRate: { ideal: 48_000 },
    echoCancellation: help,
    noiseSuppression: help,
    autoGainControl: false,
  };
}

/**
 * @typedef {object} Evened
 * @property {MediaStream} stream what is to be sent: the voice evened, pictures as they are
 * @property {() => void} close
 */

/**
 * A stream whose voice goes out about as loud as everybody's, without sudden peaks. What is shut off in the stream that is
 * given stays shut off. Where a browser cannot do it, the stream goes out as it is: a voice that is uneven is still a voice.
 *
 * @param {MediaStream} stream
 * @returns {Promise<Evened>}
 */
export async function evened(stream) {
  const [voice] = stream.getAudioTracks();
  if (!voice || !("audioWorklet" in AudioContext.prototype)) return { stream, close: () => {} };
  /** @type {AudioContext | null} */
  let context = null;
  try {
    context = new AudioContext({ sampleRate: 48_000, latencyHint: "interactive" });
    await context.audioWorklet.addModule(new URL("./loudness_worklet.js", import.meta.url));
    await context.resume();
    const out = context.createMediaStreamDestination();
    const evener = new AudioWorkletNode(context, "evener", { outputChannelCount: [1] });
    context.createMediaStreamSource(new MediaStream([voice])).connect(evener).connect(out);
    const used = context;
    return {
      stream: new MediaStream([...out.stream.getAudioTracks(), ...stream.getVideoTracks()]),
      close: () => void used.close(),
    };
  } catch {
    void context?.close();
    return { stream, close: () => {} };
  }
}
