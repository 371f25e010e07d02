/** Sends a form's file so that it goes on after the line broke off (tus). Without this script the form sends itself. */

import { say } from "../ui/words.js";

/**
 * @typedef {{
 *   new (file: File, options: Record<string, unknown>): {
 *     start(): void,
 *     abort(terminate: boolean): Promise<void>,
 *     findPreviousUploads(): Promise<unknown[]>,
 *     resumeFromPreviousUpload(previous: unknown): void,
 *   }
 * }} Upload
 */

const PART_BYTES = 4 * 1024 * 1024;
const WAITS_MS = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000, 60_000];
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
  const over = () => {
    button.disabled = false;
    stop.hidden = true;
  };
  const fields = Object.fromEntries(
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf"),
  );
  const upload = new Upload(file, {
    endpoint: new URL(form.dataset["upload"] ?? "", location.href).href,
    chunkSize: PART_BYTES,
    retryDelays: WAITS_MS,
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
      const again = status === 0 || status === 409 || status === 460 || status >= 500;
      if (again) tell(say("upload.waiting"));
      return again;
    },
    /**
     * @param {number} sent
     * @param {number} all
     */
    onProgress: (sent, all) => {
      const percent = Math.floor((100 * sent) / all);
      bar.value = percent;
      tell(percent < 100 ? say("upload.sending", { percent }) : say("upload.checking"));
    },
    onSuccess: () => {
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
