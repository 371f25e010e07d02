/** Where the code at a seat leads: to the page of the place that this browser holds. */

import { places } from "../identity/remembered.js";

const seat = /** @type {HTMLElement} */ (document.getElementById("seat"));
const [newest, ...others] = places();
if (newest) {
  const go = /** @type {HTMLAnchorElement} */ (document.getElementById("seat-go"));
  go.href = `${newest}/listen/${seat.dataset["meeting"]}`;
  /** @type {HTMLElement} */ (document.getElementById("seat-known")).hidden = false;
  // Who holds several places sees the one that was used last, and how to come to another.
  /** @type {HTMLElement} */ (document.getElementById("seat-unknown")).hidden = !others.length;
  if (!others.length) location.replace(go.href);
}
