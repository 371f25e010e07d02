/** Says something to everybody: on the screen in the page's message area, and by it to screen readers. */

/**
 * @param {string} words
 * @param {"done" | "refused"} kind
 * @returns {void}
 */
export function announce(words, kind) {
  const area = document.getElementById("messages");
  if (!area) return;
  const message = document.createElement("p");
  message.className = `message message--${kind}`;
  message.textContent = words;
  area.append(message);
  setTimeout(() => message.remove(), kind === "refused" ? 12_000 : 5_000);
}
