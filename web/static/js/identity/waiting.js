/** The page of a device that waits to be let in: asks how it was answered, and goes on by itself. */

const LOOK_EVERY_MS = 1500;
const root = /** @type {HTMLElement} */ (document.getElementById("waiting"));

async function look() {
  try {
    const answer = await fetch(root.dataset["answer"] ?? "");
    const { standing } = answer.ok ? await answer.json() : { standing: "away" };
    if (standing === "in") {
      /** @type {HTMLFormElement} */ (document.getElementById("entry")).submit();
      return;
    }
    if (standing === "away") {
      location.reload();
      return;
    }
  } catch {
    // The line is down for a moment.
  }
  setTimeout(() => void look(), LOOK_EVERY_MS);
}

if (root.dataset["standing"] === "waiting") void look();
