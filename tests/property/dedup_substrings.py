#!/usr/bin/env python3
"""owt dedup --substrings against the definition of docs/dedup-substrings.md, computed from a table of all windows, on
generated documents: repeats of N - 1, N, N + 1 and more bytes, nested and overlapping, at the ends of documents, inside
one, chains of which each document has a part of the next, texts of few phrases, of one character or a short period,
characters of two to four bytes, copies with edits. With as much memory as there is and with very little, several
workers, files and shards. Compared are the texts, what is dropped, the counts, and the explanations.
Usage: dedup_substrings.py OWT [SEEDS [FIRST SEED]]
"""
import json, pathlib, random, subprocess, sys, tempfile
from collections import Counter

ALPHABETS = ["abcdefghijklmnopqrstuvwxyz    .,", "ab", "a\u00e9\u6f22\U0001f600 ", "\u00e9\u00e8", "\U0001f600\U0001f601\U0001f602", "a\n \t"]


def noise(rng, size, alphabet=ALPHABETS[0]):
    return "".join(rng.choice(alphabet) for _ in range(size))


def sized(rng, size, alphabet):
    """Text of `size` bytes, as nearly as its characters allow."""
    text = ""
    while len(text.encode()) < size:
        text += rng.choice(alphabet)
    return text


def planted(rng, n):
    """Unlike texts, in which some repeats stand once, twice or often."""
    lengths = [n - 1, n, n + 1, n + 7, 2 * n - 1, 2 * n, 2 * n + 1, 5 * n, n // 2]
    repeats = [sized(rng, rng.choice(lengths), rng.choice(ALPHABETS[:1] * 3 + ALPHABETS[2:])) for _ in range(20)]
    repeats += [r[len(r) // 3 :] + noise(rng, n) for r in repeats[:6]]  # overlap with others
    repeats += [noise(rng, 9) + r + noise(rng, 9) for r in repeats[:4]]  # hold others
    for _ in range(70):
        parts = []
        for _ in range(rng.randint(0, 5)):
            parts.append(noise(rng, rng.choice([0, 1, 2, 3, n // 3, n - 1, n, 2 * n])))
            parts.append(rng.choice(repeats))
        parts.append(noise(rng, rng.choice([0, 0, 1, n, 3 * n])))
        yield "".join(parts)


def phrases(rng, n):
    """Few phrases in any order: most anchors come again, in other company."""
    few = [noise(rng, rng.randint(2, n // 2), rng.choice(ALPHABETS)) for _ in range(5)]
    for _ in range(40):
        yield "".join(rng.choice(few) for _ in range(rng.randint(0, 30)))


def periods(rng, n):
    """Texts that repeat themselves with a period below, at and above a window."""
    for _ in range(40):
        period = noise(rng, rng.choice([1, 1, 2, 3, 5, n // 2, n - 1, n, n + 1, 2 * n]), rng.choice(ALPHABETS))
        text = period * (rng.choice([n - 1, n, n + 1, 2 * n, 3 * n, 5 * n]) // len(period) + 1)
        yield noise(rng, rng.choice([0, 0, 1, n])) + text + noise(rng, rng.choice([0, 0, 1, n]))


def chains(rng, n):
    """Each document is a window or some more of one long text, a step further than the one before."""
    long = noise(rng, 12 * n)
    step, more = rng.choice([1, 2, n // 3, n - 1]), rng.choice([0, 1, n // 2])
    for at in range(0, len(long) - n - more, step):
        yield long[at : at + n + more]


def edited(rng, n):
    """Copies of few documents, with bytes that differ here and there."""
    originals = [noise(rng, rng.randint(0, 12 * n), rng.choice(ALPHABETS[:1] + ALPHABETS[2:3])) for _ in range(5)]
    for _ in range(30):
        text = list(rng.choice(originals))
        for _ in range(rng.choice([0, 0, 1, 3])):
            if text:
                text[rng.randrange(len(text))] = noise(rng, rng.randint(0, 3))
        yield "".join(text)


def make_texts(rng, n):
    texts = []
    for _ in range(rng.randint(2, 5)):
        texts += rng.choice([planted, planted, phrases, periods, chains, edited])(rng, n)
    if rng.random() < 0.5:
        rng.shuffle(texts)
    return texts


def cuts_of(texts, n):
    """The runs of bytes that go, of each text: by the definition."""
    places = {}
    for d, text in enumerate(texts):
        for i in range(len(text) - n + 1):
            places.setdefault(text[i : i + n], []).append((d, i))
    later, first = ([bytearray(len(text)) for text in texts] for _ in range(2))
    for window in places.values():
        if len(window) < 2:
            continue
        for marks, some in ((first, window[:1]), (later, window[1:])):
            for d, i in some:
                marks[d][i : i + n] = b"\1" * n
    cuts = []
    for a, b in zip(later, first):
        runs, begin = [], None
        for i in range(len(a) + 1):
            goes = i < len(a) and a[i] and not b[i]
            if goes and begin is None:
                begin = i
            if not goes and begin is not None:
                if i - begin >= n:
                    runs.append((begin, i))
                begin = None
        cuts.append(runs)
    return cuts


def expected(texts, n):
    texts = [text.encode() for text in texts]
    cuts, out, dropped = cuts_of(texts, n), [], []
    num_runs = num_bytes = 0
    for d, text in enumerate(texts):
        kept, at = b"", 0
        for begin, end in cuts[d]:
            while text[begin] & 0xC0 == 0x80:
                begin += 1
            while end < len(text) and text[end] & 0xC0 == 0x80:
                end -= 1
            kept, at = kept + text[at:begin], end
            num_runs, num_bytes = num_runs + 1, num_bytes + end - begin
        kept = (kept + text[at:]).decode()
        if cuts[d] and not kept.strip():
            dropped.append(d)
        else:
            out.append((d, kept))
    return out, dropped, num_runs, num_bytes, cuts


def read(path):
    return [json.loads(line) for line in path.read_text().split("\n") if line] if path.exists() else []


def actual(owt, folder, n, more, inputs, outputs):
    """What one run for each output says, joined."""
    records, dropped, explained, noted = [], [], {}, Counter()
    for index, output in enumerate(outputs):
        shard = ["--shard", f"{index}/{len(outputs)}"] if len(outputs) > 1 else []
        for name in ("dropped", "explain"):
            (folder / name).unlink(missing_ok=True)
        subprocess.run([owt, "dedup", "--substrings", str(n), "--force", "-q", "--dropped", "dropped", "--explain", "explain", *more, *shard,
                        *inputs, output], cwd=folder, check=True)
        records += [(record["n"], record["text"]) for record in read(folder / output)]
        dropped += [json.loads(d["record"])["n"] for d in read(folder / "dropped")]
        explained.update({line["record"]: line["removed"] for line in read(folder / "explain")})
        noted.update(json.loads((folder / f"{output}.manifest.json").read_text())["ledger"].get("noted", {}))
    return (records, dropped, noted["substrings_removed"], noted["substring_bytes_removed"]), explained


def check_explained(texts, cuts, explained):
    texts = [text.encode() for text in texts]
    for d, runs in enumerate(cuts):
        pieces = explained.get(d, [])
        joined = []
        for piece in pieces:
            begin, end, first = piece["begin"], piece["end"], piece["first"]
            if joined and joined[-1][1] == begin:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((begin, end))
            before = texts[first] if first < d else texts[first][: end - 1] if first == d else b""
            if texts[d][begin:end] not in before:
                return f"record {d}: {piece} is not in {first}"
        if joined != runs:
            return f"record {d}: explained {joined}, goes {runs}"
    return None


def main():
    owt, problems, runs, total = str(pathlib.Path(sys.argv[1]).resolve()), [], 0, Counter()
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    first_seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    little = ["--memory", "600K", "--max-record", "64K", "--batch-size", "2000", "-j", "3"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in range(first_seed, first_seed + seeds):
            rng = random.Random(seed)
            n = rng.choice([32, 32, 33, 40, 50, 100, 100, 250])
            texts = make_texts(rng, n)
            lines = [json.dumps({"n": i, "text": text}, ensure_ascii=rng.random() < 0.5) + "\n" for i, text in enumerate(texts)]
            (folder / "in.jsonl").write_text("".join(lines))
            at = rng.randint(1, len(lines) - 1)
            (folder / "a.jsonl").write_text("".join(lines[:at]))
            (folder / "b.jsonl").write_text("".join(lines[at:]))
            *want, cuts = expected(texts, n)
            total.update(documents=len(texts), changed=sum(map(bool, cuts)), dropped=len(want[1]), runs=want[2], bytes=want[3])
            before = None
            for more, inputs, outputs in (([], ["in.jsonl"], ["out.jsonl"]), (little, ["in.jsonl"], ["out.jsonl"]),
                                          (["-j", "2", "--batch-size", "5000"], ["a.jsonl", "b.jsonl"], ["one.jsonl", "two.jsonl", "three.jsonl"])):
                runs += 1
                got, explained = actual(owt, folder, n, more, inputs, outputs)
                if list(got) != want:
                    problems.append(f"seed {seed} N {n} {more}: {[(a, b) for a, b in zip(want, got) if a != b]}"[:2000])
                wrong = check_explained(texts, cuts, explained)
                if wrong or before not in (None, explained):
                    problems.append(f"seed {seed} N {n} {more}: {wrong or 'explained otherwise'}")
                before = explained
    print(*problems, sep="\n")
    print(f"{runs} runs, {dict(total)}, {len(problems)} problems")
    sys.exit(1 if problems or not total["runs"] or not total["dropped"] else 0)


main()
