#!/usr/bin/env python3
"""Compares .bin/.idx files and the GPT sample index with megatron-core's.

    build/venv/bin/python tests/conformance/indexed_dataset.py build/release/bin/format_probe [--dataset PREFIX]

Random documents, empty ones too, go through our writer and through Megatron's builder: the files must be equal byte
for byte, and Megatron's reader must give back every document. Then its dataset builder and ours make the split and the sample index of the same files,
for random lengths, splits and seeds, and its helper and ours mix datasets by random weights. With --dataset, an existing dataset is opened and compared instead.
"""

import argparse
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import types
import warnings

import numpy
import torch
from megatron.core.datasets import helpers
from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig
from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder
from megatron.core.datasets.utils import normalize


def different(what):
    sys.exit(f"DIFFERENT: {what}")


def random_documents(rng, dtype):
    top = 65535 if dtype is numpy.uint16 else 2**31 - 1
    count = rng.choice([1, 2, 5, 40, 700])
    documents = [[rng.randint(0, top) for _ in range(rng.choice([0, 1, 3, 100, 1500]))] for _ in range(count)]
    return documents + [[top]]


def write_ours(program, prefix, documents, dtype):
    records = b"".join(struct.pack(f"<I{len(d)}I", len(d), *d) for d in documents)
    subprocess.run([program, "write", prefix, dtype.__name__], input=records, check=True)


def write_megatron(prefix, documents, dtype):
    builder = IndexedDatasetBuilder(prefix + ".bin", dtype=dtype)
    for document in documents:
        # As tools/preprocess_data.py does: an empty text is a document of no sequence.
        builder.add_document(document, [len(document)] if document else [])
    builder.finalize(prefix + ".idx")


def read_ours(program, prefix):
    out = subprocess.run([program, "read", prefix], stdout=subprocess.PIPE, check=True).stdout
    sequences = []
    position = 0
    while position < len(out):
        (count,) = struct.unpack_from("<I", out, position)
        sequences.append(numpy.frombuffer(out, dtype="<u4", count=count, offset=position + 4))
        position += 4 + 4 * count
    return sequences


def compare_sequences(program, prefix):
    """Both readers on one dataset; returns the numbers of sequences and tokens."""
    theirs = IndexedDataset(prefix)
    ours = read_ours(program, prefix)
    if len(ours) != len(theirs):
        different(f"{prefix}: {len(ours)} sequences, Megatron reads {len(theirs)}")
    for k, sequence in enumerate(ours):
        if not numpy.array_equal(sequence, numpy.asarray(theirs[k], dtype=numpy.uint32)):
            different(f"{prefix}: sequence {k}")
    return len(ours), sum(map(len, ours))


def compare_files(program, folder, rng, rounds):
    num_documents = num_tokens = 0
    for i in range(rounds):
        dtype = numpy.uint16 if i % 2 == 0 else numpy.int32
        documents = random_documents(rng, dtype)
        ours, theirs = str(folder / "ours"), str(folder / "theirs")
        write_ours(program, ours, documents, dtype)
        write_megatron(theirs, documents, dtype)
        for suffix in [".bin", ".idx"]:
            if pathlib.Path(ours + suffix).read_bytes() != pathlib.Path(theirs + suffix).read_bytes():
                different(f"{suffix} of round {i}, kept in {folder}")
        compare_sequences(program, theirs)
        opened = IndexedDataset(ours)
        if list(opened.document_indices) != list(numpy.cumsum([0] + [bool(d) for d in documents])):
            different(f"document_indices of round {i}")
        num_documents += len(documents)
        num_tokens += sum(map(len, documents))
    print(f"{rounds} datasets of uint16 and int32: {num_documents} documents, {num_tokens} tokens, files equal")


def our_split(program, shares, count, year):
    out = subprocess.run([program, "split", shares, str(count), year], stdout=subprocess.PIPE, check=True).stdout
    return [tuple(map(int, line.split())) for line in out.decode().splitlines()]


def our_index(program, prefix, part, samples, length, seed):
    command = [program, "index", prefix, *map(str, [*part, samples, length, seed])]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    arrays = []
    position = 0
    for dtype in ["<i4", "<i4", "<u4"]:
        (size,) = struct.unpack_from("<Q", out, position)
        arrays.append(numpy.frombuffer(out[position + 8 : position + 8 + size], dtype=dtype))
        position += 8 + size
    return [arrays[0], arrays[1].reshape(-1, 2), arrays[2]]


def their_datasets(prefix, cache, shares, sizes, length, seed):
    # unique_identifiers keys the cache; no tokenizer is used for indices.
    tokenizer = types.SimpleNamespace(vocab_size=50257, unique_identifiers={}, eod=50256, pad=50256)
    config = GPTDatasetConfig(
        random_seed=seed, sequence_length=length, blend=([prefix], None), split=shares, path_to_cache=cache,
        reset_position_ids=False, reset_attention_mask=False, eod_mask_loss=False, tokenizer=tokenizer,
    )  # fmt: skip
    return BlendedMegatronDatasetBuilder(GPTDataset, sizes, lambda: True, config).build()


def compare_indices(program, folder, rng, rounds):
    num_indices = num_samples = 0
    for i in range(rounds):
        prefix = str(folder / f"lengths{i}")
        count = rng.choice([3, 10, 50, 400])
        longest = rng.choice([3, 60, 900])
        documents = [[1] * rng.randint(1, longest) for _ in range(count)]
        write_ours(program, prefix, documents, numpy.uint16)
        shares = rng.choice(["969, 30, 1", "700,200,100", "1,1,1", "98,2", "0.5,0.25,0.25", f"{rng.random():.5f},.3,.1"])
        length = rng.choice([1, 7, 64, 1024])
        seed = rng.randint(0, 2**32 - 1)
        # Up to a few hundred epochs of the smallest part.
        most = 1 + 20 * sum(map(len, documents)) // length
        sizes = [rng.choice([1, rng.randint(1, most), most]) for _ in range(3)]
        parts = our_split(program, shares, count, "2025")
        if any(begin == end for begin, end in parts[: shares.count(",") + 1]):
            continue  # Megatron never returns from a part without a token (Megatron-LM issue 957)
        theirs = their_datasets(prefix, str(folder / f"cache{i}"), shares, sizes, length, seed)
        for part, dataset, size in zip(parts, theirs, sizes):
            if dataset is None:
                if part[0] != part[1]:
                    different(f"split {shares} of {count}: part {part}, Megatron has none")
                continue
            if part != (int(dataset.indices[0]), int(dataset.indices[-1]) + 1):
                different(f"split {shares} of {count}: part {part}, Megatron {dataset.indices}")
            ours = our_index(program, prefix, part, size, length, seed)
            megatron = [dataset.document_index, dataset.sample_index, dataset.shuffle_index]
            for name, mine, other in zip(["doc_idx", "sample_idx", "shuffle_idx"], ours, megatron):
                if mine.dtype != other.dtype or not numpy.array_equal(mine, other):
                    different(f"{name}: {count} sequences, part {part}, {size} samples of {length}, seed {seed}")
            num_indices += 1
            num_samples += len(ours[2])
    if not num_indices:
        different("no index was compared")
    print(f"Of {rounds} random splits {num_indices} parts are equal, and so are their sample indices, {num_samples} samples in all")


def our_blend(program, weights, samples):
    command = [program, "blend", str(samples), *map(repr, weights)]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    (size,) = struct.unpack_from("<Q", out)
    return [numpy.frombuffer(out[8 : 8 + size], "<i2"), numpy.frombuffer(out[16 + size :], "<i8")]


def compare_blends(program, rng, rounds):
    num_samples = 0
    for _ in range(rounds):
        count = rng.choice([1, 2, 3, 7, 8, 9, 17, 130, 300])
        kind = rng.choice(["equal", "whole", "real", "tiny"])
        weights = [{"equal": 1.0, "whole": float(rng.randint(1, 1000)), "real": rng.random() + 1e-9,
                    "tiny": 10.0 ** rng.uniform(-9, 0)}[kind] for _ in range(count)]  # fmt: skip
        samples = rng.choice([1, 10, 1000, 50000])
        theirs = [numpy.zeros(samples, numpy.int16), numpy.zeros(samples, numpy.int64)]
        helpers.build_blending_indices(*theirs, numpy.array(normalize(weights)), count, samples, False)
        for name, mine, other in zip(["dataset_index", "dataset_sample_index"], our_blend(program, weights, samples), theirs):
            if mine.dtype != other.dtype or not numpy.array_equal(mine, other):
                different(f"{name} of {samples} samples of weights {weights}")
        num_samples += samples
    print(f"{rounds} mixes of up to 300 datasets are equal, {num_samples} samples in all")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--dataset")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    if arguments.dataset:
        sequences, tokens = compare_sequences(arguments.program, arguments.dataset)
        print(f"{arguments.dataset}: {sequences} sequences, {tokens} tokens equal to Megatron's reading")
        return
    assert not torch.distributed.is_initialized()
    rng = random.Random(arguments.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="owt-megatron-"))
    compare_files(arguments.program, folder, rng, arguments.rounds)
    compare_indices(arguments.program, folder, rng, arguments.rounds)
    compare_blends(arguments.program, rng, 3 * arguments.rounds)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
