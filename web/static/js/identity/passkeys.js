/** The ceremonies of WebAuthn: options come from the server as JSON, the authenticator's answer goes back as JSON. */

import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";
import { csrfToken } from "./key.js";

const root = /** @type {HTMLElement} */ (document.getElementById("passkeys"));
const at = root.dataset["at"] ?? "";

/**
 * @param {string} url
 * @param {unknown} [body]
 */
async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "X-CSRF-Token": csrfToken(),
      "Content-Type": "application/json",
      Accept: "application/json, application/problem+json",
    },
    body: JSON.stringify(body ?? {}),
  });
  const text = await answer.json();
  if (!answer.ok) throw new Error(`${text.title} ${text.detail}`);
  return text;
}

/** @param {string} words */
function tell(words) {
  /** @type {HTMLElement} */ (document.getElementById("passkeys-said")).textContent = words;
}

/** @param {() => Promise<void>} ceremony */
async function run(ceremony) {
  tell("");
  try {
    await ceremony();
  } catch (error) {
    // What the browser says when its owner turned away names no reason (NotAllowedError): ours is in plain words.
    tell(error instanceof DOMException ? say("passkey.stopped") : error instanceof Error ? error.message : "");
  }
}

async function make() {
  const options = await post(`${at}/passkeys/making`);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  await post(`${at}/passkeys`, made.toJSON());
  location.assign(root.dataset["next"] ?? "");
}

/** @param {string} asked @param {string} answered */
async function show(asked, answered) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post(asked));
  const shown = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  const { next } = await post(answered, shown.toJSON());
  location.assign(next ?? root.dataset["next"] ?? "");
}

if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  tell(say("passkey.impossible"));
} else {
  if (document.getElementById("passkey-make")) onPress("passkey-make", () => void run(make));
  if (document.getElementById("passkey-show")) {
    const [asked, answered] = at
      ? [`${at}/passkeys/showing`, `${at}/passkeys/shown`]
      : ["/passkey/showing", "/passkey"];
    onPress("passkey-show", () => void run(() => show(asked ?? "", answered ?? "")));
  }
}
