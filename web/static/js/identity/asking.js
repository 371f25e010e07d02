/** Says that a device asks to be let in, where every page of a place has room for it. */

/** @param {string} html from the server; empty: none asks (any more) */
export function showAsking(html) {
  const room = document.getElementById("asking");
  if (!room || room.dataset["shown"] === html) return;
  room.dataset["shown"] = html;
  room.innerHTML = html;
}
