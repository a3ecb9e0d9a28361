#!/usr/bin/env python3
"""`owt train-tokenizer` against Hugging Face tokenizers' BpeTrainer: the same merges, time and memory.

    pip install tokenizers
    tests/bench/train_tokenizer.py BUILD/bin [--jsonl FILE] [--megabytes N] [--peer-megabytes N] [--vocab-size N]

The texts are those of FILE, or else the files of Python's own library over and over, with 3 % of their words replaced by
made-up ones of a Zipf distribution, so that rare words grow with the size as they do in a corpus. The peer trains on the
first N megabytes of them (it is slow), owt on those and on all. Merges are compared first. Both run with two threads, as
programs of their own; the peer's peak memory holds Python, and none is below this script's own.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from library_texts import documents

PEER = """
import json, sys
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(vocab_size=int(sys.argv[2]) - 1, min_frequency=2, show_progress=False,
                              initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
tokenizer.train_from_iterator((json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8")), trainer)
for merge in json.loads(tokenizer.to_str())["model"]["merges"]:
    print(merge if isinstance(merge, str) else " ".join(merge))
"""


def made_up_words(texts, count):
    """Words by letter trigrams of the texts, each once."""
    following = collections.defaultdict(list)
    for word in set(" ".join(texts[:2000]).split()):
        if word.isalpha():
            for a, b, c in zip("^^" + word, "^" + word, word + "$"):
                following[a + b].append(c)
    random_ = random.Random(3)
    words = {}
    while len(words) < count:
        state, word = "^^", ""
        while len(word) < 24 and (letter := random_.choice(following[state])) != "$":
            state, word = state[1] + letter, word + letter
        words[word] = None
    return list(words)


def write_corpus(path, size):
    texts = documents(50_000_000)
    made_up = made_up_words(texts, size // 400)
    random_ = random.Random(4)
    written = 0
    with open(path, "w", encoding="utf-8") as out:
        while written < size:
            words = random_.choice(texts).split(" ")
            for _ in range(len(words) * 3 // 100):
                rank = int(len(made_up) ** random_.random()) - 1
                words[random_.randrange(len(words))] = made_up[rank]
            text = " ".join(words)
            out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
            written += len(text.encode("utf-8", "replace"))


def copy_head(source, path, size):
    with open(source, encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
        for line in lines:
            if size <= 0:
                return
            out.write(line)
            size -= len(json.loads(line)["text"].encode("utf-8", "replace"))


def run(command):
    """Standard output, wall and CPU seconds, peak memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "RAYON_NUM_THREADS": "2"})
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {command}")
    return out, time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


def ours(bin, source, folder, vocab_size):
    command = [f"{bin}/owt", "train-tokenizer", "-q", "--force", "-j", "2", "--vocab-size", str(vocab_size), source, f"{folder}/out"]
    _, wall, cpu, peak = run(command)
    return pathlib.Path(folder, "out", "merges.txt").read_text().split("\n")[1:-1], wall, cpu, peak


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--jsonl")
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--peer-megabytes", type=int, default=50)
    parser.add_argument("--vocab-size", type=int, default=50257)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        whole = arguments.jsonl or f"{folder}/whole.jsonl"
        if not arguments.jsonl:
            write_corpus(whole, arguments.megabytes * 1_000_000)
        head = f"{folder}/head.jsonl"
        copy_head(whole, head, arguments.peer_megabytes * 1_000_000)
        merges, wall, cpu, peak = ours(arguments.bin, head, folder, arguments.vocab_size)
        out, peer_wall, peer_cpu, peer_peak = run([sys.executable, "-c", PEER, head, str(arguments.vocab_size)])
        if out.split("\n")[:-1] != merges:
            sys.exit("DIFFERENT: the merges are not the peer's")
        print(f"{os.path.getsize(head) / 1e6:.1f} MB of jsonl, {len(merges)} merges, the same: owt {wall:.2f} s, {cpu:.2f} s CPU, {peak} MiB; "
              f"HF tokenizers {peer_wall:.2f} s, {peer_cpu:.2f} s CPU, {peer_peak} MiB; ratio by CPU {peer_cpu / cpu:.1f}")  # fmt: skip
        runs = [ours(arguments.bin, whole, folder, arguments.vocab_size) for _ in range(3)]
        print(f"{os.path.getsize(whole) / 1e6:.1f} MB of jsonl, {len(runs[0][0])} merges, the best of three: "
              f"{min(r[1] for r in runs):.2f} s, {min(r[2] for r in runs):.2f} s CPU, {max(r[3] for r in runs)} MiB")  # fmt: skip


if __name__ == "__main__":
    main()
