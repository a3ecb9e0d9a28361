#!/usr/bin/env python3
"""Runs `owt encode` on generated jsonl and compares the .bin/.idx with tiktoken's ids.

    pip install tiktoken
    tests/conformance/encode_ids.py build/release/bin/owt [--documents 20000] [--seed 1]

The files are read here by their documented layout, not by our reader. The run is repeated with other workers, batch
sizes and a compressed input; the files must be the same. Prints what was compared; exits 1 at the first difference.
"""

import argparse
import gzip
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from tiktoken_ids import load_tiktoken, random_string, scalar_values


def read_dataset(prefix):
    idx = pathlib.Path(prefix + ".idx").read_bytes()
    tokens = pathlib.Path(prefix + ".bin").read_bytes()
    magic, version, code, sequences, bounds = struct.unpack_from("<9sQBQQ", idx)
    assert (magic, version, code) == (b"MMIDIDX\0\0", 1, 8)
    lengths = struct.unpack_from(f"<{sequences}i", idx, 34)
    pointers = struct.unpack_from(f"<{sequences}q", idx, 34 + 4 * sequences)
    doc_idx = struct.unpack_from(f"<{bounds}q", idx, 34 + 12 * sequences)
    assert len(idx) == 34 + 12 * sequences + 8 * bounds
    found = [struct.unpack_from(f"<{n}H", tokens, at) for n, at in zip(lengths, pointers)]
    assert 2 * sum(lengths) == len(tokens)
    return [sum(found[a:b], ()) for a, b in zip(doc_idx, doc_idx[1:])]


def encode(owt, source, prefix, *options):
    subprocess.run([owt, "encode", "-q", *options, source, prefix], check=True)
    return [pathlib.Path(f"{prefix}_text_document{suffix}").read_bytes() for suffix in (".bin", ".idx")]


def compare_bytes(owt, folder, rng, texts, encoding):
    """--bad-utf8 bytes: texts with bytes among them that are no UTF-8 come back from their tokens."""
    broken = []
    for text in texts:
        bad = "".join(chr(0xDC00 + rng.randrange(0x80, 0x100)) for _ in range(rng.randrange(4)))  # Python's escapes of bytes
        at = rng.randrange(len(text) + 1)
        broken.append(text[:at] + bad + text[at:])
    wanted = [text.encode("utf-8", "surrogateescape") for text in broken if text]
    # An escaped surrogate would be half a pair; all else may be escaped.
    lines = [json.dumps({"url": "\udcff", "text": text}, ensure_ascii=False) + "\n" for text in broken]
    pathlib.Path(f"{folder}/bad.jsonl").write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
    encode(owt, f"{folder}/bad.jsonl", f"{folder}/bad", "--bad-utf8", "bytes", "--max-bad", "0")
    found = [encoding.decode_bytes(list(ids)) for ids in read_dataset(f"{folder}/bad_text_document")]
    if found != wanted:
        number = next((i for i, pair in enumerate(zip(found, wanted)) if pair[0] != pair[1]), len(wanted))
        sys.exit(f"DIFFERENT: --bad-utf8 bytes: {len(found)} of {len(wanted)} documents, the first at {number}")
    num_bad = sum(any(0xDC80 <= ord(c) <= 0xDCFF for c in text) for text in broken)
    print(f"{len(wanted)} documents with --bad-utf8 bytes, {num_bad} of them not UTF-8: their tokens decode to the input's bytes")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    encoding = load_tiktoken()
    everything = [c for c in scalar_values() if c != "\0"]  # owt refuses NUL in a text
    texts = ["".join(random_string(rng, everything) for _ in range(rng.randrange(4))) for _ in range(arguments.documents)]
    wanted = [ids + [50256] for ids in encoding.encode_ordinary_batch([t for t in texts if t], num_threads=2)]

    with tempfile.TemporaryDirectory() as folder:
        source = f"{folder}/in.jsonl"
        lines = [json.dumps({"id": i, "text": t}, ensure_ascii=bool(rng.randrange(2))) + "\n" for i, t in enumerate(texts)]
        pathlib.Path(source).write_text("".join(lines), encoding="utf-8", newline="")
        first = encode(arguments.owt, source, f"{folder}/a", "--append-eod", "-j", "1")
        documents = read_dataset(f"{folder}/a_text_document")
        if len(documents) != len(wanted):
            sys.exit(f"DIFFERENT: {len(documents)} documents, expected {len(wanted)}")
        for number, (found, ids) in enumerate(zip(documents, wanted)):
            if list(found) != ids:
                sys.exit(f"DIFFERENT: document {number}: {list(found)[:40]}, tiktoken {ids[:40]}")
        print(f"{len(documents)} documents (seed {arguments.seed}), {sum(map(len, wanted))} ids equal; {texts.count('')} empty texts dropped")

        packed = source + ".gz"
        pathlib.Path(packed).write_bytes(gzip.compress(pathlib.Path(source).read_bytes()))
        runs = 0
        for name in (source, packed):
            for workers in ("1", "2", "8"):
                for batch in ("64K", "3M"):
                    runs += 1
                    if encode(arguments.owt, name, f"{folder}/r{runs}", "--append-eod", "-j", workers, "--batch-size", batch) != first:
                        sys.exit(f"DIFFERENT: {name} -j {workers} --batch-size {batch}")
        print(f"{runs} runs with other workers, batches and compression: the same files")
        compare_bytes(arguments.owt, folder, rng, texts, encoding)


if __name__ == "__main__":
    main()
