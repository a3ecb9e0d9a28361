#!/usr/bin/env python3
"""Compares our scorer with libcld2's own code, in one process, in every field of the answer.

    tests/conformance/langdetect_library.py build/release/bin/text_probe [--texts 120000] [--seed 1]

The texts: what the machine has in many languages (translated messages, manuals, notes of packages, Python's library),
the articles of langdetect_cld2.py, words made of the letters of each script, mixtures of all of them, repeats, noise.
Prints what was compared; exits 1 at the first difference.
"""

import argparse
import collections
import gettext
import gzip
import pathlib
import random
import sys
import unicodedata

from langdetect_cld2 import ARTICLE_1, HINTS, NOISE
from probe import ask

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from library_texts import documents  # noqa: E402


def read(path):
    try:
        data = gzip.open(path).read(400_000) if path.suffix == ".gz" else path.read_bytes()[:400_000]
        return data.decode("utf-8", errors="ignore")
    except OSError:
        return ""


def translations(rng, most):
    """The messages of some catalogues, joined: one text a catalogue."""
    paths = sorted(pathlib.Path("/usr/share/locale").glob("*/LC_MESSAGES/*.mo"))
    texts = []
    for path in rng.sample(paths, min(most, len(paths))):
        try:
            with path.open("rb") as file:
                messages = gettext.GNUTranslations(file)._catalog.values()
            texts.append("\n".join(message for message in messages if isinstance(message, str))[:100_000])
        except (OSError, UnicodeDecodeError, ValueError):
            continue
    return texts


def files(rng, most):
    paths = [*pathlib.Path("/usr/share/man").rglob("*.gz"), *pathlib.Path("/usr/share/doc").rglob("*")]
    paths = sorted(path for path in paths if path.is_file() and not path.is_symlink())
    return [text for path in rng.sample(paths, min(most, len(paths))) if (text := read(path))]


def letters_by_script():
    """Letters and marks by the first word of their names, which is their script for most of them."""
    scripts = collections.defaultdict(list)
    for code in range(0x20000):
        character = chr(code)
        if unicodedata.category(character)[0] in "LM":
            scripts[unicodedata.name(character, "?").split()[0]].append(character)
    return [letters for letters in scripts.values() if len(letters) > 5]


class Texts:
    def __init__(self, rng):
        self.rng = rng
        self.sources = [*ARTICLE_1, *documents(2_000_000), *translations(rng, 400), *files(rng, 400)]
        self.scripts = letters_by_script()

    def size(self):
        return min(int(self.rng.paretovariate(0.9) * 8), 10_000)

    def cut(self):
        source = self.rng.choice(self.sources)
        begin = self.rng.randrange(len(source) + 1)
        return source[begin : begin + self.size()]

    def article(self):
        return self.rng.choice(ARTICLE_1)[self.rng.randrange(30) :]

    def words(self):
        letters = self.rng.choice(self.scripts)
        count = min(self.size(), 2000)
        return "".join(" " if self.rng.random() < 0.15 else self.rng.choice(letters) for _ in range(count))

    def noise(self):
        if self.rng.random() < 0.5:
            return self.rng.choice(NOISE)
        codes = [self.rng.choice([0x7F, 0x250, 0x3000, 0xD7FF, 0x10FFFF]) for _ in range(self.rng.randrange(1, 20))]
        return "".join(chr(self.rng.randrange(code)) for code in codes).encode("utf-8", "ignore").decode()

    def text(self):
        rng = self.rng
        kinds = [self.cut, self.cut, self.article, self.words, self.noise]
        text = "".join(rng.choice(kinds)() for _ in range(rng.choice([1, 1, 1, 2, 3, 6])))
        change = rng.random()
        if change < 0.04:
            text = text.upper()
        elif change < 0.06:
            text = text.replace(" ", "")
        elif change < 0.09:
            text = (text * rng.randrange(2, 400))[:60_000]
        elif change < 0.093:
            text = (text * (150_000 // (len(text) + 1) + 1))[: rng.choice([20_000, 41_000, 82_000, 130_000])]
        return text


def compare(program, texts, hints):
    for text, difference in zip(texts, ask(program, ["cld2", *hints], [text.encode("utf-8") for text in texts])):
        if difference:
            sys.exit(f"DIFFERENT {hints}: {text[:2000]!r} ({len(text)} characters)\n  {difference.decode()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--texts", type=int, default=120_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    maker = Texts(rng)
    done = size = 0
    hinted = 0
    while done < arguments.texts:
        texts = [maker.text() for _ in range(min(5000, arguments.texts - done))]
        compare(arguments.program, texts, [])
        hints, _ = HINTS[done // 5000 % len(HINTS)]
        compare(arguments.program, texts[::4], hints)
        done += len(texts)
        hinted += len(texts[::4])
        size += sum(len(text) for text in texts)
    print(f"{done} texts of {size:,} characters from {len(maker.sources)} sources and {len(maker.scripts)} scripts "
          f"(seed {arguments.seed}): all fields equal; {hinted} also with hints")


if __name__ == "__main__":
    main()
