/** The webcast's page: the meeting for whoever has no place in it. */

import { element } from "../attend/meeting_page.js";
import { passFrom } from "../attend/pass.js";
import { view } from "../attend/viewer.js";
import { say } from "../ui/words.js";

/** How loud the floor is under an interpreter. */
const UNDER = 0.12;
const LOOK_MS = 3000;

/** @typedef {{ sits: boolean, masked: string[], hidden: boolean }} Stands */

const root = element("watch");
const stage = /** @type {HTMLVideoElement} */ (element("stage"));
const floor = /** @type {HTMLAudioElement} */ (element("floor"));
const channel = /** @type {HTMLAudioElement} */ (element("channel"));
const listen = /** @type {HTMLSelectElement} */ (element("listen"));

/** @type {Promise<import("../attend/viewer.js").Viewing> | null} */
let watching = null;
/** @type {Stands} */
let stands = { sits: false, masked: [], hidden: false };

function balance() {
  floor.volume = listen.value === "floor" ? 1 : UNDER;
}

function show() {
  element("masked").hidden = !(stands.sits && stands.masked.includes(listen.value));
  element("hidden").hidden = !(stands.sits && stands.hidden);
}

function begin() {
  balance();
  watching ??= view({
    whep: root.dataset["whep"] ?? "",
    token: passFrom(root.dataset["pass"] ?? ""),
    players: { stage, floor, channel },
    channel: listen.value,
    onstate: (state) => {
      if (!stands.sits) return;
      root.dataset["way"] = state === "connected" ? "live" : "none";
      element("way").textContent = say({ connected: "watch.live", connecting: "watch.connecting" }[state] ?? "watch.again");
    },
    onblocked: (unblock) => {
      const button = element("sound-on");
      button.hidden = false;
      button.onclick = () => {
        unblock();
        button.hidden = true;
      };
    },
  });
}

/** @param {string} words */
function end(words) {
  element("way").textContent = say(words);
  root.dataset["way"] = "none";
  const former = watching;
  watching = null;
  void former?.then((one) => one.close());
}

async function look() {
  try {
    const answer = await fetch(root.dataset["state"] ?? "");
    if (answer.status === 404) {
      stands = { sits: false, masked: [], hidden: false };
      end("watch.over");
    } else if (answer.ok) {
      stands = await answer.json();
      if (stands.sits) begin();
      else end("watch.waiting");
    }
  } catch {
    // The server is out of reach: picture and sound say so by themselves.
  }
  show();
}

listen.addEventListener("change", () => {
  balance();
  show();
  void watching?.then((one) => one.tune(listen.value));
});
listen.disabled = false;
void look();
setInterval(() => void look(), LOOK_MS);
