#!/usr/bin/env python3
"""dedup --substrings beside a suffix array (pydivsufsort from PyPI, which is libdivsufsort, in numpy): the method of
deduplicate-text-datasets, for the rules of docs/dedup-substrings.md.

First the answers: every text of a part of the corpus must be the peer's. Then seconds of CPU of both on that part, from
jsonl to jsonl, and of owt on all of it, with the most memory that it held and the files beside the output. Last, input that hurts: twice as
much of it must take about twice the time. The corpus is a jsonl file, or the files of Python's own library.
Usage: dedup_substrings.py BUILD/bin [--corpus JSONL] [--megabytes N] [--peer-megabytes N]
"""
import argparse, json, os, pathlib, random, subprocess, sys, tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "support")]
from library_texts import documents  # noqa: E402

PEER = r"""
import json, sys
import numpy
from pydivsufsort import divsufsort, kasai
source, target, N = sys.argv[1], sys.argv[2], int(sys.argv[3])
records = [json.loads(line) for line in open(source, encoding="utf-8")]
texts = [record["text"].encode() for record in records]
joined = b"\0".join(texts) + b"\0"
array = divsufsort(joined)
shared = kasai(joined, array)  # of each suffix and the next in the array
size = len(joined)
bytes_of = numpy.frombuffer(joined, numpy.uint8)
ends = numpy.flatnonzero(bytes_of == 0)
place_end = ends[numpy.searchsorted(ends, numpy.arange(size))]
fits = (place_end - numpy.arange(size) >= N)[array]  # whether a window begins there, in the order of the array
same = numpy.concatenate(([False], (shared[:size - 1] >= N) & fits[1:] & fits[:-1]))  # as the one before
group = numpy.cumsum(~same)
order = array.astype(numpy.int64)
starts = numpy.flatnonzero(~same)
least = numpy.minimum.reduceat(order, starts)
count = numpy.diff(numpy.append(starts, size))
first = least[count > 1]
is_member = (count > 1)[group - 1]
members = order[is_member]
later = members[members != least[group - 1][is_member]]
def covered(begins):
    marks = numpy.zeros(size + N + 1, numpy.int32)
    numpy.add.at(marks, begins, 1)
    numpy.add.at(marks, begins + N, -1)
    return numpy.cumsum(marks)[:size] > 0
goes = covered(later) & ~covered(first)
edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([False], goes, [False])).astype(numpy.int8)))
cuts = [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a >= N]
with open(target, "w", encoding="utf-8") as out:
    at, cut = 0, 0
    for record, text in zip(records, texts):
        kept, done = b"", 0
        changed = False
        while cut < len(cuts) and cuts[cut][0] < at + len(text):
            begin, end = cuts[cut][0] - at, cuts[cut][1] - at
            while text[begin] & 0xC0 == 0x80: begin += 1
            while end < len(text) and text[end] & 0xC0 == 0x80: end -= 1
            kept, done, cut, changed = kept + text[done:begin], end, cut + 1, True
        at += len(text) + 1
        kept = (kept + text[done:]).decode()
        if changed and not kept.strip():
            continue
        record["text"] = kept
        out.write(json.dumps(record, ensure_ascii=False) + "\n")
"""


def run(command):
    """Seconds of CPU of a command. By a shell, as a child of ours would count our memory for its own."""
    process = subprocess.Popen(["sh", "-c", '"$@"; exit $?', "sh", *(str(part) for part in command)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"exit {status}: {command}")
    return usage.ru_utime + usage.ru_stime


def owt_run(owt, source, target, *options):
    """(seconds of CPU, most resident bytes)."""
    stats = pathlib.Path(str(target) + ".stats")
    seconds = run([owt, "dedup", "--substrings", "100", "-q", "--force", "--stats", stats, *options, source, target])
    return seconds, json.loads(stats.read_text())["timings"]["peak_rss_bytes"]


def texts_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def write(path, texts):
    """Writes documents; returns their bytes of text."""
    with open(path, "w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return sum(len(text.encode()) for text in texts)


def beside_peer(owt, texts, folder):
    size = write(folder / "part.jsonl", texts)
    ours, our_memory = owt_run(owt, folder / "part.jsonl", folder / "ours.jsonl", "-j", "1")
    theirs = run([sys.executable, "-c", PEER, folder / "part.jsonl", folder / "theirs.jsonl", "100"])
    if texts_of(folder / "ours.jsonl") != texts_of(folder / "theirs.jsonl"):
        sys.exit("the texts differ from the suffix array's")
    left = sum(len(text.encode()) for text in texts_of(folder / "ours.jsonl"))
    if left == size:
        sys.exit("nothing was taken out")
    print(f"{size / 1e6:.0f} MB, {len(texts)} documents, {100 - 100 * left / size:.1f} % goes; the same texts. owt {size / ours / 1e6:.1f} MB/s, "
          f"{our_memory / 1e6:.0f} MB; suffix array {size / theirs / 1e6:.2f} MB/s: {theirs / ours:.0f}x")


def whole(owt, texts, folder):
    size = write(folder / "in.jsonl", texts)
    for options in (("-j", "1"), ("-j", "1", "--memory", "64M"), ("-j", "2")):
        seconds, memory = min(owt_run(owt, folder / "in.jsonl", folder / "out.jsonl", *options) for _ in range(2))
        print(f"{size / 1e6:.0f} MB {' '.join(options)}: {size / seconds / 1e6:.1f} MB/s a core, {memory / 1e6:.0f} MB resident")


def bad_inputs(size):
    rng = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz      "
    noise = lambda n: "".join(rng.choices(letters, k=n))  # noqa: E731
    notice, page = noise(300), noise(5000)
    yield "one character", ["x" * size]
    yield "a period of 60", [notice[:60] * (size // 60)]
    yield "all documents equal", [page] * (size // 5000)
    yield "one notice in all, each with a word of its own", [f"{i} {notice} {i}" for i in range(size // 315)]
    yield "one long document of noise", [noise(size)]
    yield "60 characters in company that differs", [notice[:60] + noise(60) for _ in range(size // 120)]


def hurt(owt, folder, size):
    for (name, half), (_, all_of_it) in zip(bad_inputs(size // 2), bad_inputs(size)):
        seconds = []
        for texts in (half, all_of_it):
            bytes_ = write(folder / "bad.jsonl", texts)
            used, memory = owt_run(owt, folder / "bad.jsonl", folder / "out.jsonl", "-j", "1", "--memory", "64M", "--max-record", "128M")
            seconds.append(used)
        print(f"  {name}: {bytes_ / seconds[1] / 1e6:.1f} MB/s, {memory / 1e6:.0f} MB resident; twice as much takes "
              f"{seconds[1] / seconds[0]:.1f} times as long")
        if seconds[1] > 3.5 * seconds[0] and seconds[1] > 1:
            sys.exit(f"{name}: more than linear")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=40)
    parser.add_argument("--peer-megabytes", type=float, default=10)
    arguments = parser.parse_args()
    owt, size = str(arguments.bin / "owt"), int(arguments.megabytes * 1e6)
    texts, total = [], 0
    for text in texts_of(arguments.corpus) if arguments.corpus else documents(size):
        if total > size:
            break
        texts.append(text)
        total += len(text.encode())
    part, total = [], 0
    for text in texts:
        total += len(text.encode())
        if total > arguments.peer_megabytes * 1e6:
            break
        part.append(text)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        beside_peer(owt, part, folder)
        whole(owt, texts, folder)
        hurt(owt, folder, min(size, 20_000_000))


if __name__ == "__main__":
    main()
