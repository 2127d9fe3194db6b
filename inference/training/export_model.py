"""Exports a token classifier to ONNX and writes its folder for the model repository.

    python inference/training/export_model.py biobert --size base --out out/models           random weights, the published shape
    python inference/training/export_model.py layoutlmv3 --weights ~/weights/layoutlmv3-base --license CC-BY-NC-SA-4.0 \\
        --tokenizer ~/weights/layoutlmv3-base/tokenizer.json --out out/models                local pre-trained weights

Stops without writing when ONNX Runtime and torch differ by more than 1e-4 on any of the shapes.
"""

import argparse
import json
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from model_folder import Card, megabytes, write_folder
from token_model import KINDS, SIZES, Kind, Served, build, labels_of, load, sample

TOLERANCE = 1e-4
# Batch and tokens that the export is proven on: none is the shape that it was traced with.
SHAPES = [(1, 1), (1, 7), (2, 33), (3, 128), (1, 512)]
TRACED = (2, 16)
OPSET = 18
# A file above this gets its weights beside it: what loads models copies a protobuf several times.
SIDE_FILE_BYTES = 100_000_000
# Sizes of the published vocabularies.
VOCABULARIES = {"layoutlmv3": 50_265, "biobert": 28_996}


def export(kind: Kind, model, folder: Path) -> list[Path]:
    """Writes model.onnx, and model.onnx.data where the weights are large, with free batch and length."""
    batch, tokens = torch.export.Dim("batch", min=1, max=64), torch.export.Dim("tokens", min=1, max=512)
    dynamic = {name: {0: batch, 1: tokens} if dims[0] == -1 else {0: batch} for name, (_, dims) in kind.inputs.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            Served(kind, model).eval(),
            sample(kind, model.config.vocab_size, *TRACED, seed=0),
            dynamo=True,
            input_names=list(kind.inputs),
            output_names=["logits"],
            # One star-argument, so one tuple of specifications.
            dynamic_shapes=(tuple(dynamic.values()),),
            opset_version=OPSET,
            verbose=False,
        )
    path = folder / "model.onnx"
    size = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    program.save(str(path), external_data=size > SIDE_FILE_BYTES)
    strip(path)
    onnx.checker.check_model(str(path))
    return sorted(folder.iterdir())


def strip(path: Path) -> None:
    """Takes out what the exporter notes for debugging: stack traces with paths of this machine, as large as small weights."""
    model = onnx.load(str(path), load_external_data=False)
    for graph in [model.graph, *model.functions]:
        del graph.metadata_props[:]
        for node in graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
    for info in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del info.metadata_props[:]
    path.write_bytes(model.SerializeToString(deterministic=True))


def largest_difference(kind: Kind, model, path: Path) -> float:
    """Between torch and ONNX Runtime, over all real tokens of all shapes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    served = Served(kind, model).eval()
    worst = 0.0
    for seed, (batch, tokens) in enumerate(SHAPES):
        inputs = sample(kind, model.config.vocab_size, batch, tokens, seed)
        with torch.no_grad():
            wanted = served(*inputs).numpy()
        [got] = session.run(["logits"], {name: value.numpy() for name, value in zip(kind.inputs, inputs)})
        if got.shape != wanted.shape:
            raise SystemExit(f'exporting "{kind.name}": the logits have shape {got.shape}, torch gives {wanted.shape}')
        worst = max(worst, float(np.abs(got - wanted).max()))
    return worst


def export_folder(kind: Kind, model, out: Path, version: int, tokenizer: Path | None, card: Card) -> dict:
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=out) as work:
        files = export(kind, model, Path(work))
        difference = largest_difference(kind, model, files[0])
        if difference > TOLERANCE:
            raise SystemExit(f'exporting "{kind.name}": ONNX differs from torch by {difference}, at most {TOLERANCE} is allowed')
        size = megabytes(files)
        facts = [
            f"{parameters(model) / 1e6:.1f} million parameters, {size} MB; ONNX Runtime differs from torch by at most {difference:.1e} on {len(SHAPES)} shapes",
            *card.facts,
        ]
        folder = write_folder(kind, version, out, files, labels_of(model), tokenizer, Card(card.license, card.weights, facts))
    return {
        "model": kind.name,
        "folder": str(folder),
        "parameters": parameters(model),
        "megabytes": size,
        "max_difference": difference,
        "seconds": round(time.monotonic() - began, 1),
    }


def parameters(model) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(KINDS))
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--size", choices=sorted(SIZES), help="random weights of this size")
    source.add_argument("--weights", type=Path, help="local folder in the format of transformers")
    parser.add_argument("--labels", type=Path, help="one label a line; the weights' own, or five, without it")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json to put beside the model")
    parser.add_argument("--license", help="SPDX expression of the weights; must be given with --weights")
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vocabulary", type=int, help="size of the vocabulary of random weights; the published one without it")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    kind = KINDS[arguments.model]
    labels = arguments.labels.read_text().split() if arguments.labels else None
    torch.manual_seed(arguments.seed)
    if arguments.weights:
        if not arguments.license:
            parser.error("--license must be given with --weights: it goes into the card, and the registry shows it")
        model = load(kind, arguments.weights.expanduser(), labels)
        card = Card(arguments.license, f"loaded from a local folder named `{arguments.weights.name}`", [])
    else:
        vocabulary = arguments.vocabulary or VOCABULARIES[kind.name]
        model = build(kind, arguments.size, vocabulary, labels or [f"LABEL_{at}" for at in range(5)])
        card = Card("Apache-2.0", f"random, size {arguments.size}, seed {arguments.seed}: good for measuring only", [])
    print(json.dumps(export_folder(kind, model, arguments.out, arguments.version, arguments.tokenizer, card)))


if __name__ == "__main__":
    main()
