"""The rules of filter's presets dclm and dolma, slowly: what docs/filters.md says of them, in the order in which they are
asked. What differs from DCLM's and Dolma's own code is the words of DCLM (see there), and nothing in Dolma's.

Findings are (rule, value, option that is the threshold, whether more is too much); without an option the text is dropped.
"""

import functools
import re
import statistics
from collections import Counter

STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}
TOP = {2: 0.20, 3: 0.18, 4: 0.16}
REPEATED = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
DEFAULTS = {"gopher-min-words": 50, "gopher-max-words": 100000, "gopher-min-word-length": 3.0, "gopher-max-word-length": 10.0,
            "gopher-max-symbols": 0.1, "gopher-max-bullet-lines": 0.9, "gopher-max-ellipsis-lines": 0.3,
            "gopher-min-letter-words": 0.8, "gopher-min-stop-words": 2, "gopher-max-dup-lines": 0.3,
            "gopher-max-dup-paragraphs": 0.3, "gopher-max-dup-line-chars": 0.2, "gopher-max-dup-paragraph-chars": 0.2,
            "dolma-max-dup-line-chars": 0.3, "dclm-max-removed-words": 0.05, "dclm-max-capitals": 0.5,
            "dclm-max-digits": 0.999999, "dclm-min-line-words": 2, "dclm-max-phrase-words": 10, "dclm-max-line-feeds": 2,
            **{f"gopher-max-top-{n}-grams": most for n, most in TOP.items()},
            **{f"gopher-max-dup-{n}-grams": most for n, most in REPEATED.items()}}


def share(part, whole):
    return part / whole if whole else 0.0


def runs(words, n):
    return list(zip(*(words[i:] for i in range(n))))


def length(words):
    return sum(map(len, words))


def all_of_equal(parts):
    """Of parts that are equal to another: how many, and their characters."""
    counts = Counter(parts)
    return sum(c for c in counts.values() if c > 1), sum(len(p) * c for p, c in counts.items() if c > 1)


def has_letter(word):
    return any(c.isalpha() for c in word)


# DCLM


def counted_words(text):
    return [word for word in text.split() if word[0].isalnum()]


def dclm_quality(text):
    words = text.split()
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    number = len(counted_words(text))
    yield "gopher_short_doc", number, "gopher-min-words", False
    yield "gopher_long_doc", number, "gopher-max-words", True
    if not words:
        yield "empty", 0, None, False
    else:
        mean = length(words) / len(words)
        yield "gopher_below_avg_threshold", mean, "gopher-min-word-length", False
        yield "gopher_above_avg_threshold", mean, "gopher-max-word-length", True
    symbols = sum(text.count(symbol) for symbol in ("#", "...", ". . .", "\u2026"))
    yield "gopher_too_many_symbols", share(symbols, len(words)), "gopher-max-symbols", True
    bullets = sum(line[0] in "\u25cf\u2022*-" for line in lines)
    yield "gopher_too_many_bullets", share(bullets, len(lines)), "gopher-max-bullet-lines", True
    ellipses = sum(line.endswith(("...", ". . .", "\u2026")) for line in lines)
    yield "gopher_too_many_end_ellipsis", share(ellipses, len(lines)), "gopher-max-ellipsis-lines", True
    letters = sum(map(has_letter, words))
    yield "gopher_below_alpha_threshold", share(letters, len(words)), "gopher-min-letter-words", False
    stop_words = sum(word.lower() in STOP_WORDS for word in words)
    yield "gopher_enough_stop_words", stop_words, "gopher-min-stop-words", False


def dclm_repetition(text):
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    paragraphs = [piece.strip() for piece in text.split("\n\n") if piece.strip()]
    if not lines:
        yield "empty", 0, None, False
        return
    parted = {}
    for name, parts in (("line", lines), ("para", paragraphs)):
        number, chars = all_of_equal(parts)
        parted[name] = share(number, len(parts)), share(chars, length(parts))
    yield "dup_line_frac", parted["line"][0], "gopher-max-dup-lines", True
    yield "dup_para_frac", parted["para"][0], "gopher-max-dup-paragraphs", True
    yield "dup_line_char_frac", parted["line"][1], "gopher-max-dup-line-chars", True
    yield "dup_para_char_frac", parted["para"][1], "gopher-max-dup-paragraph-chars", True
    words = counted_words(text)
    for n in range(2, 11):
        made = runs(words, n)
        counts = Counter(made)
        most = max(counts.values(), default=0)
        if n <= 4:
            longest = max((length(run) for run, count in counts.items() if count == most), default=0)
            value = share(most * longest, length(words)) if most > 1 else 0.0
            yield f"top_{n}_gram", value, f"gopher-max-top-{n}-grams", True
            continue
        covered = {k for i, run in enumerate(made) if counts[run] > 1 for k in range(i, i + n)}
        yield (f"duplicated_{n}_n_grams", share(sum(len(words[k]) for k in covered), length(words)),
               f"gopher-max-dup-{n}-grams", True)


COUNTER = re.compile(r"\W*\d[\d,.]*[kmb]?\s+(likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|"
                     r"downloads|views|followers)\W*")
PHRASES = [re.compile(pattern, re.IGNORECASE) for pattern in (r"\s?items in cart", r"\s?read more...$", r"^sign-in\s?")]


@functools.cache
def shares(line):
    """Of capitals and of digits."""
    return sum(c.isupper() for c in line) / len(line), sum(c.isdigit() for c in line) / len(line)


def dclm_edit(text, at):
    """What stays of a text, and the part of its words that went."""
    feeds = at["dclm-max-line-feeds"]
    before = len(counted_words(text))
    text = re.sub("\n{%d,}" % (feeds + 1), "\n" * feeds, text)

    def keep(text, stays):
        return "\n".join(line for line in text.split("\n") if not line or stays(line))

    capitals, digits = at["dclm-max-capitals"], at["dclm-max-digits"]
    text = keep(text, lambda line: shares(line)[0] <= capitals).strip()
    text = keep(text, lambda line: shares(line)[1] <= digits).strip()
    text = keep(text, lambda line: not COUNTER.fullmatch(line.lower())).strip()
    text = keep(text, lambda line: len(line.split()) >= at["dclm-min-line-words"])
    for phrase in PHRASES:
        lines = []
        for line in text.split("\n"):
            if line and len(line.split()) <= at["dclm-max-phrase-words"]:
                line = phrase.sub("", line)
                if not line.strip():
                    continue
            lines.append(line)
        text = "\n".join(lines).strip()
    return text, share(before - len(counted_words(text)), before) if before else None


def dclm_lines(text, at):
    """Findings of the rules on lines, and the text that stays."""
    edited, removed = dclm_edit(text, at)
    if not edited or removed is None:
        return [("empty", 0, None, False)], edited
    return [("dclm_removed_words", removed, "dclm-max-removed-words", True)], edited


# Dolma


def dolma_lines(text):
    """What stays of a text."""
    lines = re.findall("[^\n]*\n|[^\n]+", text)
    return "".join(line for line in lines if line.strip().endswith((".", "?", "!", '"')))


def dolma_quality(text):
    words, lines = text.split(), text.split("\n")
    yield "gopher_short_doc", len(words), "gopher-min-words", False
    yield "gopher_long_doc", len(words), "gopher-max-words", True
    median = float(statistics.median(map(len, words))) if words else 0.0
    yield "gopher_below_avg_threshold", median, "gopher-min-word-length", False
    yield "gopher_above_avg_threshold", median, "gopher-max-word-length", True
    symbols = sum("#" in word or "\u2026" in word for word in words)
    yield "gopher_too_many_symbols", share(symbols, len(words)), "gopher-max-symbols", True
    letters = sum(map(has_letter, words))
    yield "gopher_below_alpha_threshold", share(letters, len(words)), "gopher-min-letter-words", False
    yield "gopher_enough_stop_words", sum(word in STOP_WORDS for word in words), "gopher-min-stop-words", False
    bullets = sum(line.startswith(("*", "-")) for line in lines)
    yield "gopher_too_many_bullets", share(bullets, len(lines)), "gopher-max-bullet-lines", True
    ellipses = sum(line.endswith("\u2026") for line in lines)
    yield "gopher_too_many_end_ellipsis", share(ellipses, len(lines)), "gopher-max-ellipsis-lines", True


def dolma_repetition(text):
    words, lines = text.split(), text.split("\n")
    number, chars = all_of_equal(lines)
    yield "dup_line_frac", share(number, len(lines)), "gopher-max-dup-lines", True
    yield "dup_line_char_frac", chars / max(length(words), 1), "dolma-max-dup-line-chars", True
    for n in range(2, 11):
        counts = Counter(runs(words, n))
        if n <= 4:
            run, most = counts.most_common(1)[0] if counts else ((), 0)
            yield f"top_{n}_gram", most * length(run) / max(length(words), 1), f"gopher-max-top-{n}-grams", True
            continue
        every = sum(count * length(run) for run, count in counts.items())
        again = sum(count * length(run) for run, count in counts.items() if count > 1)
        yield f"duplicated_{n}_n_grams", again / max(every, 1), f"gopher-max-dup-{n}-grams", True
