"""Texts that every machine with Python has: the files of its own library, English with code."""

import pathlib
import re
import sysconfig

CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")  # pycld2 refuses them


def documents(size):
    texts, total = [], 0
    for path in sorted(pathlib.Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        text = CONTROLS.sub("", path.read_text(encoding="utf-8", errors="replace"))
        for begin in range(0, len(text), 6000):
            if total >= size:
                return texts
            texts.append(text[begin : begin + 6000])
            total += len(texts[-1].encode())
    return texts
