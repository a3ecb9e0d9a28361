#!/usr/bin/env python3
"""Compares the embedded GPT-2 vocabulary with OpenAI's encoder.json and with tiktoken.

    pip install tiktoken
    tests/conformance/gpt2_vocab.py build/release/bin/format_probe

encoder.json does not ship, but its sha256 is published: the vocabulary, written as JSON the way OpenAI did, must
have that hash. tiktoken gets the same ids and must decode what was encoded with them.
"""

import argparse
import hashlib
import json
import subprocess
import sys

from tiktoken_ids import load_tiktoken

ENCODER_JSON_SHA256 = "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"


VISIBLE = [*range(33, 127), *range(161, 173), *range(174, 256)]
HIDDEN = [byte for byte in range(256) if byte not in VISIBLE]
CHARACTERS = {byte: chr(byte) for byte in VISIBLE} | {byte: chr(256 + i) for i, byte in enumerate(HIDDEN)}


def shown(token):
    """A token's bytes as encoder.json shows them."""
    return "".join(CHARACTERS[byte] for byte in token)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    arguments = parser.parse_args()
    lines = subprocess.run([arguments.program, "vocabulary"], stdout=subprocess.PIPE, check=True).stdout.split(b"\n")
    tokens = [bytes.fromhex(line.decode()) for line in lines[:-1]]

    end_of_text = len(tokens) - 1
    ids = {shown(token): i for i, token in enumerate(tokens[:-1])} | {tokens[-1].decode(): end_of_text}
    sha256 = hashlib.sha256(json.dumps(ids).encode()).hexdigest()
    if sha256 != ENCODER_JSON_SHA256:
        sys.exit(f"DIFFERENT: as JSON the vocabulary has sha256 {sha256}, encoder.json has {ENCODER_JSON_SHA256}")
    print(f"{len(tokens)} ids equal encoder.json (sha256 {sha256})")

    encoding = load_tiktoken()
    for i, token in enumerate(tokens):
        if encoding.decode_single_token_bytes(i) != token:
            sys.exit(f"DIFFERENT: id {i} is {token!r}, tiktoken says {encoding.decode_single_token_bytes(i)!r}")
    print(f"{len(tokens)} ids decode to the same bytes as tiktoken's")


if __name__ == "__main__":
    main()
