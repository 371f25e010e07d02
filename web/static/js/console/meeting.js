/** The console of a meeting: live fragments, forms by script, keys, what the meeting sees, and the hall's camera. */

import { open } from "../attend/devices.js";
import { address, element, runMeetingPage } from "../attend/meeting_page.js";
import { passFrom } from "../attend/pass.js";
import { sendByScript } from "../live/forms.js";
import { listenToKeys } from "./keys.js";
import { publish } from "../media/whip.js";
import { onPress } from "../ui/press.js";
import { watchTimes } from "../ui/timed.js";
import { say } from "../ui/words.js";

const desk = element("desk");
const token = passFrom(address(desk, "pass"));

sendByScript(document.body, say("send.failed"));

listenToKeys();
watchTimes();

/** @type {{ close: () => void } | null} */
let camera = null;
/** @type {MediaStream | null} */
let stream = null;
/** What was last asked for wins over what is still under way: a camera that opens after its button was pressed again is shut. */
let round = 0;

/** @param {boolean} take */
async function startCamera(take) {
  round += 1;
  const own = round;
  const button = element("hall-camera");
  button.setAttribute("aria-pressed", "true");
  element("hall-camera-state").textContent = say("camera.connecting");
  const opened = await open();
  if (own !== round) {
    opened.stream?.getTracks().forEach((track) => track.stop());
    return;
  }
  stream = opened.stream;
  if (!stream) {
    button.setAttribute("aria-pressed", "false");
    element("hall-camera-state").textContent = opened.trouble;
    return;
  }
  const published = await publish({
    url: address(desk, "whip"),
    token,
    stream,
    take,
    onstate: (state) => {
      if (own !== round) return;
      element("hall-camera-state").textContent = say(`camera.${state}`);
      element("hall-camera-take").hidden = state !== "inuse";
    },
  });
  if (own === round) camera = published;
  else published.close();
}

function stopCamera() {
  round += 1;
  camera?.close();
  camera = null;
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  element("hall-camera").setAttribute("aria-pressed", "false");
  element("hall-camera-state").textContent = say("camera.off");
  element("hall-camera-take").hidden = true;
}

if (document.getElementById("hall-camera")) {
  onPress("hall-camera", () => {
    if (element("hall-camera").getAttribute("aria-pressed") === "true") stopCamera();
    else void startCamera(false);
  });
  onPress("hall-camera-take", () => {
    stopCamera();
    void startCamera(true);
  });
}

runMeetingPage(desk, {
  slots: ["stage", "podium", "floor"],
  line: (state) => {
    element("line").dataset["state"] = state;
    element("line").textContent = say(`line.${state}`);
  },
});
