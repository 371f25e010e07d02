/** A receiver in the hall: one channel in a telephone's earphones, also while its screen is locked. */

import { hearChannels } from "../attend/hearing.js";
import { address, element } from "../attend/meeting_page.js";
import { passFrom } from "../attend/pass.js";
import { view } from "../attend/viewer.js";
import { morph } from "../live/morph.js";
import { follow } from "../live/stream.js";
import { verifySessions } from "../media/session.js";
import { setServerTime } from "../ui/clock.js";
import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";

const root = element("listen");
const title = document.querySelector("h1")?.textContent ?? "";
const button = element("start");

const hearing = hearChannels(root, (name, words) => {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({ title: name, artist: title, album: words });
});
const sounds = /** @type {const} */ (["floor", "channel"]);
const players = Object.fromEntries(sounds.map((name) => [name, /** @type {HTMLMediaElement} */ (element(name))]));

/** @type {import("../attend/viewer.js").Viewing | null} */
let viewing = null;
let round = 0;

/** @param {boolean} on */
function show(on) {
  button.setAttribute("aria-pressed", String(on));
  button.textContent = button.dataset[on ? "on" : "off"] ?? "";
  if ("mediaSession" in navigator) navigator.mediaSession.playbackState = on ? "playing" : "paused";
}

/** @param {string} state */
function tell(state) {
  element("line").dataset["state"] = state;
  element("line").textContent = say(`line.${state}`);
}

async function start() {
  round += 1;
  const own = round;
  show(true);
  const made = await view({
    whep: address(root, "whep"),
    token: passFrom(address(root, "pass")),
    players,
    most: "none",
    channel: hearing.channels.tuned,
    onstate: tell,
    onblocked: stop,
  });
  if (own !== round) {
    made.close();
    return;
  }
  viewing = made;
  hearing.watch(made);
}

function stop() {
  round += 1;
  viewing?.close();
  viewing = null;
  show(false);
  element("line").textContent = "";
}

onPress("start", () => {
  if (button.getAttribute("aria-pressed") === "true") stop();
  else void start();
});
if ("mediaSession" in navigator) {
  navigator.mediaSession.setActionHandler("play", () => void start());
  navigator.mediaSession.setActionHandler("pause", stop);
}
follow(address(root, "live"), {
  fragment: (html) => {
    morph(html);
    hearing.channels.news();
  },
  personal: () => {},
  time: setServerTime,
  mediaRestarted: verifySessions,
  connected: (yes) => {
    element("offline").hidden = yes;
  },
  leave: () => {
    stop();
    location.assign(address(root, "leave"));
  },
});
