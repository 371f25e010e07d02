/** The green room: whoever is about to speak and a technician see and hear each other, apart from the meeting. */

import { publish } from "../media/whip.js";
import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";
import { open } from "./devices.js";
import { passFrom } from "./pass.js";
import { view } from "./viewer.js";

const root = /** @type {HTMLElement} */ (document.getElementById("green-room"));
const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const isTechnician = root.dataset["technician"] === "yes";

/** @type {MediaStream | null} */
let stream = null;
/** @type {{ close: () => void }[]} */
let lines = [];

const token = passFrom(root.dataset["pass"] ?? "");

/** @param {string} state */
function tell(state) {
  const words = state === "connected" && !isTechnician ? "green.alone" : `green.${state}`;
  element("state").textContent = say(words);
  element("state").dataset["state"] = state;
}

async function join() {
  leave();
  element("trouble").textContent = "";
  tell("connecting");
  const opened = await open(isTechnician || root.dataset["picture"] === "none");
  if (!opened.stream) {
    tell("failed");
    element("trouble").textContent = opened.trouble ?? "";
    return;
  }
  stream = opened.stream;
  lines = [
    await publish({ url: root.dataset["whip"] ?? "", token, stream, take: true, onstate: tell }),
    await view({
      whep: root.dataset["whep"] ?? "",
      token,
      players: {
        stage: /** @type {HTMLMediaElement} */ (element("stage")),
        floor: /** @type {HTMLMediaElement} */ (element("floor")),
      },
      onstate: () => {},
      onblocked: (unblock) => {
        element("sound-on").hidden = false;
        element("sound-on").onclick = () => {
          unblock();
          element("sound-on").hidden = true;
        };
      },
    }),
  ];
}

function leave() {
  for (const line of lines) line.close();
  lines = [];
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

onPress("join", () => void join());
onPress("mute", () => {
  const muted = element("mute").getAttribute("aria-pressed") !== "true";
  element("mute").setAttribute("aria-pressed", String(muted));
  for (const track of stream?.getAudioTracks() ?? []) track.enabled = !muted;
});
onPress("leave", () => {
  leave();
  tell("closed");
});
