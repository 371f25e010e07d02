/**
 * What is on its way to the server: closed lines in their order, none lost, then the growing line as it is now.
 *
 * @typedef {{ nonce: string, text: string, entry: string, began: number, ended: number }} Closed times in ms of `Date.now()`
 * @typedef {{ text: string, entry: string }} Growing
 * @typedef {{
 *   post: string,
 *   page: string,
 *   kept: string,
 *   waiting: (count: number) => void,
 *   refused: (words: string) => void,
 * }} Setting `post`: where the language's forms are; `kept`: the key under which the browser keeps what waits
 */

const EVERY_MS = 300;
const AGAIN_MS = 1500;

export class Outgoing {
  /** @param {Setting} setting */
  constructor(setting) {
    this.setting = setting;
    /** @type {Closed[]} */
    this.closed = this.#recalled();
    /** @type {Growing | null} what has not been sent of the growing line */
    this.growing = null;
    this.busy = false;
    /** Somebody else writes: nothing is sent until the desk is this page's again. */
    this.held = false;
    setting.waiting(this.closed.length);
    void this.#run();
  }

  /** @param {Closed} line */
  close(line) {
    this.closed.push(line);
    this.growing = null;
    this.#keep();
    void this.#run();
  }

  /** @param {Growing} line the newest state of the growing line */
  grow(line) {
    this.growing = line;
    void this.#run();
  }

  /** The desk is this page's, or free: what waited is sent. */
  release() {
    this.held = false;
    void this.#run();
  }

  async #run() {
    if (this.busy) return;
    this.busy = true;
    while (!this.held && (this.closed[0] || this.growing)) {
      const wait = this.closed[0] ? await this.#sendClosed(this.closed[0]) : await this.#sendGrowing();
      await new Promise((done) => setTimeout(done, wait));
    }
    this.busy = false;
  }

  /**
   * @param {Closed} line
   * @returns {Promise<number>} ms until the next thing is sent
   */
  async #sendClosed(line) {
    const ago = { began_ago_ms: String(Date.now() - line.began), ended_ago_ms: String(Date.now() - line.ended) };
    const status = await this.#send("cue", { nonce: line.nonce, text: line.text, entry: line.entry, ...ago });
    if (status === "again") return AGAIN_MS;
    if (status === "done") {
      this.closed.shift();
      this.#keep();
    }
    return 0;
  }

  /** @returns {Promise<number>} ms until the next thing is sent */
  async #sendGrowing() {
    const line = /** @type {Growing} */ (this.growing);
    this.growing = null;
    const status = await this.#send("line", line);
    // What was typed meanwhile is newer than what was not sent.
    if (status === "again" && !this.closed.length) this.growing ??= line;
    return status === "again" ? AGAIN_MS : EVERY_MS;
  }

  /**
   * @param {string} what
   * @param {Record<string, string>} fields
   * @returns {Promise<"done" | "again" | "held">}
   */
  async #send(what, fields) {
    const csrf = document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";
    try {
      const answer = await fetch(`${this.setting.post}/${what}`, {
        method: "POST",
        body: new URLSearchParams({ ...fields, page: this.setting.page, csrf }),
        headers: { "Rostrum-Fetch": "1", Accept: "application/problem+json" },
      });
      if (answer.ok) return "done";
      if (answer.headers.get("Content-Type")?.startsWith("application/problem+json")) {
        const problem = await answer.json();
        this.held = String(problem.type ?? "").endsWith("captions-taken");
        this.setting.refused(String(problem.title ?? ""));
        return this.held ? "held" : "again";
      }
    } catch {
      // The line is lost: what was typed stays here and is sent again.
    }
    return "again";
  }

  #keep() {
    this.setting.waiting(this.closed.length);
    try {
      sessionStorage.setItem(this.setting.kept, JSON.stringify(this.closed));
    } catch {
      // A browser that keeps nothing loses them only with the page.
    }
  }

  /** @returns {Closed[]} what waited when the page was loaded anew */
  #recalled() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.setting.kept) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }
}
