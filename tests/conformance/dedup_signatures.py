#!/usr/bin/env python3
"""Compares dedup's signatures and buckets with those of datasketch, datatrove and LSH, bit by bit.

    pip install datasketch datatrove==0.10.1 'xxhash<4' mmh3 numpy tiktoken
    tests/conformance/dedup_signatures.py build/release/bin/dedup_probe [--texts 10000] [--seed 1]

- datasketch: both schemes (of version 2 and of version 1), words, characters, bytes and tokens; the shingles are made in
  Python. Documents that share a bucket of datasketch's LSH, in each band, are those with equal band keys.
- datatrove: the files that its signature step writes, with xxhash and with sha1. Its words are str.split()'s, by its own
  hook for tokenizers; its simplified text is compared too.
- LSH (mattilyra/LSH, which no longer builds): the definition over mmh3 and numpy, and Python's hash of a band's tuple.
"""
import argparse
import collections
import contextlib
import io
import pathlib
import random
import sys
import tempfile
import unicodedata

import mmh3
import numpy
from datasketch import MinHash, MinHashLSH
from probe import ask

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
with contextlib.redirect_stderr(io.StringIO()):
    from datatrove.data import Document
    from datatrove.pipeline.dedup.minhash import HashConfig, MinhashConfig, MinhashDedupSignature
    from datatrove.utils.text import simplify_text
    from datatrove.utils.word_tokenizers import WordTokenizer

from filter_samples import texts as sample_texts
from library_texts import documents

BANDS, ROWS = 14, 8
ALONE = [(0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0x30FF),
         (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]


def folded(char):
    for candidate in (char.casefold(), char.lower()):
        if len(candidate) == 1:
            return candidate
    return char


def words_of(text):
    words = [""]
    for char in unicodedata.normalize("NFD", text):
        kind = unicodedata.category(char)
        if kind == "Mn":
            continue
        if kind[0] not in "LN" and kind != "Mc":
            words.append("")
        elif any(low <= ord(char) <= high for low, high in ALONE):
            words += [folded(char), ""]
        else:
            words[-1] += folded(char)
    return [word for word in words if word]


def windows(units, size, join):
    size = min(size, len(units))
    return [join(units[i : i + size]) for i in range(len(units) - size + 1)] if units else []


def shingles_of(rule, text, encoding):
    unit, size = rule.split(":")
    size = int(size)
    if unit == "word":
        return windows(words_of(text), size, lambda run: " ".join(run).encode())
    if unit == "char":
        return windows(" ".join(words_of(text)), size, str.encode)
    if unit == "byte":
        return windows(text.encode(), size, bytes)
    ids = encoding.encode_ordinary(text)
    return windows(ids, size, lambda run: numpy.array(run, dtype="<u4").tobytes())


def fail(what, text, ours, theirs):
    sys.exit(f"{what} of {text[:200]!r}:\n  ours   {ours}\n  theirs {theirs}")


def groups(keys):
    """Which documents share a key."""
    members = collections.defaultdict(list)
    for i, key in keys:
        members[key].append(i)
    return sorted(tuple(group) for group in members.values())


def check_datasketch(program, texts, rule, family, scheme, encoding, with_lsh):
    raw = [text.encode() for text in texts]
    answers = ask(program, ["signature", family, rule, "128", "1"], raw)
    minhashes = {}
    for i, (text, answer) in enumerate(zip(texts, answers)):
        shingles = shingles_of(rule, text, encoding)
        if bool(shingles) != bool(answer):
            fail("whether there is a signature", text, bool(answer), bool(shingles))
        if not shingles:
            continue
        minhash = MinHash(num_perm=128, seed=1, scheme=scheme)
        minhash.update_batch(shingles)
        ours = numpy.frombuffer(answer, dtype="<u4")
        if not numpy.array_equal(ours, minhash.hashvalues.astype(numpy.uint32)):
            fail(f"{family} signature ({rule})", text, ours[:4], minhash.hashvalues[:4])
        minhashes[i] = minhash
    print(f"{family}, {rule}: {len(minhashes)} signatures equal, {len(texts) - len(minhashes)} texts without")
    if not with_lsh:
        return
    # Of version 2 the parameters depend on the number of permutations, so that the bands are those of 112.
    lsh = MinHashLSH(params=(BANDS, ROWS), num_perm=BANDS * ROWS)
    for i, text in enumerate(texts):
        if i in minhashes:
            minhash = MinHash(num_perm=BANDS * ROWS, seed=1, scheme=scheme)
            minhash.update_batch(shingles_of(rule, text, encoding))
            lsh.insert(i, minhash)
    keys = [numpy.frombuffer(a, dtype="<u8") for a in ask(program, ["keys", family, rule, str(BANDS), str(ROWS), "1"], raw)]
    for band, table in enumerate(lsh.hashtables):
        theirs = sorted(tuple(sorted(table.get(key))) for key in table.keys())
        ours = groups((i, key[band]) for i, key in enumerate(keys) if len(key))
        if ours != theirs:
            sys.exit(f"{family}: buckets of band {band} differ")
    shared = sum(len(group) > 1 for group in ours)
    print(f"{family}: buckets of {BANDS} bands equal; the last has {len(ours)}, {shared} of them with several documents")


class Split(WordTokenizer):
    def word_tokenize(self, text):
        return text.split()

    def sent_tokenize(self, text):
        return [text]

    def span_tokenize(self, text):
        return [(0, len(text))]


def check_datatrove(program, texts, family, hash_fc):
    raw = [text.encode() for text in texts]
    for text, answer in zip(texts, ask(program, "simplified", raw)):
        theirs = " ".join(simplify_text(text).split())
        if answer.decode() != theirs:
            fail("simplified text", text, answer.decode(), theirs)
    answers = ask(program, ["signature", family, "-", str(BANDS * ROWS), "1"], raw)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        config = MinhashConfig(hash_config=HashConfig(precision=64, hash_fc=hash_fc))
        step = MinhashDedupSignature(folder, config, language=Split())
        step.run((Document(text=text, id=str(i)) for i, text in enumerate(texts)), 0, 1)
        for band in range(BANDS):
            ours = []
            for i, answer in enumerate(answers):
                if answer:
                    ours.append((*numpy.frombuffer(answer, dtype="<u8")[band * ROWS : (band + 1) * ROWS].tolist(), i))
            dtype = numpy.dtype([("rows", "<u8", ROWS), ("document", "<u4")])
            theirs = numpy.fromfile(f"{folder}/bucket_{band:03d}/00000.minhash.sig", dtype=dtype)
            if sorted(ours) != [(*rows.tolist(), int(document)) for rows, document in theirs]:
                sys.exit(f"{family}: records of bucket {band} differ")
    print(f"{family}: {len(ours)} documents in {BANDS} signature files equal, {len(texts) - len(ours)} without")


def check_lsh(program, texts):
    raw = [text.encode()[:400] for text in texts]
    seeds = numpy.random.RandomState(1234).randint(0, 1e6, size=100).astype(numpy.uint32)
    signatures = ask(program, ["signature", "megatron", "-", "100", "1234"], raw)
    keys = ask(program, ["keys", "megatron", "-", "10", "10", "1234"], raw)
    for text, signature, key in zip(raw, signatures, keys):
        if len(text) < 5:
            if signature:
                fail("LSH signature", text, signature, "none: shorter than a shingle")
            continue
        pieces = [text[i : i + 5] for i in range(len(text) - 4)]
        least = numpy.full(100, -1, dtype=numpy.int32)
        for i, seed in enumerate(seeds.tolist()):
            least[i] = min(-1, min(mmh3.hash(piece, seed, signed=True) for piece in pieces))
        theirs = least.view(numpy.uint32)
        if not numpy.array_equal(numpy.frombuffer(signature, dtype="<u4"), theirs):
            fail("LSH signature", text, signature[:16], theirs[:4])
        hashes = [hash(tuple(band)) for band in numpy.array_split(theirs, 10)]
        if numpy.frombuffer(key, dtype="<i8").tolist() != hashes:
            fail("LSH band keys", text, numpy.frombuffer(key, dtype="<i8"), hashes)
    print(f"megatron: signatures and band keys of {len(raw)} texts equal")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--texts", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    texts = [text[:1500] for text in documents(3_000_000)][: options.texts // 5]
    texts += [text[:1500] for text in sample_texts(options.texts - len(texts), options.seed)]
    copies = generator.sample(range(len(texts)), len(texts) // 10)  # with some words gone
    texts += [" ".join(word for word in texts[i].split(" ") if generator.random() > 0.02) for i in copies]
    texts = [text.replace("\0", " ") for text in texts]
    print(f"{len(texts)} texts of {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB")
    from tiktoken_ids import load_tiktoken

    encoding = load_tiktoken()
    for family, scheme in (("datasketch", "affine32"), ("datasketch-1", "legacy")):
        check_datasketch(options.program, texts, "word:5", family, scheme, encoding, True)
        for rule in ("char:9", "byte:5", "token:3"):
            check_datasketch(options.program, texts[::20], rule, family, scheme, encoding, False)
    check_datatrove(options.program, texts, "datatrove", "xxhash")
    check_datatrove(options.program, texts, "datatrove-sha1", "sha1")
    check_lsh(options.program, texts[::25])


if __name__ == "__main__":
    main()
