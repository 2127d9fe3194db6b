"""The two token classifiers, LayoutLMv3 and BERT: their sizes, how they are built or loaded, and what they are fed."""

from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import BertConfig, BertForTokenClassification, LayoutLMv3Config, LayoutLMv3ForTokenClassification

# Hidden size, layers and heads; the inner size is four times the hidden one. `base` is what is published, `toy` and `speck` are for tests.
SIZES = {
    "base": (768, 12, 12),
    "small": (384, 6, 6),
    "mini": (256, 4, 4),
    "tiny": (192, 4, 4),
    "toy": (64, 2, 2),
    "speck": (32, 1, 2),
}
MAX_TOKENS = 512
# LayoutLMv3 counts positions from its padding id, 1.
LAYOUT_POSITIONS = MAX_TOKENS + 2
LAYOUT_PAD, LAYOUT_BEGIN, LAYOUT_END = 1, 0, 2
BERT_PAD, BERT_BEGIN, BERT_END = 0, 2, 3
IMAGE_SIDE = 224
# Side of the picture's patches. Small models see 49 of 32 pixels instead of 196: half the cost, which goes with the square of all places.
PATCH, SMALL_PATCH = 16, 32
SMALL_HIDDEN = 256


@dataclass(frozen=True)
class Kind:
    """A model as the repository serves it. Shapes are without the batch; -1 is the number of tokens."""

    name: str
    inputs: dict
    pad: int


LAYOUTLMV3 = Kind(
    "layoutlmv3",
    {
        "input_ids": ("TYPE_INT64", [-1]),
        "bbox": ("TYPE_INT64", [-1, 4]),
        "attention_mask": ("TYPE_INT64", [-1]),
        "pixel_values": ("TYPE_FP32", [3, IMAGE_SIDE, IMAGE_SIDE]),
    },
    LAYOUT_PAD,
)
BIOBERT = Kind(
    "biobert",
    {"input_ids": ("TYPE_INT64", [-1]), "attention_mask": ("TYPE_INT64", [-1])},
    BERT_PAD,
)
KINDS = {kind.name: kind for kind in (LAYOUTLMV3, BIOBERT)}


def build(kind: Kind, size: str, vocabulary: int, labels: list[str]):
    """A model with random weights; the caller seeds torch."""
    hidden, layers, heads = SIZES[size]
    names = dict(id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)})
    settings = dict(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * hidden,
        **names,
    )
    if kind is BIOBERT:
        return BertForTokenClassification(BertConfig(max_position_embeddings=MAX_TOKENS, **settings)).eval()
    # Four coordinates and two extents together make the hidden size.
    shape = hidden // 6 - (hidden // 6) % 2
    if (hidden - 2 * shape) % 4 != 0:
        raise ValueError(f'building "{kind.name}": hidden size {hidden} cannot be parted into boxes')
    config = LayoutLMv3Config(
        max_position_embeddings=LAYOUT_POSITIONS,
        coordinate_size=(hidden - 2 * shape) // 4,
        shape_size=shape,
        patch_size=SMALL_PATCH if hidden <= SMALL_HIDDEN else PATCH,
        **settings,
    )
    return LayoutLMv3ForTokenClassification(config).eval()


def learn_biases(model) -> None:
    """Lets the relative position biases of a LayoutLMv3 learn: transformers looks them up without a gradient, which leaves random ones random."""
    encoder = model.layoutlmv3.encoder

    def biases(positions, linear, bins, furthest):
        apart = positions.unsqueeze(-2) - positions.unsqueeze(-1)
        buckets = encoder.relative_position_bucket(apart, num_buckets=bins, max_distance=furthest)
        return torch.nn.functional.embedding(buckets, linear.weight.t()).permute(0, 3, 1, 2)

    def along_text(position_ids):
        return biases(position_ids, encoder.rel_pos_bias, encoder.rel_pos_bins, encoder.max_rel_pos)

    def on_page(bbox):
        across = biases(bbox[:, :, 0], encoder.rel_pos_x_bias, encoder.rel_2d_pos_bins, encoder.max_rel_2d_pos)
        return across + biases(bbox[:, :, 3], encoder.rel_pos_y_bias, encoder.rel_2d_pos_bins, encoder.max_rel_2d_pos)

    encoder._cal_1d_pos_emb, encoder._cal_2d_pos_emb = along_text, on_page


def load(kind: Kind, folder: Path, labels: list[str] | None):
    """Published or own weights from a local folder with `config.json`; nothing is ever fetched. Other labels make a new, untrained head."""
    if not (folder / "config.json").is_file():
        raise SystemExit(f'loading weights "{folder}": it has no config.json, it must be a folder in the format of transformers')
    kinds = {"biobert": BertForTokenClassification, "layoutlmv3": LayoutLMv3ForTokenClassification}
    names = {} if labels is None else dict(
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
        ignore_mismatched_sizes=True,
    )
    return kinds[kind.name].from_pretrained(folder, local_files_only=True, **names).eval()


def labels_of(model) -> list[str]:
    return [model.config.id2label[at] for at in range(model.config.num_labels)]


class Served(torch.nn.Module):
    """The model with the inputs of its kind in order and the logits as its one output."""

    def __init__(self, kind: Kind, model):
        super().__init__()
        self.names = tuple(kind.inputs)
        self.model = model

    def forward(self, *inputs):
        return self.model(**dict(zip(self.names, inputs))).logits


def sample(kind: Kind, vocabulary: int, batch: int, tokens: int, seed: int) -> tuple:
    """Inputs of one shape: every row but the first has padding at its end."""
    random = torch.Generator().manual_seed(seed)
    ids = torch.randint(5, vocabulary, (batch, tokens), generator=random)
    mask = torch.ones(batch, tokens, dtype=torch.int64)
    for row in range(1, batch):
        padding = (row * 3) % tokens
        if padding > 0:
            mask[row, -padding:] = 0
            ids[row, -padding:] = kind.pad
    if kind is BIOBERT:
        return ids, mask
    corner = torch.randint(0, 900, (batch, tokens, 2), generator=random)
    extent = torch.randint(1, 100, (batch, tokens, 2), generator=random)
    boxes = torch.cat([corner, corner + extent], dim=-1) * mask.unsqueeze(-1)
    pixels = torch.rand(batch, 3, IMAGE_SIDE, IMAGE_SIDE, generator=random) * 2 - 1
    return ids, boxes, mask, pixels
