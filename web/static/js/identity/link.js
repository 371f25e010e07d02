/** The page of a personal link: its form goes with this browser's key. Without one it goes as it is. */

import { csrfToken, show } from "./key.js";
import { remember } from "./remembered.js";

for (const form of document.querySelectorAll("form[data-place]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.dataset["busy"]) return;
    form.dataset["busy"] = "yes";
    void send(form);
  });
}
// A page that comes back from the browser's memory may send its form again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) form.removeAttribute("data-busy");
});

/** @param {HTMLFormElement} form */
async function send(form) {
  try {
    const place = form.dataset["place"] ?? "";
    const url = form.dataset["challenge"] ?? "";
    const shown = await show({ place, purpose: "link", url, csrf: csrfToken(), make: true });
    for (const [name, value] of Object.entries(shown ?? {})) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = value;
    }
    if (shown) remember(`/at/${place}`);
  } catch (error) {
    // No IndexedDB in this browser's private mode, no WebCrypto without TLS: the cookie alone then.
    console.warn("no key in this browser", error);
  }
  form.submit();
}
