"""Runs text_probe (text_probe.cc) over many texts."""

import struct
import subprocess


def ask(program, question, texts):
    """The answers of `PROGRAM QUESTION`, as bytes, one for each of `texts` (bytes). A question is a word or a list."""
    words = [question] if isinstance(question, str) else question
    records = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    out = subprocess.run([program, *words], input=records, stdout=subprocess.PIPE, check=True).stdout
    answers = []
    position = 0
    while position < len(out):
        (length,) = struct.unpack_from("<I", out, position)
        answers.append(out[position + 4 : position + 4 + length])
        position += 4 + length
    if len(answers) != len(texts):
        raise RuntimeError(f"{program}: {len(answers)} answers to {len(texts)} texts")
    return answers
