/**
 * Captions as somebody reads them: off until they are asked for, in the language, size and place that this browser
 * remembers. They come by a stream of their own, word by word while a line grows, then as closed lines.
 *
 * @typedef {{ person: string, delegation: string, entry: string }} Who
 * @typedef {{ id: string, text: string, kind: "human" | "automatic", who: Who, corrected: boolean }} Cue
 * @typedef {{ text: string, kind: "human" | "automatic", who: Who }} Line
 */

import { followCaptions } from "../captions/stream.js";

const REMEMBERED = "rostrum.captions";
/** Lines that can be read back; older ones are in the file of the captions. */
const KEPT = 60;

const root = part("captions");
const box = part("captions-box");
const log = part("captions-log");
const kindWords = part("captions-kind");
const button = /** @type {HTMLButtonElement} */ (part("captions-on"));
const language = /** @type {HTMLSelectElement} */ (part("captions-language"));
const size = /** @type {HTMLSelectElement} */ (part("captions-size"));
const place = /** @type {HTMLSelectElement | null} */ (document.getElementById("captions-place"));
const over = root.dataset["over"] ? document.querySelector(root.dataset["over"]) : null;

/** @type {HTMLElement | null} the growing line, last in the log */
let growing = null;
/** @type {() => void} */
let stop = () => {};

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {Who} who */
function named(who) {
  return [who.person, who.delegation].filter((each) => each).join(" · ");
}

/**
 * Writes a line's words; its speaker before them where they are not that of the line above. All of it is text.
 * @param {HTMLElement} line
 * @param {Cue | Line} said
 */
function write(line, said) {
  const who = named(said.who);
  const above = /** @type {HTMLElement | null} */ (line.previousElementSibling);
  line.dataset["who"] = who;
  line.replaceChildren();
  if (who && above?.dataset["who"] !== who) {
    const name = document.createElement("bdi");
    name.className = "caption__who";
    name.textContent = who;
    line.append(name, " ");
  }
  const words = document.createElement("bdi");
  words.textContent = said.text;
  line.append(words);
  if ("corrected" in said && said.corrected) {
    const mark = document.createElement("span");
    mark.className = "caption__mark";
    mark.lang = document.documentElement.lang;
    mark.textContent = root.dataset["corrected"] ?? "";
    line.append(" ", mark);
  }
}

/** @param {() => void} change made to the log, which stays at its end unless somebody reads back */
function pinned(change) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
  change();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** @returns {HTMLElement} a new line */
function paragraph() {
  const line = document.createElement("p");
  line.className = "caption";
  return line;
}

/** @param {"human" | "automatic"} kind */
function tellKind(kind) {
  box.dataset["kind"] = kind;
  kindWords.textContent = root.dataset[kind] ?? "";
}

/** @param {Cue} cue */
function showCue(cue) {
  pinned(() => {
    let line = /** @type {HTMLElement | undefined} */ ([...log.children].find((each) => each instanceof HTMLElement && each.dataset["id"] === cue.id));
    if (!line) {
      line = paragraph();
      line.dataset["id"] = cue.id;
      if (growing) growing.before(line);
      else log.append(line);
      tellKind(cue.kind);
    }
    write(line, cue);
    while (log.children.length > KEPT) log.firstElementChild?.remove();
  });
}

/** @param {Line} line */
function showLine(line) {
  pinned(() => {
    if (!line.text) {
      growing?.remove();
      growing = null;
      return;
    }
    if (!growing) {
      growing = paragraph();
      growing.classList.add("caption--growing");
      log.append(growing);
    }
    tellKind(line.kind);
    write(growing, line);
  });
}

function listen() {
  stop();
  growing = null;
  log.replaceChildren();
  const chosen = language.selectedOptions[0];
  log.lang = language.value;
  log.dir = chosen?.dataset["dir"] ?? "auto";
  kindWords.textContent = "";
  const address = new URL(root.dataset["live"] ?? "", location.href);
  address.searchParams.set("language", language.value);
  stop = followCaptions(address, {
    cues: (cues) => {
      for (const cue of cues) showCue(cue);
      if (!log.children.length) kindWords.textContent = root.dataset["silent"] ?? "";
    },
    cue: showCue,
    line: showLine,
    connected: (yes) => {
      if (!yes) kindWords.textContent = root.dataset["away"] ?? "";
      else if (box.dataset["kind"] && log.children.length) tellKind(/** @type {"human" | "automatic"} */ (box.dataset["kind"]));
    },
  });
}

function arrange() {
  box.dataset["size"] = size.value;
  const where = place && over ? place.value : "below";
  box.dataset["place"] = where;
  if (where === "below") root.prepend(box);
  else over?.append(box);
  log.scrollTop = log.scrollHeight;
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
