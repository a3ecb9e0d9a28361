#!/usr/bin/env python3
"""encode, cleanup and langdetect, jsonl to files on tmpfs, against tiktoken, ftfy and pycld2 on the same texts.

The texts are the files of Python's own library, cut into documents: English with code. The answers are compared
first. Both sides are measured in seconds of CPU on one thread, which another load on the machine does not change
much; the peers get the texts in memory and write nothing.
Usage: text_stages.py BUILD/bin [--megabytes N]
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "conformance"), str(TESTS / "support")]

import ftfy
import pycld2

from encode_ids import read_dataset
from langdetect_cld2 import modern
from library_texts import documents
from tiktoken_ids import load_tiktoken

def owt_seconds(command):
    """Least CPU seconds of three runs."""
    times = []
    for _ in range(3):
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{command} failed")
        times.append(usage.ru_utime + usage.ru_stime)
    return min(times)


def peer_seconds(function, texts):
    started = time.process_time()
    answers = [function(text) for text in texts]
    return time.process_time() - started, answers


def report(name, peer, size, ours, theirs):
    print(f"{name}: owt {size / ours / 1e6:.0f} MB/s of CPU on one thread, {peer} {size / theirs / 1e6:.1f} MB/s: {theirs / ours:.1f}x")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=10)
    arguments = parser.parse_args()
    owt = str(arguments.bin / "owt")
    texts = documents(int(arguments.megabytes * 1e6))
    size = sum(len(text.encode()) for text in texts)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        source, target = f"{folder}/in.jsonl", f"{folder}/out.jsonl"
        with open(source, "w", encoding="utf-8") as file:
            for text in texts:
                file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
        common = ["-q", "--force", "-j", "1", source]

        ours = owt_seconds([owt, "encode", *common, f"{folder}/tokens"])
        theirs, wanted = peer_seconds(load_tiktoken().encode_ordinary, texts)
        if [list(ids) for ids in read_dataset(f"{folder}/tokens_text_document")] != [ids for ids in wanted if ids]:
            sys.exit("encode: the ids differ")
        report("encode", "tiktoken", size, ours, theirs)

        ours = owt_seconds([owt, "cleanup", "--min-tokens", "0", *common, target])
        theirs, wanted = peer_seconds(ftfy.fix_text, texts)
        with open(target, encoding="utf-8") as file:
            if [json.loads(line)["text"] for line in file] != wanted:
                sys.exit("cleanup: the texts differ")
        report("cleanup", "ftfy", size, ours, theirs)

        def language(text):
            reliable, _, details = pycld2.detect(text, isPlainText=True)
            return modern(details[0][1]) if reliable else "und"

        ours = owt_seconds([owt, "langdetect", *common, target])
        theirs, wanted = peer_seconds(language, texts)
        with open(target, encoding="utf-8") as file:
            if [json.loads(line)["language"] for line in file] != wanted:
                sys.exit("langdetect: the languages differ")
        report("langdetect", "pycld2", size, ours, theirs)


if __name__ == "__main__":
    main()
