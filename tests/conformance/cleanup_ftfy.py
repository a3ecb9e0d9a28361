#!/usr/bin/env python3
"""Compares cleanup with ftfy 6.3.1, the steps that cleanup has so far, on generated text.

    pip install ftfy==6.3.1
    tests/conformance/cleanup_ftfy.py build/release/bin/text_probe [--strings 200000] [--seed 1]

Every subset of the steps is sampled. NFC of a character that this Python's Unicode does not know yet is not compared,
so such characters are not generated. Prints what was compared; exits 1 at the first difference.
"""

import argparse
import html.entities
import itertools
import random
import sys
import unicodedata

import ftfy

from probe import ask

STEPS = {
    "u": {"unescape_html": "auto"},
    "l": {"fix_line_breaks": True},
    "c": {"remove_control_chars": True},
    "n": {"normalization": "NFC"},
}
OFF = dict(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_encoding=False,
    restore_byte_a0=False,
    replace_lossy_sequences=False,
    decode_inconsistent_utf8=False,
    fix_c1_controls=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
)

NAMES = sorted(html.entities.html5)
SPECIAL = [*map(chr, range(0x20)), "\x7f", "\x85", "\r\n", "\n\r", "\u2028", "\u2029", "\ufeff", "\u206a", "\u206f", "\ufff9", "\ufffc", "\ufffd"]
ENTITY_PARTS = ["&", "&", "&amp;", "amp", ";", "&semi;", "#", "&#", "x", "26", "38", "&#38;", "lt;", "&lt;", "\u037e", "&#894;", "\u212a", "<",
                "&num;", "&#59;", "&#13;", "\r", "\n", "&#10;", "\x01", "a", "\u0301"]  # fmt: skip
BASES = "aeiouAEIOUnNcC\u0915\u1100\u1112\u1161\u11a8\u05d0\u4e2d\u2126\u212b\u0958\u0344\uf900"
MARKS = "\u0300\u0301\u0302\u0308\u030a\u0316\u0327\u0328\u0338\u0345\u3099\u05bc\u0f71\u0f72\u093c\u11a8\u1161"


def entity(rng, everything):
    kind = rng.randrange(5)
    if kind == 0:
        name = rng.choice(NAMES)
        return "&" + (name if name.endswith(";") else name + rng.choice(["", ";"]))
    if kind == 1:
        return "&" + rng.choice(NAMES).rstrip(";").upper() + ";"
    if kind == 2:
        number = rng.choice([rng.randrange(0x100), ord(rng.choice(everything)), 0xD800 + rng.randrange(0x800), 10 ** rng.randrange(26)])
        return rng.choice(["&#%d;", "&#x%x;", "&#X%X;", "&#%xg;", "&#%d", "&#0%d;", "&#x000%x;"]) % number
    if kind == 3:
        return "".join(rng.choices(ENTITY_PARTS, k=rng.randrange(10)))
    return "&" + "".join(rng.choices("abcLTgt#x019", k=rng.randrange(28))) + ";"


def random_text(rng, everything):
    parts = []
    for _ in range(rng.randrange(12)):
        kind = rng.randrange(7)
        if kind == 0:
            parts.append("".join(rng.choices("The quick brown fox. \n\t", k=rng.randrange(150))))
        elif kind == 1:
            parts.append(rng.choice(SPECIAL))
        elif kind in (2, 3):
            parts.append(entity(rng, everything))
        elif kind == 4:
            parts.append(rng.choice(BASES) + "".join(rng.choices(MARKS, k=rng.randrange(5))))
        elif kind == 5:
            parts.append("".join(rng.choices(everything, k=rng.randrange(10))))
        else:
            parts.append(rng.choice(["\n", "\r\n", "\n\n", "<", "<b>", " "]))
    return "".join(parts)


def compare(program, steps, texts):
    options = dict(OFF)
    for step in steps:
        options.update(STEPS[step])
    config = ftfy.TextFixerConfig(**options)
    answers = ask(program, "clean-" + steps, [text.encode("utf-8") for text in texts])
    changed = 0
    for text, answer in zip(texts, answers):
        wanted = ftfy.fix_text(text, config)
        found = answer.decode("utf-8")
        changed += wanted != text
        if found != wanted:
            sys.exit(f"DIFFERENT with steps '{steps}': {text!r}\n  ftfy {wanted!r}\n  owt  {found!r}")
    return changed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--strings", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    everything = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    subsets = ["".join(s) for n in range(1, 5) for s in itertools.combinations("ulcn", n)]

    changed = compare(arguments.program, "ulcn", ["x" + c + "x" for c in everything])
    print(f"{len(everything)} assigned characters: {changed} changed, all equal")
    names = ["&" + name for name in NAMES] + ["&" + name.upper() for name in NAMES] + ["&" + name.capitalize() for name in NAMES]
    changed = compare(arguments.program, "u", names)
    print(f"{len(names)} spellings of entity names: {changed} decoded, all equal")
    numbers = [form % n for n in [*range(0x3000), *range(0xD7F0, 0xE010), *range(0xFDC0, 0x10010), *range(0x10FFF0, 0x110010)]
               for form in ("&#%d;", "&#x%x;")]  # fmt: skip
    print(f"{len(numbers)} numbers: {compare(arguments.program, 'u', numbers)} decoded, all equal")

    changed = 0
    for steps in ["ulcn"] * len(subsets) + subsets:
        count = arguments.strings // (2 * len(subsets))
        changed += compare(arguments.program, steps, [random_text(rng, everything) for _ in range(count)])
    print(f"{arguments.strings} random texts (seed {arguments.seed}), {len(subsets)} subsets of the steps: {changed} changed, all equal")


if __name__ == "__main__":
    main()
