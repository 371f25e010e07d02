/** Puts fragments into the page: each top-level element replaces, by morphing, the one that has its id. */

import { Idiomorph } from "/vendor/idiomorph.js";

// What somebody is choosing or writing in is left alone until it is sent.
document.addEventListener("input", (event) => {
  const form = event.target instanceof HTMLElement ? event.target.closest("form") : null;
  if (form) form.dataset["touched"] = "yes";
});
document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement) delete event.target.dataset["touched"];
});

/**
 * @param {Node} old
 * @param {Node} fresh
 * @returns {boolean} whether `old` is to become like `fresh`: not what somebody writes in, nor what a script looks after
 */
function beforeNodeMorphed(old, fresh) {
  if (old instanceof HTMLElement && old.dataset["kept"]) return false;
  if (!(old instanceof HTMLFormElement) || !(fresh instanceof HTMLFormElement)) return true;
  return !old.dataset["touched"] || old.action !== fresh.action;
}

/**
 * @param {string} name
 * @param {Element} element
 * @returns {boolean} whether the attribute is to be changed: what was folded out stays so
 */
function beforeAttributeUpdated(name, element) {
  return !(name === "open" && element instanceof HTMLDetailsElement);
}

/**
 * What is outside the fragment stays as it is. Where the element that had the focus is gone afterwards, its section's
 * heading takes it, so that a keyboard or a screen reader is not thrown back to the top of the page.
 * @param {string} html
 * @returns {void}
 */
export function morph(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of [...parsed.body.children]) {
    const current = fresh.id ? document.getElementById(fresh.id) : null;
    if (!current) continue;
    const hadFocus = current.contains(document.activeElement);
    Idiomorph.morph(current, fresh.outerHTML, { morphStyle: "outerHTML", callbacks: { beforeNodeMorphed, beforeAttributeUpdated } });
    if (hadFocus && (document.activeElement === document.body || !document.activeElement)) {
      document.getElementById(fresh.id)?.querySelector("h2")?.focus();
    }
  }
}
