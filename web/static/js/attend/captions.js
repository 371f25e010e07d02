/**
 * Captions as somebody reads them: off until they are asked for, in the language, size and place that this browser
 * remembers. They come by a stream of their own, word by word while a line grows, then as closed lines.
 */

import { CaptionLog } from "../captions/log.js";
import { followCaptions } from "../captions/stream.js";

const REMEMBERED = "rostrum.captions";

const root = part("captions");
const box = part("captions-box");
const lines = new CaptionLog({ box, log: part("captions-log"), kind: part("captions-kind"), words: root.dataset });
const button = /** @type {HTMLButtonElement} */ (part("captions-on"));
const language = /** @type {HTMLSelectElement} */ (part("captions-language"));
const size = /** @type {HTMLSelectElement} */ (part("captions-size"));
const place = /** @type {HTMLSelectElement | null} */ (document.getElementById("captions-place"));
const over = root.dataset["over"] ? document.querySelector(root.dataset["over"]) : null;

/** @type {() => void} */
let stop = () => {};

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

function listen() {
  stop();
  lines.begin(language.selectedOptions[0]);
  const address = new URL(root.dataset["live"] ?? "", location.href);
  address.searchParams.set("language", language.value);
  stop = followCaptions(address, {
    cues: (cues) => lines.cues(cues),
    cue: (cue) => lines.cue(cue),
    line: (line) => lines.line(line),
    connected: (yes) => lines.connected(yes),
  });
}

function arrange() {
  box.dataset["size"] = size.value;
  const where = place && over ? place.value : "below";
  box.dataset["place"] = where;
  if (where === "below") root.prepend(box);
  else over?.append(box);
  lines.toEnd();
}

function remember() {
  const kept = { shown: !box.hidden, language: language.value, size: size.value, place: place?.value };
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing shows them until the page is left.
  }
}

/** @param {boolean} shown whether they are to be seen */
function show(shown) {
  box.hidden = !shown;
  part("captions-choices").hidden = !shown;
  button.setAttribute("aria-pressed", String(shown));
  if (shown) listen();
  else stop();
  arrange();
}

/** @returns {boolean} whether they were shown when the page was left */
function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
    for (const [control, value] of /** @type {const} */ ([[language, kept.language], [size, kept.size], [place, kept.place]])) {
      if (control && [...control.options].some((option) => option.value === value)) control.value = value;
    }
    return kept.shown === true;
  } catch {
    return false;
  }
}

button.addEventListener("click", () => {
  show(box.hidden === true);
  remember();
});
language.addEventListener("change", () => {
  listen();
  remember();
});
for (const control of [size, place]) {
  control?.addEventListener("change", () => {
    arrange();
    remember();
  });
}
button.disabled = false;
show(recall());
