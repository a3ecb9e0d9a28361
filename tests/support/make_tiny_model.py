#!/usr/bin/env python3
"""Trains the model of the golden cases of langdetect, some KiB that tell English, German, French and Chinese apart.

    pip install fasttext-numpy2-wheel
    tests/support/make_tiny_model.py OUTPUT

Its labels have the forms that models in use have. Threads race, so that each run makes another model; the golden cases
hold one of them.
"""
import pathlib
import random
import sys
import tempfile

import fasttext

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
from langdetect_cld2 import ARTICLE_1

LABELS = {0: "eng_Latn", 1: "deu_Latn", 2: "fra_Latn", 16: "cmn_Hant"}

rng = random.Random(1)
with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
    for _ in range(2000):
        number = rng.choice(list(LABELS))
        words = ARTICLE_1[number].split() if number != 16 else list(ARTICLE_1[number])
        file.write(f"__label__{LABELS[number]} {' '.join(rng.choices(words, k=8))}\n")
    file.flush()
    model = fasttext.train_supervised(file.name, dim=4, bucket=400, minn=2, maxn=3, epoch=10, lr=0.5, thread=12, verbose=0)
model.save_model(sys.argv[1])
