/**
 * The console's keys: single letters press the button that names them. They go by the key's place on the keyboard, so that
 * they are there whatever alphabet it writes, and can be turned off (WCAG 2.1.4). The choice is kept on this device.
 */

import { onPress } from "../ui/press.js";

const KEPT = "rostrum-console-keys";

/** @returns {boolean} */
function areOn() {
  return localStorage.getItem(KEPT) !== "off";
}

/**
 * @param {KeyboardEvent} event
 * @returns {string} the letter of the key's place: "n" for the key that writes n on a Latin keyboard
 */
function letterOf(event) {
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : "";
}

/** @param {KeyboardEvent} event */
function press(event) {
  // A key that is held down is one press: else it would give minute upon minute.
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "?") {
    event.preventDefault();
    dialog().showModal();
    return;
  }
  const letter = letterOf(event);
  if (!letter || !areOn()) return;
  const button = document.querySelector(`form:not([hidden]) > button[data-key="${letter}"]:not(:disabled)`);
  if (button instanceof HTMLButtonElement) {
    event.preventDefault();
    button.click();
  }
}

/** @returns {HTMLDialogElement} */
function dialog() {
  return /** @type {HTMLDialogElement} */ (document.getElementById("keys"));
}

/** Begins to listen, and wires the dialog that lists them. */
export function listenToKeys() {
  document.addEventListener("keydown", press);
  onPress("keys-open", () => dialog().showModal());
  const on = /** @type {HTMLInputElement} */ (document.getElementById("keys-on"));
  const show = () => {
    on.checked = areOn();
    document.body.toggleAttribute("data-keys-off", !areOn());
  };
  on.addEventListener("change", () => {
    localStorage.setItem(KEPT, on.checked ? "on" : "off");
    show();
  });
  show();
}
