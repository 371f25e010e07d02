import assert from "node:assert/strict";
import { test } from "node:test";
import { Delayed } from "../../web/static/js/public/delayed.js";

/** @param {number | null} begun where picture and sound are at first */
function waiting(begun) {
  const clock = { reached: /** @type {number | null} */ (begun), now: 0 };
  const shown = [];
  const delayed = new Delayed(() => clock.reached, () => clock.now);
  const show = (at) => delayed.show(at, () => shown.push(at));
  return { clock, shown, delayed, show };
}

test("what is not late is shown at once", () => {
  const { shown, show, delayed } = waiting(Infinity);
  show(1000);
  assert.deepEqual(shown, [1000]);
  assert.equal(delayed.timer, undefined);
});

test("it waits for picture and sound, in its order, and no clock runs when nothing waits", () => {
  const { clock, shown, delayed, show } = waiting(null);
  for (const at of [1000, 2000, 1500]) show(at);
  delayed.tick();
  assert.deepEqual(shown, [], "they have not begun");
  clock.reached = 1000;
  delayed.tick();
  assert.deepEqual(shown, [1000]);
  clock.reached = 1999;
  delayed.tick();
  assert.deepEqual(shown, [1000], "none overtakes another");
  clock.reached = 2000;
  delayed.tick();
  assert.deepEqual(shown, [1000, 2000, 1500]);
  assert.equal(delayed.timer, undefined);
});

test("who has waited too long sees it, and who turns captions off sees nothing of what waited", () => {
  const { clock, shown, delayed, show } = waiting(null);
  show(1000);
  clock.now = 30_000;
  delayed.tick();
  assert.deepEqual(shown, [1000]);
  show(2000);
  delayed.clear();
  clock.reached = Infinity;
  delayed.tick();
  assert.deepEqual(shown, [1000]);
});

test("no more waits than a page can hold", () => {
  const { shown, delayed, show } = waiting(null);
  for (let at = 0; at < 520; at += 1) show(at);
  assert.deepEqual(shown, Array.from({ length: 20 }, (_, at) => at));
  delayed.clear();
});
