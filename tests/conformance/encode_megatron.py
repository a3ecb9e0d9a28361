#!/usr/bin/env python3
"""Compares `owt encode`'s files with those that megatron-core's builder makes of the same ids.

    build/venv/bin/python tests/conformance/encode_megatron.py build/release/bin/owt [--documents 3000] [--seed 1]

Ids come from tiktoken. Each --compat mode is played through as its tool goes over the documents: which it leaves out,
what it does to a text, where the end-of-document token goes, the type of a token, the names. The sentences that owt
found must be the text again, one after the other, and be cut where punctuation ends a sentence. The files must be equal byte for byte, and megatron-core's reader must open them.
"""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import warnings

import numpy
from megatron.core.datasets.indexed_dataset import DType, IndexedDataset, IndexedDatasetBuilder

from tiktoken_ids import load_tiktoken, random_string, scalar_values

EOD = 50256


def different(what):
    sys.exit(f"DIFFERENT: {what}")


def random_texts(rng, count, everything):
    words = ["Dr. No", "it is", "3.14", "e.g.", "what", "<|endoftext|>", "a" * 150, "-" * 101]
    foreign = ["\u00e9t\u00e9", "\u4f60\u597d"]
    texts = []
    for _ in range(count):
        roll = rng.random()
        if roll < 0.1:
            texts.append("")
        elif roll < 0.15:
            texts.append(rng.choice([" ", "\n\n", "\u3000\u2003", "\x1c\t"]))
        elif roll < 0.3:
            texts.append(random_string(rng, everything))
        else:
            vocabulary = words if roll < 0.7 else words + foreign
            sentences = [" ".join(rng.choices(vocabulary, k=rng.randint(1, 9))) + rng.choice([".", "?", "!", "", "..."])
                         for _ in range(rng.randint(1, 8))]
            texts.append(rng.choice([" ", "\n", "  ", ""]).join(sentences) + rng.choice(["", " ", "\n"]))
    return texts


def optimal_dtype(compat, cardinality):
    if compat == "paddle":
        return numpy.uint16 if cardinality < 2**16 - 1 else numpy.int32
    return DType.optimal_dtype(cardinality)


def build(prefix, texts, compat, encode, append_eod):
    """What the tool of this name writes, by megatron-core's builder."""
    builder = IndexedDatasetBuilder(prefix + ".bin", dtype=optimal_dtype(compat, 50257))
    for text in texts:
        if compat == "paddle":
            text = re.sub(r"(.)\1{100,}", r"\1", text).strip()
        ids = encode(text)
        if append_eod and ids:
            ids = ids + [EOD]
        if ids or compat == "megatron-core":
            builder.add_document(ids, [len(ids)] if ids else [])
    builder.finalize(prefix + ".idx")


def run_owt(owt, folder, *options):
    subprocess.run([owt, "encode", "-q", "--force", *options, "--input", folder / "in.jsonl", "--output-prefix",
                    folder / "ours"], check=True)


def compare(ours, theirs, what):
    for suffix in (".bin", ".idx"):
        if pathlib.Path(ours + suffix).read_bytes() != pathlib.Path(theirs + suffix).read_bytes():
            different(f"{suffix} of {what}")
    IndexedDataset(ours)


def compare_modes(owt, folder, records, encode):
    num_files = 0
    for compat in ("owt", "megatron-2023", "megatron-core", "paddle"):
        for keys in (["text"], ["title", "text"]):
            if len(keys) > 1 and compat in ("owt", "paddle"):
                continue  # ours keeps documents aligned, theirs has one key
            for append_eod in (False, True):
                run_owt(owt, folder, "--compat", compat, "--json-keys", *keys, *["--append-eod"] * append_eod)
                for key in keys:
                    build(str(folder / "theirs"), [r[key] for r in records], compat, encode, append_eod)
                    name = "ours" if compat == "paddle" else f"ours_{key}_document"
                    compare(str(folder / name), str(folder / "theirs"), f"--compat {compat}, {keys}, {key}")
                    num_files += 2
    print(f"{len(records)} documents in four modes: {num_files} files equal to megatron-core's")


def compare_sentences(owt, folder, records, encoding):
    run_owt(owt, folder, "--split-sentences", "--append-eod", "--keep-empty")
    dataset = IndexedDataset(str(folder / "ours_text_sentence"))
    bounds = dataset.document_indices
    if len(bounds) != len(records) + 1:
        different(f"{len(bounds) - 1} documents, expected {len(records)}")
    builder = IndexedDatasetBuilder(str(folder / "theirs.bin"), dtype=numpy.uint16)
    num_sentences = num_cut = 0
    for number, record in enumerate(records):
        sequences = [list(map(int, dataset[k])) for k in range(bounds[number], bounds[number + 1])]
        if bool(sequences) != bool(record["text"]):
            different(f"document {number}: {len(sequences)} sentences")
        if sequences and sequences[-1].pop() != EOD:
            different(f"document {number} does not end with {EOD}")
        sentences = [encoding.decode_bytes(ids).decode() for ids in sequences]
        if "".join(sentences) != record["text"]:
            different(f"document {number}: the sentences are {sentences}, the text {record['text']!r}")
        # UAX 29: a sentence ends behind a terminator and its blanks, or behind the end of a paragraph; and it does end
        # where a letter follows a question mark. Other scripts have further terminators.
        for sentence in sentences:
            num_cut += sentence is not sentences[-1]
            if re.search("[?!] +[A-Za-z]", sentence):
                different(f"document {number}: not cut: {sentence!r}")
            ends = re.search("[.?!][\\s\"')\\]}]*\\Z|[\r\n]\\Z", sentence)
            if sentence is not sentences[-1] and record["text"].isascii() and not ends:
                different(f"document {number}: cut behind {sentence!r}")
        # As preprocess_data.py hands them on: a sequence each, the end belongs to the last.
        wanted = [encoding.encode_ordinary(sentence) for sentence in sentences]
        if wanted:
            wanted[-1] = wanted[-1] + [EOD]
        builder.add_document(sum(wanted, []), [len(ids) for ids in wanted])
        num_sentences += len(wanted)
    builder.finalize(str(folder / "theirs.idx"))
    compare(str(folder / "ours_text_sentence"), str(folder / "theirs"), "--split-sentences")
    if not num_cut:
        different("no document has two sentences")
    print(f"{len(records)} documents of {num_sentences} sentences: files equal, sentences are the texts")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    rng = random.Random(arguments.seed)
    encoding = load_tiktoken()
    everything = [c for c in scalar_values() if c != "\0"]  # owt refuses NUL in a text
    texts = random_texts(rng, 2 * arguments.documents, everything)
    records = [{"title": a, "text": b} for a, b in zip(texts[::2], texts[1::2])]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
        compare_modes(arguments.owt, folder, records, encoding.encode_ordinary)
        compare_sentences(arguments.owt, folder, records, encoding)


if __name__ == "__main__":
    main()
