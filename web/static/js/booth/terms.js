/** The glossary's search: what is typed is looked up as it is typed; without this script the form opens the glossary. */

const WAIT_MS = 200;

/** Wires the form. */
export function searchTerms() {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("terms-search"));
  const field = /** @type {HTMLInputElement} */ (document.getElementById("terms-q"));
  const found = /** @type {HTMLElement} */ (document.getElementById("terms"));
  let round = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const look = async () => {
    const own = (round += 1);
    const address = new URL(form.dataset["found"] ?? "", location.href);
    address.searchParams.set("q", field.value);
    try {
      const answer = await fetch(address);
      const html = await answer.text();
      if (answer.ok && own === round) {
        found.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
      }
    } catch {
      // Out of reach: what was found before stays, and the next key looks again.
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void look();
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), WAIT_MS);
  });
}
