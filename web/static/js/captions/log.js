/**
 * Captions as they are read: closed lines, and below them the one that grows. All of it is text. They are announced to
 * nobody: a screen reader finds them as a log, in which one can read back.
 *
 * @typedef {{ person: string, delegation: string, entry: string }} Who
 * @typedef {{ id: string, text: string, kind: "human" | "automatic", who: Who, corrected: boolean, at: number }} Cue
 * `at`: when it was closed, in ms of the server's clock
 * @typedef {{ text: string, kind: "human" | "automatic", who: Who }} Line
 */

/** Lines that can be read back; older ones are in the file of the captions. */
const KEPT = 60;

/** @param {Who} who */
function named(who) {
  return [who.person, who.delegation].filter((each) => each).join(" · ");
}

/** @returns {HTMLElement} a new line */
function paragraph() {
  const line = document.createElement("p");
  line.className = "caption";
  return line;
}

export class CaptionLog {
  /**
   * @param {{ box: HTMLElement, log: HTMLElement, kind: HTMLElement, words: DOMStringMap }} parts `kind`: where it stands
   * who writes; `words`: `human`, `automatic`, `silent`, `away`, `corrected`
   */
  constructor({ box, log, kind, words }) {
    this.box = box;
    this.log = log;
    this.kind = kind;
    this.words = words;
    /** @type {HTMLElement | null} the growing line, last in the log */
    this.growing = null;
  }

  /** @param {HTMLOptionElement | undefined} language whose lines come from now on */
  begin(language) {
    this.growing = null;
    this.log.replaceChildren();
    this.log.lang = language?.value ?? "";
    this.log.dir = language?.dataset["dir"] ?? "auto";
    this.kind.textContent = "";
  }

  /** @param {Cue[]} cues the last ones, on coming */
  cues(cues) {
    for (const cue of cues) this.cue(cue);
    if (!this.log.children.length) this.kind.textContent = this.words["silent"] ?? "";
  }

  /** @param {Cue} cue */
  cue(cue) {
    this.#pinned(() => {
      let line = /** @type {HTMLElement | undefined} */ ([...this.log.children].find((each) => each instanceof HTMLElement && each.dataset["id"] === cue.id));
      if (!line) {
        line = paragraph();
        line.dataset["id"] = cue.id;
        if (this.growing) this.growing.before(line);
        else this.log.append(line);
        this.#tellKind(cue.kind);
      }
      this.#write(line, cue);
      while (this.log.children.length > KEPT) this.log.firstElementChild?.remove();
    });
  }

  /** @param {Line} line */
  line(line) {
    this.#pinned(() => {
      if (!line.text) {
        this.growing?.remove();
        this.growing = null;
        return;
      }
      if (!this.growing) {
        this.growing = paragraph();
        this.growing.classList.add("caption--growing");
        this.log.append(this.growing);
      }
      this.#tellKind(line.kind);
      this.#write(this.growing, line);
    });
  }

  /** @param {boolean} yes whether the line to the server is there */
  connected(yes) {
    const { kind } = this.box.dataset;
    if (!yes) this.kind.textContent = this.words["away"] ?? "";
    else if (kind && this.log.children.length) this.#tellKind(/** @type {"human" | "automatic"} */ (kind));
  }

  /** Show the newest line. */
  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** @param {"human" | "automatic"} kind */
  #tellKind(kind) {
    this.box.dataset["kind"] = kind;
    this.kind.textContent = this.words[kind] ?? "";
  }

  /** @param {() => void} change made to the log, which stays at its end unless somebody reads back */
  #pinned(change) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 8;
    change();
    if (atEnd) this.toEnd();
  }

  /**
   * Writes a line's words; its speaker before them where they are not that of the line above.
   * @param {HTMLElement} line
   * @param {Cue | Line} said
   */
  #write(line, said) {
    const who = named(said.who);
    const above = /** @type {HTMLElement | null} */ (line.previousElementSibling);
    line.dataset["who"] = who;
    line.replaceChildren();
    if (who && above?.dataset["who"] !== who) {
      // What follows the name stands on the side to which the line is written, whatever letters the name has.
      const speaker = document.createElement("span");
      speaker.className = "caption__who";
      const name = document.createElement("bdi");
      name.textContent = who;
      speaker.append(name);
      line.append(speaker, " ");
    }
    const words = document.createElement("bdi");
    words.textContent = said.text;
    line.append(words);
    if ("corrected" in said && said.corrected) {
      const mark = document.createElement("span");
      mark.className = "caption__mark";
      mark.lang = document.documentElement.lang;
      mark.textContent = this.words["corrected"] ?? "";
      line.append(" ", mark);
    }
  }
}
