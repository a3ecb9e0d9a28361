#!/usr/bin/env python3
"""filter against datatrove's filters on the same texts, and the texts that are worst for it.

The texts are the files of Python's own library, cut into documents, and generated prose. First the decisions of the
preset fineweb, and what it leaves of each text, are compared with datatrove's four filters one after the other. Then
both are measured in seconds of CPU on one thread: all rules about every text in memory (for datatrove: until a text
fails), and jsonl to jsonl on tmpfs. The worst cases must take linear time, and 10 MB no more than a second.
Usage: filter.py BUILD/bin [--megabytes N]
"""

import argparse
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "conformance"), str(TESTS / "support")]

from filter_datatrove import answer, make
from filter_samples import COMMON
from library_texts import documents

FAMILIES = ["gopher-repetition", "gopher-quality", "c4", "fineweb"]


def prose(size, seed=1):
    """Texts with words as frequent as Zipf has them."""
    rng = random.Random(seed)
    rare = ["".join(rng.choices("etaoinshrdlucmfwypvbgkjqxz", weights=range(26, 0, -1), k=rng.randint(3, 11))) for _ in range(20000)]
    texts, total = [], 0
    while total < size:
        sentences = []
        for _ in range(rng.randint(10, 80)):
            words = [rng.choice(COMMON) if rng.random() < 0.45 else rare[min(len(rare), int(rng.paretovariate(0.7))) - 1]
                     for _ in range(rng.randint(4, 25))]
            sentences.append(" ".join(words).capitalize() + rng.choice("...!?"))
        texts.append("".join(s + rng.choice([" ", " ", " ", " ", "\n", "\n\n"]) for s in sentences))
        total += len(texts[-1])
    return texts


def worst(size):
    """The texts that hurt filters elsewhere, and those that would hurt this one."""
    rng = random.Random(1)
    yield "emoji", "\U0001f600" * (size // 4)
    yield "one line of one word", "x" * size
    yield "one line", "word " * (size // 5)
    yield "question marks", "?" * size
    yield "unique words", " ".join(format(i, "x") for i in range(size // 7))
    yield "one letter a word", "a " * (size // 2)
    yield "two words", "".join(rng.choice(["ab ", "a "]) for _ in range(size * 2 // 5))
    yield "repeated lines", "a line that is there again.\n" * (size // 28)
    yield "empty lines", "\r\n" * (size // 2)
    yield "white space", "\u3000" * (size // 3)
    yield "accents in one word", "a\u00e9" * (size // 3)
    yield "one accent a block", ("x" * 70 + "\u00e9") * (size // 72)
    yield "brackets", "[" * size
    yield "digits in brackets", "[1" * (size // 2)
    yield "at signs", "a@" * (size // 2)
    yield "names and dots", "a." * (size // 2)
    yield "numbers and dots", "1." * (size // 2)
    yield "the letter k", "k" * size
    yield "cookies", "Use cookie " * (size // 11)
    yield "random bytes", "".join(map(chr, rng.choices(range(1, 0x3000), k=size // 3)))


def cpu_seconds(command):
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} failed")
    return usage.ru_utime + usage.ru_stime


def write_records(path, texts):
    with open(path, "wb") as file:
        for text in texts:
            data = text.encode()
            file.write(struct.pack("<I", len(data)) + data)


def records_of(path):
    if not path.exists():  # nothing was dropped
        return []
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def in_memory(speed, path, rounds):
    """Least seconds of a round."""
    lines = subprocess.run([speed, path, str(rounds)], capture_output=True, text=True, check=True).stdout.split("\n")
    return min(float(line.split()[0]) for line in lines if line)


def peer(filters, texts):
    started = time.process_time()
    answers = []
    for text in texts:
        reason = None
        for filter_ in filters:
            reason, text = answer(filter_, text)
            if reason is not None:
                break
        answers.append((reason, text if reason is None else None))
    return time.process_time() - started, answers


def compare(owt, name, texts, folder, speed):
    source, target = folder / "in.jsonl", folder / "out.jsonl"
    with open(source, "w", encoding="utf-8") as file:
        for number, text in enumerate(texts):
            file.write(json.dumps({"n": number, "text": text}, ensure_ascii=False) + "\n")
    command = [owt, "filter", "-q", "--force", "-j", "1", str(source), str(target)]
    subprocess.run([*command, "--dropped", str(folder / "dropped")], check=True)
    answers = [(None, None)] * len(texts)
    for note in records_of(folder / "dropped"):
        answers[json.loads(note["record"])["n"]] = (note["reason"], None)
    for record in records_of(target):
        answers[record["n"]] = (None, record["text"])
    filters = [make(family, **({"filter_no_terminal_punct": False} if family == "c4" else {})) for family in FAMILIES]
    theirs, wanted = peer(filters, texts)
    if answers != wanted:
        sys.exit(f"{name}: answers differ")
    size = sum(len(text.encode()) for text in texts)
    write_records(folder / "records", texts)
    memory = in_memory(speed, folder / "records", 8)
    files = min(cpu_seconds(command) for _ in range(3))
    score = min(cpu_seconds([*command, "--mode", "score"]) for _ in range(3))
    presets = {preset: min(cpu_seconds([*command, "--mode", "score", "--preset", preset]) for _ in range(3)) for preset in ("dclm", "dolma")}
    kept = sum(reason is None for reason, _ in answers)
    print(f"{name}: {size / 1e6:.1f} MB, {kept} of {len(texts)} texts kept. In memory, all rules about every text: owt "
          f"{size / memory / 1e6:.0f} MB/s. jsonl to jsonl: --mode score {size / score / 1e6:.0f} MB/s, --mode drop "
          f"{size / files / 1e6:.0f} MB/s. datatrove {size / theirs / 1e6:.2f} MB/s: {theirs / memory:.0f}x, {theirs / files:.0f}x. "
          + " ".join(f"--mode score --preset {preset} {size / seconds / 1e6:.0f} MB/s" for preset, seconds in presets.items()))


def worst_cases(speed, folder):
    too_slow = []
    for (name, half), (_, whole) in zip(worst(5_000_000), worst(10_000_000)):
        seconds = []
        for text in (half, whole):
            write_records(folder / "records", [text])
            seconds.append(in_memory(speed, folder / "records", 3))
        bytes_ = len(whole.encode())
        ratio = seconds[1] / seconds[0]
        print(f"  {name}: {bytes_ / seconds[1] / 1e6:.0f} MB/s, twice as long takes {ratio:.1f} times as long")
        if seconds[1] > 1 or (ratio > 3.5 and seconds[1] > 0.1):
            too_slow.append(name)
    if too_slow:
        sys.exit(f"worst cases: too slow: {too_slow}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=10)
    arguments = parser.parse_args()
    owt, speed = str(arguments.bin / "owt"), str(arguments.bin / "filter_speed")
    size = int(arguments.megabytes * 1e6)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        compare(owt, "Python's library", documents(size), folder, speed)
        compare(owt, "prose", prose(size), folder, speed)
        worst_cases(speed, folder)


if __name__ == "__main__":
    main()
