#!/usr/bin/env python3
"""The probability of sentences by a model of n-grams against the kenlm package, which is C++ inside, on one thread.

One model, of five orders, is counted from half the files of Python's own library, and asked about the words of all of
them; the other, of three, is made up and larger than the caches, and asked about its own trigrams. Sentences have 200
words, so that what Python costs does not count. The sums of all probabilities must be equal. Both sides take turns;
seconds are of CPU. Prints how many reads of memory a word needs, of which each is a cache miss in the large model.
Usage: perplexity.py BUILD/bin [--megabytes N] [--ngrams N]
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

import numpy

from library_texts import documents
from ngram_models import build_binary, counted_orders, write_arpa
from perplexity_kenlm import quiet_model

ROUNDS = 3


def sentences_of(words):
    return [" ".join(words[i : i + 200]) for i in range(0, len(words), 200)]


def counted_model(path, megabytes):
    texts = documents(int(megabytes * 1e6))
    write_arpa(path, counted_orders([line for text in texts[::2] for line in text.split("\n")], 5, 100_000, least=1))
    return sentences_of([word for text in texts for word in text.split()])


def made_up_model(path, num_ngrams, num_words=300_000):
    """Random bigrams of which some make trigrams; words that follow each other as in these."""
    rng = numpy.random.default_rng(1)
    words = ["<unk>", "<s>", "</s>", *(f"w{i:x}" for i in range(num_words - 3))]
    bigrams = numpy.unique(rng.integers(0, num_words**2, num_ngrams))
    first, second = bigrams // num_words, bigrams % num_words
    begins = numpy.searchsorted(first, numpy.arange(num_words + 1))
    chosen = rng.integers(0, len(bigrams), num_ngrams)
    following = begins[second[chosen] + 1] - begins[second[chosen]]
    chosen, following = chosen[following > 0], following[following > 0]
    third = second[begins[second[chosen]] + (rng.random(len(chosen)) * following).astype(int)]
    trigrams = numpy.unique(numpy.stack([first[chosen], second[chosen], third], 1), axis=0)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"\\data\\\nngram 1={num_words}\nngram 2={len(bigrams)}\nngram 3={len(trigrams)}\n\n\\1-grams:\n")
        file.writelines(f"-{log:.5f}\t{word}\t-0.{i % 9999}\n" for i, (log, word) in enumerate(zip(rng.random(num_words) * 6, words)))
        file.write("\n\\2-grams:\n")
        file.writelines(f"-{i % 4}.{i % 99991}\t{words[a]} {words[b]}\t-0.{i % 9973}\n" for i, (a, b) in enumerate(zip(first.tolist(), second.tolist())))
        file.write("\n\\3-grams:\n")
        file.writelines(f"-{i % 3}.{i % 99989}\t{words[a]} {words[b]} {words[c]}\n" for i, (a, b, c) in enumerate(trigrams.tolist()))
        file.write("\n\\end\\\n")
    asked = trigrams[rng.integers(0, len(trigrams), 400_000)].reshape(-1)
    return sentences_of([words[i] for i in asked.tolist()])


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


def measure(what, speed, arpa, sentences):
    binary, records = arpa.with_suffix(".bin"), arpa.with_suffix(".records")
    build_binary(arpa, binary)
    write_records(records, sentences)
    started = time.process_time()
    quiet_model(arpa)
    arpa_seconds = time.process_time() - started
    model = quiet_model(binary)
    lengths = [length + (length < model.order) for sentence in sentences[::50] for _, length, _ in model.full_scores(sentence)]
    print(f"{what}: {model.order} orders, ARPA {arpa.stat().st_size / 1e6:.0f} MB, binary {binary.stat().st_size / 1e6:.0f} MB; "
          f"{1 + sum(lengths) / len(lengths):.1f} reads a word: its id, and each order up to the first that is missing")
    for path in (arpa, binary):
        best, reading, peer = float("inf"), float("inf"), float("inf")
        for _ in range(ROUNDS):
            read, seconds, words, total = ours(speed, str(path), str(records))
            their_seconds, wanted = theirs(model, sentences)
            if total != wanted:
                sys.exit(f"{path.name}: the sum is {total}, not {wanted}")
            best, reading, peer = min(best, seconds), min(reading, read), min(peer, their_seconds)
        note = f"; read in {reading:.1f} s, by kenlm in {arpa_seconds:.1f} s" if path == arpa else ""
        print(f"  {path.suffix}: owt {words / best / 1e6:.2f} million words/s, kenlm {words / peer / 1e6:.2f}: {peer / best:.2f}x{note}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=12)
    parser.add_argument("--ngrams", type=int, default=4_000_000)
    arguments = parser.parse_args()
    speed = str(arguments.bin / "ngram_speed")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        measure("counted", speed, folder / "counted.arpa", counted_model(folder / "counted.arpa", arguments.megabytes))
        measure("made up", speed, folder / "made-up.arpa", made_up_model(folder / "made-up.arpa", arguments.ngrams))


if __name__ == "__main__":
    main()
