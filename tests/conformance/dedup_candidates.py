#!/usr/bin/env python3
"""Candidates of `owt dedup --lsh --bands-only` against theory and against all pairs.

    tests/conformance/dedup_candidates.py build/release/bin/owt [--documents 3000] [--seed 1]

Documents are generated with planted edits at graded similarity; the Jaccard index of all pairs is counted by brute
force. In every decile the pairs that share a band are as many as 1 - (1 - J^rows)^bands says, within 3 sigma, for each
family and for three geometries; each planted pair stands for itself, so that pairs are independent.
"""
import argparse
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy
from scipy.sparse import csr_matrix

FAMILIES = {"kperm32": "word:5", "datasketch": "char:9", "datasketch-1": "word:3", "datatrove": "word:5", "megatron": "byte:8"}


def make_documents(count, generator):
    """Pairs of a text and one with runs of words replaced; nothing else is alike."""
    texts = []
    while len(texts) < count:
        words = [f"w{generator.randrange(10**6)}" for _ in range(generator.randint(60, 250))]
        texts.append(" ".join(words))
        for _ in range(int(len(words) * generator.random() ** 1.5 * 0.2)):
            words[generator.randrange(len(words))] = f"e{generator.randrange(10**9)}"
        texts.append(" ".join(words))
    return texts


def shingles_of(text, rule):
    unit, size = rule.split(":")
    units, size = (text.split(), int(size)) if unit == "word" else (text, int(size))
    return {tuple(units[i : i + size]) for i in range(len(units) - size + 1)}




def jaccard_of_all_pairs(texts, rule):
    numbers, rows, columns = {}, [], []
    for i, text in enumerate(texts):
        for shingle in shingles_of(text, rule):
            rows.append(i)
            columns.append(numbers.setdefault(shingle, len(numbers)))
    sets = csr_matrix((numpy.ones(len(rows), dtype=numpy.float64), (rows, columns)), shape=(len(texts), len(numbers)))
    common = (sets @ sets.T).toarray()
    sizes = common.diagonal()
    return common / (sizes[:, None] + sizes[None, :] - common)


def candidates_of(owt, texts, family, rule, bands, rows, seed):
    found = numpy.zeros((len(texts), len(texts)), dtype=bool)
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "in.jsonl"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        subprocess.run([owt, "dedup", "-q", "--lsh", "--bands-only", "--family", family, "--shingle", rule, "--bands", str(bands),
                        "--rows", str(rows), "--minhash-seed", str(seed), str(source), f"{folder}/out"], check=True)
        for band in range(bands):
            data = pathlib.Path(f"{folder}/out.band-{band:02}").read_bytes()
            if data[:8] != b"OWTBAND1" or (len(data) - 64) % 12:
                sys.exit("this is no band file")
            records = numpy.frombuffer(data[64:], dtype=[("key", "<u8"), ("document", "<u4")])
            members = {}
            for key, document in records.tolist():
                for other in members.setdefault(key, []):
                    found[other, document] = found[document, other] = True
                members[key].append(document)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    letters = str.maketrans("0123456789", "abcdefghij")  # datatrove would make all numbers one
    words = [text.translate(letters) for text in make_documents(options.documents, generator)]
    failed = False
    for family, rule in FAMILIES.items():
        exact = jaccard_of_all_pairs(words, rule)
        upper = numpy.triu_indices(len(words), 1)
        for bands, rows in ((14, 8), (18, 7), (10, 10)):
            found = candidates_of(options.owt, words, family, rule, bands, rows, options.seed + bands)[upper]
            jaccard = exact[upper]
            theory = 1 - (1 - jaccard**rows) ** bands
            line = []
            for decile in range(10):
                inside = (jaccard >= decile / 10) & ((jaccard < (decile + 1) / 10) | (decile == 9))
                expected, actual = theory[inside].sum(), int(found[inside].sum())
                sigma = math.sqrt((theory[inside] * (1 - theory[inside])).sum())
                bad = abs(actual - expected) > 3 * sigma + 0.5
                failed |= bool(bad)
                if expected >= 0.5 or actual:
                    line.append(f"{decile / 10:.1f}+ {actual}/{expected:.1f}{' !' if bad else ''}")
            print(f"{family} {rule} {bands}x{rows}: candidates/theory by Jaccard index: {', '.join(line)}")
    if failed:
        sys.exit("candidates are not those of theory")


if __name__ == "__main__":
    main()
