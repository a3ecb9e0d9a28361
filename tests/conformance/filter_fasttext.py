#!/usr/bin/env python3
"""Compares the decisions of `owt filter --fasttext` with those of the fasttext package on the same texts.

    pip install fasttext-numpy2-wheel
    tests/conformance/filter_fasttext.py build/release/bin/owt [--texts 6000] [--seed 1]

The model is trained here as DCLM's was (words and pairs of words, labels hq and cc, all else as it comes). Texts have line
ends of all kinds and go to fasttext as DCLM gives them: " ".join(text.strip().splitlines()). Compared are the score of
each text and the decisions with thresholds that are scores, their neighbours and DCLM's own. Exits 1 at a difference.
"""

import argparse
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import fasttext

from filter_samples import WHITE, texts
from library_texts import documents

fasttext.FastText.eprint = lambda *_: None


def train(folder, made, seed):
    """hq are texts of Python's manual and the like, cc generated ones; some have the wrong label."""
    rng = random.Random(seed)
    path = folder / "train.txt"
    with open(path, "w", encoding="utf-8") as file:
        for text, label in made:
            if rng.random() < 0.1:
                label = "cc" if label == "hq" else "hq"
            file.write(f"__label__{label} {' '.join(text.strip().splitlines())}\n")
    # One thread would leave most of the first matrix to chance in this package.
    model = fasttext.train_supervised(str(path), wordNgrams=2, bucket=5000, dim=20, epoch=3, thread=12, verbose=0, seed=seed)
    model.save_model(str(folder / "model.bin"))
    return model


def odd_ends(rng, text):
    """The text with other line ends and white space round it."""
    ends = rng.choices(["\r\n", "\r", "\n\n", "\u2028", "\x85", "\x1c", "\x0b", " \n ", "\u3000", "\n"], k=3)
    parts = text.split("\n")
    return rng.choice(["", "", *WHITE]) + "".join(part + rng.choice(ends) for part in parts) + rng.choice(["", "x", *WHITE])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--texts", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.owt).resolve())
    rng = random.Random(arguments.seed)
    real = [piece for text in documents(2_000_000) for piece in (text[:400], text[400:2000]) if piece]
    generated = texts(arguments.texts // 2, arguments.seed)
    made = [odd_ends(rng, text) for text in rng.choices(real, k=arguments.texts // 2) + generated]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = train(folder, [*((t, "hq") for t in real[:1500]), *((t, "cc") for t in generated[:1500])], arguments.seed)
        wanted, top = [], []
        for text in made:
            line = " ".join(text.strip().splitlines())
            pairs = {label: probability for probability, label in model.f.predict(line + "\n", -1, 0.0, "strict")}
            wanted.append(min(pairs.get("__label__hq", 0.0), 1.0))
            # What DCLM computes: 1 - p(cc) where cc is the likelier.
            likely = max(pairs, key=pairs.get, default="__label__hq")
            top.append(1 - pairs[likely] if likely == "__label__cc" else wanted[-1])
        with open(folder / "in.jsonl", "w", encoding="utf-8") as file:
            for number, text in enumerate(made):
                file.write(json.dumps({"n": number, "text": text}) + "\n")

        def run(*options):
            command = [program, "filter", "-q", "--force", "--preset", "none", "--fasttext", "model.bin", *options,
                       "in.jsonl", "out.jsonl"]
            subprocess.run(command, cwd=folder, check=True)
            with open(folder / "out.jsonl", encoding="utf-8") as file:
                return [json.loads(line) for line in file]

        scores = [record["filter"]["fasttext_score"] for record in run("--mode", "score")]
        wrong = [i for i in range(len(made)) if scores[i] != wanted[i]]
        for i in wrong[:3]:
            print(f"{made[i][:300]!r}: owt {scores[i]}, fasttext {wanted[i]}")
        print(f"{len(made)} scores, {len(wrong)} differ; from {min(scores)} to {max(scores)}")
        edges = [0.018112, 0.5, *(value for score in rng.sample([s for s in scores if 0 < s < 1], 3)
                                  for value in (score, math.nextafter(score, 1)))]
        for least in edges:
            kept = {record["n"] for record in run("--fasttext-min-score", repr(least))}
            ours = {i for i in range(len(made)) if wanted[i] >= least}
            dclm = {i for i in range(len(made)) if top[i] >= least}
            wrong += kept ^ ours
            print(f"least {least}: {len(kept)} kept, {len(kept ^ ours)} differ; {len(kept ^ dclm)} from DCLM's 1 - p(cc)")
        if not 0 < len([s for s in scores if s >= 0.5]) < len(scores):
            sys.exit("the model says the same of all texts")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
