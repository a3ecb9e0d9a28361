#!/usr/bin/env python3
"""Precision and recall of `owt langdetect` for English, on short and long texts whose language is known.

    mkdir texts && (cd texts && apt-get download PACKAGES && for d in *.deb; do mkdir ${d%%_*} && dpkg-deb -x $d ${d%%_*}; done)
    tests/conformance/language_quality.py build/release/bin/owt texts lid.176.ftz

PACKAGES are installation-guide-amd64 fortunes fortunes-min fortunes-bg fortunes-br fortunes-cs fortunes-de fortunes-eo
fortunes-es fortunes-ga fortunes-it fortunes-pl fortunes-ru fortunes-zh: Debian's installation guide in 20 languages, whose
pages are the long texts, and sayings in 13, the short ones. Their folders name the language; what is in another one
there all the same (quotations, passages translated in part) stays, so that nobody can reach 1. The same texts go
to the fasttext package, in capitals too. Prints tables in Markdown.
"""
import argparse
import html
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import fasttext

fasttext.FastText.eprint = lambda *_: None

LANGUAGES = {"fortunes": "en", "fortunes-min": "en", "fortunes-br": "pt"}  # else the end of the package's name
OTHERS = {"translate-me", "klasik-sk"}  # files in another language
RULES = [
    ("CLD2", ["--policy", "cld2"]),
    ("model", ["--model"]),
    ("model, `--min-score 0.5`", ["--min-score", "0.5", "--model"]),
    ("model, `--min-score 0.65`", ["--min-score", "0.65", "--model"]),
    ("both", ["--policy", "both", "--model"]),
]


def sayings(root, limit):
    """(language, text): fortune cookies of 20 to 200 characters without their sources."""
    texts = {}
    for path in sorted(root.glob("fortunes*/usr/share/games/fortunes/**/*")):
        if path.suffix in (".dat", ".u8") or path.is_symlink() or not path.is_file() or path.name in OTHERS:
            continue
        if "off" in path.parts:
            continue  # rotated by 13 letters
        package = path.relative_to(root).parts[0]
        language = LANGUAGES.get(package, package.removeprefix("fortunes-"))
        content = re.sub("\x1b\\[[0-9;]*m", "", path.read_text(errors="replace"))
        for cookie in re.split(r"^%.*\n", content, flags=re.M):
            text = " ".join(re.split(r"\n\s*(?:--|\u2014|\u2013)", cookie)[0].split())
            if 20 <= len(text) <= 200 and "\ufffd" not in text:
                texts.setdefault(text, language)
    return sample([(language, text) for text, language in texts.items()], limit)


def paragraphs(path):
    page = path.read_text(errors="replace").split("<body", 1)[-1]
    page = re.sub(r"(?s)<(pre|code|script|style)\b.*?</\1>", " ", page)
    blocks = re.split(r"</?(?:p|div|li|dt|dd|td|th|h[1-6]|br)\b", page)
    texts = (" ".join(html.unescape(re.sub(r"^[^<]*>|<[^>]*>", " ", block)).split()) for block in blocks)
    return [text for text in texts if text]


def letters(text):
    return re.sub(r"\W+", "", text).lower()


def chapters(root, limit):
    """(language, text): pages of the guide in pieces of 1,500 characters, without what stands in <pre> and <code>, and
    in other languages without the paragraphs that are those of the English edition."""
    pages = sorted(root.glob("installation-guide-amd64/usr/share/doc/*/*/*.html"))
    english = {letters(text) for path in pages if path.parent.name == "en" for text in paragraphs(path)}
    found = []
    for path in pages:
        language = path.parent.name.split("_")[0]
        text = " ".join(text for text in paragraphs(path) if language == "en" or letters(text) not in english)
        pieces = [text[begin : begin + 1500] for begin in range(0, len(text) - 1000, 1500)]
        found += [(language, piece) for piece in pieces]
    return sample(found, limit)


def sample(texts, limit):
    """At most `limit` of each language, of English four times as many."""
    random.Random(1).shuffle(texts)
    counts, kept = {}, []
    for language, text in texts:
        counts[language] = counts.get(language, 0) + 1
        if counts[language] <= limit * (4 if language == "en" else 1):
            kept.append((language, text))
    return kept


def owt_languages(owt, options, texts):
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/in.jsonl", f"{folder}/out.jsonl"
        with open(source, "w") as file:
            for _, text in texts:
                file.write(json.dumps({"text": text}) + "\n")
        subprocess.run([owt, "langdetect", "-q", *options, source, target], check=True)
        with open(target) as file:
            return [json.loads(line)["language"] for line in file]


def fasttext_languages(model, texts, change=lambda text: text):
    return [model.predict(change(text))[0][0].removeprefix("__label__") for _, text in texts]


def row(name, texts, languages):
    hits = sum(wanted == got == "en" for (wanted, _), got in zip(texts, languages))
    named, english = sum(got == "en" for got in languages), sum(wanted == "en" for wanted, _ in texts)
    doubt = sum(got == "und" for got in languages) / len(languages)
    precision, recall = hits / max(1, named), hits / max(1, english)
    return f"| {name} | {precision:.4f} | {recall:.4f} | {2 * hits / max(1, named + english):.4f} | {doubt:.3f} |"


def table(title, owt, model_path, model, texts):
    languages = sorted({language for language, _ in texts})
    print(f"\n{title}: {len(texts)} texts, {sum(l == 'en' for l, _ in texts)} of them English, {len(languages)} languages "
          f"({' '.join(languages)})\n\n| rule | precision | recall | F1 | und |\n|---|---|---|---|---|")
    for name, options in RULES:
        options = options + [model_path] if "--model" in options else options
        print(row(name, texts, owt_languages(owt, options, texts)))
    print(row("the fasttext package", texts, fasttext_languages(model, texts)))
    capitals = [(language, text.upper()) for language, text in texts]
    print(row("in capitals: model", capitals, owt_languages(owt, ["--model", model_path], capitals)))
    print(row("in capitals: the fasttext package", capitals, fasttext_languages(model, capitals)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("model")
    parser.add_argument("--limit", type=int, default=1500, help="texts of each language")
    arguments = parser.parse_args()
    model = fasttext.load_model(arguments.model)
    short, long = sayings(arguments.texts, arguments.limit), chapters(arguments.texts, arguments.limit)
    if min(len(short), len(long)) < 1000:
        sys.exit(f"{arguments.texts}: {len(short)} sayings and {len(long)} chapters; are all packages there?")
    table("Short texts (20 to 200 characters)", arguments.owt, arguments.model, model, short)
    table("Long texts (1,000 to 1,500 characters)", arguments.owt, arguments.model, model, long)


if __name__ == "__main__":
    main()
