/** The hall's sound desk: a sound input for each interpreter who sits in the hall, sent in that one's name. */

import { list } from "../attend/devices.js";
import { showLevel } from "../attend/level.js";
import { address, element } from "../attend/meeting_page.js";
import { passFrom } from "../attend/pass.js";
import { sendByScript } from "../live/forms.js";
import { morph } from "../live/morph.js";
import { follow } from "../live/stream.js";
import { verifySessions } from "../media/session.js";
import { publish } from "../media/whip.js";
import { setServerTime } from "../ui/clock.js";
import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";

const KEY = "rostrum.hall-inputs";
const root = element("hall-sound");

/** @returns {Record<string, string>} the input of each place, as this browser remembers it */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** One interpreter's microphone, from the sound input to the meeting. */
class Feed {
  /** @param {string} place */
  constructor(place) {
    this.place = place;
    this.round = 0;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {{ close: () => void } | null} */
    this.sender = null;
    this.stopLevel = () => {};
    this.input = /** @type {HTMLSelectElement} */ (element(`feed-input-${place}`));
    this.button = /** @type {HTMLButtonElement} */ (element(`feed-send-${place}`));
    this.button.addEventListener("click", () => {
      if (this.button.getAttribute("aria-pressed") === "true") this.stop();
      else void this.start();
    });
    this.input.addEventListener("change", () => {
      localStorage.setItem(KEY, JSON.stringify({ ...remembered(), [place]: this.input.value }));
      if (this.button.getAttribute("aria-pressed") === "true") void this.start();
    });
    this.tell("idle");
  }

  /** @param {MediaDeviceInfo[]} inputs */
  offer(inputs) {
    const chosen = this.input.value || remembered()[this.place];
    const options = inputs.map((each, n) => new Option(each.label || say("feed.input", { n: n + 1 }), each.deviceId));
    this.input.replaceChildren(...options);
    if (inputs.some((each) => each.deviceId === chosen)) this.input.value = /** @type {string} */ (chosen);
    this.input.disabled = this.button.disabled = !inputs.length;
  }

  /** @param {string} state */
  tell(state) {
    element(`feed-state-${this.place}`).textContent = say(`feed.${state}`);
  }

  async start() {
    this.stop();
    const { round } = this;
    this.button.setAttribute("aria-pressed", "true");
    this.tell("opening");
    // As it comes from the booth's own console: nothing is to be taken away from it here.
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { deviceId: { exact: this.input.value }, ...plain } });
    } catch {
      if (round !== this.round) return;
      this.stop();
      this.tell("failed");
      return;
    }
    if (round !== this.round) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    this.stopLevel = showLevel(stream, /** @type {HTMLMeterElement} */ (element(`feed-level-${this.place}`)));
    const sender = await publish({
      url: address(root, "whip"),
      token: passFrom(`${address(root, "pass")}${this.place}`),
      stream,
      take: true,
      onstate: (state) => {
        if (round === this.round) this.tell(state);
      },
    });
    if (round === this.round) this.sender = sender;
    else sender.close();
  }

  stop() {
    this.round += 1;
    this.sender?.close();
    this.sender = null;
    this.stopLevel();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.button.setAttribute("aria-pressed", "false");
    this.tell("idle");
  }
}

/** @type {Map<string, Feed>} */
const feeds = new Map();
/** @type {MediaDeviceInfo[]} */
let inputs = [];

/** As many feeds as the page shows interpreters. */
function arrange() {
  const shown = new Set();
  for (const row of root.querySelectorAll("[data-place]")) {
    if (row instanceof HTMLElement && row.dataset["place"]) shown.add(row.dataset["place"]);
  }
  for (const [place, feed] of feeds) {
    if (shown.has(place)) continue;
    feed.stop();
    feeds.delete(place);
  }
  for (const place of shown) {
    if (feeds.has(place)) continue;
    const feed = new Feed(place);
    feeds.set(place, feed);
    feed.offer(inputs);
  }
}

async function find() {
  try {
    const opened = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of opened.getTracks()) track.stop();
    inputs = await list("audioinput");
    element("inputs-trouble").textContent = "";
  } catch {
    element("inputs-trouble").textContent = say("devices.microphone.failed");
  }
  for (const feed of feeds.values()) feed.offer(inputs);
}

sendByScript(document.body, say("send.failed"));
arrange();
onPress("inputs-open", () => void find());
navigator.mediaDevices?.addEventListener("devicechange", async () => {
  if (!inputs.length) return;
  inputs = await list("audioinput");
  for (const feed of feeds.values()) feed.offer(inputs);
});
follow(address(root, "live"), {
  fragment: (html) => {
    morph(html);
    arrange();
  },
  personal: () => {},
  time: setServerTime,
  mediaRestarted: verifySessions,
  connected: (yes) => {
    element("offline").hidden = yes;
  },
  leave: () => {
    for (const feed of feeds.values()) feed.stop();
    location.assign(address(root, "leave"));
  },
});
