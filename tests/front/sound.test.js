import assert from "node:assert/strict";
import { test } from "node:test";
import { soundConstraints } from "../../web/static/js/media/sound.js";

test("in a quiet room the voice is taken as it is", () => {
  const constraints = soundConstraints({ room: "quiet" });
  assert.equal(constraints.echoCancellation, false);
  assert.equal(constraints.noiseSuppression, false);
  assert.equal(constraints.autoGainControl, false);
  assert.equal("deviceId" in constraints, false);
});

test("a noisy room gets help, and never automatic gain", () => {
  const constraints = soundConstraints({ deviceId: "desk", room: "needs-help" });
  assert.equal(constraints.echoCancellation, true);
  assert.equal(constraints.noiseSuppression, true);
  assert.equal(constraints.autoGainControl, false);
  assert.deepEqual(constraints.deviceId, { ideal: "desk" });
});
