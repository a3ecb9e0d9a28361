#!/usr/bin/env python3
"""Compares `owt cleanup` with ftfy 6.3.1, option by option, from jsonl to jsonl, and replays what --explain writes.

    tests/conformance/cleanup_options.py build/release/bin/owt [--documents 400] [--seed 1]

Texts have lone surrogates, which ftfy gets replaced, as owt's reader does. Prints what was compared; exits 1 at a
difference.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import ftfy
from ftfy.fixes import fix_surrogates

from cleanup_ftfy import SWITCHES, Texts, is_known, replay

# What datatrove's FTFYFormatter, FineWeb-2 and NeMo Curator's UnicodeReformatter leave out.
LLM = dict(fix_latin_ligatures=False, fix_character_width=False, uncurl_quotes=False, fix_line_breaks=False, normalization=None)


def option(field):
    return "--" + field.replace("_", "-")


def settings():
    """Words of the command line, and the fields that they stand for."""
    yield [], {}
    yield ["--preset", "megatron"], {}
    yield ["--preset", "llm"], LLM
    yield ["--preset", "llm", "--uncurl-quotes", "on"], {**LLM, "uncurl_quotes": True}
    for field in SWITCHES:
        yield [option(field), "off"], {field: False}
    for form in ("NFC", "NFD", "NFKC", "NFKD", None):
        yield ["--normalization", (form or "none").lower()], {"normalization": form}
    yield ["--unescape-html", "never"], {"unescape_html": False}
    yield ["--unescape-html", "always"], {"unescape_html": True}
    yield ["--max-decode-length", "7"], {"max_decode_length": 7}


def documents(rng, count):
    texts = Texts(rng)
    for _ in range(count):
        text = (texts.document() if rng.random() < 0.5 else texts.text()).replace("\0", "")
        if rng.random() < 0.1:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(["\ud83d", "\ude00", "\ud83d\ude00", "\ud83dx"]) + text[at:]
        yield text


def compare(owt, folder, words, fields, texts):
    source, target, why = (folder / name for name in ("in.jsonl", "out.jsonl", "why.jsonl"))
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    why.unlink(missing_ok=True)
    subprocess.run([owt, "cleanup", "-q", "--force", "--compat", "ftfy", "--min-tokens", "0", *words, "--explain", str(why), str(source), str(target)],
                   check=True)  # fmt: skip
    # A pair of escapes is one character to every reader of JSON.
    read = [fix_surrogates(json.loads(line)["text"]) for line in source.read_text().splitlines()]
    found = [json.loads(line)["text"] for line in target.read_text(encoding="utf-8").split("\n")[:-1]]
    config = ftfy.TextFixerConfig(**fields)
    for text, answer in zip(read, found):
        wanted = ftfy.fix_text(text, config)
        if answer != wanted and is_known(text + wanted + answer):
            sys.exit(f"DIFFERENT with {words}: {text!r}\n  ftfy {wanted!r}\n  owt  {answer!r}")
    return len(found), replay_all(source, why, read, found)


def replay_all(source, why, read, found):
    """The plans give the texts of the output, and a text without plans did not change."""
    offsets, offset = {}, 0
    for number, line in enumerate(source.read_bytes().split(b"\n")[:-1]):
        offsets[offset] = number
        offset += len(line) + 1
    explained = {}
    for line in why.read_text().splitlines():
        entry = json.loads(line)
        number = offsets[entry["offset"]]
        text, rest = "", 0
        for segment in entry["segments"]:
            text += read[number][rest : segment["begin"]] + replay(read[number][segment["begin"] : segment["end"]], segment["plan"])
            rest = segment["end"]
        explained[number] = text + read[number][rest:]
    for number, text in enumerate(read):
        if explained.get(number, text) != found[number] and is_known(text + found[number]):
            sys.exit(f"the plans of {text!r} give {explained.get(number, text)!r}, the output is {found[number]!r}")
    return len(explained)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    owt = str(pathlib.Path(arguments.owt).resolve())
    rng = random.Random(arguments.seed)
    runs = compared = explained = 0
    with tempfile.TemporaryDirectory() as scratch:
        for words, fields in settings():
            texts = list(documents(rng, arguments.documents))
            counts = compare(owt, pathlib.Path(scratch), words, fields, texts)
            runs, compared, explained = runs + 1, compared + counts[0], explained + counts[1]
    print(f"{runs} settings, {compared} texts, {explained} explained and replayed, all equal (seed {arguments.seed})")


if __name__ == "__main__":
    main()
