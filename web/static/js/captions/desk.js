/** The captioner's console: what is typed is read as it is typed; Enter closes a line; the last lines are corrected in place. */

import { address, element, runMeetingPage } from "../attend/meeting_page.js";
import { announce } from "../ui/announce.js";
import { say } from "../ui/words.js";
import { Outgoing } from "./outgoing.js";
import { expand, expandLast, readShorthand } from "./shorthand.js";
import { followCaptions } from "./stream.js";

/** Characters after which a line is closed by itself, at the end of a word. */
const LONG = 240;

const desk = element("desk");
const post = address(desk, "post");
const page = address(desk, "page");
const language = address(desk, "language");
const shorthandKept = `rostrum.shorthand.${language}`;
const field = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("text"));
const cues = element("cues");

/** The entry of the list that speaks. */
let entry = address(desk, "entry");
/** That which spoke when the line was begun. */
let lineEntry = "";
let began = 0;
let shorthand = readShorthand("");

/** @param {import("./stream.js").Who} who */
function named(who) {
  return [who.person, who.delegation].filter((each) => each).join(" · ");
}

// Who speaks, who writes, and the last lines

/** @param {import("./stream.js").Writer | null} writer */
function showWriter(writer) {
  if (!field) return;
  const mine = writer?.page === page;
  const words = writer ? say(mine ? "writer.you" : "writer.other", { name: writer.name }) : say("writer.nobody");
  element("writer").textContent = words;
  element("take").hidden = !writer || mine;
  element("leave").hidden = !mine;
  if (!writer || mine) outgoing?.release();
}

/** @param {import("./stream.js").Cue} cue */
function showCue(cue) {
  let item = /** @type {HTMLElement | undefined} */ ([...cues.children].find((each) => each instanceof HTMLElement && each.dataset["id"] === cue.id));
  if (!item) {
    item = document.createElement("li");
    item.dataset["id"] = cue.id;
    item.append(field ? correction(cue) : document.createElement("bdi"));
    cues.prepend(item);
    while (cues.children.length > Number(desk.dataset["last"])) cues.lastElementChild?.remove();
  }
  const words = item.querySelector("input[name=text], bdi");
  if (words instanceof HTMLInputElement) {
    // Somebody is at work on it: theirs is newer.
    if (words !== document.activeElement || words.value === words.defaultValue) words.value = cue.text;
    words.defaultValue = cue.text;
  } else if (words) {
    words.textContent = cue.text;
  }
  for (const [number, each] of [...cues.children].entries()) {
    each.querySelector("input[name=text]")?.setAttribute("aria-label", say("cue", { number: number + 1 }));
  }
}

/**
 * @param {import("./stream.js").Cue} cue
 * @returns {HTMLFormElement} as the server writes it
 */
function correction(cue) {
  const form = document.createElement("form");
  form.className = "writing__cue";
  form.method = "post";
  form.action = `${post}/cue/${cue.id}`;
  const words = document.createElement("input");
  words.name = "text";
  words.maxLength = 400;
  words.lang = language;
  words.dir = language === "ar" ? "rtl" : "ltr";
  words.autocomplete = "off";
  const button = document.createElement("button");
  button.className = "button button--secondary";
  button.textContent = say("correct");
  form.append(words, " ", button);
  return form;
}

/**
 * @param {string} url
 * @param {Record<string, string>} fields
 * @returns {Promise<boolean>} whether it was done
 */
async function send(url, fields) {
  const csrf = document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ ...fields, csrf }),
      headers: { "Rostrum-Fetch": "1", Accept: "application/problem+json" },
    });
    if (answer.ok) return true;
    const problem = await answer.json().catch(() => ({}));
    announce(say("refused", { why: String(problem.title ?? answer.status) }), "refused");
  } catch {
    announce(say("line.away"), "refused");
  }
  return false;
}

cues.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const words = /** @type {HTMLInputElement} */ (form.elements.namedItem("text"));
  event.preventDefault();
  void send(form.action, { text: words.value }).then((done) => {
    if (!done) return;
    words.defaultValue = words.value;
    announce(say("corrected"), "done");
    field?.focus();
  });
});

/** @param {KeyboardEvent} event Alt and arrows lead through the lines, Escape leaves one as it was. */
function walk(event) {
  const inputs = /** @type {HTMLInputElement[]} */ ([...cues.querySelectorAll("input[name=text]")]);
  const at = inputs.indexOf(/** @type {HTMLInputElement} */ (document.activeElement));
  if (event.key === "Escape" && at >= 0) {
    const left = inputs[at];
    if (left) left.value = left.defaultValue;
    field?.focus();
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const next = at + (event.key === "ArrowUp" ? 1 : -1);
    if (next < 0) field?.focus();
    else inputs[Math.min(next, inputs.length - 1)]?.focus();
  }
}
desk.addEventListener("keydown", walk);

// What is typed

const outgoing = field
  ? new Outgoing({
      post,
      page,
      kept: `rostrum.captions.${post}`,
      waiting: (count) => {
        element("unsent").textContent = count ? say("unsent", { count }) : say("unsent.none");
      },
      refused: (words) => announce(say("refused", { why: words }), "refused"),
    })
  : null;

function closeLine() {
  if (!field || !outgoing) return;
  const text = expandLast(field.value, shorthand).replace(/\s+/gu, " ").trim().slice(0, 400);
  field.value = "";
  if (text) outgoing.close({ nonce: crypto.randomUUID(), text, entry: lineEntry, began, ended: Date.now() });
  began = 0;
}

if (field && outgoing) {
  field.addEventListener("input", () => {
    if (!began) {
      began = Date.now();
      lineEntry = entry;
    }
    const caret = field.selectionStart;
    const changed = expand(field.value, caret, shorthand);
    if (changed.text !== field.value) {
      field.value = changed.text;
      field.setSelectionRange(changed.caret, changed.caret);
    }
    if (field.value.length >= LONG && /\s$/u.test(field.value)) {
      closeLine();
      return;
    }
    outgoing.grow({ text: field.value, entry: lineEntry });
    if (!field.value) began = 0;
  });
  field.addEventListener("keydown", (event) => {
    // An input method takes Enter for itself while it composes a word.
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    event.preventDefault();
    closeLine();
  });
  element("writing").addEventListener("submit", (event) => {
    event.preventDefault();
    closeLine();
    field.focus();
  });
  for (const id of ["take", "leave"]) {
    const button = /** @type {HTMLButtonElement} */ (element(id));
    button.addEventListener("click", (event) => {
      event.preventDefault();
      void send(`${post}/desk`, { page, take: button.value }).then((done) => {
        if (done && id === "take") outgoing.release();
        field.focus();
      });
    });
  }
  const list = /** @type {HTMLTextAreaElement} */ (element("shorthand"));
  list.value = localStorage.getItem(shorthandKept) ?? "";
  shorthand = readShorthand(list.value);
  list.addEventListener("input", () => {
    shorthand = readShorthand(list.value);
    localStorage.setItem(shorthandKept, list.value);
  });
}

element("language").addEventListener("change", (event) => /** @type {HTMLSelectElement} */ (event.target).form?.submit());
const stream = new URL(address(desk, "captions"), location.href);
stream.searchParams.set("language", language);
followCaptions(stream, {
  cues: (last) => last.forEach(showCue),
  cue: showCue,
  line: () => {},
  writer: showWriter,
  voice: (who) => {
    entry = who.entry;
    element("voice").textContent = named(who) || (element("voice").dataset["nobody"] ?? "");
  },
  connected: () => {},
});
runMeetingPage(desk, {
  slots: ["stage", "floor"],
  line: (state) => {
    element("line").dataset["state"] = state;
    element("line").textContent = say(`line.${state}`);
  },
});
