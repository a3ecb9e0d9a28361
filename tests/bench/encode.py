#!/usr/bin/env python3
"""The encoder in memory and `owt encode` from jsonl to files, against gigatoken, tiktoken and HF tokenizers.

    pip install tiktoken tokenizers gigatoken==0.10.0 numpy awkward
    tests/bench/encode.py BUILD/bin [--jsonl FILE] [--megabytes N] [--rounds N]

The texts are those of FILE, or else the files of Python's own library. Answers are compared first. The peer runs
between our runs, round by round, so that both see the same machine; MB are those of the texts. Given are the best
round of each and its CPU seconds, since other programs take cores away but hardly change those. The peers get texts
in memory and write nothing; `owt encode` writes .bin and .idx, hashes input and output, and keeps its ledger.
"""

import argparse
import base64
import glob
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

import numpy as np

from library_texts import documents
from tiktoken_ids import load_tiktoken, narrow

ROOT = TESTS.parent


class Best:
    """The least wall and CPU seconds of some rounds, in MB/s."""

    def __init__(self, name, size):
        self.name, self.size, self.wall, self.cpu = name, size, float("inf"), float("inf")

    def add(self, wall, cpu):
        self.wall, self.cpu = min(self.wall, wall), min(self.cpu, cpu)

    def timed(self, function):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = function()
        self.add(time.perf_counter() - wall, time.process_time() - cpu)
        return answer

    def __str__(self):
        return f"{self.name}: {self.size / self.wall / 1e6:.1f} MB/s, {self.size / self.cpu / 1e6:.1f} a CPU second"

    def against(self, peer):
        print(f"  {self}\n  {peer}\n  ratio {peer.wall * self.size / self.wall / peer.size:.2f}, "
              f"by CPU {peer.cpu * self.size / self.cpu / peer.size:.2f}")  # fmt: skip


def load_hf():
    from tokenizers import ByteLevelBPETokenizer

    encoding = load_tiktoken()
    lines = (ROOT / "data/gpt2/vocab.bpe").read_text(encoding="utf-8").split("\n")[1:-1]
    merges = [tuple(line.split(" ")) for line in lines]
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in visible]
    chars = [chr(b) for b in visible] + [chr(256 + i) for i in range(len(hidden))]
    vocab = {token: i for i, token in enumerate(chars + [a + b for a, b in merges])}
    vocab["<|endoftext|>"] = encoding.eot_token
    return ByteLevelBPETokenizer(vocab, merges)


def write_records(path, texts):
    with open(path, "wb") as file:
        for text in texts:
            file.write(struct.pack("<I", len(text)) + text)


class EncodeSpeed:
    """tests/bench/encode_speed.cc, kept running: a round each time it is asked."""

    def __init__(self, program, records, tier="best", threads=1, ids="/dev/null"):
        command = [program, records, tier, str(threads), "-", ids]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def in_memory(bin, texts, folder, rounds, gigatoken):
    size = sum(map(len, texts))
    records = f"{folder}/texts.rec"
    write_records(records, texts)
    few = texts[: max(1, len(texts) // 20)]
    encoding = load_tiktoken()
    strings = [text.decode() for text in few]
    wanted = [narrow(ids) for ids in encoding.encode_ordinary_batch(strings, num_threads=2)]
    walls = {}
    for threads in (1, 2):
        ours = EncodeSpeed(f"{bin}/encode_speed", records, threads=threads, ids=f"{folder}/ids")
        cold = ours.round()
        ids = pathlib.Path(f"{folder}/ids").read_bytes()
        if ids[: sum(map(len, wanted))] != b"".join(wanted):
            sys.exit("the ids differ from tiktoken's")
        print(f"in memory, {threads} thread{'s' * (threads > 1)}: {size / 1e6:.1f} MB, {len(ids) // 2} ids, "
              f"{len(wanted)} texts equal tiktoken's; first round (cold) {size / cold[0] / 1e6:.1f} MB/s, {size / cold[1] / 1e6:.1f} a CPU second")  # fmt: skip
        warm = Best("owt", size)
        peer = Best("gigatoken encode_batch", size)
        if gigatoken:
            import awkward

            first = Best("cold", size)
            answer = first.timed(lambda: gigatoken.encode_batch(texts, parallel=threads > 1))
            if narrow(awkward.to_numpy(awkward.flatten(answer))) != ids:
                sys.exit("the ids differ from gigatoken's")
            print(f"  all ids equal gigatoken's; its first round {first.size / first.wall / 1e6:.1f} MB/s")
        for _ in range(rounds):
            warm.add(*ours.round())
            if gigatoken:
                peer.timed(lambda: gigatoken.encode_batch(texts, parallel=threads > 1))
        ours.close()
        walls[threads] = warm.wall
        if gigatoken:
            warm.against(peer)
        else:
            print(f"  {warm}")
        other = Best("tiktoken encode_ordinary_batch", sum(map(len, few)))
        for _ in range(2):
            other.timed(lambda: encoding.encode_ordinary_batch(strings, num_threads=threads))
        warm.against(other)
        if threads == 2:
            hf = load_hf()
            other = Best("HF tokenizers encode_batch", sum(map(len, few)))
            other.timed(lambda: hf.encode_batch(strings))
            warm.against(other)
    print(f"  two threads {walls[1] / walls[2]:.2f} x one")


def from_jsonl(owt, texts, folder, rounds, gigatoken):
    size = sum(map(len, texts))
    source = f"{folder}/in.jsonl"
    with open(source, "w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"text": text.decode()}, ensure_ascii=False) + "\n")
    walls = {}
    for threads in (1, 2):
        ours, cold = Best("owt encode -> .bin/.idx, a new process", size), Best("gigatoken encode_files, a new tokenizer", size)
        warm = Best("gigatoken encode_files, having seen the file before", size)
        peak = 0
        for _ in range(rounds):
            for path in glob.glob(f"{folder}/out*"):  # to give old pages back is no part of the work
                os.remove(path)
            start = time.perf_counter()
            # A shell between: what a child of ours inherits counts as its peak.
            command = f"{owt} encode -q --force -j {threads} --stats {folder}/stats {source} {folder}/out; exit $?"
            process = subprocess.Popen(["sh", "-c", command])
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                sys.exit("owt encode failed")
            ours.add(time.perf_counter() - start, usage.ru_utime + usage.ru_stime)
            with open(f"{folder}/stats") as file:
                peak = max(peak, json.load(file)["timings"]["peak_rss_bytes"])
            if gigatoken:
                from gigatoken import JsonlFileSource

                new = load_gigatoken(folder)
                for peer in (cold, warm):
                    peer.timed(lambda: new.encode_files(JsonlFileSource([source]), parallel=threads > 1))
        walls[threads] = ours.wall
        print(f"jsonl, -j {threads}: {os.path.getsize(source) / 1e6:.1f} MB, peak {peak / 1048576:.0f} MiB")
        if gigatoken:
            ours.against(cold)
            ours.against(warm)
        else:
            print(f"  {ours}")
    print(f"  two workers {walls[1] / walls[2]:.2f} x one")


def worst_cases(bin, folder):
    rng = random.Random(1)
    size = 8_000_000
    letters = [chr(c) for c in range(0x4E00, 0x9FFF)]
    common = letters[:: len(letters) // 3000]
    cases = {
        "one letter": b"a" * size,
        "one sign": b"^" * size,
        "spaces": b" " * size,
        "line feeds": b"\n" * size,
        "random bytes": rng.randbytes(size),
        "CJK, 3,000 characters": "".join(
            rng.choice(common) if rng.random() < 0.93 else "\u3002" for _ in range(size // 3)).encode(),
        "CJK, all characters, no signs": "".join(rng.choices(letters, k=size // 3)).encode(),
        "base64": base64.b64encode(rng.randbytes(size * 3 // 4)),
        "unique words": " ".join("".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 12))) for _ in range(size // 9)).encode(),
        "digits": "".join(rng.choices("0123456789", k=size)).encode(),
        "emoji": "".join(chr(rng.randint(0x1F300, 0x1F64F)) for _ in range(size // 4)).encode(),
    }  # fmt: skip
    print("worst cases, one thread, first round (cold) and best of 4")
    for name, text in cases.items():
        write_records(f"{folder}/case.rec", [text[i : i + 1_000_000] for i in range(0, len(text), 1_000_000)])
        ours = EncodeSpeed(f"{bin}/encode_speed", f"{folder}/case.rec")
        cold = ours.round()
        best = Best(name, len(text))
        for _ in range(3):
            best.add(*ours.round())
        ours.close()
        print(f"  {name}: {len(text) / cold[1] / 1e6:.0f} and {len(text) / best.cpu / 1e6:.0f} MB a CPU second")


def load_gigatoken(folder):
    try:
        import gigatoken
    except ImportError as error:
        print(f"without gigatoken: {error}")
        return None
    load_hf().save(f"{folder}/tokenizer.json")
    return gigatoken.Tokenizer(f"{folder}/tokenizer.json")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--jsonl")
    parser.add_argument("--megabytes", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.jsonl:
        with open(arguments.jsonl, "rb") as file:
            texts = [json.loads(line)["text"].encode() for line in file]
    else:
        texts = [text.encode() for text in documents(int(arguments.megabytes * 1e6))]
    texts = [text for text in texts if text]
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        gigatoken = load_gigatoken(folder)
        in_memory(arguments.bin, texts, folder, arguments.rounds, gigatoken)
        from_jsonl(str(arguments.bin / "owt"), texts, folder, arguments.rounds, gigatoken)
        worst_cases(arguments.bin, folder)


if __name__ == "__main__":
    main()
