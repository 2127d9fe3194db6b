"""Labeled pages as `bench/text/export-pages.ts` prints them, and the windows that the models are fed."""

import base64
import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from entity_f1 import IGNORED
from token_model import BERT_BEGIN, BERT_END, BIOBERT, IMAGE_SIDE, LAYOUT_BEGIN, LAYOUT_END, MAX_TOKENS, Kind

# Tokens that two windows of one page share, so that what one cuts the other has whole.
STRIDE = 128


@dataclass(frozen=True)
class Pages:
    """`labels` by model name, in the order of the logits; `rows` as printed."""

    labels: dict
    rows: list


@dataclass
class Window:
    """Inputs without the batch dimension; labels are ids, -100 where no label counts."""

    inputs: dict
    labels: np.ndarray


def read_pages(*paths: Path) -> Pages:
    """All pages of the files, plain or gzipped; every file must have the same labels."""
    rows, labels = [], None
    for path in paths:
        with (gzip.open(path, "rt") if path.suffix == ".gz" else path.open()) as lines:
            head = json.loads(next(lines, "{}"))
            if head.get("kind") != "labels":
                raise SystemExit(f'reading pages "{path}": its first line has no labels, it must have them')
            own = {"layoutlmv3": head["fields"], "biobert": head["entities"]}
            if labels not in (None, own):
                raise SystemExit(f'reading pages "{path}": it has other labels than "{paths[0]}", all must have the same')
            labels = own
            rows += [checked(json.loads(line), path) for line in lines]
    if not rows:
        raise SystemExit(f'reading pages "{paths[0]}": there is none, at least one is needed')
    return Pages(labels, rows)


def checked(row: dict, path: Path) -> dict:
    if row["seed"] >= 900_000:
        raise SystemExit(f'reading pages "{path}": one has seed {row["seed"]}, seeds from 900000 are for evaluation only')
    return row


def picture(row: dict) -> np.ndarray:
    """The page in 3 equal channels, -1 to 1; white where the row has no picture."""
    if not row["image"]:
        return np.ones((3, IMAGE_SIDE, IMAGE_SIDE), dtype=np.float32)
    gray = np.frombuffer(zlib.decompress(base64.b64decode(row["image"])), dtype=np.uint8)
    return np.repeat(gray.reshape(1, IMAGE_SIDE, IMAGE_SIDE), 3, axis=0).astype(np.float32) / 127.5 - 1


def encode_pages(kind: Kind, pages: Pages, labels: list[str], tokenizer_path: Path) -> list[Window]:
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    ids = {label: at for at, label in enumerate(labels)}
    unknown = set(pages.labels[kind.name]) - set(ids)
    if unknown:
        raise SystemExit(f'encoding pages: the label "{min(unknown)}" is not the model\'s, both must have the same labels')
    return [window for row in pages.rows for window in encode_row(kind, row, tokenizer, ids)]


def encode_row(kind: Kind, row: dict, tokenizer: Tokenizer, ids: dict) -> list[Window]:
    words = row["tokens"]
    encoding = tokenizer.encode([word["text"] for word in words], is_pretokenized=True, add_special_tokens=False)
    labels, last = [], None
    for at in encoding.word_ids:
        # The first piece of a word speaks for it.
        labels.append(ids[words[at]["entity" if kind is BIOBERT else "field"]] if at != last else IGNORED)
        last = at
    boxes = [words[at]["cell"] for at in encoding.word_ids]
    room = MAX_TOKENS - 2
    starts = range(0, max(1, len(encoding.ids) - STRIDE), room - STRIDE)
    return [window(kind, row, encoding.ids[at : at + room], boxes[at : at + room], labels[at : at + room]) for at in starts]


def window(kind: Kind, row: dict, ids: list[int], boxes: list, labels: list[int]) -> Window:
    begin, end = (BERT_BEGIN, BERT_END) if kind is BIOBERT else (LAYOUT_BEGIN, LAYOUT_END)
    inputs = {"input_ids": np.array([begin, *ids, end], dtype=np.int64)}
    inputs["attention_mask"] = np.ones(len(ids) + 2, dtype=np.int64)
    if kind is not BIOBERT:
        nowhere = [0, 0, 0, 0]
        inputs["bbox"] = np.array([nowhere, *boxes, nowhere], dtype=np.int64)
        inputs["pixel_values"] = picture(row)
    return Window(inputs, np.array([IGNORED, *labels, IGNORED], dtype=np.int64))


def batch(kind: Kind, windows: list[Window]) -> tuple[dict, np.ndarray]:
    """Windows padded to the longest of them."""
    longest = max(len(window.labels) for window in windows)
    inputs = {}
    for name, (_, dims) in kind.inputs.items():
        fill = kind.pad if name == "input_ids" else 0
        inputs[name] = np.stack([padded(window.inputs[name], longest, fill) if dims[0] == -1 else window.inputs[name] for window in windows])
    return inputs, np.stack([padded(window.labels, longest, IGNORED) for window in windows])


def padded(values: np.ndarray, length: int, fill: int) -> np.ndarray:
    out = np.full((length, *values.shape[1:]), fill, dtype=values.dtype)
    out[: len(values)] = values
    return out
