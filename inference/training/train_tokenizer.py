"""Trains a vocabulary on the training pages: WordPiece for biobert, byte-level BPE for layoutlmv3, as the published models have.

    python inference/training/train_tokenizer.py biobert --pages out/text/train.ndjson --vocabulary 8000 --out out/text/biobert.json
"""

import argparse
import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from pages import read_pages
from token_model import KINDS

BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LAYOUT_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
# A piece that is seen less often is a misreading.
MIN_FREQUENCY = 2


def train_wordpiece(texts, vocabulary: int) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    # Cased: codes and names depend on it.
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary, special_tokens=BERT_SPECIAL, min_frequency=MIN_FREQUENCY, continuing_subword_prefix="##"
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    return tokenizer


def train_bytes(texts, vocabulary: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=LAYOUT_SPECIAL,
        min_frequency=MIN_FREQUENCY,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(KINDS))
    parser.add_argument("--pages", type=Path, nargs="+", required=True, help="plain or .gz")
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rows = read_pages(*arguments.pages).rows
    texts = (" ".join(token["text"] for token in row["tokens"]) for row in rows)
    train = train_wordpiece if arguments.model == "biobert" else train_bytes
    tokenizer = train(texts, arguments.vocabulary)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(arguments.out))
    print(json.dumps({"model": arguments.model, "pages": len(rows), "vocabulary": tokenizer.get_vocab_size()}))


if __name__ == "__main__":
    main()
