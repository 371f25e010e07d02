/** Asks the server for a fresh media pass for the page's place and meeting. */

/**
 * @param {string} url
 * @returns {() => Promise<string>}
 */
export function passFrom(url) {
  return async () => {
    const csrf = document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRF-Token": csrf } });
    if (!answer.ok) throw new Error(`media pass: ${answer.status}`);
    return (await answer.json()).token;
  };
}
