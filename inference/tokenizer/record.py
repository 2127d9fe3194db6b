"""Records what Python's tokenizers and Pillow do, for tests that need no Python.

    pip install -r inference/tokenizer/requirements.txt
    python inference/tokenizer/record.py [characters] [samples] [parity] [pixels] [speed]

Without a name all but `speed`: classes of all code points, three trained vocabularies, digests of the ids of 10,000 lines, and
page pixels. `speed` prints how many lines Python's library and ours do. The lines come from fuzz-lines.ts, so `node` 24 must be on the path. With
TOLD_FOLDER, `parity` also writes what it digests there, to find the first line that differs.
"""

import hashlib
import json
import os
import subprocess
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
from PIL import Image
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
TRAINING_SEED, PARITY_SEED, LINES = 11, 4_711, 10_000
LINES_PER_DIGEST = 250
WINDOW = {"max_length": 16, "stride": 5}
BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]


def fuzz_lines(seed):
    script = f"import('./fuzz-lines.ts').then(({{ fuzzLines }}) => process.stdout.write(JSON.stringify(fuzzLines({seed}, {LINES}))))"
    return json.loads(subprocess.run(["node", "-e", script], cwd=HERE, check=True, capture_output=True).stdout)


def write(path, value, indent=None):
    path = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=True, indent=indent, separators=(",", ":") if indent is None else None)
        file.write("\n")
    print(path, os.path.getsize(path))


def ranges(codes):
    found = []
    for code in codes:
        if found and found[-1] == code - 1:
            found[-1] = code
        else:
            found += [code, code]
    return found


def record_characters():
    codes = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    bert = lambda **options: normalizers.BertNormalizer(
        **{"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False, **options}
    )
    clean, marks, ideographs = bert(clean_text=True), bert(strip_accents=True), bert(handle_chinese_chars=True)
    decomposed, words, byte_words = normalizers.NFD(), pre_tokenizers.BertPreTokenizer(), pre_tokenizers.ByteLevel(add_prefix_space=False)
    parts = lambda code: len(words.pre_tokenize_str(f"a{chr(code)}b"))
    joins = lambda first, code: len(byte_words.pre_tokenize_str(first + chr(code))) == 1
    write(
        "data/characters.json",
        {
            "removed": ranges(code for code in codes if clean.normalize_str(chr(code)) == ""),
            "space": ranges(code for code in codes if parts(code) == 2),
            "punctuation": ranges(code for code in codes if parts(code) == 3),
            "mark": ranges(code for code in codes if marks.normalize_str(chr(code)) == "" and decomposed.normalize_str(chr(code)) == chr(code)),
            "letter": ranges(code for code in codes if joins("a", code)),
            "number": ranges(code for code in codes if joins("1", code)),
            "decomposes": ranges(code for code in codes if decomposed.normalize_str(chr(code)) != chr(code)),
            "ideograph": ranges(code for code in codes if ideographs.normalize_str(chr(code)) != chr(code)),
        },
    )


def word_piece(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=2_500, special_tokens=BERT_SPECIALS, limit_alphabet=900, show_progress=False)
    tokenizer.train_from_iterator(fuzz_lines(TRAINING_SEED), trainer)
    cls, sep = (tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
    # One that is found in the normalized text, so that "payerhub" matches it in the uncased vocabulary.
    tokenizer.add_tokens([AddedToken("PayerHub", normalized=True, single_word=True)])
    return tokenizer


def byte_pairs():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=2_500, special_tokens=ROBERTA_SPECIALS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(fuzz_lines(TRAINING_SEED), trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.add_tokens([AddedToken("Rx#", rstrip=True, normalized=True)])
    end, start = (tokenizer.token_to_id(token) for token in ("</s>", "<s>"))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", end), ("<s>", start), trim_offsets=True, add_prefix_space=True)
    return tokenizer


def record_samples():
    samples = {"word-piece-uncased": word_piece(True), "word-piece-cased": word_piece(False), "byte-pairs": byte_pairs()}
    for name, tokenizer in samples.items():
        write(f"data/{name}.json", json.loads(tokenizer.to_str()))


def read_sample(name):
    return Tokenizer.from_file(os.path.join(HERE, "data", f"{name}.json"))


def without_prefix(tokenizer):
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def cases():
    return {
        "word-piece-uncased": read_sample("word-piece-uncased"),
        "word-piece-cased": read_sample("word-piece-cased"),
        "byte-pairs": read_sample("byte-pairs"),
        "byte-pairs-without-prefix": without_prefix(read_sample("byte-pairs")),
    }


def unit_positions(text):
    """Position in UTF-16 units of each code point, and of the end."""
    positions = [0]
    for character in text:
        positions.append(positions[-1] + (2 if ord(character) > 0xFFFF else 1))
    return positions


def tell(encoding, text):
    units = unit_positions(text)
    offsets = [(units[start], units[end]) for start, end in encoding.offsets]
    words = [-1 if word is None else word for word in encoding.word_ids]
    return [encoding.ids, [start for start, _ in offsets], [end for _, end in offsets], words]


def tell_words(encoding, words):
    ends = [unit_positions(word) for word in words]
    known = [-1 if word is None else word for word in encoding.word_ids]
    offsets = [(0, 0) if word < 0 else (ends[word][start], ends[word][end]) for word, (start, end) in zip(known, encoding.offsets)]
    return [encoding.ids, [start for start, _ in offsets], [end for _, end in offsets], known]


def tell_line(tokenizer, line):
    """The text, its words, and the ids and words of its windows; the same as linesOf in parity.test.ts."""
    words = line.split(" ")
    told = [*tell(tokenizer.encode(line), line), *tell_words(tokenizer.encode(words, is_pretokenized=True), words)]
    tokenizer.enable_truncation(**WINDOW)
    first = tokenizer.encode(words, is_pretokenized=True)
    tokenizer.no_truncation()
    for window in [first, *first.overflowing]:
        told += [window.ids, [-1 if word is None else word for word in window.word_ids]]
    return "|".join(",".join(map(str, part)) for part in told)


def record_parity():
    lines = fuzz_lines(PARITY_SEED)
    digests = {}
    for name, tokenizer in cases().items():
        told = [tell_line(tokenizer, line) for line in lines]
        if "TOLD_FOLDER" in os.environ:
            with open(os.path.join(os.environ["TOLD_FOLDER"], f"{name}.txt"), "w", encoding="utf-8") as file:
                file.write("\n".join(told))
        blocks = [told[start : start + LINES_PER_DIGEST] for start in range(0, LINES, LINES_PER_DIGEST)]
        digests[name] = [hashlib.sha256("\n".join(block).encode()).hexdigest()[:16] for block in blocks]
    write("data/parity.json", {"seed": PARITY_SEED, "lines": LINES, "linesPerDigest": LINES_PER_DIGEST, "window": WINDOW, "digests": digests}, 1)


def page(width, height, channels):
    """The same pages as pageOf in page-pixels.test.ts."""
    index = np.arange(width * height * channels, dtype=np.int64)
    return ((index * 2_654_435_761 >> 7) % 256).astype(np.uint8).reshape(height, width, channels)


def pixel_values(pixels):
    """LayoutLMv3ImageProcessor(apply_ocr=False) of transformers: RGB, 224 × 224 bilinear, 1/255, mean and deviation 0.5."""
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).convert("RGB")
    resized = np.asarray(image.resize((224, 224), resample=Image.Resampling.BILINEAR))
    return resized.transpose(2, 0, 1)


def record_pixels():
    sizes = [(850, 1100, 1), (1728, 2200, 1), (224, 224, 3), (100, 60, 3), (640, 480, 3), (1, 1, 1), (5, 400, 3), (223, 225, 1)]
    told = [
        {"width": width, "height": height, "channels": channels, "sha256": hashlib.sha256(pixel_values(page(width, height, channels)).tobytes()).hexdigest()}
        for width, height, channels in sizes
    ]
    write("data/pixels.json", told, 1)


OUR_SPEED = """
const [{ fuzzLines }, { createTokenizer }, { readFileSync }] = await Promise.all(["./fuzz-lines.ts", "./tokenizer.ts", "node:fs"].map((name) => import(name)));
const lines = fuzzLines(SEED, LINES);
for (const name of ["word-piece-uncased", "word-piece-cased", "byte-pairs"]) {
  const tokenizer = createTokenizer(JSON.parse(readFileSync(`data/${name}.json`, "utf8")));
  for (const [what, texts] of [["fuzz", lines], ["ascii", lines.filter((line) => /^[\\0-\\x7f]*$/.test(line))]]) {
    let best = Infinity;
    for (let run = 0; run < 4; run += 1) {
      const start = process.cpuUsage();
      for (const text of texts) tokenizer.windows(tokenizer.encode(text), { maxLength: 1_000_000, stride: 0 });
      const { user, system } = process.cpuUsage(start);
      best = Math.min(best, (user + system) / 1e6);
    }
    console.log(`ours   ${name.padEnd(20)} ${what.padEnd(6)} ${(texts.length / best).toFixed(0).padStart(8)} lines per second of CPU`);
  }
}
"""


def speed():
    lines = fuzz_lines(PARITY_SEED)
    prose = [line for line in lines if line.isascii()]
    for name in ("word-piece-uncased", "word-piece-cased", "byte-pairs"):
        tokenizer = read_sample(name)
        for what, texts in (("fuzz", lines), ("ascii", prose)):
            best = min(timed(tokenizer, texts) for _ in range(4))
            print(f"python {name:20} {what:6} {len(texts) / best:8.0f} lines per second of CPU")
    script = OUR_SPEED.replace("SEED", str(PARITY_SEED)).replace("LINES", str(LINES))
    subprocess.run(["node", "--input-type=module", "-e", script], cwd=HERE, check=True)


def timed(tokenizer, texts):
    start = time.process_time()
    for text in texts:
        tokenizer.encode(text)
    return time.process_time() - start


STEPS = {"characters": record_characters, "samples": record_samples, "parity": record_parity, "pixels": record_pixels, "speed": speed}

if __name__ == "__main__":
    asked = [name for name in sys.argv[1:] if name in STEPS]
    for step in asked or ["characters", "samples", "parity", "pixels"]:
        STEPS[step]()
