"""Trains a token classifier from scratch on labeled pages, on a CUDA device when there is one, and exports the best epoch.

    python inference/training/train_tokens.py biobert --pages out/text/train.ndjson --validate out/text/validate.ndjson \\
        --tokenizer out/text/biobert.json --size mini --epochs 20 --work out/text/biobert --out out/models

A run that is stopped, or that reaches --minutes, goes on from its last epoch when the same command is given again.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from entity_f1 import IGNORED, entity_f1
from export_model import export_folder
from model_folder import Card
from pages import batch, encode_pages, read_pages
from token_model import KINDS, LAYOUTLMV3, SIZES, Kind, Served, build, learn_biases

WARMUP_SHARE = 0.1
WEIGHT_DECAY = 0.01
CLIP_NORM = 1.0
# Windows of like length are batched together; sorting within pools of this many batches keeps the order random.
POOL_BATCHES = 50
# Share of labels in a batch that are dropped words: the model must not lean on one exact spelling of an OCR reading.
MASKED_SHARE = 0.05


@dataclass
class Run:
    kind: Kind
    model: torch.nn.Module
    device: torch.device
    labels: list
    # Id that stands for a hidden word.
    mask_id: int


def batches(windows: list, size: int, random: np.random.Generator | None) -> list[list]:
    """Batches of like length; shuffled when a generator is given."""
    order = np.arange(len(windows)) if random is None else random.permutation(len(windows))
    pools = [order[at : at + size * POOL_BATCHES] for at in range(0, len(order), size * POOL_BATCHES)]
    made = []
    for pool in pools:
        by_length = sorted(pool, key=lambda at: len(windows[at].labels))
        made += [[windows[at] for at in by_length[start : start + size]] for start in range(0, len(by_length), size)]
    if random is not None:
        random.shuffle(made)
    return made


def logits_of(run: Run, inputs: dict) -> torch.Tensor:
    tensors = [torch.from_numpy(inputs[name]).to(run.device, non_blocking=True) for name in run.kind.inputs]
    # bfloat16 needs no loss scaling; on a CPU it is slower than float32.
    with torch.autocast(run.device.type, dtype=torch.bfloat16, enabled=run.device.type == "cuda"):
        return Served(run.kind, run.model)(*tensors).float()


def hide_words(run: Run, inputs: dict, labels: np.ndarray, random: np.random.Generator) -> None:
    hidden = (random.random(labels.shape) < MASKED_SHARE) & (labels != IGNORED)
    inputs["input_ids"] = np.where(hidden, run.mask_id, inputs["input_ids"])


def train_epoch(run: Run, made: list, optimizer, schedule, random: np.random.Generator) -> float:
    run.model.train()
    total = 0.0
    for windows in made:
        inputs, labels = batch(run.kind, windows)
        hide_words(run, inputs, labels, random)
        logits = logits_of(run, inputs)
        target = torch.from_numpy(labels).to(run.device)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), CLIP_NORM)
        optimizer.step()
        schedule.step()
        total += float(loss.detach())
    return total / len(made)


@torch.no_grad()
def evaluate(run: Run, windows: list, size: int) -> dict:
    run.model.eval()
    pairs = []
    for group in batches(windows, size, None):
        inputs, labels = batch(run.kind, group)
        predicted = logits_of(run, inputs).argmax(-1).cpu().numpy()
        pairs += list(zip(labels, predicted))
    return entity_f1(pairs, run.labels)


def train(run: Run, train_windows: list, validation: list, arguments) -> dict:
    """Goes through the epochs that are left, and returns the best epoch's report; its weights are in `best.pt`."""
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(run.model.parameters(), lr=arguments.rate, weight_decay=WEIGHT_DECAY, fused=True)
    steps = arguments.epochs * len(batches(train_windows, arguments.batch, None))
    warm = max(1, int(steps * WARMUP_SHARE))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm))))
    epoch, best = resume(work / "last.pt", run, optimizer, schedule)
    began = time.monotonic()
    while epoch < arguments.epochs:
        # A generator an epoch: a resumed run draws what an unbroken one draws.
        random = np.random.default_rng([arguments.seed, epoch])
        torch.manual_seed(arguments.seed * 1_000_003 + epoch)
        loss = train_epoch(run, batches(train_windows, arguments.batch, random), optimizer, schedule, random)
        report = evaluate(run, validation, arguments.batch)
        epoch += 1
        print(json.dumps({"epoch": epoch, "loss": round(loss, 4), **report["micro"], "seconds": round(time.monotonic() - began, 1)}), flush=True)
        if best is None or report["micro"]["f1"] > best["micro"]["f1"]:
            best = {"epoch": epoch, **report}
            save(work / "best.pt", run.model.state_dict())
        state = {"epoch": epoch, "best": best, "model": run.model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
        save(work / "last.pt", state)
        if (time.monotonic() - began) / 60 >= arguments.minutes:
            break
    if best is None:
        raise SystemExit("training: no epoch was asked for, --epochs must be at least 1")
    return {"epochs": epoch, **best}


def resume(path: Path, run: Run, optimizer, schedule) -> tuple[int, dict | None]:
    if not path.exists():
        return 0, None
    state = torch.load(path, map_location=run.device, weights_only=True)
    run.model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["epoch"], state["best"]


def save(path: Path, state: dict) -> None:
    """Whole or not at all: a run may be killed while it writes."""
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.replace(path)


def origin_of(rows: list[dict]) -> str:
    seeds = [row["seed"] for row in rows]
    # Only a page that was really read has a picture.
    read = sum(row["image"] != "" for row in rows)
    return f"{len(rows)} generated pages (seeds {min(seeds)} to {max(seeds)}): {read} through the product's own reader, {len(rows) - read} with simulated readings"


def card_of(arguments, report: dict, counts: dict, rows: list[dict]) -> Card:
    micro = report["micro"]
    kinds = ", ".join(f"{kind} {score['f1']} ({score['entities']})" for kind, score in sorted(report["kinds"].items()))
    return Card(
        "Apache-2.0",
        f"trained here from random weights, size {arguments.size}, seed {arguments.seed}, best of {report['epochs']} epochs is {report['epoch']}",
        [
            f"Trained on {counts['train']} windows of {origin_of(rows)}",
            f"Validation (seeds from 800000, {counts['validate']} windows): entity F1 {micro['f1']}, precision {micro['precision']}, recall {micro['recall']}, {micro['entities']} entities",
            f"Validation F1 by kind (entities): {kinds}",
            "No real document and no person went into it; how it fares on real ones is not known",
        ],
    )


def parse(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(KINDS))
    parser.add_argument("--pages", type=Path, nargs="+", required=True, help="plain or .gz")
    parser.add_argument("--validate", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--size", choices=sorted(SIZES), default="tiny")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=4, help="on a CPU more windows at once are slower each")
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--dropout", type=float, default=0.1, help="0 for few epochs over many pages: a fifth of the time on a CPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="stop after the epoch that passes this")
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and report")
    parser.add_argument("--out", type=Path, required=True, help="model repository to export to")
    return parser.parse_args(argv)


def main(argv=None) -> dict:
    arguments = parse(argv)
    kind = KINDS[arguments.model]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(arguments.seed)
    pages, held = read_pages(*arguments.pages), read_pages(arguments.validate)
    seeds = [row["seed"] for row in pages.rows]
    shared = set(seeds) & {row["seed"] for row in held.rows}
    if shared:
        raise SystemExit(f'training: seed "{min(shared)}" is in training and validation, no seed may be in both')
    labels = pages.labels[kind.name]
    windows, validation = (encode_pages(kind, each, labels, arguments.tokenizer) for each in (pages, held))
    vocabulary = json.loads(arguments.tokenizer.read_text())["model"]["vocab"]
    model = build(kind, arguments.size, len(vocabulary), labels).to(device)
    if kind is LAYOUTLMV3:
        learn_biases(model)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = arguments.dropout
    run = Run(kind, model, device, labels, vocabulary["[MASK]" if kind.name == "biobert" else "<mask>"])
    report = train(run, windows, validation, arguments)
    (arguments.work / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    # Built anew: what is exported has nothing of how it was trained.
    best = build(kind, arguments.size, len(vocabulary), labels)
    best.load_state_dict(torch.load(arguments.work / "best.pt", map_location="cpu", weights_only=True))
    card = card_of(arguments, report, {"train": len(windows), "validate": len(validation)}, pages.rows)
    exported = export_folder(kind, best.eval(), arguments.out, arguments.version, arguments.tokenizer, card)
    print(json.dumps({**exported, "device": device.type, "f1": report["micro"]["f1"], "epoch": report["epoch"]}))
    return report


if __name__ == "__main__":
    main()
