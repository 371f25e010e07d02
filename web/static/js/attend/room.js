/** The meeting room: live fragments, the meeting's picture and sound, and the person's own side of the floor. */

import { sendByScript } from "../live/forms.js";
import { morph } from "../live/morph.js";
import { announce } from "../ui/announce.js";
import { runClocks } from "../ui/clock.js";
import { onPress } from "../ui/press.js";
import { watchTimes } from "../ui/timed.js";
import { say } from "../ui/words.js";
import { hearChannels } from "./hearing.js";
import { address, element, runMeetingPage } from "./meeting_page.js";
import { passFrom } from "./pass.js";
import { chosenWish, followQuality } from "./quality.js";
import { followSign, signWanted } from "./sign.js";
import { Speaker } from "./speaker.js";
import { showWait } from "./wait.js";

const room = element("room");

const speaker = new Speaker({
  whip: address(room, "whip"),
  token: passFrom(address(room, "pass")),
  soundOnly: room.dataset["picture"] === "none",
  selfview: /** @type {HTMLVideoElement} */ (element("selfview")),
  changed: (state, trouble) => {
    const panel = element("own");
    panel.dataset["state"] = state;
    element("own-state").textContent = say(`own.${state}`);
    element("own-trouble").textContent = trouble ?? "";
    element("own-take").hidden = state !== "inuse";
    element("own-retry").hidden = state !== "failed";
  },
});

/** @param {string} previous the standing before, to say what has changed */
function standingChanged(previous) {
  const mine = element("mine");
  const standing = /** @type {import("./speaker.js").Standing} */ (mine.dataset["standing"]);
  document.body.dataset["standing"] = standing;
  const asks = standing !== "off" && standing !== "listening";
  element("own").hidden = !asks;
  element("own-consent").hidden = !asks || speaker.consented;
  void speaker.follow(standing);
  hearing.channels.has(standing === "speaking");
  hearing.offer();
  if (standing !== previous) {
    const words = say(`standing.${standing}`);
    if (words !== `standing.${standing}`) announce(words, "done");
  }
}

sendByScript(document.body, say("send.failed"));
document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && event.target.dataset["asks"] === "floor") speaker.consent();
});
onPress("own-consent", () => {
  speaker.consent();
  element("own-consent").hidden = true;
});
onPress("own-retry", () => void speaker.connect(true));
// The tabs of one browser hear of each other at once; the server's word would take some seconds.
const tabs = new BroadcastChannel(`rostrum:${new URL(address(room, "pass"), location.href).pathname}`);
tabs.onmessage = () => speaker.giveWay();
onPress("own-take", () => {
  tabs.postMessage("taken");
  void speaker.connect(true);
});
onPress("own-mute", () => {
  const button = element("own-mute");
  const muted = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(muted));
  speaker.mute(muted);
});

const hearing = hearChannels(room);
const signs = followSign();
showWait(say);
watchTimes();
document.addEventListener("rostrum:phase", (event) => {
  const phase = /** @type {CustomEvent<string>} */ (event).detail;
  const words = say(`phase.${phase}`);
  if (event.target instanceof HTMLElement && event.target.closest("#mine") && words !== `phase.${phase}`) announce(words, "done");
});
standingChanged(element("mine").dataset["standing"] ?? "");
runMeetingPage(room, {
  slots: ["stage", "podium", "sign", "floor", "channel"],
  most: chosenWish(),
  channel: hearing.channels.tuned,
  sign: signWanted(),
  watching: (watching) => {
    followQuality(watching);
    hearing.watch(watching);
    signs.watch(watching);
  },
  news: () => {
    hearing.channels.news();
    signs.news();
  },
  line: (state) => {
    element("line").dataset["state"] = state;
    element("line").textContent = say(`line.${state}`);
  },
  personal: (html) => {
    const previous = element("mine").dataset["standing"] ?? "";
    morph(html);
    runClocks();
    showWait(say);
    standingChanged(previous);
  },
  leaving: () => speaker.disconnect(),
});
