#!/usr/bin/env python3
"""Compares cleanup with ftfy 6.3.1 on real text: results and plans, with ftfy's defaults.

    tests/conformance/cleanup_real.py build/release/bin/text_probe [--megabytes 2] [CORPUS...]

CORPUS: jsonl files with a field "text", of which all texts are compared, such as what `make demo` leaves:
build/demo/corpus/merged.json. Without one: what the programs installed here say in all their languages, --megabytes of
it, and the same made worse, every third line decoded with a wrong encoding. Exits 1 at a difference.
"""

import argparse
import json
import random
import sys
import pathlib

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from ftfy.chardata import CHARMAP_ENCODINGS

from cleanup_ftfy import Comparison, Options, in_chunks
from translations import documents


def garbled(text, rng):
    lines = text.split("\n")
    for i in range(0, len(lines), 3):
        lines[i] = lines[i].encode("utf-8").decode(rng.choice(CHARMAP_ENCODINGS), "replace")
    return "\n".join(lines)


def corpus_texts(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            yield from (json.loads(line)["text"] for line in file)


def compare(comparison, name, texts):
    comparison.counts.clear()
    default, size, number = Options(), 0, 0
    for chunk in in_chunks(((default, text) for text in texts), 2000):
        comparison.results(chunk)
        comparison.plans(chunk)
        size += sum(len(text.encode("utf-8", "replace")) for _, text in chunk)
        number += len(chunk)
    if number == 0:
        sys.exit(f"{name}: no text to compare")
    print(f"{name}: {size / 1e6:.1f} MB, {dict(comparison.counts)}, all equal", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("corpus", nargs="*")
    parser.add_argument("--megabytes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    comparison = Comparison(arguments.program)
    if arguments.corpus:
        return compare(comparison, " ".join(arguments.corpus), corpus_texts(arguments.corpus))
    real = list(documents(int(arguments.megabytes * 1e6)))
    print(f"{len(real)} texts in {len({language for language, _ in real})} languages and their variants")
    compare(comparison, "as they are", (text for _, text in real))
    rng = random.Random(arguments.seed)
    compare(comparison, "every third line garbled", (garbled(text, rng) for _, text in rng.sample(real, len(real) // 3)))


if __name__ == "__main__":
    main()
