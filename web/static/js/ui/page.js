/** What every page does: the colours that the person chose, focus on an error summary, no form sent twice. */

const THEMES = /** @type {const} */ (["auto", "light", "dark"]);

const button = document.getElementById("theme");
if (button) {
  const root = document.documentElement;
  const show = () => {
    const theme = root.dataset["theme"] ?? "auto";
    button.textContent = button.dataset[theme] ?? "";
  };
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    const now = THEMES.indexOf(/** @type {typeof THEMES[number]} */ (root.dataset["theme"]));
    const next = THEMES[(now + 1) % THEMES.length] ?? "auto";
    root.dataset["theme"] = next;
    document.cookie = `rostrum_theme=${next}; path=/; max-age=31536000; samesite=lax`;
    show();
  });
}

document.getElementById("error-summary")?.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.hasAttribute("data-live") || event.defaultPrevented) return;
  if (form.dataset["sent"]) event.preventDefault();
  form.dataset["sent"] = "yes";
});
// A page that comes back from the browser's memory may send its form again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
});
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (/** @type {KeyboardEvent} */ (event).key === "Escape") menu.removeAttribute("open");
  });
}
