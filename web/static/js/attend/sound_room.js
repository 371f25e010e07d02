/** The meeting by sound alone, for a line that carries no more: hear it, and be heard when the presiding officer says so. */

import { sendByScript } from "../live/forms.js";
import { morph } from "../live/morph.js";
import { announce } from "../ui/announce.js";
import { runClocks } from "../ui/clock.js";
import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";
import { hearChannels } from "./hearing.js";
import { address, element, runMeetingPage } from "./meeting_page.js";
import { passFrom } from "./pass.js";
import { Speaker } from "./speaker.js";

const room = element("room");

const speaker = new Speaker({
  whip: address(room, "whip"),
  token: passFrom(address(room, "pass")),
  soundOnly: true,
  changed: (state, trouble) => {
    element("own").dataset["state"] = state;
    element("own-state").textContent = say(`own.${state}`);
    element("own-trouble").textContent = trouble ?? "";
    element("own-dial").hidden = state === "connected" || state === "connecting" || state === "opening";
  },
});

const standing = () => /** @type {import("./speaker.js").Standing} */ (element("mine").dataset["standing"] ?? "off");

/** @param {string} previous the standing before, to say what has changed */
function standingChanged(previous) {
  const now = standing();
  element("own").hidden = now === "off" || now === "listening";
  void speaker.follow(now);
  hearing.channels.has(now === "speaking");
  hearing.offer();
  const words = say(`standing.${now}`);
  if (now !== previous && words !== `standing.${now}`) announce(words, "done");
}

sendByScript(document.body, say("send.failed"));
onPress("own-dial", () => {
  speaker.consent();
  void speaker.connect(true);
});

const hearing = hearChannels(room);
standingChanged(standing());
runMeetingPage(room, {
  slots: ["floor", "channel"],
  most: "none",
  channel: hearing.channels.tuned,
  watching: hearing.watch,
  news: () => hearing.channels.news(),
  line: (state) => {
    element("line").dataset["state"] = state;
    element("line").textContent = say(`line.${state}`);
  },
  personal: (html) => {
    const previous = standing();
    morph(html);
    runClocks();
    standingChanged(previous);
  },
  leaving: () => speaker.disconnect(),
});
