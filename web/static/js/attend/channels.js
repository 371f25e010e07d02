/**
 * The channel that somebody listens to: chosen once, remembered in this browser, switched without a gap. Which channels
 * there are, and what is in each, comes with the page's news; the sounds themselves belong to the players.
 *
 * @typedef {"floor" | "interpretation" | "relay" | "speaks" | "nobody" | "closed"} Heard
 */

import { onPress } from "../ui/press.js";
import { LOUD, SilenceWatch } from "./silence.js";

const CHANNEL_KEY = "rostrum.channel";
const UNDER_KEY = "rostrum.under";
const SPEAKS_KEY = "rostrum.speaks";
const FLOOR = "floor";
const LOOK_MS = 500;
/** How long the floor stays as loud as it was for an interpretation to be heard that was just chosen. */
const SWITCH_MS = 700;
const SWITCH_LOOK_MS = 20;
/** Perceived loudness grows more slowly than amplitude: half the way of the slider is a quarter of the amplitude. */
const CURVE = 2;

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} key
 * @returns {string | null} what this browser remembers
 */
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/**
 * What to listen to when a page is opened: as in this browser before, else as the person's application says.
 * @returns {string} a channel, which need not be there
 */
export function firstChannel() {
  return remembered(CHANNEL_KEY) || part("listening").dataset["preferred"] || FLOOR;
}

/** @returns {HTMLInputElement[]} */
function choices() {
  return /** @type {HTMLInputElement[]} */ ([...part("channels").querySelectorAll("input[name=channel]")]);
}

/**
 * In which language somebody will speak, as they said it last: offered where a form asks for it.
 * @param {string} preferred of their application, "" where it says none
 */
export function offerLanguage(preferred) {
  const last = remembered(SPEAKS_KEY) || preferred;
  if (!last) return;
  for (const select of document.querySelectorAll("select[data-speaks]")) {
    if (select instanceof HTMLSelectElement && !select.form?.dataset["touched"]) select.value = last;
  }
}

document.addEventListener("submit", (event) => {
  const select = event.target instanceof HTMLFormElement ? event.target.elements.namedItem("language") : null;
  if (select instanceof HTMLSelectElement && select.closest("#mine")) remember(SPEAKS_KEY, select.value);
});

/**
 * @typedef {{
 *   tune: (channel: string) => Promise<void>,
 *   gain: (sound: "floor" | "channel", value: number) => void,
 *   level: (sound: "floor" | "channel") => number,
 *   told?: (name: string, words: string) => void,
 * }} Sounds `gain` from 0 to 1; `level`: root mean square before the gain; `told`: what is heard now has another name
 */

export class Channels {
  /** @param {Sounds} sounds */
  constructor(sounds) {
    this.sounds = sounds;
    /** What was chosen; where it is not there, the floor is heard until it is. */
    this.wanted = firstChannel();
    this.tuned = this.wanted;
    this.speaking = false;
    this.hearsOwn = false;
    /** @type {ReturnType<typeof setInterval> | undefined} runs while a switch is under way */
    this.switching = undefined;
    this.floorGain = 1;
    this.silence = new SilenceWatch();
    const under = Number(remembered(UNDER_KEY) ?? NaN);
    const slider = /** @type {HTMLInputElement | null} */ (document.getElementById("under-level"));
    if (slider) {
      if (under >= 0 && under <= 100) slider.value = String(under);
      slider.addEventListener("input", () => {
        remember(UNDER_KEY, slider.value);
        this.set();
      });
    }
    document.addEventListener("change", (event) => {
      const choice = event.target;
      if (choice instanceof HTMLInputElement && choice.name === "channel") this.choose(choice.value);
    });
    this.offers();
    this.news();
    setInterval(() => this.listen(), LOOK_MS);
  }

  /** @param {string} channel */
  choose(channel) {
    this.wanted = channel;
    remember(CHANNEL_KEY, channel);
    this.quiet();
    this.news();
  }

  /** @returns {HTMLInputElement} the choice that is in force */
  get chosen() {
    const all = choices();
    return /** @type {HTMLInputElement} */ (all.find((one) => one.value === this.wanted) ?? all[0]);
  }

  /** @returns {Heard} */
  get heard() {
    return /** @type {Heard} */ (this.chosen.dataset["heard"]);
  }

  /** @returns {boolean} whether an interpreter is in the channel, over the floor */
  get interpreted() {
    return this.heard === "interpretation" || this.heard === "relay";
  }

  /** Something of the channels, or the choice, has changed. */
  news() {
    const { chosen } = this;
    chosen.checked = true;
    part("listening").hidden = part("channels").dataset["count"] === "1" && part("channels").dataset["signs"] !== "yes";
    const words = chosen.dataset["words"] ?? "";
    if (part("heard").textContent !== words) {
      part("heard").textContent = words;
      this.sounds.told?.(chosen.dataset["name"] ?? "", words);
    }
    if (this.tuned !== chosen.value) {
      this.tuned = chosen.value;
      void this.sounds.tune(chosen.value);
      this.bridge();
    }
    this.set();
  }

  /** Whoever comes from the floor hears it until the interpretation is there. */
  bridge() {
    clearInterval(this.switching);
    this.switching = undefined;
    if (!this.interpreted || this.floorGain < 1) return;
    const endMs = performance.now() + SWITCH_MS;
    this.switching = setInterval(() => {
      if (this.sounds.level("channel") <= LOUD && performance.now() < endMs) return;
      clearInterval(this.switching);
      this.switching = undefined;
      this.set();
    }, SWITCH_LOOK_MS);
  }

  /** @param {boolean} speaking whether the person has the floor, and would hear themselves interpreted */
  has(speaking) {
    if (speaking && !this.speaking) this.hear(false);
    this.speaking = speaking;
    this.set();
  }

  /** @param {boolean} own whether to hear the interpretation of one's own words */
  hear(own) {
    this.hearsOwn = own;
    document.getElementById("own-words-hear")?.setAttribute("aria-pressed", String(own));
    this.set();
  }

  /** Make the sounds as loud as they are to be. */
  set() {
    const slider = /** @type {HTMLInputElement | null} */ (document.getElementById("under-level"));
    const over = this.interpreted && this.chosen.value !== FLOOR;
    const own = over && this.speaking;
    const spared = own && !this.hearsOwn;
    const under = slider ? (Number(slider.value) / 100) ** CURVE : 0;
    this.floorGain = over && !spared && !this.switching ? under : 1;
    this.sounds.gain("floor", this.floorGain);
    this.sounds.gain("channel", spared ? 0 : 1);
    const ownWords = document.getElementById("own-words");
    if (ownWords) ownWords.hidden = !own;
    const row = document.getElementById("under");
    if (row && slider) {
      row.hidden = this.chosen.value === FLOOR;
      const step = slider.value === "0" ? 0 : Math.ceil(Number(slider.value) / 25);
      const words = part("listening").dataset[`under-${step}`] ?? part("listening").getAttribute(`data-under-${step}`) ?? "";
      part("under-words").textContent = words;
      slider.setAttribute("aria-valuetext", words);
    }
  }

  listen() {
    if (!this.interpreted || this.speaking) {
      this.quiet();
      return;
    }
    const limitMs = 1000 * Number(part("channels").dataset["silenceS"] ?? 20);
    const told = this.silence.look(this.sounds.level("channel"), this.sounds.level("floor"), performance.now(), limitMs);
    const words = document.getElementById("silent-words");
    if (told && words?.hidden) {
      const captions = document.getElementById("captions-on");
      part("silent-captions").hidden = !captions || captions.getAttribute("aria-pressed") === "true";
      words.hidden = false;
    } else if (this.silence.sounds && words) {
      words.hidden = true;
    }
  }

  /** Nothing of a silence is to be said any more. */
  quiet() {
    this.silence.begin(performance.now());
    const words = document.getElementById("silent-words");
    if (words) words.hidden = true;
  }

  offers() {
    if (!document.getElementById("silent")) return;
    onPress("own-words-hear", () => this.hear(!this.hearsOwn));
    onPress("silent-floor", () => {
      this.choose(FLOOR);
      this.chosen.focus();
    });
    onPress("silent-other", () => {
      part("silent-words").hidden = true;
      this.chosen.focus();
    });
    onPress("silent-wait", () => {
      part("silent-words").hidden = true;
      this.chosen.focus();
    });
    part("silent-captions").addEventListener("click", () => {
      part("silent-words").hidden = true;
      const captions = part("captions-on");
      if (captions.getAttribute("aria-pressed") !== "true") captions.click();
      captions.focus();
    });
  }
}
