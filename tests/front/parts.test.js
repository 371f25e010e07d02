import assert from "node:assert/strict";
import { test } from "node:test";
import { FIRST_BYTES, LEAST_BYTES, MOST_BYTES, nextPart } from "../../web/static/js/files/parts.js";

/** @param {number} bytesPerS the parts that a line comes to carry */
const settled = (bytesPerS) => {
  let bytes = FIRST_BYTES;
  for (let n = 0; n < 20; n += 1) bytes = nextPart(bytes, (1000 * bytes) / bytesPerS);
  return bytes;
};

test("a part takes some seconds, on a thin line and on a fast one", () => {
  assert.equal(settled(100_000), 500_000);
  assert.equal(settled(1_000_000), 5_000_000);
});

test("parts are neither too small for a thin line nor without bounds on a fast one", () => {
  assert.equal(settled(1000), LEAST_BYTES);
  assert.equal(settled(1e9), MOST_BYTES);
  assert.equal(nextPart(FIRST_BYTES, 0), 4 * FIRST_BYTES);
});
