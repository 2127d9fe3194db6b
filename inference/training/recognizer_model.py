"""The word recognizer: convolutions over 32 rows, a bidirectional LSTM over columns, CTC. Its alphabet, its export, its folder."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from export_model import OPSET, TOLERANCE, strip
from model_folder import Card, megabytes, sha256, write_card, write_checksums

NAME = "recognizer"
HEIGHT = 32
# A crop is padded with paper to the next of these; the client has the same list (`inference/models/recognizer.ts`).
WIDTHS = (32, 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512)
# Columns of the picture that one step of the output stands for.
STRIDE = 4
# Class 0 is CTC's blank, the others are printable ASCII with the space first.
ALPHABET = "".join(chr(code) for code in range(32, 127))
CLASSES = len(ALPHABET) + 1
MAX_BATCH = 64
PAPER = 255
SHAPES = [(1, 32), (1, 512), (3, 160), (64, 96), (7, 224)]
# Widths that are warmed up: short words, codes, and the longest.
WARM_WIDTHS = (96, 192, 512)


def conv(inner: int, outer: int, kernel=(3, 3), padding=(1, 1)) -> torch.nn.Sequential:
    return torch.nn.Sequential(
        torch.nn.Conv2d(inner, outer, kernel, padding=padding, bias=False), torch.nn.BatchNorm2d(outer), torch.nn.ReLU()
    )


class Recognizer(torch.nn.Module):
    """Gray bytes [batch, 32, width] to log probabilities [batch, width / 4, classes]."""

    def __init__(self, hidden: int = 112):
        super().__init__()
        # Every convolution keeps the columns that the next one needs; pooling halves them twice, rows four times.
        pool, flat = torch.nn.MaxPool2d(2), torch.nn.MaxPool2d((2, 1))
        self.columns = torch.nn.Sequential(
            *(conv(1, 16), pool, conv(16, 32), pool, conv(32, 48), conv(48, 64), flat, conv(64, 96), flat),
            conv(96, 128, (2, 3), (0, 1)),
        )
        self.context = torch.nn.LSTM(128, hidden, bidirectional=True, batch_first=True)
        self.classes = torch.nn.Linear(2 * hidden, CLASSES)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        ink = (PAPER - images.to(torch.float32)) / PAPER
        columns = self.columns(ink.unsqueeze(1)).squeeze(2).transpose(1, 2)
        return torch.log_softmax(self.classes(self.context(columns)[0]), dim=-1)


def parameters(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def bucket_of(width: int) -> int:
    return next(bucket for bucket in WIDTHS if bucket >= width)


def export(model: Recognizer, path: Path) -> None:
    model.eval()
    dynamic = {0: torch.export.Dim("batch", min=1, max=MAX_BATCH), 2: STRIDE * torch.export.Dim("steps", min=8, max=WIDTHS[-1] // STRIDE)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (torch.zeros(2, HEIGHT, 96, dtype=torch.uint8),),
            dynamo=True,
            input_names=["images"],
            output_names=["log_probs"],
            dynamic_shapes=(dynamic,),
            opset_version=OPSET,
            verbose=False,
        )
    program.save(str(path))
    strip(path)
    free_steps(path)
    onnx.checker.check_model(str(path))


def free_steps(path: Path) -> None:
    """The exporter writes the traced number of steps beside the LSTM; it is as free as the width."""
    model = onnx.load(str(path))
    del model.graph.value_info[:]
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "width"
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_param = "steps"
    path.write_bytes(model.SerializeToString(deterministic=True))


def largest_difference(model: Recognizer, path: Path) -> float:
    """Between torch and ONNX Runtime, in probabilities: log probabilities of what is impossible have no common digits."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(1)
    worst = 0.0
    for batch, width in SHAPES:
        images = random.integers(0, 256, (batch, HEIGHT, width), dtype=np.uint8)
        images[:, :, width * 3 // 4 :] = PAPER
        with torch.no_grad():
            wanted = model(torch.from_numpy(images)).numpy()
        [got] = session.run(["log_probs"], {"images": images})
        if got.shape != wanted.shape:
            raise SystemExit(f'exporting "{NAME}": the output has shape {got.shape}, torch gives {wanted.shape}')
        worst = max(worst, float(np.abs(np.exp(got) - np.exp(wanted)).max()))
    return worst


def export_folder(model: Recognizer, out: Path, version: int, card: Card) -> dict:
    """Writes `out/recognizer`: model, both configurations, warm-up, card and checksums."""
    folder = out / NAME
    place = folder / str(version)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as work:
        path = Path(work) / "model.onnx"
        export(model, path)
        difference = largest_difference(model, path)
        if difference > TOLERANCE:
            raise SystemExit(f'exporting "{NAME}": ONNX differs from torch by {difference}, at most {TOLERANCE} is allowed')
        place.mkdir(parents=True, exist_ok=True)
        path.replace(place / "model.onnx")
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "config.pbtxt").write_text(config(version, "cpu"))
    (folder / "configs" / "gpu.pbtxt").write_text(config(version, "gpu"))
    size = megabytes([place / "model.onnx"])
    figures = f"{parameters(model) / 1e6:.2f} million parameters, {size} MB; ONNX Runtime differs from torch by at most {difference:.1e} on {len(SHAPES)} shapes"
    write_card(Named(), version, folder, Card(card.license, card.weights, [figures, *card.facts]))
    write_checksums(folder, version)
    return {"model": NAME, "folder": str(folder), "megabytes": size, "max_difference": difference, "sha256": sha256(place / "model.onnx")}


class Named:
    """What `write_card` asks of a kind of model."""

    name = NAME


def config(version: int, target: str) -> str:
    gpu = target == "gpu"
    lines = [
        "# Log probabilities of one word's characters by column, for connectionist temporal classification; class 0 is the blank.",
        f'name: "{NAME}"',
        'backend: "onnxruntime"',
        f"max_batch_size: {MAX_BATCH}",
        "input [",
        f'  {{ name: "images", data_type: TYPE_UINT8, dims: [ {HEIGHT}, -1 ] }}',
        "]",
        "output [",
        f'  {{ name: "log_probs", data_type: TYPE_FP32, dims: [ -1, {CLASSES} ] }}',
        "]",
        f"version_policy: {{ specific: {{ versions: [ {version} ] }} }}",
        f"instance_group [ {{ count: {2 if gpu else 1}, kind: {'KIND_GPU' if gpu else 'KIND_CPU'} }} ]",
        "dynamic_batching {",
        *([f"  preferred_batch_size: [ 16, 32, {MAX_BATCH} ]"] if gpu else []),
        f"  max_queue_delay_microseconds: {2000 if gpu else 0}",
        "  default_queue_policy {",
        "    timeout_action: REJECT",
        "    allow_timeout_override: true",
        "    max_queue_size: 1024",
        "  }",
        "}",
        "model_warmup [",
        ",\n".join(warmup(width) for width in WARM_WIDTHS),
        "]",
    ]
    return "\n".join(lines) + "\n"


def warmup(width: int) -> str:
    # White paper and black ink cost the same.
    value = f"data_type: TYPE_UINT8 dims: [ {HEIGHT}, {width} ] zero_data: true"
    return f'  {{\n    name: "w{width}"\n    batch_size: 1\n    inputs {{ key: "images" value: {{ {value} }} }}\n  }}'
