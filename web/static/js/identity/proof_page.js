/** The page of the proof: proves and goes on, or says that it could not. */

import { prove } from "./proof.js";

const root = /** @type {HTMLElement} */ (document.getElementById("proof"));

prove(root.dataset["at"] ?? "", false)
  .catch(() => false)
  .then((proved) => {
    if (proved) {
      location.replace(root.dataset["next"] ?? "");
      return;
    }
    /** @type {HTMLElement} */ (document.getElementById("proof-failed")).hidden = false;
    /** @type {HTMLElement} */ (document.getElementById("proof-trying")).hidden = true;
  });
