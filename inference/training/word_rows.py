"""Word pictures as `bench/words/export-words.ts` prints them, and the batches that the recognizer is fed."""

import base64
import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer_model import ALPHABET, HEIGHT, PAPER, bucket_of

IDS = {character: at + 1 for at, character in enumerate(ALPHABET)}


@dataclass(frozen=True)
class Word:
    text: str
    # Gray bytes [32, width], width a bucket's.
    image: np.ndarray
    tags: tuple
    seed: int


def read_words(*paths: Path) -> list[Word]:
    """All words of the files, plain or gzipped."""
    words: list[Word] = []
    for path in paths:
        with (gzip.open(path, "rt") if path.suffix == ".gz" else path.open()) as lines:
            for line in lines:
                words += words_of(json.loads(line), path)
    if not words:
        raise SystemExit(f'reading words "{paths[0]}": there is none, at least one is needed')
    return words


def words_of(row: dict, path: Path) -> list[Word]:
    if row["seed"] >= 900_000:
        raise SystemExit(f'reading words "{path}": one has seed {row["seed"]}, seeds from 900000 are for evaluation only')
    pixels = np.frombuffer(zlib.decompress(base64.b64decode(row["pixels"])), dtype=np.uint8)
    quality = row["quality"]
    tags = (*row["tags"], f"quality={quality['family']}-{quality['resolution']}-{quality['level']}", f"source={row['source']}")
    words, at = [], 0
    for text, width in row["words"]:
        image = np.full((HEIGHT, bucket_of(width)), PAPER, dtype=np.uint8)
        image[:, :width] = pixels[at : at + HEIGHT * width].reshape(HEIGHT, width)
        words.append(Word(text, image, tags, row["seed"]))
        at += HEIGHT * width
    if at != len(pixels):
        raise SystemExit(f'reading words "{path}": seed {row["seed"]} has {len(pixels)} pixels, its words need {at}')
    return words


def batches(words: list[Word], size: int, random: np.random.Generator | None) -> list[list[Word]]:
    """Batches of one width each; shuffled when a generator is given."""
    order = np.arange(len(words)) if random is None else random.permutation(len(words))
    by_width: dict[int, list[Word]] = {}
    for at in order:
        by_width.setdefault(words[at].image.shape[1], []).append(words[at])
    made = [group[at : at + size] for group in by_width.values() for at in range(0, len(group), size)]
    if random is not None:
        random.shuffle(made)
    return made


def targets(words: list[Word]) -> tuple[np.ndarray, np.ndarray]:
    """Classes of all texts in a row, and how many each text has."""
    ids = [[IDS[character] for character in word.text] for word in words]
    return np.concatenate([np.array(each, dtype=np.int64) for each in ids]), np.array([len(each) for each in ids], dtype=np.int64)


def decode(best: np.ndarray) -> list[str]:
    """Texts of the best classes [batch, steps]: repeats collapse, blanks part them."""
    texts = []
    for row in best:
        kept = row[np.concatenate([[True], row[1:] != row[:-1]]) & (row != 0)]
        texts.append("".join(ALPHABET[at - 1] for at in kept).strip())
    return texts
