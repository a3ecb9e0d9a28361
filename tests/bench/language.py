#!/usr/bin/env python3
"""langdetect, jsonl to jsonl on tmpfs, against pycld2 and the fasttext package on the same texts: short lines and documents.

The answers are compared first. Both sides are measured in seconds of CPU on one thread; the peers get the texts in
memory and write nothing. Some of the short lines also go through PyPI's langdetect, which Megatron-LM takes, where it is
installed (tests/bench/requirements.txt): it says other things, by chance, so that is a comparison of speed alone. Then what no
detector is made for is timed: a text of 10 MB in one line of each kind.
Usage: language.py BUILD/bin [--lines N] [--documents N]
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "conformance"), str(TESTS / "support")]

import fasttext
import pycld2

try:
    import langdetect
except ImportError:
    langdetect = None

from langdetect_cld2 import ARTICLE_1, modern
from langdetect_fasttext import lid_model
from library_texts import documents

HOSTILE = {"question marks": "?", "emoji": "\U0001f600", "one word": "a", "letters": "ab c ", "Chinese": "\u4e2d\u6587", "capitals": "AB "}


ROUNDS = 7


def owt_run(command, workers=1):
    """CPU seconds and seconds."""
    started = time.perf_counter()
    process = subprocess.Popen([*command, "-q", "--force", "-j", str(workers)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} failed")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - started


def compare(command, function, texts):
    """The least of several rounds, in which all take turns: CPU seconds of owt and the peer, seconds of one and two workers."""
    ours, theirs, alone, together = [], [], [], []
    for _ in range(ROUNDS):
        started = time.process_time()
        answers = [function(text) for text in texts]
        theirs.append(time.process_time() - started)
        together.append(owt_run(command, 2)[1])
        cpu, seconds = owt_run(command)
        ours.append(cpu)
        alone.append(seconds)
    return min(ours), min(theirs), min(alone), min(together), answers


def cld2_language(text):
    reliable, _, details = pycld2.detect(text, isPlainText=True)
    return modern(details[0][1]) if reliable else "und"


def langdetect_language(text):
    try:
        return langdetect.detect(text)
    except langdetect.lang_detect_exception.LangDetectException:  # no letters
        return "und"


def compare_with_langdetect(owt, folder, texts, count):
    """The least CPU seconds a line of three rounds in which both take turns: owt over all texts, with its start, reading and
    writing, langdetect over the first `count`."""
    langdetect.DetectorFactory.seed = 0
    langdetect_language(texts[0])  # reads its profiles
    source, target = f"{folder}/in.jsonl", f"{folder}/out.jsonl"
    write(source, texts)
    ours, theirs = [], []
    for _ in range(3):
        started = time.process_time()
        answers = [langdetect_language(text) for text in texts[:count]]
        theirs.append(time.process_time() - started)
        ours.append(owt_run([owt, "langdetect", source, target])[0])
    with open(target, encoding="utf-8") as file:
        same = sum(json.loads(line)["language"].split("-")[0] == answer.split("-")[0] for line, answer in zip(file, answers))
    rates = [len(texts) / min(ours), len(answers) / min(theirs)]
    print(f"short lines: owt {rates[0]:,.0f}/s of CPU over {len(texts)}, langdetect {rates[1]:,.0f}/s over {len(answers)} of them: "
          f"{rates[0] / rates[1]:.0f}x ({same} in the same language)", flush=True)


def is_plain(text):
    """Whether owt asks its model for this very text: it has letters, and most of them are no capitals."""
    return any(c.isalpha() for c in text) and sum(c.isupper() for c in text) <= sum(c.isalpha() and not c.isupper() for c in text)


def short_lines(count):
    rng = random.Random(1)
    lines = []
    while len(lines) < count:
        article = rng.choice(ARTICLE_1)
        start = rng.randrange(len(article) // 2)
        lines.append(article[start : start + rng.randint(30, 130)])
    return lines


def write(path, texts):
    with open(path, "w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--slow-lines", type=int, default=5_000, help="short lines for the langdetect package")
    arguments = parser.parse_args()
    owt, model_path = str(arguments.bin / "owt"), str(lid_model())
    model = fasttext.load_model(model_path)
    peers = {"pycld2": ([], cld2_language),
             "fasttext": (["--model", model_path],
                          lambda text: model.f.predict(text.replace("\n", " ") + "\n", 1, 0.0, "strict")[0][1][9:])}
    sets = {"short lines": short_lines(arguments.lines),
            "documents": [text for text in documents(6000 * arguments.documents) if is_plain(text)]}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        source, target = f"{folder}/in.jsonl", f"{folder}/out.jsonl"
        for what, texts in sets.items():
            write(source, texts)
            size = sum(len(text.encode()) for text in texts)
            for name, (options, function) in peers.items():
                command = [owt, "langdetect", *options, source, target]
                ours, theirs, alone, together, wanted = compare(command, function, texts)
                with open(target, encoding="utf-8") as file:
                    if [json.loads(line)["language"] for line in file] != wanted:
                        sys.exit(f"{what}, {name}: the languages differ")
                print(f"{what}: owt {len(texts) / ours:,.0f}/s and {size / ours / 1e6:.1f} MB/s of CPU, {name} {len(texts) / theirs:,.0f}/s "
                      f"and {size / theirs / 1e6:.1f} MB/s: {theirs / ours:.2f}x; two workers {alone / together:.2f}x one")
        if langdetect is not None:
            compare_with_langdetect(owt, folder, sets["short lines"], arguments.slow_lines)
        for what, part in HOSTILE.items():
            write(source, [part * (10_000_000 // len(part.encode()))])
            for options in ([], ["--model", model_path]):
                command = [owt, "langdetect", "--max-record", "64M", *options, source, target]
                seconds = min(owt_run(command)[1] for _ in range(3))
                language = json.loads(open(target, encoding="utf-8").readline())["language"]
                print(f"10 MB of {what}{' with the model' if options else ''}: {seconds:.2f} s, {language}")


if __name__ == "__main__":
    main()
