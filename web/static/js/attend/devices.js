/**
 * A person's camera and microphone: asked for, chosen, remembered on this device, and what went wrong in words.
 */

import { soundConstraints } from "../media/sound.js";
import { say } from "../ui/words.js";

const CHOICE = "rostrum.devices";

/** @typedef {{ camera?: string, microphone?: string, withCamera?: boolean, room?: import("../media/sound.js").Room }} Choice */

/** @returns {Choice} */
export function chosen() {
  try {
    return JSON.parse(localStorage.getItem(CHOICE) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {Choice} choice */
export function choose(choice) {
  localStorage.setItem(CHOICE, JSON.stringify({ ...chosen(), ...choice }));
}

/**
 * Opens the microphone, and the camera where one is wanted. A camera that fails does not cost the voice:
 * the microphone is then opened alone, and `trouble` says why there is no picture.
 *
 * @param {boolean} [soundOnly] open the microphone alone, whatever was chosen
 * @returns {Promise<{ stream: MediaStream | null, trouble: string | null }>}
 */
export async function open(soundOnly = false) {
  const { camera, microphone, withCamera = true, room = "quiet" } = chosen();
  if (!navigator.mediaDevices) return { stream: null, trouble: say("devices.insecure") };
  const audio = soundConstraints({ deviceId: microphone, room });
  const video = {
    ...(camera && { deviceId: { ideal: camera } }),
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 25, max: 30 },
  };
  if (soundOnly || !withCamera) {
    try {
      return { stream: await navigator.mediaDevices.getUserMedia({ audio }), trouble: null };
    } catch (error) {
      return { stream: null, trouble: wordsFor(error, "microphone") };
    }
  }
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ audio, video }), trouble: null };
  } catch (cameraError) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      return { stream, trouble: wordsFor(cameraError, "camera") };
    } catch (error) {
      return { stream: null, trouble: wordsFor(error, "microphone") };
    }
  }
}

/**
 * @param {unknown} error
 * @param {"camera" | "microphone"} device
 * @returns {string}
 */
function wordsFor(error, device) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return say(`devices.${device}.refused`);
  if (name === "NotFoundError" || name === "OverconstrainedError") return say(`devices.${device}.missing`);
  if (name === "NotReadableError" || name === "AbortError") return say(`devices.${device}.busy`);
  return say(`devices.${device}.failed`);
}

/**
 * @param {"audioinput" | "videoinput" | "audiooutput"} kind
 * @returns {Promise<MediaDeviceInfo[]>}
 */
export async function list(kind) {
  return (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind && device.deviceId);
}
