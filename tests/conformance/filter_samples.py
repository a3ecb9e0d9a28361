"""Texts that are made to be near the edges of what filters measure: repeated lines, paragraphs and words, bullets,
ellipses, hashes, symbols, short and long words, odd white space, code, many scripts, addresses."""

import random
import unicodedata

from langdetect_cld2 import ARTICLE_1

COMMON = """the of and to in is was for on that with as by at from his it an were are which this also be has had first
one their its new after but who not they have her she two been other when there all during into school time may""".split()
WHITE = [" ", " ", "  ", "\t", "\n", "\n", "\n\n", "\n\n\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f",
         "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u200b", "\ufeff"]
ENDS = [".", ".", ".", "!", "?", "...", "\u2026", ".\"", "'", ":", "", " ", "\u3002", "\uff01", "\u061f", ".)", "?!"]
PHRASES = ["Lorem Ipsum", "LOREM IPSUM", "JavaScript", "java[1]script", "{", "Terms of Use", "privacy policy",
           "Coo\u212aie Policy", "uses cookies", "USE COOKIES", "[edit]", "[12]", "[\u0663]", "[citation needed]", "[]", "[a]",
           "[[1]", "#", "##", "...", "....", "......", "\u2026", "\u2022", "-", "--", "x" * 1001, "\u00e9" * 1000,
           "\U0001f600\U0001f600", "???", "123", "_", "\u2019", "\uff11", "\u0661"]
ASSIGNED = [c for c in map(chr, range(1, 0x1E000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co")]


def word(rng):
    roll = rng.random()
    if roll < 0.8:
        return rng.choice(COMMON)
    if roll < 0.9:
        return "".join(rng.choices("abcdefghij", k=rng.choice([1, 2, 4, 8, 12, 17, 30])))
    if roll < 0.95:
        return "".join(rng.choices(ASSIGNED, k=rng.choice([1, 2, 5])))
    return rng.choice(PHRASES)


def line(rng):
    words = [word(rng) for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 12, 20, 40]))]
    start = rng.choice([""] * 8 + ["- ", "\u2022 ", "  \u2022", "-", "\t- ", "* "])
    return start + rng.choice([" "] * 9 + ["\xa0"]).join(words) + rng.choice(ENDS)


def repeat(rng, items):
    """The items with some of them again, in one piece or one by one."""
    for _ in range(rng.choice([0, 0, 1, 2, 5])):
        if items:
            begin = rng.randrange(len(items))
            piece = items[begin : begin + rng.choice([1, 1, 2, 3, 6, 11])]
            at = rng.randrange(len(items) + 1)
            items[at:at] = piece * rng.choice([1, 1, 2, 4])
    return items


def prose(rng):
    lines = repeat(rng, [line(rng) for _ in range(rng.choice([1, 2, 4, 8, 16, 40]))])
    return rng.choice(["\n", "\n", "\n\n", "\n\n\n", " "]).join(lines) + rng.choice(["", "", "\n", "\n\n", " \n "])


def phrases(rng):
    """Runs of words that come again."""
    words = repeat(rng, [word(rng) for _ in range(rng.choice([3, 10, 60, 200, 400]))])
    return " ".join(repeat(rng, words)) + rng.choice(ENDS)


def shifted(rng):
    """Few letters, so that joined words are the same across other borders: "a bc" and "ab c"."""
    letters = rng.choice(["ab", "a", "abc", "-", "\u3042\u3044"])
    words = ["".join(rng.choices(letters, k=rng.choice([1, 1, 2, 3, 8]))) for _ in range(rng.choice([6, 12, 40, 120]))]
    return " ".join(words)


def scripts(rng):
    parts = []
    for _ in range(rng.choice([1, 2, 4, 8])):
        article = rng.choice(ARTICLE_1)
        parts.append(article[: rng.choice([30, 80, 1000])] + rng.choice(["", "", ".", "\u3002", "\u0964"]))
    return rng.choice(["\n", "\n\n", " "]).join(repeat(rng, parts))


def odd(rng):
    return "".join(rng.choice([rng.choice(WHITE), rng.choice(PHRASES), rng.choice(COMMON), rng.choice(ENDS),
                               rng.choice(ASSIGNED)]) for _ in range(rng.choice([0, 1, 2, 5, 30, 200])))


def sentences(rng):
    """Good English, mostly: what passes."""
    made = []
    for _ in range(rng.choice([4, 5, 6, 10, 30])):
        words = [rng.choice(COMMON) if rng.random() < 0.7 else "".join(rng.choices("etaoinshrdlu", k=rng.randint(3, 9)))
                 for _ in range(rng.choice([2, 3, 6, 12, 20]))]
        made.append(" ".join(words).capitalize() + rng.choice([".", ".", ".", "!", "?", ".\"", ""]))
    return rng.choice([" ", "\n", "\n", "\n\n"]).join(repeat(rng, made) if rng.random() < 0.3 else made)


KINDS = [prose, prose, phrases, shifted, scripts, odd, sentences, sentences, sentences]


def texts(count, seed):
    rng = random.Random(seed)
    made = [rng.choice(KINDS)(rng) for _ in range(count)]
    return ["", " ", "\n", "\n\n\n", "a", "a\n\na", *made][:count]


HOSTS = ["example.org", "a-b.co.uk", "x.y", "a.b-.c", "-a.b", "a..b", "1.2.3", "[1.2.3.4]", "[1.2.3.x1-y:]", "[1.2.3.256]",
         "[1.2.3.-:]", "a.", "\u00e9.org", "b.c_d.e", "localhost"]
LOCALS = ["john", "john.doe", ".a", "a.", "a..b", "!#$", "\u00e9a", "\u00e9-a", "a'b", "_", "1+1", "-x", "\U0001f600x", "(me"]
NUMBERS = [0, 1, 8, 10, 22, 100, 127, 172, 192, 168, 198, 223, 249, 250, 255, 256, 300, 999, 1000, "00", "01", "007", "2", "25"]


def personal(rng):
    """Addresses, and what is nearly one."""
    parts = []
    for _ in range(rng.choice([1, 3, 8, 20])):
        roll = rng.random()
        if roll < 0.3:
            parts.append(f"{rng.choice(LOCALS)}@{rng.choice(HOSTS)}")
        elif roll < 0.6:
            parts.append(".".join(str(rng.choice(NUMBERS) if rng.random() < 0.6 else rng.randrange(260))
                                  for _ in range(rng.choice([3, 4, 4, 4, 5, 8]))))
        else:
            parts.append("".join(rng.choices("ab1.25@-[]:_' \u00e9+\n", k=rng.choice([1, 2, 4, 12]))))
        parts.append(rng.choice(["", " ", " ", ",", ".", "\n", "@", "\u00e9"]))
    return "".join(parts)
