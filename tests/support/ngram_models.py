"""Models of n-grams for tests: ARPA files, random or counted from texts, and KenLM's binary files of them."""

import collections
import ctypes
import importlib.util
import math
import pathlib

SPECIAL = ["<s>", "</s>", "<unk>"]

# Names of the C++ constructors of KenLM's models in its shared library: (const char *file, const Config &).
_MODEL = "_ZN2lm5ngram6detail12GenericModelI{}EC1EPKcRKNS0_6ConfigE"
KINDS = {
    "probing": _MODEL.format("NS1_12HashedSearchINS0_12BackoffValueEEENS0_17ProbingVocabularyE"),
    "rest": _MODEL.format("NS1_12HashedSearchINS0_9RestValueEEENS0_17ProbingVocabularyE"),
    "trie": _MODEL.format("NS0_4trie10TrieSearchINS0_12DontQuantizeENS3_11DontBhikshaEEENS0_16SortedVocabularyE"),
    "quantized trie": _MODEL.format("NS0_4trie10TrieSearchINS0_18SeparatelyQuantizeENS3_11DontBhikshaEEENS0_16SortedVocabularyE"),
}


def build_binary(arpa, path, kind="probing", multiplier=1.5):
    """What KenLM's program build_binary does, which its package on PyPI does not bring: only valid ARPA files."""
    library = ctypes.CDLL(str(pathlib.Path(importlib.util.find_spec("kenlm").origin).parent / "libkenlm.so"))
    config = ctypes.create_string_buffer(1024)  # struct Config of lm/config.hh, which is smaller
    library._ZN2lm5ngram6ConfigC1Ev(config)
    address = ctypes.addressof(config)
    ctypes.c_bool.from_address(address).value = False  # show_progress
    ctypes.c_void_p.from_address(address + 8).value = None  # messages
    ctypes.c_float.from_address(address + 40).value = multiplier
    name = str(path).encode()
    ctypes.c_char_p.from_address(address + 96).value = name  # write_mmap
    model = ctypes.create_string_buffer(1 << 16)
    getattr(library, KINDS[kind])(model, str(arpa).encode(), config)
    if not pathlib.Path(path).is_file():
        raise RuntimeError(f"libkenlm.so did not write {path}")


def write_arpa(path, orders, end="\n"):
    """`orders`: for each order a list of (words, log10 as text, backoff as text or None)."""
    lines = ["", "\\data\\", *(f"ngram {n}={len(ngrams)}" for n, ngrams in enumerate(orders, 1)), ""]
    for n, ngrams in enumerate(orders, 1):
        lines.append(f"\\{n}-grams:")
        lines += ["\t".join([log, " ".join(words), *([] if backoff is None else [backoff])]) for words, log, backoff in ngrams]
        lines.append("")
    lines.append("\\end\\")
    pathlib.Path(path).write_bytes(end.join(lines + [""]).encode())


def _log(rng):
    value = rng.choice([rng.uniform(-6, 0), rng.uniform(-3, 0), rng.uniform(-1e-3, 0)])
    return rng.choice([f"{value:.6f}", f"{value:.7g}", f"{value!r}", f"{value:.3e}", "-99" if rng.random() < 0.1 else "-1.5",
                       "0" if rng.random() < 0.2 else "-0.30103"])


def _backoff(rng):
    value = rng.choice([rng.uniform(-2, 0), rng.uniform(-0.1, 0.3)])
    return rng.choice([None, "0", "-0", "-0.0", f"{value:.6f}", f"{value:.7g}"])


def random_orders(rng, order, words, with_unknown=True, pruned=0.1):
    """N-grams that contradict each other in every way that KenLM allows; of some the n-gram without the first word is missing."""
    vocabulary = ["<s>", "</s>", *(["<unk>"] if with_unknown else []), *words]
    rng.shuffle(vocabulary)
    orders = [[((word,), _log(rng), _backoff(rng)) for word in vocabulary]]
    known = [(word,) for word in vocabulary]
    for n in range(2, order + 1):
        begins = collections.defaultdict(list)
        for words_ in known:
            begins[words_[:-1]].append(words_)
        chosen = {(*rng.choice(known), rng.choice(vocabulary))}
        for _ in range(len(words) * rng.choice([2, 4])):
            first = rng.choice(known)
            if rng.random() < pruned:
                chosen.add((*first, rng.choice(vocabulary)))
            elif begins[first[1:]]:
                chosen.add((*first, rng.choice(begins[first[1:]])[-1]))
        known = sorted(chosen)
        rng.shuffle(known)
        orders.append([(words_, _log(rng), None if n == order else _backoff(rng)) for words_ in known])
    return orders


def counted_orders(lines, order, vocabulary_size, least=2):
    """A model counted from lines of text: relative frequencies with a part held back, n-grams seen once pruned."""
    frequent = collections.Counter(word for line in lines for word in line.split())
    vocabulary = {word for word, _ in frequent.most_common(vocabulary_size)}
    counts = [collections.Counter() for _ in range(order)]
    for line in lines:
        words = ["<s>", *(word if word in vocabulary else "<unk>" for word in line.split()), "</s>"]
        for n in range(1, order + 1):
            counts[n - 1].update(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    total = sum(counts[0].values())
    orders = []
    for n in range(1, order + 1):
        ngrams = []
        for words, count in sorted(counts[n - 1].items()):
            context = counts[n - 2][words[:-1]] if n > 1 else total
            if n > 1 and (count < least or words[:-1] not in counts[n - 2]):
                continue
            held_back = None if n == order or words[-1] == "</s>" else f"{math.log10(0.3 + 0.5 / (1 + count)):.6f}"
            ngrams.append((words, "-99" if words == ("<s>",) else f"{math.log10(0.7 * count / context):.6f}", held_back))
        orders.append(ngrams)
        counts[n - 1] = collections.Counter({words: counts[n - 1][words] for words, _, _ in ngrams})
    return orders
