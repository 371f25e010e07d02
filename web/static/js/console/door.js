/**
 * The door's page: every read is kept, sent, and answered by the server; where no answer comes, by the list on this device.
 * What was judged here is sent when the line is back, and what the server knows better is an alarm.
 */

import { csrfToken } from "../identity/key.js";
import { onPress } from "../ui/press.js";
import { say } from "../ui/words.js";
import { judge, readKey, readList } from "./door_badge.js";
import { dropPage, keepPage } from "./door_cache.js";
import { readCodes } from "./door_camera.js";
import { DoorStore } from "./door_store.js";

/** @typedef {{ id: string, state: string, html: string, name: string, revokedAt: number | null }} Answer */

const PATIENCE_MS = 3000;
const LOOK_EVERY_MS = 5000;
const HOUR_MS = 3_600_000;
const AT_ONCE = 50;
const LACKING = ["urn:rostrum:device-unproved", "urn:rostrum:passkey-needed"];

const root = /** @type {HTMLElement} */ (document.getElementById("door"));
const at = root.dataset["at"] ?? "";
const store = await DoorStore.open();
const key = await readKey(root.dataset["key"] ?? "").catch(() => undefined);
let connected = false;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {number} ms since the epoch */
function time(ms) {
  const form = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  return new Intl.DateTimeFormat(document.documentElement.lang, form).format(ms);
}

/**
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>} what the server says; rejects where it says nothing
 */
async function ask(path, body) {
  const answered = await fetch(`${at}/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "X-CSRF-Token": csrfToken(), "Content-Type": "application/json", Accept: "application/problem+json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if ([401, 403, 410].includes(answered.status)) {
    const { type } = await answered.json();
    // This device is no door's any more: nothing stays. One that has to prove itself again does so, and goes on.
    if (!LACKING.includes(type)) await forgetAll();
    location.reload();
  }
  if (!answered.ok) throw new Error(`${path}: ${answered.status}`);
  return answered.json();
}

/** The list of now. Whether the server was there. */
async function refresh() {
  try {
    const sent = await ask("list");
    connected = true;
    element("count").textContent = say("count", { count: sent.count });
    const told = key ? await readList(key, sent) : undefined;
    if (told) await store.keepList({ told, ahead: told.at - Date.now() });
  } catch {
    connected = false;
  }
  return connected;
}

/** The list, if it is young enough; an older one is deleted. */
async function youngList() {
  const list = await store.list();
  if (!list || Date.now() + list.ahead - list.told.at < HOUR_MS) return list;
  await store.forgetList();
  root.dataset["stale"] = "yes";
  await showAlarms();
  return undefined;
}

/**
 * Send what waits. What was let in here and is not good is an alarm.
 * @param {string} [now] the read that somebody waits for
 * @returns {Promise<Answer | undefined>} its answer
 */
async function send(now) {
  let own;
  let sent = 0;
  const reads = await store.reads();
  for (let start = 0; start < reads.length; start += AT_ONCE) {
    const some = reads.slice(start, start + AT_ONCE);
    const told = await ask("reads", { reads: some.map(({ id, code, at: when }) => ({ id, code, at: when })) });
    connected = true;
    element("count").textContent = say("count", { count: told.count });
    for (const answer of /** @type {Answer[]} */ (told.answers)) {
      const read = some.find(({ id }) => id === answer.id);
      if (answer.id === now) own = answer;
      else if (read && !["valid", "again"].includes(answer.state)) {
        const { id, name, state, revokedAt } = answer;
        await store.addAlarm({ id, name, state, revokedAt, at: read.at });
      }
      if (answer.id !== now) sent += 1;
      await store.dropRead(answer.id);
    }
  }
  if (sent) element("waiting").textContent = say("sent", { count: sent });
  await showAlarms();
  return own;
}

async function showAlarms() {
  const list = document.createDocumentFragment();
  for (const { id, name, at: when, revokedAt } of await store.alarms()) {
    const box = document.createElement("div");
    box.className = "message message--refused";
    const words = document.createElement("p");
    const kind = revokedAt === null ? "alarm" : revokedAt <= when ? "alarm.revoked" : "alarm.after";
    words.textContent = say(kind, { name: name || say("somebody"), time: time(when), revoked: time(revokedAt ?? 0) });
    const seen = document.createElement("button");
    seen.type = "button";
    seen.className = "button button--secondary";
    seen.textContent = say("seen");
    seen.addEventListener("click", () => void store.dropAlarm(id).then(showAlarms));
    box.append(words, seen);
    list.append(box);
  }
  element("alarms").replaceChildren(list);
}

async function showLine() {
  const list = await youngList();
  const line = element("line");
  const when = list ? { time: time(list.told.at), minutes: Math.floor((Date.now() + list.ahead - list.told.at) / 60_000) } : {};
  if (list) delete root.dataset["stale"];
  const stale = root.dataset["stale"] ? "stale" : "listless";
  const state = connected ? "connected" : list ? "cut" : key ? stale : "impossible";
  if (connected && !list) line.textContent = key ? "" : say("impossible");
  else line.textContent = say(state, when);
  line.dataset["state"] = state;
  line.className = state === "connected" ? "hint" : state === "cut" ? "message" : "message message--refused";
  const { length } = await store.reads();
  element("waiting").dataset["count"] = String(length);
  if (length) element("waiting").textContent = say("waiting", { count: length });
}

/**
 * @param {string} state
 * @param {string} hint
 */
function showVerdict(state, hint) {
  const box = document.createElement("div");
  box.className = `message message--${state === "valid" ? "done" : "refused"}`;
  box.id = "verdict";
  box.dataset["state"] = state;
  const head = document.createElement("h2");
  head.textContent = `${state === "valid" ? "✓" : state === "again" ? "!" : "✕"} ${say(state)}`;
  const words = document.createElement("p");
  words.textContent = hint;
  box.append(head, words);
  element("answer").replaceChildren(box);
}

/**
 * What this device says of a code; the read stays where somebody has come by it.
 * @param {import("./door_store.js").Read} read
 */
async function judgeHere(read) {
  const list = await youngList();
  if (!key || !list) {
    await store.dropRead(read.id);
    showVerdict("unchecked", "");
    return;
  }
  const { state, badge } = await judge(key, list.told, read.code, read.at);
  const before = (await store.reads()).some((each) => each.id !== read.id && each.badge === badge);
  if (state === "valid" && !before) await store.addRead({ ...read, badge });
  else await store.dropRead(read.id);
  showVerdict(state === "valid" && before ? "again" : state, say("offline"));
}

/** @param {string} code */
async function take(code) {
  const list = await store.list();
  const read = { id: crypto.randomUUID(), code, badge: "", at: Date.now() + (list?.ahead ?? 0) };
  await store.addRead(read);
  try {
    const answer = await send(read.id);
    if (answer) element("answer").innerHTML = answer.html;
  } catch {
    connected = false;
    await judgeHere(read);
  }
  await showLine();
}

/** One after the other: a badge is not judged while another is. */
let line = Promise.resolve();
/** @param {() => Promise<unknown>} work */
function inTurn(work) {
  line = line.then(work).then(
    () => {},
    (error) => console.warn("the door's page", error),
  );
  return line;
}

async function look() {
  if (await refresh()) await send().catch(() => (connected = false));
  await showLine();
}

async function forgetAll() {
  await store.destroy();
  await dropPage(at);
}

/** @type {MediaStream | undefined} */
let camera;
async function toggleCamera() {
  const picture = /** @type {HTMLVideoElement} */ (element("picture"));
  camera?.getTracks().forEach((track) => track.stop());
  const was = camera;
  camera = undefined;
  if (!was) {
    try {
      const wish = { facingMode: "environment", width: { ideal: 1280 } };
      camera = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
      void readCodes(picture, camera, (code) => void inTurn(() => take(code)));
    } catch {
      showVerdict("unchecked", say("camera.failed"));
    }
  }
  if (!camera) picture.srcObject = null;
  picture.hidden = !camera;
  element("camera").textContent = say(camera ? "camera.on" : "camera.off");
}

async function end() {
  const button = element("end");
  await send().catch(() => {});
  if ((await store.reads()).length && !button.dataset["sure"]) {
    button.dataset["sure"] = "yes";
    element("ended").textContent = say("unsent");
    return;
  }
  if (camera) await toggleCamera();
  clearInterval(looking);
  await forgetAll();
  for (const each of ["alarms", "answer", "line", "waiting"]) element(each).replaceChildren();
  element("read").hidden = true;
  button.hidden = true;
  element("ended").textContent = say("ended");
}

const code = /** @type {HTMLInputElement} */ (element("code"));
element("read").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = code.value.trim();
  code.value = "";
  code.focus();
  if (typed) void inTurn(() => take(typed));
});
element("end").hidden = false;
onPress("end", () => void inTurn(end));
if ("mediaDevices" in navigator) {
  element("camera").hidden = false;
  onPress("camera", () => void toggleCamera());
}
await showAlarms();
void inTurn(look);
const looking = setInterval(() => void inTurn(look), LOOK_EVERY_MS);
addEventListener("online", () => void inTurn(look));
void keepPage(at)
  .then(() => (root.dataset["kept"] = "yes"))
  .catch((error) => console.warn("the page is not kept", error));
