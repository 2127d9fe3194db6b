import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fitConfidence, jointConfidence, thresholdAt } from "./calibrate.ts";
import { loadCalibration } from "./calibration.ts";

const IDENTITY = { intercept: 0, slope: 1 };

describe("jointConfidence", () => {
  it("is the product when nothing is calibrated", () => {
    assert.ok(Math.abs(jointConfidence([0.9, 0.8], IDENTITY) - 0.72) < 1e-9);
    assert.ok(jointConfidence([], IDENTITY) > 0.999);
  });

  it("is 0 when one of them is 0 or no number", () => {
    for (const bad of [0, Number.NaN, -1]) assert.equal(jointConfidence([0.9, bad], IDENTITY), 0);
  });

  it("stays a probability and never rises when a field gets less certain", () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(probability, { minLength: 1, maxLength: 20 }), probability, (all, factor) => {
        const [first = 0, ...rest] = all;
        const calibration = { intercept: 0.3, slope: 0.7 };
        const [whole, less] = [jointConfidence(all, calibration), jointConfidence([first * factor, ...rest], calibration)];
        assert.ok(whole >= 0 && whole <= 1 && less <= whole + 1e-12);
      }),
    );
  });
});

describe("fitConfidence", () => {
  it("finds the curve that made the outcomes", () => {
    // Of 1,000 documents at each log-odds x, the share 1 / (1 + exp(-(1 + 0.5 x))) is right.
    const samples = [-4, -2, 0, 2, 4].flatMap((x) => {
      const rate = 1 / (1 + Math.exp(-(1 + 0.5 * x)));
      return Array.from({ length: 1_000 }, (_, index) => ({ probability: 1 / (1 + Math.exp(-x)), right: index < 1_000 * rate }));
    });
    const { intercept, slope } = fitConfidence(samples);
    assert.ok(Math.abs(intercept - 1) < 0.02 && Math.abs(slope - 0.5) < 0.02, `${intercept} ${slope}`);
  });

  it("stays near the identity when there is little to learn from", () => {
    assert.deepEqual(fitConfidence([]), IDENTITY);
    const { intercept, slope } = fitConfidence([{ probability: 0.9, right: false }]);
    assert.ok(Math.abs(intercept) < 1 && Math.abs(slope - 1) < 1);
  });

  it("does not flatten the curve when outcomes contradict the probabilities, and keeps their mean", () => {
    const samples = Array.from({ length: 400 }, (_, index) => ({
      probability: index % 2 === 0 ? 0.9 : 0.3,
      right: index % 2 === 1 || index % 8 === 0,
    }));
    const { intercept, slope } = fitConfidence(samples);
    assert.equal(slope, 0.25);
    const mean = (jointConfidence([0.9], { intercept, slope }) + jointConfidence([0.3], { intercept, slope })) / 2;
    assert.ok(Math.abs(mean - samples.filter(({ right }) => right).length / samples.length) < 0.02, String(mean));
  });

  it("keeps finite when all are right, all wrong, or the probabilities are 0 and 1", () => {
    for (const right of [true, false]) {
      const { intercept, slope } = fitConfidence(Array.from({ length: 500 }, (_, index) => ({ probability: index % 2, right })));
      assert.ok(Number.isFinite(intercept) && slope > 0);
    }
  });
});

describe("thresholdAt", () => {
  it("is the value that the share does not exceed", () => {
    const values = Array.from({ length: 200 }, (_, index) => index + 1).toReversed();
    assert.deepEqual([thresholdAt(values, 0.995), thresholdAt(values, 1), thresholdAt(values, 0.5)], [199, 200, 100]);
    assert.throws(() => thresholdAt([], 0.9), RangeError);
  });
});

describe("loadCalibration", () => {
  it("has thresholds that belong to high quantiles", () => {
    const { autoencoder, isolationForest, residual, confidence } = loadCalibration();
    assert.ok(autoencoder.quantile >= 0.98 && isolationForest.quantile >= 0.98);
    assert.ok(residual.quantile >= 0.98 && residual.threshold > autoencoder.threshold);
    assert.ok(isolationForest.threshold > 0.4 && isolationForest.threshold < 1);
    assert.ok(confidence.slope > 0);
  });
});
