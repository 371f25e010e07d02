/** Buttons that only a script answers: the page is sent with them disabled, so that no press is lost before it is heard. */

/**
 * @param {string} id of a button
 * @param {() => void} act
 */
export function onPress(id, act) {
  const button = /** @type {HTMLButtonElement} */ (document.getElementById(id));
  button.addEventListener("click", act);
  button.disabled = false;
}
