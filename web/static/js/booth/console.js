/** The interpreter's console: the booth's microphone, what is heard in it, and the live state. */

import { passFrom } from "../attend/pass.js";
import { listenToKeys } from "../console/keys.js";
import { sendByScript } from "../live/forms.js";
import { morph } from "../live/morph.js";
import { follow } from "../live/stream.js";
import { verifySessions } from "../media/session.js";
import { runClocks, setServerTime } from "../ui/clock.js";
import { onPress } from "../ui/press.js";
import { watchTimes } from "../ui/timed.js";
import { say } from "../ui/words.js";
import { Ears } from "./ears.js";
import { Microphone } from "./microphone.js";
import { searchTerms } from "./terms.js";
import { watchCounts } from "./times.js";

const booth = element("booth");
const token = passFrom(booth.dataset["pass"] ?? "");

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} id
 * @param {string} state
 */
function showLine(id, state) {
  element(id).dataset["state"] = state;
  element(id).textContent = say(`line.${state}`);
}

const microphone = new Microphone({
  whip: booth.dataset["whip"] ?? "",
  token,
  signs: booth.dataset["signs"] === "yes",
  meter: /** @type {HTMLMeterElement} */ (element("level-out")),
  onstate: (state) => showLine("line-out", state),
  ontrouble: (words) => {
    element("trouble").textContent = words;
  },
});
const ears = new Ears({
  whep: booth.dataset["whep"] ?? "",
  token,
  stage: /** @type {HTMLVideoElement} */ (element("stage")),
  meter: /** @type {HTMLMeterElement} */ (element("level-in")),
  onstate: (state) => showLine("line-in", state),
});

let before = { air: "", alarm: "", handover: "" };

/** The state of the booth has come: the microphone and the ears follow it, and what is new is said once. */
function followState() {
  const { air = "none", alarm = "", handover = "", seated, open, aboutTo, listens = "floor" } = element("air").dataset;
  // Open a moment before the air passes: the server lets it through in that moment and no sooner.
  void microphone.follow(seated === "yes", open === "yes" || aboutTo === "yes");
  void ears.listenTo(listens);
  if (before.air && air !== before.air) tell(say(`say.${air}`));
  if (alarm && alarm !== before.alarm) tell(say("say.alarm"));
  if (handover === "answer" && before.handover !== "answer") tell(say("say.answer"));
  before = { air, alarm, handover };
}

/** @param {string} words */
function tell(words) {
  element("said").textContent = words;
}

/** @param {boolean} on */
function cough(on) {
  void microphone.cough(on);
  element("cough").setAttribute("aria-pressed", String(on));
  element("cough-words").textContent = say(on ? "cough.on" : "cough.off");
}

/** @param {EventTarget | null} target */
function types(target) {
  return target instanceof HTMLElement && target.closest("input:not([type=range]), textarea, select, dialog") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.code !== "Space" || types(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (!event.repeat) cough(true);
});
document.addEventListener("keyup", (event) => {
  if (event.code !== "Space" || !microphone.coughs) return;
  event.preventDefault();
  cough(false);
});
addEventListener("blur", () => {
  if (microphone.coughs) cough(false);
});
const button = /** @type {HTMLButtonElement} */ (element("cough"));
button.addEventListener("pointerdown", () => cough(true));
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(end, () => cough(false));
button.disabled = false;

onPress("restart", () => {
  void microphone.restart();
  void ears.restart();
});
sendByScript(document.body, say("send.failed"));
listenToKeys();
watchTimes();
watchCounts();
searchTerms();
runClocks();
ears.wire();
followState();
follow(booth.dataset["live"] ?? "", {
  fragment: () => {},
  personal: (html) => {
    morph(html);
    runClocks();
    followState();
  },
  time: setServerTime,
  mediaRestarted: verifySessions,
  connected: (yes) => {
    element("offline").hidden = yes;
  },
  leave: () => {
    microphone.close();
    location.assign(booth.dataset["leave"] ?? "/");
  },
});
