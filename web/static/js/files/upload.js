/** Sends a form's file so that it goes on after the line broke off (tus). Without this script the form sends itself. */

import { say } from "../ui/words.js";
import { FIRST_BYTES, nextPart } from "./parts.js";

/**
 * @typedef {{
 *   new (file: File, options: Record<string, unknown>): {
 *     options: { chunkSize: number },
 *     start(): void,
 *     abort(terminate: boolean): Promise<void>,
 *     findPreviousUploads(): Promise<unknown[]>,
 *     resumeFromPreviousUpload(previous: unknown): void,
 *   }
 * }} Upload
 */

const WAITS_MS = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
/** Then every minute for a day: for so long the server keeps what has come. */
const ALL_WAITS_MS = [...WAITS_MS, ...Array(24 * 60).fill(60_000)];
const SILENCE_MS = 60_000;
const NO_ROOM = 507;
const KEPT = "rostrum-upload::";

/** Where an upload goes on after the page was loaded anew: in this tab alone, gone when it is closed. */
const memory = {
  findAllUploads: async () => memory.found(KEPT),
  /** @param {string} fingerprint */
  findUploadsByFingerprint: async (fingerprint) => memory.found(`${KEPT}${fingerprint}::`),
  /** @param {string} key */
  removeUpload: async (key) => sessionStorage.removeItem(key),
  /**
   * @param {string} fingerprint
   * @param {object} upload
   */
  addUpload: async (fingerprint, upload) => {
    const key = `${KEPT}${fingerprint}::${Math.round(Math.random() * 1e12)}`;
    sessionStorage.setItem(key, JSON.stringify(upload));
    return key;
  },
  /** @param {string} start */
  found: (start) =>
    Object.keys(sessionStorage)
      .filter((key) => key.startsWith(start))
      .map((key) => ({ ...JSON.parse(sessionStorage.getItem(key) ?? "{}"), urlStorageKey: key })),
};

/**
 * @param {HTMLFormElement} form
 * @param {File} file
 */
async function send(form, file) {
  const way = /** @type {HTMLElement} */ (form.querySelector(".upload__way"));
  const bar = /** @type {HTMLProgressElement} */ (form.querySelector("progress"));
  const state = /** @type {HTMLElement} */ (form.querySelector(".upload__state"));
  const stop = /** @type {HTMLButtonElement} */ (form.querySelector(".upload__stop"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button[type="submit"]'));
  const { Upload } = /** @type {{ tus: { Upload: Upload } }} */ (/** @type {unknown} */ (globalThis)).tus;
  /** @param {string} words */
  const tell = (words) => {
    state.textContent = words;
  };
  const figures = /** @type {HTMLElement} */ (form.querySelector(".upload__figures"));
  const megabytes = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
  const going = new AbortController();
  const over = () => {
    going.abort();
    clearInterval(watch);
    button.disabled = false;
    stop.hidden = true;
  };
  let movedMs = Date.now();
  let beganMs = 0;
  let waiting = false;
  const fields = Object.fromEntries(
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf"),
  );
  const upload = new Upload(file, {
    endpoint: new URL(form.dataset["upload"] ?? "", location.href).href,
    chunkSize: FIRST_BYTES,
    retryDelays: ALL_WAITS_MS,
    urlStorage: memory,
    removeFingerprintOnSuccess: true,
    metadata: { ...fields, filename: file.name },
    headers: {
      Accept: "application/problem+json",
      "X-CSRF-Token": /** @type {HTMLInputElement} */ (form.elements.namedItem("csrf")).value,
    },
    /** @param {{ originalResponse?: { getStatus(): number } }} error */
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      waiting = status === 0 || status === 409 || status === 460 || (status >= 500 && status !== NO_ROOM);
      if (waiting) tell(say("upload.waiting"));
      return waiting;
    },
    onBeforeRequest: () => {
      beganMs = movedMs = Date.now();
    },
    /** @param {number} bytes */
    onChunkComplete: (bytes) => {
      movedMs = Date.now();
      upload.options.chunkSize = nextPart(bytes, movedMs - beganMs);
    },
    /**
     * @param {number} sent
     * @param {number} all
     */
    onProgress: (sent, all) => {
      const percent = Math.floor((100 * sent) / all);
      movedMs = Date.now();
      waiting = false;
      bar.value = (100 * sent) / all;
      figures.textContent = say("upload.figures", {
        sent: megabytes.format(sent / 1e6),
        all: megabytes.format(Math.ceil(all / 1e6)),
      });
      tell(percent < 100 ? say("upload.sending", { percent }) : say("upload.checking"));
    },
    onSuccess: () => {
      over();
      tell(say("upload.done"));
      location.assign(form.dataset["done"] ?? `${location.pathname}?sent=yes`);
    },
    /** @param {{ originalResponse?: { getBody(): string } }} error */
    onError: (error) => {
      over();
      bar.value = 0;
      tell(wordsOf(error.originalResponse?.getBody()) ?? say("upload.failed"));
    },
  });
  const again = () => {
    movedMs = Date.now();
    void upload.abort(false).then(() => upload.start());
  };
  const watch = setInterval(() => {
    // The last part is answered when the file has been cleaned: that may take a while.
    if (waiting || bar.value >= 100 || Date.now() - movedMs < SILENCE_MS) return;
    tell(say("upload.waiting"));
    again();
  }, 1000);
  addEventListener("online", () => waiting && again(), { signal: going.signal });
  addEventListener("beforeunload", (event) => event.preventDefault(), { signal: going.signal });
  way.hidden = false;
  button.disabled = true;
  stop.hidden = false;
  stop.onclick = async () => {
    await upload.abort(true).catch(() => undefined);
    over();
    way.hidden = true;
    button.focus();
  };
  const [previous] = await upload.findPreviousUploads();
  if (previous) upload.resumeFromPreviousUpload(previous);
  upload.start();
}

/**
 * @param {string | undefined} body of an answer
 * @returns {string | undefined} its words, where it is a problem document
 */
function wordsOf(body) {
  try {
    const { title, detail } = JSON.parse(body ?? "");
    return `${title} ${detail}`;
  } catch {
    return undefined;
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.addEventListener("submit", (event) => {
    const file = /** @type {HTMLInputElement} */ (form.elements.namedItem("file")).files?.[0];
    // Without a file the form goes to the server, which says so in words.
    if (!file) return;
    event.preventDefault();
    if (file.size > Number(form.dataset["max"])) {
      const way = /** @type {HTMLElement} */ (form.querySelector(".upload__way"));
      way.hidden = false;
      /** @type {HTMLElement} */ (form.querySelector(".upload__state")).textContent = say("upload.large");
      return;
    }
    void send(form, file);
  });
}
