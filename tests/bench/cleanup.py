#!/usr/bin/env python3
"""cleanup against ftfy and, where it is installed, plsfix, on texts in memory, one thread each, in seconds of CPU.

The texts are the documentation of Python's language (English prose) and the files of its library, cut into documents,
as they are and made worse: curly quotes, mojibake. Before anything is timed the results are compared with ftfy's, byte
for byte. Last, texts that are hostile: the longest time for one of 10 MB.
Usage: cleanup.py BUILD/bin [--megabytes N]
"""

import argparse
import pathlib
import pydoc_data.topics
import re
import struct
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import ftfy
from library_texts import documents

try:
    import plsfix
except ImportError:
    plsfix = None


def prose(size):
    """English documentation, in documents of some thousand characters."""
    text = "\n\n".join(pydoc_data.topics.topics.values())
    pieces = [text[begin : begin + 6000] for begin in range(0, len(text), 6000)]
    return (pieces * (size // len(text) + 1))[: size // 6000]


def curled(text):
    text = re.sub(r'"([^"\n]*)"', "\u201c\\1\u201d", text)
    return text.replace("'", "\u2019").replace("--", "\u2014")


def garbled(text):
    return text.encode("utf-8").decode("sloppy-windows-1252")


RUSSIAN = "\u0421\u044a\u0435\u0448\u044c \u0436\u0435 \u0435\u0449\u0451 \u044d\u0442\u0438\u0445 \u043c\u044f\u0433\u043a\u0438\u0445 \u0431\u0443\u043b\u043e\u043a, \u0434\u0430 \u0432\u044b\u043f\u0435\u0439 \u0447\u0430\u044e.\n"


def kinds(size):
    ascii_only = [text for text in documents(3 * size) if text.isascii() and "&" not in text]
    lines = [line for line in curled("".join(prose(4 * size))).splitlines(True) if not line.isascii()]
    bad = garbled("".join(lines))
    russian = garbled(RUSSIAN * 60)
    return {
        "plain ASCII": ascii_only,
        "documents as they are": documents(size) + prose(size),
        "English with curly quotes": [curled(text) for text in prose(size)],
        "all mojibake, English": [bad[begin : begin + 6000] for begin in range(0, min(len(bad), size), 6000)],
        "all mojibake, Russian": [russian] * (size // len(russian.encode())),
    }


HOSTILE = {
    "question marks": "?", "emoji": "\U0001f600", "mojibake": "\u00c3\u00a9", "mojibake twice over": "\u00c3\u0192\u00c2\u00a9",
    "nested references": "&amp;amp;amp;", "ampersands": "&", "half of mojibake": "\u00e2\u20ac", "marks in the wrong order": "\u0301\u0316",
    "carriage returns": "\r", "replacement characters": "\ufffd", "decodings that make the next": "\u00c3" + "\u0192" * 1000,
}  # fmt: skip


def pack(texts):
    return b"".join(struct.pack("<I", len(data)) + data for data in (text.encode("utf-8") for text in texts))


def unpack(records):
    texts, at = [], 0
    while at < len(records):
        (length,) = struct.unpack_from("<I", records, at)
        texts.append(records[at + 4 : at + 4 + length].decode("utf-8"))
        at += 4 + length
    return texts


def ours(program, folder, texts, rounds):
    """Least seconds of a round, and the cleaned texts."""
    (folder / "texts").write_bytes(pack(texts))
    out = subprocess.run([program, folder / "texts", str(rounds), folder / "cleaned"], capture_output=True, check=True, text=True).stdout
    return min(float(line.split()[0]) for line in out.splitlines()), unpack((folder / "cleaned").read_bytes())


def peer(function, texts):
    started = time.process_time()
    answers = [function(text) for text in texts]
    return time.process_time() - started, answers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=4)
    arguments = parser.parse_args()
    program = arguments.bin / "cleanup_speed"
    with tempfile.TemporaryDirectory(dir="/dev/shm") as scratch:
        folder = pathlib.Path(scratch)
        for name, texts in kinds(int(arguments.megabytes * 1e6)).items():
            size = sum(len(text.encode()) for text in texts)
            seconds, cleaned = ours(program, folder, texts, 9)
            theirs, wanted = peer(ftfy.fix_text, texts)
            if cleaned != wanted:
                sys.exit(f"{name}: not what ftfy makes of it")
            line = f"{name}: owt {size / seconds / 1e6:.0f} MB/s, ftfy {size / theirs / 1e6:.2f} MB/s: {theirs / seconds:.0f}x"
            if plsfix is not None:
                theirs, answers = peer(plsfix.fix_text, texts)
                same = sum(a == b for a, b in zip(answers, wanted))
                line += f"; plsfix {size / theirs / 1e6:.2f} MB/s: {theirs / seconds:.0f}x ({same} of {len(texts)} texts as ftfy)"
            print(line, flush=True)
        for name, unit in HOSTILE.items():
            text = unit * (10_000_000 // len(unit.encode()))
            seconds, _ = ours(program, folder, [text], 1)
            print(f"10 MB of {name}: {seconds:.2f} s")


if __name__ == "__main__":
    main()
