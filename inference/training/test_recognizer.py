"""Tests of the word recognizer's tools: `python -m unittest discover inference/training`, about a minute."""

import base64
import io
import json
import sys
import tempfile
import unittest
import zlib
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

import train_recognizer
from model_folder import Card, sha256
from recognizer_model import CLASSES, HEIGHT, PAPER, Recognizer, WIDTHS, bucket_of, export_folder
from word_rows import IDS, batches, decode, read_words, targets


def row(seed: int, texts: list[str]) -> dict:
    """Words drawn as bars: each character is a bar whose height is its own."""
    images = []
    for text in texts:
        image = np.full((HEIGHT, 12 * len(text) + 4), PAPER, dtype=np.uint8)
        for at, character in enumerate(text):
            image[: 4 + 8 * (ord(character) % 4), 12 * at + 4 : 12 * at + 11] = 0
        images.append(image)
    pixels = base64.b64encode(zlib.compress(b"".join(image.tobytes() for image in images))).decode()
    quality = {"family": "fax", "resolution": "fine", "level": "clean"}
    words = [[text, image.shape[1]] for text, image in zip(texts, images)]
    return {"kind": "words", "seed": seed, "source": "dense", "tags": ["font=bars"], "quality": quality, "words": words, "pixels": pixels}


class Words(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name: str, rows: list) -> Path:
        path = self.folder / name
        path.write_text("".join(json.dumps(each) + "\n" for each in rows))
        return path

    def test_evaluation_seeds_and_pixels_that_do_not_fit_are_refused(self):
        with self.assertRaisesRegex(SystemExit, "seed 900000"):
            read_words(self.write("a", [row(900_000, ["1"])]))
        broken = {**row(1, ["12"]), "words": [["12", 5]]}
        with self.assertRaisesRegex(SystemExit, "its words need"):
            read_words(self.write("b", [broken]))
        with self.assertRaisesRegex(SystemExit, "there is none"):
            read_words(self.write("c", []))

    def test_pictures_are_padded_with_paper_to_the_width_of_their_own(self):
        [short, long] = read_words(self.write("a", [row(1, ["1", "123456789"])]))
        self.assertEqual([short.image.shape, long.image.shape], [(HEIGHT, 32), (HEIGHT, 128)])
        self.assertTrue((short.image[:, 16:] == PAPER).all())
        self.assertEqual([bucket_of(width) for width in (1, 32, 33, 512)], [32, 32, 64, 512])

    def test_a_batch_has_one_width_and_every_word_is_in_one(self):
        words = read_words(self.write("a", [row(1, ["1", "12", "123456"] * 10)]))
        made = batches(words, 8, np.random.default_rng(1))
        self.assertEqual(sum(len(group) for group in made), 30)
        self.assertTrue(all(len({word.image.shape for word in group}) == 1 for group in made))

    def test_decoding_collapses_repeats_and_keeps_what_a_blank_parts(self):
        a, b = IDS["a"], IDS["b"]
        self.assertEqual(decode(np.array([[0, a, a, 0, a, b, b], [0] * 7])), ["aab", ""])
        ids, lengths = targets(read_words(self.write("a", [row(1, ["!~"])])))
        self.assertEqual((ids.tolist(), lengths.tolist(), CLASSES), ([2, 95], [2], 96))


class Training(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_epochs(self, name: str, epochs: int, minutes: float = 60) -> dict:
        random = np.random.default_rng(1)
        texts = lambda count: ["".join(random.choice(list("0123"), random.integers(1, 4))) for _ in range(count)]
        for file, seed, count in (("train", 1, 200), ("held", 800_000, 50)):
            (self.folder / file).write_text(json.dumps(row(seed, texts(count))) + "\n")
        arguments = ["--words", str(self.folder / "train"), "--validate", str(self.folder / "held"), "--epochs", str(epochs), "--hidden", "16"]
        arguments += ["--epoch-words", "320", "--batch", "16", "--rate", "5e-3", "--minutes", str(minutes), "--work", str(self.folder / name)]
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            return train_recognizer.main([*arguments, "--out", str(self.folder / f"{name}-models")])

    def test_words_of_bars_are_learned_and_exported_with_their_figures(self):
        result = self.run_epochs("whole", 12)
        self.assertGreater(result["report"]["word"]["exact"], 0.9)
        folder = self.folder / "whole-models" / "recognizer"
        self.assertIn(sha256(folder / "1" / "model.onnx"), (folder / "CARD.md").read_text())
        self.assertNotIn(b"site-packages", (folder / "1" / "model.onnx").read_bytes())

    def test_a_run_that_was_stopped_ends_as_an_unbroken_one(self):
        whole = self.run_epochs("whole", 2)
        for _ in range(2):
            parts = self.run_epochs("parts", 2, minutes=1e-6)
        self.assertEqual(parts["sha256"], whole["sha256"])


class Export(unittest.TestCase):
    def test_both_configurations_have_one_signature_and_every_checksum_holds(self):
        out = Path(self.enterContext(tempfile.TemporaryDirectory()))
        torch.manual_seed(1)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            report = export_folder(Recognizer(16), out, 3, Card("Apache-2.0", "random", []))
        self.assertLessEqual(report["max_difference"], 1e-4)
        folder = out / "recognizer"
        cpu, gpu = ((folder / name).read_text() for name in ("config.pbtxt", "configs/gpu.pbtxt"))
        self.assertEqual(cpu[: cpu.index("instance_group")], gpu[: gpu.index("instance_group")])
        for line in (folder / "SHA256SUMS").read_text().splitlines():
            digest, path = line.split("  ")
            self.assertEqual(sha256(folder / path), digest)
        self.assertEqual(WIDTHS[-1], 512)


if __name__ == "__main__":
    unittest.main()
