/**
 * Captions of the webcast: off until a language is picked, in the size, colours and place that this tab remembers. Where
 * picture and sound come some seconds late, so do they.
 *
 * @typedef {import("../captions/log.js").Cue} Cue
 */

import { CaptionLog } from "../captions/log.js";
import { followCaptions } from "../captions/stream.js";
import { Delayed } from "./delayed.js";

const REMEMBERED = "rostrum.watch.captions";

const root = part("captions");
const box = part("captions-box");
const language = /** @type {HTMLSelectElement} */ (part("captions-language"));
const size = /** @type {HTMLSelectElement} */ (part("captions-size"));
const place = /** @type {HTMLSelectElement} */ (part("captions-place"));
const colours = /** @type {HTMLSelectElement} */ (part("captions-colours"));
const offered = /** @type {HTMLTemplateElement} */ (part("captions-offered"));
const over = /** @type {HTMLElement} */ (document.querySelector(root.dataset["over"] ?? ""));
const lines = new CaptionLog({ box, log: part("captions-log"), kind: part("captions-kind"), words: root.dataset });

/** @type {() => void} */
let stop = () => {};
/** The language that this tab would read, as soon as there is one. */
let wanted = "";

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {() => number | null} reached where picture and sound have come to, in ms of the server's clock; Infinity: they
 * are not late; null: they have not begun
 * @returns {{ offer: (languages: string[], held: boolean) => void }} tells in which languages there are captions, and
 * whether the words of whoever speaks are kept back
 */
export function showCaptions(reached) {
  const delayed = new Delayed(reached);

  const listen = () => {
    stop();
    delayed.clear();
    lines.begin(language.selectedOptions[0]);
    box.hidden = !language.value;
    part("captions-looks").hidden = box.hidden;
    arrange();
    if (box.hidden) {
      stop = () => {};
      return;
    }
    const address = new URL(root.dataset["live"] ?? "", location.href);
    address.searchParams.set("language", language.value);
    let at = 0;
    stop = followCaptions(address, {
      at: (ms) => {
        at = ms;
      },
      cues: (cues) => {
        if (!cues.length) lines.cues([]);
        for (const cue of cues) delayed.show(cue.at, () => lines.cue(cue));
      },
      cue: (cue) => delayed.show(at, () => lines.cue(cue)),
      line: (line) => delayed.show(at, () => lines.line(line)),
      connected: (yes) => lines.connected(yes),
    });
  };

  language.addEventListener("change", () => {
    wanted = language.value;
    listen();
    remember();
  });
  for (const control of [size, place, colours]) {
    control.addEventListener("change", () => {
      arrange();
      remember();
    });
  }
  recall();
  language.disabled = false;
  return {
    offer: (languages, held) => {
      part("captions-held").hidden = !held || box.hidden;
      part("captions-none").hidden = languages.length > 0;
      for (const option of offered.content.children) {
        const { value } = /** @type {HTMLOptionElement} */ (option);
        const there = [...language.options].some((each) => each.value === value);
        if (languages.includes(value) && !there) language.append(option.cloneNode(true));
      }
      if (wanted && wanted !== language.value && languages.includes(wanted)) {
        language.value = wanted;
        listen();
      }
    },
  };
}

function arrange() {
  box.dataset["size"] = size.value;
  box.dataset["colours"] = colours.value;
  box.dataset["place"] = place.value;
  if (place.value === "below") root.prepend(box);
  else over.append(box);
  lines.toEnd();
}

function remember() {
  const kept = { language: wanted, size: size.value, place: place.value, colours: colours.value };
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing shows them until the page is left.
  }
}

function recall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "{}");
    for (const [control, value] of /** @type {const} */ ([[size, kept.size], [place, kept.place], [colours, kept.colours]])) {
      if ([...control.options].some((option) => option.value === value)) control.value = value;
    }
    wanted = typeof kept.language === "string" ? kept.language : "";
  } catch {
    // What cannot be read was not chosen.
  }
}
