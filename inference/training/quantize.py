"""Quantizes an exported model to INT8 weights, and writes it only when it stays as good.

    python inference/training/quantize.py out/models/biobert --rows out/text/validate.ndjson --to 2 --out out/int8

The gate is the entity F1 on labeled pages: at most 0.005 may be lost. Without pages (random weights have no F1) it is the share of
tokens that get the same label, at least 0.9.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic

from entity_f1 import entity_f1
from model_folder import Card, megabytes, write_folder
from token_model import KINDS, Kind, sample

MAX_F1_LOSS = 0.005
MIN_AGREEMENT = 0.9
# Batch and tokens of the inputs on which labels are compared without pages.
COMPARED = [(4, 128), (2, 512)]


def quantize(model: Path, folder: Path) -> list[Path]:
    """Weights of matrix products and embeddings to INT8, a scale a channel; activations are quantized as they come."""
    quantize_dynamic(model, folder / "model.onnx", per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gemm", "Gather"])
    return [folder / "model.onnx"]


def open_session(path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def agreement(kind: Kind, before: Path, after: Path) -> float:
    """Share of real tokens with the same label."""
    sessions = [open_session(path) for path in (before, after)]
    same = total = 0
    for seed, (batch, tokens) in enumerate(COMPARED):
        inputs = {name: value.numpy() for name, value in zip(kind.inputs, sample(kind, 100, batch, tokens, seed))}
        real = inputs["attention_mask"] == 1
        first, second = (session.run(["logits"], inputs)[0].argmax(-1)[real] for session in sessions)
        same += int((first == second).sum())
        total += first.size
    return same / total


def f1(kind: Kind, path: Path, windows, labels: list[str]) -> float:
    """Entity F1 over all windows, one at a time as a CPU serves them."""
    session = open_session(path)
    pairs = []
    for window in windows:
        [logits] = session.run(["logits"], {name: np.expand_dims(window.inputs[name], 0) for name in kind.inputs})
        pairs.append((window.labels, logits[0].argmax(-1)))
    return entity_f1(pairs, labels)["micro"]["f1"]


def gate(kind: Kind, before: Path, after: Path, rows: Path | None, folder: Path) -> dict:
    if rows is None:
        share = agreement(kind, before, after)
        return {"passed": share >= MIN_AGREEMENT, "label_agreement": round(share, 4)}
    # Only here: encoding pages needs the tokenizer's package.
    from pages import encode_pages, read_pages

    labels = (folder / "labels.txt").read_text().split()
    windows = encode_pages(kind, read_pages(rows), labels, folder / "tokenizer.json")
    scores = [f1(kind, path, windows, labels) for path in (before, after)]
    return {"passed": scores[0] - scores[1] <= MAX_F1_LOSS, "f1_before": round(scores[0], 4), "f1_after": round(scores[1], 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the model's folder; its name is the model's")
    parser.add_argument("--version", type=int, default=1, help="what is quantized")
    parser.add_argument("--to", type=int, required=True, help="version of the result")
    parser.add_argument("--rows", type=Path, help="labeled pages of the validation seeds")
    parser.add_argument("--out", type=Path, required=True, help="repository to write to, not the one that is read")
    arguments = parser.parse_args()
    folder = arguments.folder
    kind = KINDS[folder.name]
    before = folder / str(arguments.version) / "model.onnx"
    out = arguments.out
    if (out / kind.name).resolve() == folder.resolve():
        parser.error("--out must be another repository: both versions would share one configuration")
    card = (folder / "CARD.md").read_text().splitlines()
    with tempfile.TemporaryDirectory() as work:
        files = quantize(before, Path(work))
        verdict = gate(kind, before, files[0], arguments.rows, folder)
        report = {"model": kind.name, "megabytes": megabytes(files), **verdict}
        if not verdict["passed"]:
            print(json.dumps(report))
            raise SystemExit(f'quantizing "{kind.name}": it loses too much, nothing was written')
        license_line = next(line.removeprefix("- License: ") for line in card if line.startswith("- License: "))
        facts = [f"INT8 weights of version {arguments.version}; the gate: {json.dumps(verdict)}", *trained_facts(card)]
        tokenizer = folder / "tokenizer.json"
        labels = (folder / "labels.txt").read_text().split()
        weights = f"version {arguments.version} quantized dynamically to INT8"
        write_folder(kind, arguments.to, out, files, labels, tokenizer if tokenizer.exists() else None, Card(license_line, weights, facts))
    print(json.dumps(report))


def trained_facts(card: list[str]) -> list[str]:
    """What the card says on training and data; figures of the other file do not hold for this one."""
    return [line.removeprefix("- ") for line in card if line.startswith(("- Trained", "- Validation", "- No real"))]


if __name__ == "__main__":
    main()
