"""Writes one version of a model as a folder that the registry takes and every server loads."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import pbtxt
from token_model import Kind, sample

CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Card:
    """What a person must know before using the weights. `facts` are the card's lines, `license` an SPDX expression."""

    license: str
    weights: str
    facts: list[str]


def write_folder(kind: Kind, version: int, out: Path, model_files: list[Path], labels: list[str], tokenizer: Path | None, card: Card) -> Path:
    """`model_files` is the model and its side file, if it has one; they are moved into place. An older version's folder stays."""
    folder = out / kind.name
    place = folder / str(version)
    place.mkdir(parents=True, exist_ok=True)
    for path in model_files:
        shutil.move(path, place / path.name)
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "config.pbtxt").write_text(pbtxt.config(kind, len(labels), version, "cpu"))
    (folder / "configs" / "gpu.pbtxt").write_text(pbtxt.config(kind, len(labels), version, "gpu"))
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in labels))
    if tokenizer is not None:
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    write_warmup(kind, folder / "warmup")
    write_card(kind, version, folder, card)
    write_checksums(folder, version)
    return folder


def write_warmup(kind: Kind, folder: Path) -> None:
    """Raw tensors, little-endian, as Triton reads them from `warmup/`. Ids stay below any vocabulary's size."""
    folder.mkdir(exist_ok=True)
    for tokens in pbtxt.WARM_LENGTHS:
        inputs = dict(zip(kind.inputs, sample(kind, vocabulary=100, batch=1, tokens=tokens, seed=tokens)))
        for name, tensor in inputs.items():
            if name != "pixel_values":
                (folder / pbtxt.warm_file(name, tokens)).write_bytes(tensor.numpy().astype("<i8").tobytes())


def write_card(kind: Kind, version: int, folder: Path, card: Card) -> None:
    digests = [f"- SHA-256 of `{path.relative_to(folder)}`: `{sha256(path)}`" for path in sorted((folder / str(version)).iterdir())]
    lines = [
        f"# Model card: {kind.name}, version {version}",
        "",
        f"- License: {card.license}",
        f"- Weights: {card.weights}",
        *digests,
        *(f"- {fact}" for fact in card.facts),
        "",
        "How to make it again: `inference/training/README.md`.",
        "",
    ]
    (folder / "CARD.md").write_text("\n".join(lines))


def write_checksums(folder: Path, version: int) -> None:
    """For `sha256sum -c`; of the model's own files, of this version only."""
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name != CHECKSUMS and (not path.parent.name.isdigit() or path.parent.name == str(version))
    )
    (folder / CHECKSUMS).write_text("".join(f"{sha256(path)}  {path.relative_to(folder)}\n" for path in paths))


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def megabytes(paths: list[Path]) -> float:
    return float(np.round(sum(path.stat().st_size for path in paths) / 1e6, 1))
