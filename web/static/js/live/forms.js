/** Sends a page's forms by script: the page stays, the live stream shows what came of it. Without script they work too. */

import { announce } from "../ui/announce.js";

/** @returns {string} */
function csrf() {
  return document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";
}

/**
 * Handles every form marked `data-live` below `root`, those that arrive later included.
 * @param {HTMLElement} root
 * @param {string} failure words to show where the answer did not come
 * @returns {void}
 */
export function sendByScript(root, failure) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-live")) return;
    event.preventDefault();
    const submitter = /** @type {SubmitEvent} */ (event).submitter;
    const words = submitter?.dataset["confirm"] ?? form.dataset["confirm"];
    if (words && !confirm(words)) return;
    void send(form, submitter, failure);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null | undefined} submitter
 * @param {string} failure
 */
async function send(form, submitter, failure) {
  if (form.dataset["busy"]) return;
  form.dataset["busy"] = "yes";
  if (submitter instanceof HTMLButtonElement) submitter.setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") body.append(name, value);
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { "Rostrum-Fetch": "1", "X-CSRF-Token": csrf(), Accept: "application/problem+json" },
    });
    if (!answer.ok) {
      announce(await wordsOf(answer, failure), "refused");
      return;
    }
    if (form.hasAttribute("data-clears")) form.reset();
    if (form.dataset["done"]) announce(form.dataset["done"], "done");
  } catch {
    announce(failure, "refused");
  } finally {
    delete form.dataset["busy"];
    submitter?.removeAttribute("aria-busy");
  }
}

/**
 * @param {Response} answer
 * @param {string} failure
 * @returns {Promise<string>}
 */
async function wordsOf(answer, failure) {
  if (!answer.headers.get("Content-Type")?.startsWith("application/problem+json")) return failure;
  const problem = await answer.json();
  return typeof problem.title === "string" ? problem.title : failure;
}
