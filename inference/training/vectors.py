"""Writes the small models and recorded outputs that the ordinary test run checks ONNX Runtime in Node with.

    python inference/training/vectors.py --out inference/training/data

Logits come from torch, scores from scikit-learn; nothing in the file comes from ONNX Runtime.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch

import isolation_forest
from export_model import export_folder
from model_folder import Card
from token_model import IMAGE_SIDE, KINDS, Served, build, sample

SHAPES = [(1, 1), (2, 33)]
VOCABULARY = 120
LABELS = ["O", "B-DRUG", "I-DRUG", "B-DATE", "I-DATE"]
FEATURES = 32
FOREST_CONFIG = """name: "isolation_forest"
backend: "onnxruntime"
max_batch_size: 64
input [ { name: "features", data_type: TYPE_FP32, dims: [ 32 ] } ]
output [ { name: "score", data_type: TYPE_FP32, dims: [ 1 ] } ]
version_policy: { specific: { versions: [ 1 ] } }
instance_group [ { count: 1, kind: KIND_CPU } ]
"""


def ramp(batch: int) -> torch.Tensor:
    """A picture that the test computes again instead of reading 600 KB."""
    places = torch.arange(batch * 3 * IMAGE_SIDE * IMAGE_SIDE, dtype=torch.int64)
    return ((places * 7919 % 256).float() / 127.5 - 1).reshape(batch, 3, IMAGE_SIDE, IMAGE_SIDE)


def token_vectors(kind, out: Path) -> list[dict]:
    torch.manual_seed(1)
    model = build(kind, "speck", VOCABULARY, LABELS)
    # Larger than the usual start, so that a wrong product shows in the logits.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    export_folder(kind, model, out, 1, None, Card("Apache-2.0", "random, for tests only", []))
    cases = []
    for seed, (batch, tokens) in enumerate(SHAPES):
        inputs = dict(zip(kind.inputs, sample(kind, VOCABULARY, batch, tokens, seed)))
        if "pixel_values" in inputs:
            inputs["pixel_values"] = ramp(batch)
        with torch.no_grad():
            logits = Served(kind, model)(*inputs.values())
        lists = {name: value.flatten().tolist() for name, value in inputs.items() if name != "pixel_values"}
        cases.append({"model": kind.name, "batch": batch, "tokens": tokens, "inputs": lists, "logits": logits.flatten().tolist()})
    return cases


def forest_vectors(out: Path) -> dict:
    random = np.random.default_rng(1)
    rows = random.normal(size=(2000, FEATURES)).astype(np.float32).astype(np.float64)
    forest = isolation_forest.train(rows, seed=1)
    forest.estimators_ = forest.estimators_[:40]
    forest.estimators_features_ = forest.estimators_features_[:40]
    forest._decision_path_lengths = forest._decision_path_lengths[:40]
    forest._average_path_length_per_tree = forest._average_path_length_per_tree[:40]
    folder = out / "isolation_forest"
    (folder / "1").mkdir(parents=True, exist_ok=True)
    model = isolation_forest.to_onnx(forest)
    onnx.checker.check_model(model)
    (folder / "1" / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / "config.pbtxt").write_text(FOREST_CONFIG)
    # Half of them far out, and values that are thresholds themselves: there the branch is decided by rounding.
    tested = np.concatenate([rows[:24], random.normal(scale=4, size=(24, FEATURES)), np.zeros((1, FEATURES))])
    thresholds = [tree.tree_.threshold[0] for tree in forest.estimators_]
    tested[24:48, 0] = thresholds[:24]
    tested = tested.astype(np.float32)
    scores = -forest.score_samples(tested.astype(np.float64))
    return {"model": "isolation_forest", "rows": tested.tolist(), "scores": scores.tolist()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    repository = out / "repository"
    repository.mkdir(parents=True)
    tokens = [case for kind in KINDS.values() for case in token_vectors(kind, repository)]
    (out / "vectors.json").write_text(json.dumps({"tokens": tokens, "forest": forest_vectors(repository)}) + "\n")


if __name__ == "__main__":
    main()
