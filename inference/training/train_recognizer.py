"""Trains the word recognizer from scratch on word pictures, and exports the last weights.

    python inference/training/train_recognizer.py --words out/words/train-*.ndjson.gz --validate out/words/validate.ndjson.gz \\
        --epochs 20 --work out/words/recognizer --out inference/repository

An epoch is a fixed number of words drawn anew, a minute and a half on one core. A run that is stopped, or that reaches --minutes,
goes on from its last epoch when the same command is given again; word files may have been added in between. Several processes
share the work under `torchrun --nproc-per-node N`; --batch is each one's.
"""

import argparse
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch

from model_folder import Card
from recognizer_model import Recognizer, export_folder
from word_rows import Word, batches, decode, read_words, targets

WARMUP_SHARE = 0.05
WEIGHT_DECAY = 0.01
CLIP_NORM = 5.0
VALIDATE_BATCH = 128


def loss_of(model: torch.nn.Module, words: list[Word]) -> torch.Tensor:
    images = torch.from_numpy(np.stack([word.image for word in words]))
    ids, lengths = targets(words)
    log_probs = model(images).transpose(0, 1)
    steps = torch.full((len(words),), log_probs.shape[0])
    # A text that no path of so few steps spells is left out, not infinitely wrong.
    return torch.nn.functional.ctc_loss(log_probs, torch.from_numpy(ids), steps, torch.from_numpy(lengths), zero_infinity=True)


def train_epoch(model: torch.nn.Module, made: list, optimizer, schedule) -> float:
    model.train()
    total = 0.0
    for words in made:
        loss = loss_of(model, words)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        share_gradients(model)
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        schedule.step()
        total += float(loss.detach())
    return total / len(made)


def processes() -> int:
    return torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1


def rank() -> int:
    return torch.distributed.get_rank() if torch.distributed.is_initialized() else 0


def share_gradients(model: torch.nn.Module) -> None:
    """Every process goes on with the mean of all; one call for all gradients."""
    if processes() == 1:
        return
    gradients = [parameter.grad for parameter in model.parameters()]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    torch.distributed.all_reduce(flat)
    for gradient, mean in zip(gradients, flat.div_(processes()).split([gradient.numel() for gradient in gradients])):
        gradient.copy_(mean.view_as(gradient))


def agreed(stop: bool) -> bool:
    """What the first process says."""
    if processes() == 1:
        return stop
    flag = torch.tensor([float(stop)])
    torch.distributed.broadcast(flag, 0)
    return bool(flag.item())


@torch.no_grad()
def evaluate(model: torch.nn.Module, words: list[Word]) -> dict:
    """Share of words read exactly: all, those with a digit, and by tag."""
    model.eval()
    judged: dict[str, list[bool]] = {}
    for group in batches(words, VALIDATE_BATCH, None):
        best = model(torch.from_numpy(np.stack([word.image for word in group]))).argmax(-1).numpy()
        for word, text in zip(group, decode(best)):
            right = text == word.text
            code = len(word.text) >= 3 and any(character.isdigit() for character in word.text)
            for name in ("word", *(("code",) if code else ()), *(word.tags if code else ())):
                judged.setdefault(name, []).append(right)
    return {name: {"exact": round(float(np.mean(rights)), 4), "words": len(rights)} for name, rights in sorted(judged.items())}


def train(model: torch.nn.Module, words: list[Word], validation: list[Word], arguments) -> dict:
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=WEIGHT_DECAY)
    epoch_steps = arguments.epoch_words // (arguments.batch * processes())
    steps = arguments.epochs * epoch_steps
    warm = max(1, int(steps * WARMUP_SHARE))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, 0.5 * (1 + math.cos(math.pi * min(1.0, max(0, step - warm) / max(1, steps - warm)))) + 1e-3)
    )
    state = resume(work / "last.pt", model, optimizer, schedule)
    began = time.monotonic()
    while state["epoch"] < arguments.epochs:
        # A generator an epoch and process: a resumed run draws what an unbroken one draws.
        random = np.random.default_rng([arguments.seed, state["epoch"], rank()])
        drawn = random.integers(0, len(words), arguments.epoch_words // processes())
        # As many batches in every process; a few of the small last ones of a width are left out.
        loss = train_epoch(model, batches([words[at] for at in drawn], arguments.batch, random)[:epoch_steps], optimizer, schedule)
        if rank() == 0:
            report = evaluate(model, validation)
            state = {"epoch": state["epoch"] + 1, "report": report, "words": len(words), "model": model.state_dict()}
            figures = {name: report[name]["exact"] for name in ("word", "code") if name in report}
            seconds = round(time.monotonic() - began)
            print(json.dumps({"epoch": state["epoch"], "loss": round(loss, 4), **figures, "words": len(words), "seconds": seconds}), flush=True)
            save(work / "last.pt", {**state, "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()})
        else:
            state = {"epoch": state["epoch"] + 1}
        if agreed((time.monotonic() - began) / 60 >= arguments.minutes):
            break
    if rank() > 0:
        raise SystemExit(0)
    if "report" not in state:
        raise SystemExit("training: no epoch was asked for, --epochs must be at least 1")
    return {"epochs": state["epoch"], "words": state["words"], "report": state["report"]}


def resume(path: Path, model: torch.nn.Module, optimizer, schedule) -> dict:
    if not path.exists():
        return {"epoch": 0}
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state


def save(path: Path, state: dict) -> None:
    """Whole or not at all: a run may be killed while it writes."""
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.replace(path)


def card_of(result: dict, seeds: list[int], arguments) -> Card:
    report = result["report"]
    by_tag = [f"{name} {each['exact']} ({each['words']})" for name, each in report.items() if "=" in name]
    visits = result["epochs"] * arguments.epoch_words
    facts = [line for line in arguments.facts.read_text().splitlines() if line] if arguments.facts else []
    return Card(
        "Apache-2.0",
        f"trained here from random weights, seed {arguments.seed}, {result['epochs']} of {arguments.epochs} epochs, {visits} words drawn from {result['words']}",
        [
            f"Trained on words of generated pages, seeds {min(seeds)} to {max(seeds)}, cut by the product's own code; held out: font tinos, documents with layout table, scanner at standard resolution",
            f"Validation (seeds from 800000, boxes of the generator with jitter): words exact {report['word']['exact']} ({report['word']['words']}), with a digit {report['code']['exact']} ({report['code']['words']})",
            f"Words with a digit, exact by what they are (words): {', '.join(by_tag)}",
            *facts,
            "No real document and no person went into it; how it fares on real ones is not known",
        ],
    )


def parse(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=Path, nargs="+", required=True, help="plain or .gz")
    parser.add_argument("--validate", type=Path, nargs="+", required=True)
    parser.add_argument("--validate-words", type=int, default=2000, help="words of the validation files that are read, evenly taken")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--epoch-words", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--hidden", type=int, default=112)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="stop after the epoch that passes this")
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--facts", type=Path, help="lines for the card, as bench/words/fit-arbitration.ts writes them")
    parser.add_argument("--work", type=Path, required=True, help="checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="model repository to export to")
    return parser.parse_args(argv)


def main(argv=None) -> dict:
    arguments = parse(argv)
    torch.manual_seed(arguments.seed)
    if "RANK" in os.environ:
        torch.distributed.init_process_group("gloo")
    words, held = read_words(*arguments.words), read_words(*arguments.validate)
    seeds = [word.seed for word in words]
    shared = set(seeds) & {word.seed for word in held}
    if shared:
        raise SystemExit(f'training: seed "{min(shared)}" is in training and validation, no seed may be in both')
    model = Recognizer(arguments.hidden).to(memory_format=torch.channels_last)
    taken = held[:: max(1, len(held) // arguments.validate_words)]
    result = train(model, words, taken, arguments)
    report = export_folder(model, arguments.out, arguments.version, card_of(result, seeds, arguments))
    print(json.dumps(report), flush=True)
    return {**result, **report}


if __name__ == "__main__":
    main()
