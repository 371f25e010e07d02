/** The picture of an interpreter of International Sign: there when it was asked for, as large as its reader wants. */

import { remember } from "./channels.js";

const KEY = "rostrum.sign";
const SIZES = ["medium", "large", "full"];

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @returns {{ wanted: boolean, size: string }} as this browser remembers it */
function remembered() {
  try {
    const [wanted, size = ""] = (localStorage.getItem(KEY) ?? "").split(" ");
    return { wanted: wanted === "on", size: SIZES.includes(size) ? size : "medium" };
  } catch {
    return { wanted: false, size: "medium" };
  }
}

/** @returns {boolean} whether it is wanted, and there is somebody to sign */
export function signWanted() {
  return remembered().wanted && part("channels").dataset["signs"] === "yes";
}

export function followSign() {
  const on = /** @type {HTMLInputElement} */ (part("sign-on"));
  const size = /** @type {HTMLSelectElement} */ (part("sign-size"));
  const kept = remembered();
  on.checked = kept.wanted;
  size.value = kept.size;
  /** @type {import("./viewer.js").Viewing | null} */
  let watching = null;

  const show = () => {
    const offered = part("channels").dataset["signs"] === "yes";
    const shown = offered && on.checked;
    part("signing").hidden = !offered;
    part("sign-size-choice").hidden = !shown;
    part("signer").hidden = !shown;
    part("signer").dataset["size"] = size.value;
    part("signer-none").hidden = part("channels").dataset["signing"] === "yes";
    void watching?.sign(shown);
  };
  for (const control of [on, size]) {
    control.addEventListener("change", () => {
      remember(KEY, `${on.checked ? "on" : "off"} ${size.value}`);
      show();
    });
  }
  show();
  return {
    news: show,
    /** @param {import("./viewer.js").Viewing} made */
    watch: (made) => {
      watching = made;
      show();
    },
  };
}
