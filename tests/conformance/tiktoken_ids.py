#!/usr/bin/env python3
"""Compares GPT-2 ids with tiktoken's on generated text, with every set of instructions that the machine has.

    pip install tiktoken numpy
    tests/conformance/tiktoken_ids.py build/release/bin/text_probe [--strings 1000000] [--seed 1]

Every Unicode scalar value stands in every context of CONTEXTS; then come random strings of several kinds and
a few long ones. Prints what was compared; exits 1 at the first difference.
"""

import argparse
import concurrent.futures
import itertools
import pathlib
import random
import subprocess
import sys
import time

import numpy as np
import tiktoken

from probe import ask

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""

# "{}" is the character under test.
CONTEXTS = [
    "{}", "a{}", "{}a", "a{}b", " {}", "{} ", "a {}b", "1{}", "{}1", "!{}", "{}!", "  {}", "{}  x", "\n{}", "{}\n\nx", "{}{}",
    "{} {}", "{}'s", "{}'ll go", "{}'re", "'{}", "'s{}", "''{}", "\u00a0{}", "{}\u00a0", "\t{}\t", "\u4e2d{}", "{}\u4e2d",
    "\u0301{}", "{}\u0301", "<|{}|>", " '{}",
]  # fmt: skip

# Ranges of scripts that people write, with whitespace and punctuation between.
SCRIPTS = [
    (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F),
    (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1F6FF), (0x2000, 0x206F), (0x1D400, 0x1D7FF),
]  # fmt: skip
SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
WORDS = "the of and to I'm you're we'll they've he'd it's don't IT'S 'tis 3.14 1,000 x=y; http://a.b/c?d=e <|endoftext|> naïve".split()


def load_tiktoken():
    lines = (ROOT / "data/gpt2/vocab.bpe").read_text(encoding="utf-8").split("\n")[1:-1]
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    byte_order = visible + [b for b in range(256) if b not in visible]
    byte_of = {chr(b): b for b in visible}
    byte_of.update({chr(256 + i): b for i, b in enumerate(byte_order[len(visible) :])})
    ranks = {bytes([b]): i for i, b in enumerate(byte_order)}
    for line in lines:
        left, right = line.split(" ")
        ranks[bytes(byte_of[c] for c in left + right)] = len(ranks)
    assert len(ranks) == 50256
    return tiktoken.Encoding("gpt2", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": 50256})


def scalar_values():
    return [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


# Characters of a script, and 15 % spaces.
POOLS = [[chr(c) for c in range(first, last + 1)] for first, last in SCRIPTS]
POOLS = [pool + [SPACES[i % len(SPACES)] for i in range(len(pool) * 15 // 85)] for pool in POOLS]
# Scripts of three bytes; the last characters stand in tokens that reach over their ends.
WIDE_SCRIPTS = [(0x900, 0xDFF), (0x2010, 0x27BF), (0x3001, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xFFFD)]
WIDE_POOLS = [[chr(c) for c in range(first, last + 1)] for first, last in WIDE_SCRIPTS]
WIDE_POOLS += [list("\u30c9\u30e9\u30b4\u30f3\u30fc\u306e\u9f8d\u559a\u58eb\u88cf\u899a\u9192\u2014\u2026\u2500\u2588\u2019\u4e2d\u6587\u3002\uff0c")]
WIDE_POOLS = [pool + list(WIDE_POOLS[-1]) * (len(pool) // 400) for pool in WIDE_POOLS]
APOSTROPHES = ["'", "s", "t", "re", "ve", "m", "ll", "d", "'s", "x", " ", "S", "\u2019", "'ll", "'re "]


def random_string(rng, everything):
    kind = rng.randrange(8)
    length = rng.randrange(301) if rng.randrange(4) == 0 else rng.randrange(60)
    if kind == 0:
        return "".join(rng.choices(everything, k=length))
    if kind == 1:
        return "".join(rng.choices(rng.choice(POOLS), k=length))
    if kind == 2:
        return "".join(rng.choices(SPACES + "ab1'!", k=length))
    if kind == 3:
        return "".join(rng.choices(APOSTROPHES, k=length // 2))
    if kind == 4:  # around the edge of 64 bytes
        return rng.choice(["a", " ", "'", "1", "\n", "-"]) * rng.randrange(56, 68) + "".join(rng.choices(APOSTROPHES, k=8))
    if kind == 5:
        return rng.choice([" ", "  ", "\n", ""]).join(rng.choices(WORDS, k=length // 4))
    if kind == 7:  # characters of three bytes, 40 and more side by side, of a script and of some that tokens join
        pool = rng.choice(WIDE_POOLS)
        between = rng.choice(["", " ", "\n", "a", "'s", "1", "\u3000"])
        return between.join("".join(rng.choices(pool, k=rng.randrange(30, 120))) for _ in range(rng.randrange(1, 4)))
    return "".join(c * rng.randint(1, 40) for c in rng.choices("aA0 .\n-=\u4e2d\U0001f600\u3000", k=length // 20))


def long_strings(rng, everything):
    for unit in ["a", " ", "\n", "^", "=", "0", "\u4e2d", "\U0001f600", "ab", "a b", "\u00a0", "'s", "\u0301"]:
        yield (unit * 100_000)[:100_000]
    for alphabet in ["ACGT", "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", everything]:
        yield "".join(rng.choices(alphabet, k=100_000))


def narrow(ids):
    return np.asarray(ids, dtype=np.uint16).tobytes()


def compare(program, tiers, texts, wanted):
    """`wanted` are tiktoken's ids of each text, packed."""
    records = [text.encode("utf-8") for text in texts]
    for tier in tiers:
        answers = ask(program, f"encode-{tier}", records)
        if answers == wanted:
            continue
        number = next(i for i, answer in enumerate(answers) if answer != wanted[i])
        found, ids = (list(np.frombuffer(x, dtype=np.uint16)) for x in (answers[number], wanted[number]))
        at = next((i for i, (a, b) in enumerate(zip(found, ids)) if a != b), min(len(found), len(ids)))
        sys.exit(
            f"DIFFERENT with {tier}, from id {at} on: {texts[number][:200]!r}\n"
            f"  tiktoken {ids[at : at + 20]}\n  owt      {found[at : at + 20]}"
        )
    return sum(map(len, wanted)) // 2


def compare_scalar_values(program, tiers, encoding, everything, pool):
    num_ids = 0
    for context in CONTEXTS:
        # Many characters a text, kept apart by a line that no context can join.
        texts = [
            "\nx\n".join(context.replace("{}", c) for c in everything[i : i + 4096]) for i in range(0, len(everything), 4096)
        ]
        wanted = pool.map(lambda text: narrow(encoding.encode_to_numpy(text, disallowed_special=())), texts)
        num_ids += compare(program, tiers, texts, list(wanted))
    return num_ids


def compare_strings(program, tiers, encoding, texts):
    wanted = encoding.encode_ordinary_batch(texts, num_threads=2)
    flat = narrow(np.fromiter(itertools.chain.from_iterable(wanted), dtype=np.uint16))
    ends = [2 * end for end in itertools.accumulate(map(len, wanted), initial=0)]
    return compare(program, tiers, texts, [flat[a:b] for a, b in zip(ends, ends[1:])])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    encoding = load_tiktoken()
    everything = scalar_values()
    program = arguments.program
    tiers = subprocess.run([program, "tiers"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    print(f"instructions: {', '.join(tiers)}")

    start = time.time()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        num_ids = compare_scalar_values(program, tiers, encoding, everything, pool)
    print(f"{len(everything)} scalar values in {len(CONTEXTS)} contexts: {num_ids} ids equal, {time.time() - start:.0f} s")

    start = time.time()
    num_ids = 0
    for done in range(0, arguments.strings, 50_000):
        texts = [random_string(rng, everything) for _ in range(min(50_000, arguments.strings - done))]
        num_ids += compare_strings(program, tiers, encoding, texts)
    print(f"{arguments.strings} random strings (seed {arguments.seed}): {num_ids} ids equal, {time.time() - start:.0f} s")

    texts = list(long_strings(rng, everything))
    num_ids = compare_strings(program, tiers, encoding, texts)
    print(f"{len(texts)} strings of 100,000 characters: {num_ids} ids equal")


if __name__ == "__main__":
    main()
