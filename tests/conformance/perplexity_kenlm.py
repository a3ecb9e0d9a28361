#!/usr/bin/env python3
"""Compares the probabilities of sentences with those of the kenlm package, bit by bit, and perplexities of documents with CCNet's rule.

    pip install kenlm
    tests/conformance/perplexity_kenlm.py build/release/bin/text_probe build/release/bin/owt [--sentences 120000] [--seed 1]

Models are random ones of 2 to 6 orders, with pruned n-grams, and one counted from real texts; each as an ARPA file (plain,
compressed, with CR LF) and as KenLM's probing hash tables of several sizes. Prints what was compared; exits 1 at the first
difference.
"""

import argparse
import bz2
import gzip
import json
import lzma
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import kenlm
from datatrove.utils.perplexity import KenlmModel

from langdetect_cld2 import random_text
from library_texts import documents
from ngram_models import build_binary, counted_orders, random_orders, write_arpa
from probe import ask

ODD_WORDS = ["<s>", "</s>", "<unk>", "<UNK>", "no\u00a0space", "\u3000", "12345678", "123456789abcdefgh", "\u00e9\u00e9", "\x1c", "x" * 100]


def quiet_model(path):
    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    return kenlm.Model(str(path), config)


def make_sentences(rng, words, count):
    sentences = ["", " ", "\t\n", *ODD_WORDS]
    while len(sentences) < count:
        size = rng.choice([1, 2, 3, 8, 20, 31, 32, 33, 64, 65, 90])
        chosen = [rng.choice(words) if rng.random() < 0.95 else rng.choice(ODD_WORDS + ["unknown"]) for _ in range(size)]
        separators = rng.choices([" ", "  ", "\t", "\r\n", " \v\f"], [20, 1, 1, 1, 1], k=size)
        sentences.append("".join(word + separator for word, separator in zip(chosen, separators)))
    return sentences


def compare(probe, path, model, sentences):
    answers = ask(probe, ["ngrams", str(path)], [sentence.encode() for sentence in sentences])
    for sentence, answer in zip(sentences, answers):
        bits = struct.unpack("<I", struct.pack("<f", model.score(sentence)))[0]
        wanted = f"{bits:08x} {len(sentence.encode().split()) + 1}"
        if answer.decode() != wanted:
            sys.exit(f"DIFFERENT ({path.name}): {sentence!r}\nkenlm {wanted}\nowt   {answer.decode()}")
    return len(sentences)


def random_models(probe, folder, rng, count):
    """Sentences of small models, of which no two are alike."""
    compared = 0
    for number in range(30):
        order = 2 + number % 5
        size = rng.choice([1, 3, 20, 200])
        words = [f"w{i}" * rng.choice([1, 1, 3]) for i in range(size)]
        pruned = rng.choice([0, 0.02, 0.1])
        orders = random_orders(rng, order, words, with_unknown=number % 3 > 0, pruned=pruned)
        arpa = folder / f"random-{number}-of-order-{order}.arpa"
        write_arpa(arpa, orders)
        binary = arpa.with_suffix(".bin")
        try:
            model = quiet_model(arpa)
            build_binary(arpa, binary, multiplier=rng.choice([1.5, 1.5, 2, 4.7]))
        except OSError as error:  # more is pruned than KenLM's tables hold unless they are made larger
            if "ProbingSizeException" not in str(error):
                raise
            build_binary(arpa, binary, multiplier=100)
            model = quiet_model(binary)
        sentences = make_sentences(rng, words, count // 60)
        compared += compare(probe, arpa, model, sentences) + compare(probe, binary, model, sentences)
    return compared


def counted_model(folder, texts):
    lines = [line for text in texts for line in text.split("\n")]
    orders = counted_orders(lines, 5, 5000)
    arpa = folder / "counted.arpa"
    write_arpa(arpa, orders)
    return arpa, lines, [len(ngrams) for ngrams in orders]


def packed_models(arpa):
    data = arpa.read_bytes()
    for name, bytes_ in (("gz", gzip.compress(data, 1)), ("bz2", bz2.compress(data, 1)), ("xz", lzma.compress(data, preset=0)),
                         ("crlf", data.replace(b"\n", b"\r\n"))):
        path = arpa.with_suffix(f".arpa.{name}")
        path.write_bytes(bytes_)
        yield path


def ccnet_line(line):
    """As cc_net's text_normalizer.normalize has a line; its tables are those that datatrove took over."""
    decomposed = unicodedata.normalize("NFD", line.strip().lower())
    base = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    digits = KenlmModel.digit_re.sub("0", base)
    return KenlmModel.non_printing_chars_re.sub("", "".join(KenlmModel.unicode_punct.get(c, c) for c in digits))


def perplexity(model, text, normalize):
    total, length = 0.0, 0
    for line in text.split("\n"):
        line = normalize(line)
        total += model.score(line)
        length += len(line.encode().split()) + 1
    return 10.0 ** (-total / length)


def run_filter(owt, model, source, target, *options):
    subprocess.run([owt, "filter", "-q", "--force", "--preset", "none", "--perplexity-model", str(model), *options, str(source),
                    str(target)], check=True)
    with open(target, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def compare_documents(owt, path, model, texts, folder):
    source, target = folder / "in.jsonl", folder / "out.jsonl"
    with open(source, "w", encoding="utf-8") as file:
        for number, text in enumerate(texts):
            file.write(json.dumps({"n": number, "text": text}) + "\n")
    for name, normalize in (("none", lambda line: line), ("ccnet", ccnet_line)):
        wanted = [perplexity(model, text, normalize) for text in texts]
        options = ["--perplexity-normalize", name]
        scored = run_filter(owt, path, source, target, "--mode", "score", *options)
        for record, value in zip(scored, wanted, strict=True):
            if record["filter"]["perplexity"] != value:
                sys.exit(f"DIFFERENT ({name}): {record['text']!r}: {record['filter']['perplexity']}, not {value}")
        low, head, tail, high = (sorted(wanted)[len(wanted) * part // 10] for part in (1, 3, 6, 9))
        kept = run_filter(owt, path, source, target, *options, "--perplexity-buckets", f"{head!r},{tail!r}", "--max-perplexity",
                          repr(high), "--min-perplexity", repr(low))
        buckets = [(n, "head" if value < head else "middle" if value < tail else "tail") for n, value in enumerate(wanted)
                   if low <= value <= high]
        if [(record["n"], record["bucket"]) for record in kept] != buckets:
            sys.exit(f"DIFFERENT ({name}): buckets")
    return len(texts)


def odd_documents(rng, count):
    """Texts of all scripts with digits, marks and accents; without characters that only one of two Unicode versions knows."""
    extra = "\u0130\u03a3\u0660\uff11\u2013\u2014\u2019\u2026\uff0e\u3000\u00a0\u0085\t\x07\u0301\u00c5 \n" + "".join(KenlmModel.unicode_punct)
    texts = []
    while len(texts) < count:
        parts = [random_text(rng), *("".join(rng.choices(extra, k=rng.randint(1, 9))) for _ in range(rng.randint(0, 4)))]
        rng.shuffle(parts)
        text = "".join(parts).replace("\0", "")
        if all(unicodedata.category(c) not in ("Cn", "Cs") for c in text):
            texts.append(text)
    return texts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("owt")
    parser.add_argument("--sentences", type=int, default=120_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        compared = random_models(arguments.probe, folder, rng, arguments.sentences)
        print(f"random models: {compared} sentences (seed {arguments.seed}), bits equal")
        texts = documents(3_000_000)
        arpa, lines, sizes = counted_model(folder, texts[::2])
        model = quiet_model(arpa)
        held_out = [line for text in texts[1::2] for line in text.split("\n")]
        sentences = rng.sample(lines, min(len(lines), arguments.sentences // 4)) + held_out[: arguments.sentences // 4]
        compared = compare(arguments.probe, arpa, model, sentences)
        for path in packed_models(arpa):
            compared += compare(arguments.probe, path, model, sentences[::10])
        binary = arpa.with_suffix(".bin")
        build_binary(arpa, binary)
        compared += compare(arguments.probe, binary, model, sentences)
        print(f"a model of {sizes} n-grams counted from texts: {compared} sentences, bits equal")
        for kind in ("rest", "trie", "quantized trie"):
            build_binary(arpa, folder / "other.bin", kind)
            run = subprocess.run([arguments.probe, "ngrams", str(folder / "other.bin")], input=b"", capture_output=True)
            if run.returncode == 0 or b"build_binary probing" not in run.stderr:
                sys.exit(f"a model of the kind '{kind}' is not refused: {run.stderr}")
        compared = compare_documents(arguments.owt, binary, model, texts[:1000] + odd_documents(rng, 2000), folder)
        print(f"{compared} documents: perplexities, with and without CCNet's normalisation, buckets and what is dropped equal")


if __name__ == "__main__":
    main()
