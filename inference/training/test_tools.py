"""Tests of the export and training tools: `python -m unittest discover inference/training`, about a minute."""

import gzip
import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

import isolation_forest
import quantize
import train
import train_tokens
from entity_f1 import IGNORED, entity_f1, spans
from export_model import TOLERANCE, export_folder
from model_folder import Card, sha256
from pages import Pages, batch, encode_pages, read_pages
from token_model import BIOBERT, KINDS, LAYOUTLMV3, build, labels_of, load
from train_tokenizer import train_bytes, train_wordpiece

LABELS = ["O", "B-DRUG", "I-DRUG"]


def row(seed: int, words: int = 40) -> dict:
    texts = ["Drug:", "Humira", "40", "mg", "Date:"] * (words // 5)
    labels = ["O", "B-DRUG", "I-DRUG", "I-DRUG", "O"] * (words // 5)
    tokens = [
        {"text": text, "box": [at, at, at + 9, at + 9], "cell": [at, at, at + 50, at + 9], "field": label, "entity": label}
        for at, (text, label) in enumerate(zip(texts, labels))
    ]
    return {"kind": "page", "seed": seed, "type": 1, "page": 1, "tokens": tokens, "image": ""}


def write_pages(path: Path, rows: list) -> Path:
    head = {"kind": "labels", "fields": LABELS, "entities": LABELS}
    path.write_text("".join(json.dumps(each) + "\n" for each in [head, *rows]))
    return path


class EntityF1(unittest.TestCase):
    def test_spans_part_at_b_and_at_another_kind(self):
        found = spans(["B-A", "I-A", "B-A", "I-B", "O", "I-A"])
        self.assertEqual(found, {("A", 0, 1), ("A", 2, 2), ("B", 3, 3), ("A", 5, 5)})

    def test_an_entity_counts_only_whole(self):
        true, cut = [1, 2, 0, 1], [1, 0, 0, 1]
        report = entity_f1([(true, cut)], LABELS)["micro"]
        self.assertEqual((report["precision"], report["recall"], report["entities"]), (0.5, 0.5, 2))

    def test_ignored_places_do_not_part_an_entity(self):
        self.assertEqual(entity_f1([([1, IGNORED, 2], [1, 0, 2])], LABELS)["micro"]["f1"], 1.0)


class Windows(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        text = " ".join(token["text"] for token in row(1)["tokens"])
        for name, make in (("biobert", train_wordpiece), ("layoutlmv3", train_bytes)):
            make([text] * 5, 400).save(str(self.folder / f"{name}.json"))

    def windows(self, kind, words: int):
        pages = Pages({"biobert": LABELS, "layoutlmv3": LABELS}, [row(1, words)])
        return encode_pages(kind, pages, LABELS, self.folder / f"{kind.name}.json")

    def test_every_word_is_labeled_once_at_its_first_piece(self):
        for kind in KINDS.values():
            [window] = self.windows(kind, 40)
            self.assertEqual(int((window.labels != IGNORED).sum()), 40)
            self.assertEqual((window.labels[0], window.labels[-1]), (IGNORED, IGNORED))

    def test_long_pages_make_overlapping_windows_within_the_limit(self):
        for kind in KINDS.values():
            windows = self.windows(kind, 1500)
            self.assertGreater(len(windows), 3)
            self.assertTrue(all(len(window.labels) <= 512 for window in windows))

    def test_a_batch_is_padded_with_what_the_model_ignores(self):
        for kind in KINDS.values():
            inputs, labels = batch(kind, [self.windows(kind, 40)[0], self.windows(kind, 10)[0]])
            self.assertEqual(inputs["input_ids"][1, -1], kind.pad)
            self.assertEqual(inputs["attention_mask"][1, -1], 0)
            self.assertEqual(labels[1, -1], IGNORED)
            self.assertEqual([inputs[name].ndim for name in kind.inputs], [1 + len(dims) for _, dims in kind.inputs.values()])

    def test_several_files_plain_or_gzipped_are_one_set(self):
        plain = write_pages(self.folder / "a.ndjson", [row(1)])
        packed = self.folder / "b.ndjson.gz"
        packed.write_bytes(gzip.compress(write_pages(self.folder / "b.ndjson", [row(2), row(3)]).read_bytes()))
        self.assertEqual([each["seed"] for each in read_pages(plain, packed).rows], [1, 2, 3])
        (self.folder / "headless").write_text(json.dumps(row(1)) + "\n")
        with self.assertRaisesRegex(SystemExit, "no labels"):
            read_pages(plain, self.folder / "headless")

    def test_evaluation_seeds_are_refused(self):
        with self.assertRaisesRegex(SystemExit, "seed 900000"):
            read_pages(write_pages(self.folder / "rows", [row(1), row(900_000)]))


class Export(unittest.TestCase):
    def setUp(self):
        self.out = Path(self.enterContext(tempfile.TemporaryDirectory()))
        torch.manual_seed(1)

    def test_onnx_gives_torchs_logits_and_the_folder_names_its_bytes(self):
        for kind in KINDS.values():
            report = export_folder(kind, build(kind, "toy", 300, LABELS), self.out, 3, None, Card("Apache-2.0", "random", []))
            self.assertLessEqual(report["max_difference"], TOLERANCE)
            folder = self.out / kind.name
            self.assertIn(sha256(folder / "3" / "model.onnx"), (folder / "CARD.md").read_text())
            self.assertIn("versions: [ 3 ]", (folder / "configs" / "gpu.pbtxt").read_text())
            for line in (folder / "SHA256SUMS").read_text().splitlines():
                digest, path = line.split("  ")
                self.assertEqual(sha256(folder / path), digest)
            self.assertNotIn(b"site-packages", (folder / "3" / "model.onnx").read_bytes())

    def test_local_weights_come_with_their_labels_or_with_a_new_head(self):
        for kind in KINDS.values():
            folder = self.out / f"{kind.name}-weights"
            model = build(kind, "toy", 300, LABELS)
            model.save_pretrained(folder)
            same = load(kind, folder, None)
            self.assertEqual(labels_of(same), LABELS)
            self.assertTrue(torch.equal(next(same.parameters()), next(model.parameters())))
            self.assertEqual(labels_of(load(kind, folder, ["O", "B-X", "I-X", "B-Y"])), ["O", "B-X", "I-X", "B-Y"])
        with self.assertRaisesRegex(SystemExit, "no config.json"):
            load(BIOBERT, self.out / "none", None)

    def test_the_gate_passes_what_agrees_and_stops_what_does_not(self):
        export_folder(BIOBERT, build(BIOBERT, "toy", 300, LABELS), self.out / "a", 1, None, Card("Apache-2.0", "random", []))
        export_folder(BIOBERT, build(BIOBERT, "toy", 300, LABELS), self.out / "b", 1, None, Card("Apache-2.0", "random", []))
        first, other = (self.out / name / "biobert" / "1" / "model.onnx" for name in "ab")
        work = self.out / "int8"
        work.mkdir()
        [small] = quantize.quantize(first, work)
        self.assertLess(small.stat().st_size, first.stat().st_size)
        self.assertTrue(quantize.gate(BIOBERT, first, small, None, self.out)["passed"])
        self.assertFalse(quantize.gate(BIOBERT, first, other, None, self.out)["passed"])


class Training(unittest.TestCase):
    def run_epochs(self, work: Path, epochs: int, minutes: float = 60, model: str = "biobert") -> dict:
        arguments = [model, "--pages", str(self.pages), "--validate", str(self.held), "--tokenizer", str(self.tokenizer)]
        arguments += ["--size", "speck", "--epochs", str(epochs), "--batch", "4", "--rate", "5e-3", "--minutes", str(minutes)]
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            return train_tokens.main([*arguments, "--work", str(work), "--out", str(work / "models")])

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.pages = write_pages(self.folder / "train.ndjson", [row(seed) for seed in range(1, 17)])
        self.held = write_pages(self.folder / "held.ndjson", [row(800_000)])
        self.tokenizer = self.folder / "tokenizer.json"
        train_wordpiece([" ".join(token["text"] for token in row(1)["tokens"])] * 5, 200).save(str(self.tokenizer))

    def test_a_learnable_task_is_learned_and_exported_with_its_figures(self):
        report = self.run_epochs(self.folder / "whole", 12)
        self.assertEqual(report["micro"]["f1"], 1.0)
        card = (self.folder / "whole" / "models" / "biobert" / "CARD.md").read_text()
        self.assertIn("entity F1 1.0", card)

    def test_the_layout_model_learns_what_only_the_box_tells(self):
        def placed(seed: int) -> dict:
            random = np.random.default_rng(seed)
            tokens = []
            for _ in range(12):
                x, y = (int(value) for value in random.integers(0, 900, 2))
                label = "B-DRUG" if x > 450 else "O"
                box = [x, y, x + 90, y + 20]
                tokens.append({"text": "same", "box": box, "cell": box, "field": label, "entity": label})
            return {**row(seed), "tokens": tokens}

        self.pages = write_pages(self.folder / "train.ndjson", [placed(seed) for seed in range(1, 65)])
        self.held = write_pages(self.folder / "held.ndjson", [placed(seed) for seed in range(800_000, 800_008)])
        train_bytes(["same same"] * 5, 300).save(str(self.tokenizer))
        self.assertGreater(self.run_epochs(self.folder / "layout", 12, model="layoutlmv3")["micro"]["f1"], 0.8)

    def test_a_run_that_was_stopped_ends_as_an_unbroken_one(self):
        whole = self.run_epochs(self.folder / "whole", 3)
        # Each call does one epoch: the limit has passed when it ends.
        for _ in range(3):
            parts = self.run_epochs(self.folder / "parts", 3, minutes=1e-6)
        self.assertEqual(parts, whole)
        states = [torch.load(self.folder / name / "last.pt", weights_only=True)["model"] for name in ("whole", "parts")]
        self.assertTrue(all(torch.equal(states[0][key], states[1][key]) for key in states[0]))

    def test_a_seed_in_both_sets_is_refused(self):
        self.held = write_pages(self.folder / "held.ndjson", [row(3)])
        with self.assertRaisesRegex(SystemExit, "in training and validation"):
            self.run_epochs(self.folder / "none", 1)


class Forest(unittest.TestCase):
    def test_onnx_gives_scikit_learns_scores(self):
        random = np.random.default_rng(3)
        rows = random.normal(size=(1500, 32)).astype(np.float32).astype(np.float64)
        forest = isolation_forest.train(rows, seed=3)
        tested = np.concatenate([rows, rows * 4]).astype(np.float32).astype(np.float64)
        tested[: len(forest.estimators_), 0] = [tree.tree_.threshold[0] for tree in forest.estimators_]
        tested = tested.astype(np.float32).astype(np.float64)
        difference = np.abs(train.run(isolation_forest.to_onnx(forest), tested, "score") + forest.score_samples(tested)).max()
        self.assertLessEqual(difference, train.TOLERANCES["isolation_forest"])


class Signatures(unittest.TestCase):
    def test_layout_boxes_make_the_hidden_size_at_every_size(self):
        for size in ("speck", "toy", "mini", "small"):
            model = build(LAYOUTLMV3, size, 300, LABELS)
            config = model.config
            self.assertEqual(4 * config.coordinate_size + 2 * config.shape_size, config.hidden_size)


if __name__ == "__main__":
    unittest.main()
