/** A recording: chapters jump in its player, the one that is played is marked, a change of language goes on where one was. */

const video = document.querySelector("#recording");
const chapters = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("a.chapter")]);
const choice = /** @type {HTMLSelectElement | null} */ (document.querySelector("#channel"));

if (video instanceof HTMLVideoElement) {
  for (const chapter of chapters) {
    chapter.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      video.currentTime = Number(chapter.dataset["from"]);
      void video.play().catch(() => undefined);
      video.scrollIntoView({ block: "nearest" });
    });
  }
  video.addEventListener("timeupdate", () => {
    for (const chapter of chapters) {
      const playing =
        video.currentTime >= Number(chapter.dataset["from"]) && video.currentTime < Number(chapter.dataset["to"]);
      if (playing) chapter.setAttribute("aria-current", "true");
      else chapter.removeAttribute("aria-current");
    }
  });
  choice?.form?.addEventListener("submit", () => {
    const at = choice.form?.elements.namedItem("t");
    if (at instanceof HTMLInputElement) at.value = String(Math.floor(video.currentTime));
  });
}
if (choice?.form) {
  document.querySelector("#change")?.setAttribute("hidden", "");
  choice.addEventListener("change", () => choice.form?.requestSubmit());
}
