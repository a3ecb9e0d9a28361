#!/usr/bin/env python3
"""decontaminate against the loop of Megatron-LM's filter_ngrams.py, written again in plain Python.

The test set is as large as LAMBADA's: 5,000 texts of 75 words, some of which stand in the corpus, the files of Python's
own library or generated prose. First the pieces of --compat megatron are compared with the peer's on a part of the
corpus. Then both are measured in seconds of CPU on one thread: all n-grams of texts in memory, and jsonl to jsonl on
tmpfs in two passes and in one. Last, twice the text must take no more than twice the time where it hurts.
Usage: decontaminate.py BUILD/bin [--megabytes N]
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "conformance"), str(TESTS / "support"), str(TESTS / "reference")]

from decontaminate_twin import Megatron, lengths_of, make_keys, rules_of
from filter import cpu_seconds, prose, records_of, write_records
from library_texts import documents

RULES = rules_of(13, 8, 10, 200, 200, 10)


def make_task(texts, rng):
    """5,000 texts: of the corpus' words, one in fifty a stretch of the corpus."""
    words = " ".join(texts[:200]).split()
    task = []
    for _ in range(5000):
        if rng.random() < 0.02:
            own = rng.choice(texts).split()
            begin = rng.randrange(max(1, len(own) - 75))
            task.append(" ".join(own[begin : begin + 75]))
        else:
            task.append(" ".join(rng.choices(words, k=75)))
    return task


def check(owt, name, texts, task, folder):
    """The peer's pieces are ours; returns its bytes a second, of one pass."""
    source = folder / "part.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    subprocess.run([owt, "decontaminate", "-q", "--force", "--compat", "megatron", "--key-threshold", "0", "--task",
                    f"lambada={folder / 'task'}", str(source), str(folder / "out.jsonl")], check=True)
    keys = make_keys({"lambada": task}, RULES)
    lengths, twin, expected, cut = lengths_of(keys), Megatron(RULES), [], 0
    started = time.process_time()
    for text in texts:
        pieces, matches = twin.cut(text, keys, lengths)
        expected += pieces if len(pieces) <= RULES["splits_count"] else []
        cut += bool(matches)
    seconds = time.process_time() - started
    if [record["text"] for record in records_of(folder / "out.jsonl")] != expected or not cut:
        sys.exit(f"{name}: pieces differ")
    return sum(len(text.encode()) for text in texts) / seconds


def measure(owt, name, texts, folder, speed):
    rng = random.Random(1)
    task = make_task(texts, rng)
    (folder / "task").write_text("".join(json.dumps({"text": text}) + "\n" for text in task), encoding="utf-8")
    theirs = check(owt, name, rng.sample(texts, min(200, len(texts))), task, folder)
    size = sum(len(text.encode()) for text in texts)
    write_records(folder / "records", texts)
    lines = subprocess.run([speed, folder / "records", folder / "task", "8"], capture_output=True, text=True, check=True).stdout.split("\n")
    memory = size / min(float(line.split()[0]) for line in lines[:8])
    keys, bytes_each = lines[8].split()
    with open(folder / "in.jsonl", "w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    (folder / "one.jsonl").write_text(json.dumps({"text": "one"}) + "\n")

    def least_seconds(source, *options):
        return min(cpu_seconds([owt, "decontaminate", "-q", "--force", "-j", "1", *options, "--task", f"lambada={folder / 'task'}",
                                str(folder / source), str(folder / "out.jsonl")]) for _ in range(3))

    start = least_seconds("one.jsonl")
    twice = size / (least_seconds("in.jsonl") - start)
    once = size / (least_seconds("in.jsonl", "--key-threshold", "0") - start)
    print(f"{name}: {size / 1e6:.1f} MB, {keys} n-grams of {bytes_each} bytes. owt in memory {memory / 1e6:.0f} MB/s; jsonl to jsonl, one pass "
          f"{once / 1e6:.0f} MB/s, two {twice / 1e6:.0f} MB/s, beside {start:.2f} s for the task. Python's loop {theirs / 1e6:.2f} MB/s a pass: "
          f"{memory / theirs:.0f}x in memory, {once / theirs:.0f}x with files")


def worst(size):
    yield "no end of a sentence", "one two three four five six seven eight nine x " * (size // 48)
    yield "every word begins a match", "a " * (size // 2)
    yield "nearly a match", "one two three four five six seven eight x " * (size // 43)
    yield "one word", "x" * size
    yield "Chinese", "\u4e2d" * (size // 3)
    yield "sigmas", "\u03a3." * (size // 3)
    yield "dotted I", "\u0130" * (size // 2)


def worst_cases(speed, folder):
    task = ["one two three four five six seven eight nine", "a " * 40]
    (folder / "task").write_text("".join(json.dumps({"text": text}) + "\n" for text in task))
    too_slow = []
    for (name, half), (_, whole) in zip(worst(2_000_000), worst(4_000_000)):
        seconds = []
        for text in (half, whole):
            write_records(folder / "records", [text])
            lines = subprocess.run([speed, folder / "records", folder / "task", "2"], capture_output=True, text=True, check=True).stdout
            seconds.append(min(float(line.split()[0]) for line in lines.split("\n")[:2]))
        print(f"  {name}: {len(whole.encode()) / seconds[1] / 1e6:.0f} MB/s, twice as long takes {seconds[1] / seconds[0]:.1f} times as long")
        if seconds[1] > 1 or (seconds[1] / seconds[0] > 3.5 and seconds[1] > 0.1):
            too_slow.append(name)
    if too_slow:
        sys.exit(f"worst cases: too slow: {too_slow}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=20)
    arguments = parser.parse_args()
    owt, speed = str(arguments.bin / "owt"), str(arguments.bin / "decontaminate_speed")
    size = int(arguments.megabytes * 1e6)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        measure(owt, "Python's library", documents(size), folder, speed)
        measure(owt, "prose", prose(size), folder, speed)
        worst_cases(speed, folder)


if __name__ == "__main__":
    main()
