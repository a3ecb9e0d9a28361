#!/usr/bin/env python3
"""Compares dedup's shingles and MinHash estimates with Python and datasketch.

    pip install datasketch
    tests/conformance/dedup_datasketch.py build/release/bin/dedup_probe [--pairs 1500] [--seed 1]

1. Normalization of generated Unicode text equals unicodedata's (NFD without Mn, simple case folding, letters,
   numbers and spacing marks as words).
2. The number of shingles of a text, and of those that two texts share, equals that of Python sets.
3. Over pairs of graded similarity, the estimate's mean error and spread are those of datasketch's MinHash with
   as many permutations, and of theory.
4. datasketch's LSH with our bands and rows finds as many of the pairs as ours does, decile by decile.
"""
import argparse
import math
import random
import sys
import unicodedata

import numpy
from datasketch import MinHash, MinHashLSH
from probe import ask

SLOTS, BANDS, ROWS, SIZE = 128, 18, 7, 5
SCRIPTS = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x45F), (0x5D0, 0x5EA), (0x900, 0x970), (0xAC00, 0xAD00)]


def normalized(text):
    words = [""]
    for char in unicodedata.normalize("NFD", text):
        kind = unicodedata.category(char)
        if kind == "Mn":
            continue
        if kind[0] in "LN" or kind == "Mc":
            folded = char.casefold()
            words[-1] += folded if len(folded) == 1 else char.lower() if len(char.lower()) == 1 else char
        else:
            words.append("")
    return " ".join(word for word in words if word)


def shingles(text):
    words = normalized(text).split()
    size = min(SIZE, len(words))
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)} if words else set()


def jaccard(a, b):
    return len(a & b) / len(a | b) if a or b else 0.0


def check_normalization(program, generator):
    texts = []
    for _ in range(3000):
        low, high = generator.choice(SCRIPTS)
        chars = [chr(generator.randint(low, high)) if generator.random() < 0.8 else " " for _ in range(60)]
        texts.append("".join(c for c in chars if unicodedata.category(c) not in ("Cn", "Cs")))
    answers = ask(program, "normalized", [text.encode() for text in texts])
    for text, answer in zip(texts, answers):
        if answer.decode() != normalized(text):
            sys.exit(f"normalization of {text!r}:\n  ours   {answer.decode()!r}\n  Python {normalized(text)!r}")
    print(f"normalization: {len(texts)} texts equal")


def make_pairs(count, generator):
    """Texts and copies with words replaced: similarity from nothing to 1, evenly."""
    pairs = []
    for _ in range(count):
        words = [f"w{generator.randrange(3000)}" for _ in range(generator.randint(30, 300))]
        edited = list(words)
        for _ in range(int(len(words) * generator.random() ** 2 * 0.25)):
            edited[generator.randrange(len(words))] = f"e{generator.randrange(10**9)}"
        pairs.append((" ".join(words), " ".join(edited)))
    return pairs


def check_shingles(program, pairs):
    texts = [text.encode() for pair in pairs for text in pair]
    answers = [set(numpy.frombuffer(answer, dtype="<u8").tolist()) for answer in ask(program, ["shingles", "word:5"], texts)]
    for i, (a, b) in enumerate(pairs):
        ours, theirs = jaccard(answers[2 * i], answers[2 * i + 1]), jaccard(shingles(a), shingles(b))
        if ours != theirs or len(answers[2 * i]) != len(shingles(a)):
            sys.exit(f"pair {i}: Jaccard index {ours} of ours, {theirs} of Python's sets")
    print(f"shingles: exact Jaccard index of {len(pairs)} pairs equal")


def check_estimates(program, pairs):
    texts = [text.encode() for pair in pairs for text in pair]
    ours = [numpy.frombuffer(answer, dtype="<u4") for answer in ask(program, ["signature", "kperm32", "word:5", str(SLOTS), "1234"], texts)]
    theirs = []
    for text in texts:
        minhash = MinHash(num_perm=SLOTS)
        minhash.update_batch([shingle.encode() for shingle in shingles(text.decode())])
        theirs.append(minhash)
    exact = [jaccard(shingles(a), shingles(b)) for a, b in pairs]
    deciles = {}
    scores = {"owt": [], "datasketch": []}
    for i, j in enumerate(exact):
        estimates = {
            "owt": float(numpy.mean(ours[2 * i] == ours[2 * i + 1])),
            "datasketch": float(theirs[2 * i].jaccard(theirs[2 * i + 1])),
        }
        lsh = MinHashLSH(params=(BANDS, ROWS), num_perm=SLOTS)
        lsh.insert("a", theirs[2 * i])
        rows = [(ours[2 * i] == ours[2 * i + 1])[band * ROWS : (band + 1) * ROWS] for band in range(BANDS)]
        hits = {"owt": any(row.all() for row in rows), "datasketch": bool(lsh.query(theirs[2 * i + 1]))}
        spread = math.sqrt(j * (1 - j) / SLOTS)
        if spread > 0:
            for name, estimate in estimates.items():
                scores[name].append((estimate - j) / spread)
        decile = deciles.setdefault(min(9, int(j * 10)), {"pairs": 0, "theory": 0.0, "owt": 0, "datasketch": 0})
        decile["pairs"] += 1
        decile["theory"] += 1 - (1 - j**ROWS) ** BANDS
        for name, hit in hits.items():
            decile[name] += hit
    failed = False
    for name, values in scores.items():
        mean, variance = float(numpy.mean(values)), float(numpy.var(values))
        print(f"estimate of {name}: mean error {mean:+.3f} sd, variance {variance:.3f} of theory's, {len(values)} pairs")
        if name == "owt":
            failed |= abs(mean) > 4 / math.sqrt(len(values)) or abs(variance - 1) > 6 / math.sqrt(len(values)) + 0.02
    for low, d in sorted(deciles.items()):
        expected, sigma = d["theory"], math.sqrt(max(d["theory"] * (1 - d["theory"] / d["pairs"]), 0.25))
        print(f"J {low / 10:.1f}+: {d['pairs']} pairs, candidates {d['owt']} owt, {d['datasketch']} datasketch, {expected:.1f} theory")
        failed |= abs(d["owt"] - expected) > 3.5 * sigma + 0.5
    if failed:
        sys.exit("ours does not behave as theory says")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--pairs", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    check_normalization(options.program, generator)
    pairs = make_pairs(options.pairs, generator)
    check_shingles(options.program, pairs)
    check_estimates(options.program, pairs)


if __name__ == "__main__":
    main()
