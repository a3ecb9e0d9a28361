#!/usr/bin/env python3
"""Compares `owt cleanup --task` with the rules of Megatron-LM's cleanup_fix_dataset.py, written down again here.

    tests/conformance/cleanup_tasks.py build/release/bin/owt [--texts 1500] [--seed 1]

All sets of tasks; what is dropped, by which task, and what became of the rest. The script asks the langdetect package for
the language, whose answers are drawn by chance; here owt langdetect is asked, once as a run of its own and once in a recipe
of owt run, which must be the same. Where the langdetect package is installed, prints how often it decides as owt does.
Exits 1 at a difference.
"""

import argparse
import itertools
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import ftfy

from langdetect_cld2 import ARTICLE_1

try:
    import langdetect
except ImportError:
    langdetect = None

TASKS = ["remove_512", "remove_256_javascript", "remove_512_non_english", "ftfy_fix_text", "general_cleaning"]


def decide(text, language, tasks):
    """The task that drops the text or None, and the text."""
    if "remove_512" in tasks and len(text) < 512:
        return "remove_512", text
    if "remove_256_javascript" in tasks and len(text) < 256 and "javascript" in text.lower():
        return "remove_256_javascript", text
    if "remove_512_non_english" in tasks and len(text) < 512 and language != "en":
        return "remove_512_non_english", text
    if "ftfy_fix_text" in tasks:
        return None, ftfy.fix_text(text)
    if "general_cleaning" in tasks:
        return None, re.sub(r"  +|\b\n+ |\b\n+", " ", text)
    return None, text


def make_text(rng):
    """About 256 and 512 characters long, in one of many languages, a third in English; some without letters."""
    article = rng.choice(ARTICLE_1) if rng.random() < 0.6 else ARTICLE_1[0]
    if rng.random() < 0.05:
        article = "1234 56 -- "
    length = rng.choice([20, 100, rng.randrange(250, 262), 400, rng.randrange(505, 520), 511, 512, 900])
    text = (article + rng.choice([" ", "\n", "  ", "\n\n "])) * (1 + length // len(article))
    at = rng.randrange(len(article))
    extra = rng.choice(["", "", "", "JavaScript", "javascript", "caf\u00c3\u00a9", "&amp;"])
    return (extra + text[at : at + length])[:length]


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stderr}")


def records(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def perform(owt, folder, tagged, tasks):
    """By id the texts that are kept, and the reasons of the rest."""
    out, dropped = folder / "out.jsonl", folder / "dropped.jsonl"
    dropped.unlink(missing_ok=True)
    words = [word for task in tasks for word in ("--task", task)]
    run([owt, "cleanup", "-q", "--force", "--min-tokens", "0", "--dropped", str(dropped), *words, str(tagged), str(out)])
    reasons = {json.loads(line["record"])["id"]: line["reason"] for line in (records(dropped) if dropped.exists() else [])}
    return {record["id"]: record["text"] for record in records(out)}, reasons


def in_one_pass(owt, folder, source, tasks):
    """The same by a recipe: what is kept."""
    recipe, out = folder / "recipe.toml", folder / "fused.jsonl"
    recipe.write_text(f'[run]\n[[stage]]\nname = "langdetect"\n[[stage]]\nname = "cleanup"\nmin-tokens = 0\ntask = {json.dumps(tasks)}\n')
    run([owt, "run", "--force", str(recipe), str(source), str(out)])
    return {record["id"]: record["text"] for record in records(out)}


def compare(owt, folder, source, tagged, tasks):
    kept, reasons = perform(owt, folder, tagged, tasks)
    for record in records(tagged):
        wanted = decide(record["text"], record["language"], tasks)
        found = reasons.get(record["id"]), kept.get(record["id"], record["text"])
        if found != wanted:
            sys.exit(f"{tasks}: of {record['text']!r} ({record['language']}) should become {wanted!r}, not {found!r}")
    if "remove_512_non_english" in tasks and in_one_pass(owt, folder, source, tasks) != kept:
        sys.exit(f"{tasks}: a recipe of owt run keeps other texts")
    return len(reasons)


def agreement(tagged):
    """How often the langdetect package says the same of short texts: English or not. It raises for a text without letters."""
    langdetect.DetectorFactory.seed = 0

    def is_english(text):
        try:
            return langdetect.detect(text) == "en"
        except langdetect.lang_detect_exception.LangDetectException:
            return False

    short = [record for record in records(tagged) if len(record["text"]) < 512]
    same = sum(is_english(record["text"]) == (record["language"] == "en") for record in short)
    print(f"the langdetect package, seeded, decides the same of {same} of {len(short)} short texts")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--texts", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    owt = str(pathlib.Path(arguments.owt).resolve())
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        source, tagged = folder / "in.jsonl", folder / "tagged.jsonl"
        source.write_text("".join(json.dumps({"id": i, "text": make_text(rng)}) + "\n" for i in range(arguments.texts)))
        run([owt, "langdetect", "-q", str(source), str(tagged)])
        sets = [list(tasks) for count in range(1, len(TASKS) + 1) for tasks in itertools.combinations(TASKS, count)]
        removed = sum(compare(owt, folder, source, tagged, tasks) for tasks in sets)
        print(f"{len(sets)} sets of tasks, {arguments.texts} texts each, {removed} dropped, all equal (seed {arguments.seed})")
        if langdetect is not None:
            agreement(tagged)


if __name__ == "__main__":
    main()
