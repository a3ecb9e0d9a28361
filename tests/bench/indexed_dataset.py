#!/usr/bin/env python3
"""Megatron's GPT sample index and its .bin/.idx builder, ours beside megatron-core's in the same run.

    tests/bench/indexed_dataset.py BUILD/bin [DOCUMENTS]

The index: DOCUMENTS sequences of OpenWebText's mean length (8,013,769 is its size, 1,000,000 the default), samples
of 1,024 tokens, six epochs and a part. The .bin is a hole, since the index reads lengths only. The builder: a tenth
as many documents of 100 tokens. Both answers are compared before times are printed; ratios are of CPU seconds, which
other work on the machine changes least. Ours include reading the files and writing the arrays to a file; the lines below it do not.
"""

import hashlib
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
import types
import warnings

import numpy
from megatron.core.datasets import gpt_dataset, helpers
from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder
from megatron.core.datasets.utils import normalize

LENGTH = 1024
SEED = 1234


def run(command, **files):
    """CPU seconds of a child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, **files)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_hollow_dataset(prefix, count):
    rng = numpy.random.default_rng(1)
    lengths = numpy.minimum(1 + rng.exponential(1127, size=count), 60000).astype(numpy.int32)
    pointers = numpy.zeros(count, numpy.int64)
    numpy.cumsum(lengths[:-1].astype(numpy.int64) * 2, out=pointers[1:])
    with open(prefix + ".idx", "wb") as idx:
        idx.write(b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, count, count + 1))
        lengths.tofile(idx)
        pointers.tofile(idx)
        numpy.arange(count + 1, dtype=numpy.int64).tofile(idx)
    tokens = int(lengths.sum(dtype=numpy.int64))
    with open(prefix + ".bin", "wb") as hole:
        hole.truncate(2 * tokens)
    return tokens


def their_index(prefix, samples):
    """What GPTDataset does between opening and saving."""
    dataset = IndexedDataset(prefix)
    lengths = dataset.sequence_lengths.copy()
    tokens = int(numpy.sum(lengths))
    config = types.SimpleNamespace(sequence_length=LENGTH, add_extra_token_to_sequence=1)
    wanted = types.SimpleNamespace(num_samples=samples, config=config)
    epochs = gpt_dataset.GPTDataset._get_num_epochs(wanted, tokens)
    before_last = ((epochs - 1) * tokens - 1) // LENGTH
    separate = epochs > 1 and samples - before_last < int(0.80 * ((tokens - 1) // LENGTH))
    random = numpy.random.RandomState(SEED)
    doc_idx = gpt_dataset._build_document_index(numpy.arange(len(lengths), dtype=numpy.int32), epochs, random, separate)
    sample_idx = helpers.build_sample_idx(lengths, doc_idx, LENGTH, epochs, tokens, True, 1)
    total = sample_idx.shape[0] - 1
    return doc_idx, sample_idx, gpt_dataset._build_shuffle_index(before_last if separate else total, total, random)


def digest(chunks):
    hashed = hashlib.md5()
    for chunk in chunks:
        hashed.update(chunk)
    return hashed.hexdigest()


def bench_index(probe, folder, count):
    prefix = os.path.join(folder, "hollow")
    tokens = write_hollow_dataset(prefix, count)
    samples = int(6.05 * tokens / LENGTH)
    out = os.path.join(folder, "arrays")
    with open(out, "wb") as arrays:
        ours = run([probe, "index", prefix, "0", str(count), str(samples), str(LENGTH), str(SEED)], stdout=arrays)
    start = time.process_time()
    theirs = their_index(prefix, samples)
    theirs_seconds = time.process_time() - start
    wanted = digest(part for array in theirs for part in [struct.pack("<Q", array.nbytes), memoryview(array).cast("B")])
    with open(out, "rb") as arrays:
        if digest(iter(lambda: arrays.read(1 << 20), b"")) != wanted:
            sys.exit("DIFFERENT: the sample indices are not equal")
    print(
        f"index of {count} documents, {len(theirs[2])} samples, arrays equal: "
        f"owt {ours:.2f} s CPU, megatron-core {theirs_seconds:.2f} s, ratio {theirs_seconds / ours:.1f}"
    )
    speed = os.path.join(os.path.dirname(probe), "gpt_index_speed")
    command = [speed, prefix, str(samples), str(LENGTH), str(SEED), "2", "3"]
    for line in subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        name, wall, cpu = line.split()
        print(f"  {name} in two threads: {wall} s, {cpu} s CPU, megatron-core / owt by CPU {theirs_seconds / float(cpu):.1f}")


def bench_blend(probe, folder, count, samples):
    weights = [1 / (i + 1) for i in range(count)]
    with open(os.path.join(folder, "arrays"), "wb") as arrays:
        ours = run([probe, "blend", str(samples), *map(repr, weights)], stdout=arrays)
    theirs = [numpy.zeros(samples, numpy.int16), numpy.zeros(samples, numpy.int64)]
    start = time.process_time()
    helpers.build_blending_indices(*theirs, numpy.array(normalize(weights)), count, samples, False)
    theirs_seconds = time.process_time() - start
    if digest(part for array in theirs for part in [struct.pack("<Q", array.nbytes), memoryview(array)]) != digest(
        iter([open(os.path.join(folder, "arrays"), "rb").read()])
    ):
        sys.exit("DIFFERENT: the mixes are not equal")
    print(
        f"mix of {count} datasets, {samples} samples, arrays equal: "
        f"owt {ours:.2f} s CPU with writing, megatron-core {theirs_seconds:.2f} s, ratio {theirs_seconds / ours:.1f}"
    )


def bench_builder(probe, folder, count):
    documents = numpy.random.default_rng(2).integers(0, 50257, size=(count, 100), dtype=numpy.uint16)
    records = numpy.full((count, 101), 100, dtype="<u4")
    records[:, 1:] = documents
    packed = os.path.join(folder, "packed")
    records.tofile(packed)
    mine, other = os.path.join(folder, "mine"), os.path.join(folder, "other")
    with open(packed, "rb") as stdin:
        ours = run([probe, "write", mine, "uint16"], stdin=stdin)
    lists = documents.tolist()  # as a tokenizer gives them
    start = time.process_time()
    builder = IndexedDatasetBuilder(other + ".bin", dtype=numpy.uint16)
    for document in lists:
        builder.add_document(document, [len(document)])
    builder.finalize(other + ".idx")
    theirs = time.process_time() - start
    for suffix in [".bin", ".idx"]:
        if open(mine + suffix, "rb").read() != open(other + suffix, "rb").read():
            sys.exit(f"DIFFERENT: {suffix}")
    print(
        f"{count} documents of 100 tokens, files equal: owt {ours:.2f} s CPU, megatron-core {theirs:.2f} s, "
        f"ratio {theirs / ours:.1f}"
    )


def main():
    warnings.filterwarnings("ignore")
    probe = os.path.join(sys.argv[1], "format_probe")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        bench_index(probe, folder, count)
        bench_blend(probe, folder, 2, 10 * count)
        bench_blend(probe, folder, 20, 10 * count)
        bench_builder(probe, folder, max(count // 10, 1))


if __name__ == "__main__":
    main()
