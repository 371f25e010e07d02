/** The pre-flight check: camera, microphone, loudspeaker and the line to the media port, each with a verdict in words. */

import { watch } from "../media/whep.js";
import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";
import { choose, chosen, list, open } from "./devices.js";
import { showLevel } from "./level.js";
import { checkSound } from "./mic_check.js";
import { passFrom } from "./pass.js";
import { record } from "./recorder.js";

const LINE_PATIENCE_MS = 10_000;
const SOUND_S = 8;
const SHOWN = /** @type {const} */ ({ good: "good", fair: "poor", fails: "failed" });

const check = /** @type {HTMLElement} */ (document.getElementById("check"));
const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const select = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ (document.getElementById(id));

/**
 * @param {string} test
 * @param {"waiting" | "good" | "poor" | "failed"} verdict
 * @param {string} words
 */
function tell(test, verdict, words) {
  const line = element(`verdict-${test}`);
  line.dataset["verdict"] = verdict;
  line.textContent = words;
}

/** @type {MediaStream | null} */
let stream = null;
let stopLevel = () => {};

async function tryDevices() {
  stopLevel();
  stream?.getTracks().forEach((track) => track.stop());
  const { stream: opened, trouble } = await open();
  stream = opened;
  const preview = /** @type {HTMLVideoElement} */ (element("preview"));
  preview.srcObject = opened;
  preview.toggleAttribute("data-showing", Boolean(opened?.getVideoTracks().length));
  const camera = opened?.getVideoTracks()[0];
  const withCamera = chosen().withCamera ?? true;
  if (camera) tell("camera", "good", say("check.camera.good", { name: camera.label }));
  else if (withCamera) tell("camera", "failed", trouble ?? say("check.camera.none"));
  else tell("camera", "poor", say("check.camera.off"));
  if (!opened) {
    tell("microphone", "failed", trouble ?? say("devices.microphone.failed"));
    return;
  }
  tell("microphone", "waiting", say("check.microphone.speak"));
  stopLevel = showLevel(opened, /** @type {HTMLMeterElement} */ (element("level")), () => {
    tell("microphone", "good", say("check.microphone.good", { name: opened.getAudioTracks()[0]?.label ?? "" }));
  });
  await offerChoices();
}

/** A spoken test of the microphone; what it shows is told to the interpreters. */
async function trySound() {
  const button = /** @type {HTMLButtonElement} */ (element("try-sound"));
  if (!stream) await tryDevices();
  if (!stream) return;
  button.disabled = true;
  element("sound-text").hidden = false;
  tell("sound", "waiting", say("check.sound.speak"));
  const { faults, verdict, ...figures } = checkSound(await record(stream, SOUND_S));
  const told = await report({ ...figures, verdict, clipped: figures.clipped ? "yes" : "no" });
  const words = [verdict, ...faults, ...(told ? [] : ["untold"])].map((code) => say(`check.sound.${code}`));
  tell("sound", SHOWN[verdict], words.join(" "));
  element("sound-text").hidden = true;
  button.disabled = false;
}

/**
 * @param {Record<string, string | number>} figures
 * @returns {Promise<boolean>} whether the server took them
 */
async function report(figures) {
  const body = new URLSearchParams(Object.entries(figures).map(([name, value]) => [name, String(value)]));
  const csrf = document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";
  const headers = { "X-CSRF-Token": csrf, "Rostrum-Fetch": "1" };
  try {
    return (await fetch(`${location.pathname}/sound`, { method: "POST", headers, body })).ok;
  } catch {
    return false;
  }
}

async function offerChoices() {
  for (const [id, kind] of /** @type {const} */ ([
    ["choose-camera", "videoinput"],
    ["choose-microphone", "audioinput"],
  ])) {
    const box = select(id);
    const current = kind === "videoinput" ? chosen().camera : chosen().microphone;
    const options = (await list(kind)).map((device, n) => {
      const option = new Option(device.label || String(n + 1), device.deviceId);
      option.selected = device.deviceId === current;
      return option;
    });
    if (kind === "videoinput") {
      const none = new Option(say("check.camera.without"), "");
      none.selected = chosen().withCamera === false;
      options.push(none);
    }
    box.replaceChildren(...options);
    box.disabled = options.length === 0;
  }
}

function playTone() {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = 440;
  volume.gain.setValueAtTime(0, context.currentTime);
  volume.gain.linearRampToValueAtTime(0.25, context.currentTime + 0.1);
  volume.gain.setValueAtTime(0.25, context.currentTime + 1.2);
  volume.gain.linearRampToValueAtTime(0, context.currentTime + 1.4);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 1.5);
  tone.onended = () => void context.close();
  tell("loudspeaker", "waiting", say("check.loudspeaker.heard"));
  element("heard").hidden = false;
}

async function tryLine() {
  tell("line", "waiting", say("check.line.trying"));
  /** @type {(words: [("good" | "poor" | "failed"), string]) => void} */
  let settle = () => {};
  const settled = new Promise((/** @type {typeof settle} */ resolve) => {
    settle = resolve;
  });
  const timer = setTimeout(() => settle(["failed", say("check.line.failed")]), LINE_PATIENCE_MS);
  const watcher = await watch({
    url: check.dataset["whep"] ?? "",
    token: passFrom(check.dataset["pass"] ?? ""),
    onslot: () => {},
    onstate: async (state) => {
      if (state !== "connected") return;
      const delay = await roundTripMs(watcher.pc);
      if (delay === null) settle(["good", say("check.line.good.unknown")]);
      else if (delay <= 300) settle(["good", say("check.line.good", { ms: delay })]);
      else settle(["poor", say("check.line.slow", { ms: delay })]);
    },
  });
  const [verdict, words] = await settled;
  clearTimeout(timer);
  watcher.close();
  tell("line", verdict, words);
}

/**
 * @param {RTCPeerConnection | null} pc
 * @returns {Promise<number | null>} of the path in use
 */
async function roundTripMs(pc) {
  if (!pc) return null;
  for (let tries = 0; tries < 20; tries += 1) {
    for (const report of (await pc.getStats()).values()) {
      if (report.type === "candidate-pair" && report.nominated && report.currentRoundTripTime !== undefined) {
        return Math.round(report.currentRoundTripTime * 1000);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return null;
}

// Someone who only listens is not asked for camera and microphone.
if (document.getElementById("try-devices")) {
  select("choose-camera").addEventListener("change", (event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    choose(value ? { camera: value, withCamera: true } : { withCamera: false });
    void tryDevices();
  });
  select("choose-microphone").addEventListener("change", (event) => {
    choose({ microphone: /** @type {HTMLSelectElement} */ (event.target).value });
    void tryDevices();
  });
  const noisy = /** @type {HTMLInputElement} */ (element("noisy-room"));
  noisy.checked = chosen().room === "needs-help";
  noisy.disabled = false;
  noisy.addEventListener("change", () => {
    choose({ room: noisy.checked ? "needs-help" : "quiet" });
    if (stream) void tryDevices();
  });
  onPress("try-devices", () => void tryDevices());
  onPress("try-sound", () => void trySound());
}
onPress("play-tone", playTone);
onPress("heard-yes", () => {
  tell("loudspeaker", "good", say("check.loudspeaker.good"));
  element("heard").hidden = true;
});
onPress("heard-no", () => {
  tell("loudspeaker", "failed", say("check.loudspeaker.failed"));
  element("heard").hidden = true;
});
onPress("try-line", () => void tryLine());
void tryLine();
