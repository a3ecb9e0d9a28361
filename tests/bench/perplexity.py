#!/usr/bin/env python3
"""The probability of sentences by a model of n-grams against the kenlm package, which is C++ inside, on one thread.

The model of five orders is counted from half the files of Python's own library. The sentences are lines of all files,
joined to 200 words, so that what Python costs does not count. The sums of all probabilities are compared first. Both
sides take turns; seconds are of CPU. Prints how many reads of memory a word needs at least, of which each is a cache
miss where the model is larger than the caches.
Usage: perplexity.py BUILD/bin [--megabytes N]
"""

import argparse
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "conformance"), str(TESTS / "support")]

from library_texts import documents
from ngram_models import build_binary, counted_orders, write_arpa
from perplexity_kenlm import quiet_model

ROUNDS = 5


def sentences_of(texts):
    words = [word for text in texts for word in text.split()]
    return [" ".join(words[i : i + 200]) for i in range(0, len(words), 200)]


def write_records(path, texts):
    with open(path, "wb") as file:
        for text in texts:
            data = text.encode()
            file.write(struct.pack("<I", len(data)) + data)


def ours(speed, model, records):
    """Seconds to read the model, the least seconds of three rounds, words, sum."""
    lines = subprocess.run([speed, model, records, "3"], capture_output=True, text=True, check=True).stdout.split("\n")
    rounds = [line.split() for line in lines[1:] if line]
    return float(lines[0]), min(float(seconds) for seconds, _, _ in rounds), int(rounds[0][1]), float(rounds[0][2])


def theirs(model, sentences):
    least = float("inf")
    for _ in range(3):
        started = time.process_time()
        total = 0.0
        for sentence in sentences:
            total += model.score(sentence)
        least = min(least, time.process_time() - started)
    return least, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=12)
    arguments = parser.parse_args()
    speed = str(arguments.bin / "ngram_speed")
    texts = documents(int(arguments.megabytes * 1e6))
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        orders = counted_orders([line for text in texts[::2] for line in text.split("\n")], 5, 100_000, least=1)
        write_arpa(folder / "m.arpa", orders)
        build_binary(folder / "m.arpa", folder / "m.bin")
        print(f"model: {[len(ngrams) for ngrams in orders]} n-grams, ARPA {(folder / 'm.arpa').stat().st_size / 1e6:.0f} MB, "
              f"binary {(folder / 'm.bin').stat().st_size / 1e6:.0f} MB")
        started = time.process_time()
        quiet_model(folder / "m.arpa")
        arpa_seconds = time.process_time() - started
        model = quiet_model(folder / "m.bin")
        sentences = sentences_of(texts)
        write_records(folder / "records", sentences)
        looked_up = [length + (length < 5) for sentence in sentences[::50] for _, length, _ in model.full_scores(sentence)]
        print(f"at least {1 + sum(looked_up) / len(looked_up):.1f} reads a word: its id, and each order up to the first that is missing")
        for kind in ("m.arpa", "m.bin"):
            best = [(float("inf"),) * 2] * 2
            for _ in range(ROUNDS):
                read, seconds, words, total = ours(speed, str(folder / kind), str(folder / "records"))
                peer, wanted = theirs(model, sentences)
                if total != wanted:
                    sys.exit(f"{kind}: the sum is {total}, not {wanted}")
                best = [min(best[0], (seconds, read)), min(best[1], (peer, 0))]
            (seconds, read), (peer, _) = best
            note = f"; read in {read:.1f} s, by kenlm in {arpa_seconds:.1f} s" if kind == "m.arpa" else ""
            print(f"{kind}: owt {words / seconds / 1e6:.2f} million words/s, kenlm {words / peer / 1e6:.2f}: {peer / seconds:.2f}x{note}")


if __name__ == "__main__":
    main()
