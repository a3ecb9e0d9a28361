"""owt decontaminate, by the letter: Megatron-LM's filter_ngrams.py as --compat megatron follows it, and the rules of
docs/decontaminate.md. Keys are strings in a dict, positions are characters."""

import re


def rules_of(most, least, threshold, margin, chars, splits):
    return {"max_ngram_size": most, "min_ngram_size": least, "key_threshold": threshold, "remove_char_each_side": margin,
            "filter_text_char_len": chars, "splits_count": splits}


def words_of(text):
    """Words in lower case, and where they begin and end: in lower case, and in the text itself."""
    origin = [i for i, c in enumerate(text) for _ in c.lower()]
    found = [(m.group(), m.start(), m.end()) for m in re.finditer(r"\w+", text.lower())]
    return [w for w, _, _ in found], [(b, e, origin[b], origin[e - 1] + 1) for _, b, e in found]


def make_keys(tasks, rules):
    """Task of each key; the first one that has it."""
    keys = {}
    for task, texts in tasks.items():
        for text in texts:
            words, _ = words_of(text)
            size = min(len(words), rules["max_ngram_size"])
            if len(words) < rules["min_ngram_size"]:
                continue
            for i in range(len(words) - size + 1):
                keys.setdefault(" ".join(words[i : i + size]), task)
    return keys


def lengths_of(keys):
    return sorted({key.count(" ") + 1 for key in keys})


class Megatron:
    """Where filter_ngrams.py cuts."""

    def __init__(self, rules):
        self.rules = rules

    def first(self, text, keys, lengths):
        most = self.rules["max_ngram_size"]
        words, places = words_of(text)

        def at(i, n):
            return key, places[i][0], (places[i][2], places[i + n - 1][3])

        for i in range(len(words) - most + 1):
            for n in (most, *lengths):
                if (key := " ".join(words[i : i + n])) in keys:
                    return at(i, n)
        if len(words) > most:
            for n in lengths:
                for i in range(len(words) - most, len(words) - n + 1):
                    if n != most and (key := " ".join(words[i : i + n])) in keys:
                        return at(i, n)
        return None

    def count(self, text, keys, lengths):
        seen = set()
        while (hit := self.first(text, keys, lengths)) is not None:
            key, start, _ = hit
            seen.add(key)
            if start + len(key) + 1 >= len(text):
                break
            text = text[start + len(key) + 1 :]
        return seen

    def cut(self, text, keys, lengths):
        margin, least = self.rules["remove_char_each_side"], self.rules["filter_text_char_len"]
        pieces, matches, base = [], [], 0
        while (hit := self.first(text, keys, lengths)) is not None:
            key, start, (begin, end) = hit
            matches.append((key, 1, base + begin, base + end))
            at = min(start - margin, len(text) - 1)
            while at > 0 and text[at] not in ".!?":
                at -= 1
            if at > 0 and at + 1 > least:
                pieces.append(text[: at + 1])
            at = start + len(key) + margin
            while at < len(text) and text[at] not in ".!?":
                at += 1
            base, text = base + at + 1, text[at + 1 :]
            if len(text) <= least:
                return pieces, matches
        return [*pieces, text], matches

    def split_id(self, record, number, piece, tasks):
        old = record["split_id"] + "-" if "split_id" in record else ""
        return f"{old}{'-'.join(tasks)}-{number:010d}-{piece:04d}"


class Exact:
    """Where owt decontaminate cuts by itself."""

    def __init__(self, rules):
        self.rules = rules

    @staticmethod
    def at(words, i, keys, lengths):
        for n in reversed(lengths):
            if i + n <= len(words) and " ".join(words[i : i + n]) in keys:
                return n
        return 0

    def count(self, text, keys, lengths):
        words, _ = words_of(text)
        seen, i = set(), 0
        while i < len(words):
            n = self.at(words, i, keys, lengths)
            if n:
                seen.add(" ".join(words[i : i + n]))
            i += max(n, 1)
        return seen

    def cut(self, text, keys, lengths):
        margin, least = self.rules["remove_char_each_side"], self.rules["filter_text_char_len"]
        words, places = words_of(text)
        matches = []
        for i in range(len(words)):
            n = self.at(words, i, keys, lengths)
            if not n:
                continue
            begin, end = places[i][2], places[i + n - 1][3]
            if matches and begin < matches[-1][3]:
                matches[-1][1] += 1
                matches[-1][3] = max(matches[-1][3], end)
            else:
                matches.append([" ".join(words[i : i + n]), 1, begin, end])
        if not matches:
            return [text], []
        gone = [False] * len(text)
        for _, _, begin, end in matches:
            begin, end = max(begin - margin, -1), end + margin
            while begin >= 0 and text[begin] not in ".!?":
                begin -= 1
            begin += 1
            while end < len(text) and text[end] not in ".!?":
                end += 1
            for i in range(begin, min(end + 1, len(text))):
                gone[i] = True
        pieces, piece = [], ""
        for i in range(len(text) + 1):
            if i < len(text) and not gone[i]:
                piece += text[i]
            else:
                piece = piece.strip(" \t\n\v\f\r")
                if len(piece) > least:
                    pieces.append(piece)
                piece = ""
        return pieces, [tuple(match) for match in matches]

    def split_id(self, record, number, piece, tasks):
        return f"{record.get('split_id', record['url'])}-{piece:04d}"
