#!/usr/bin/env python3
"""Near-duplicate removal beside datasketch, rensa and datatrove (PyPI) on generated documents with planted copies.

First signing alone: jsonl to the keys of 14 bands of 8 rows in files, word 5-grams, one thread or Python process each.
datatrove's is its own signature step with str.split() as its hook for words; each tool must bring together, in one band
at least, 90 % of the planted copies with what they are copies of (theory: 99 %). Then kernels and the text path in memory
(dedup_speed). Then the whole: all three read the same jsonl with word 5-grams, 128 permutations and as many bands and rows; the peers find candidates
by LSH, verify them by exact Jaccard index, and keep the first of each cluster, in one Python process each. The answers
are checked first: every tool must find at least 98 % of the planted copies, and owt must remove nothing else.
Usage: dedup.py BUILD/bin [--documents N]
"""
import argparse, json, os, pathlib, random, re, struct, subprocess, sys, tempfile, time

THRESHOLD, BANDS, ROWS, SIZE = 0.8, 18, 7, 5

PEER = r"""
import json, re, sys
kind, source, target = sys.argv[1:]
BANDS, ROWS, SIZE, THRESHOLD = 18, 7, 5, 0.8
word = re.compile(r"[a-z0-9]+")
def shingles(text):
    words = word.findall(text.lower())
    n = min(SIZE, len(words))
    return [" ".join(words[i:i + n]) for i in range(len(words) - n + 1)]
if kind == "datasketch":
    from datasketch import MinHash
    def signature(tokens):
        minhash = MinHash(num_perm=128)
        minhash.update_batch([token.encode() for token in tokens])
        return minhash.hashvalues.tolist()
else:
    from rensa import RMinHash
    def signature(tokens):
        minhash = RMinHash(num_perm=128, seed=42)
        minhash.update(tokens)
        return minhash.digest()
buckets, sets, parent = {}, [], []
def find(x):
    while parent[x] != x:
        x = parent[x]
    return x
with open(source) as file:
    for number, line in enumerate(file):
        tokens = shingles(json.loads(line)["text"])
        sets.append(None)
        parent.append(number)
        mine = set(tokens)
        digest = signature(tokens)
        seen = set()
        for band in range(BANDS):
            bucket = buckets.setdefault((band, *digest[band * ROWS:(band + 1) * ROWS]), [])
            for other in bucket:
                if other in seen:
                    continue
                seen.add(other)
                common = len(mine & sets[other])
                if common / (len(mine) + len(sets[other]) - common) >= THRESHOLD:
                    a, b = find(other), find(number)
                    parent[max(a, b)] = min(a, b)
            bucket.append(number)
        sets[number] = mine
with open(source) as file, open(target, "w") as out:
    for number, line in enumerate(file):
        if find(number) == number:
            out.write(line)
"""


SIGN = r"""
import json, re, sys
import numpy
kind, source, target = sys.argv[1:]
BANDS, ROWS, SIZE = 14, 8, 5
word = re.compile(r"[a-z0-9]+")
def shingles(text):
    words = word.findall(text.lower())
    n = min(SIZE, len(words))
    return [" ".join(words[i:i + n]) for i in range(len(words) - n + 1)]
if kind == "datasketch":
    from datasketch import MinHash
    def signature(text):
        minhash = MinHash(num_perm=BANDS * ROWS)
        minhash.update_batch([token.encode() for token in shingles(text)])
        return minhash.hashvalues.astype(numpy.uint64)
elif kind == "rensa":
    from rensa import RMinHash
    def signature(text):
        minhash = RMinHash(num_perm=BANDS * ROWS, seed=42)
        minhash.update(shingles(text))
        return numpy.array(minhash.digest(), dtype=numpy.uint64)
else:
    import contextlib, io, tempfile
    with contextlib.redirect_stderr(io.StringIO()):
        from datatrove.pipeline.dedup.minhash import MinhashDedupSignature
        from datatrove.utils.word_tokenizers import WordTokenizer
    class Split(WordTokenizer):
        def word_tokenize(self, text): return text.split()
        def sent_tokenize(self, text): return [text]
        def span_tokenize(self, text): return [(0, len(text))]
    step = MinhashDedupSignature(tempfile.mkdtemp(), language=Split())
    def signature(text):
        return numpy.array(step.get_signature(step.get_shingles(text)), dtype=numpy.uint64).ravel()
with open(source) as file, open(target, "wb") as out:
    for line in file:
        out.write(signature(json.loads(line)["text"]).tobytes())
"""


def found_copies(keys, copy_of):
    """The share of copies that meet their original in a band; `keys` has a row for each document."""
    met = sum(bool((keys[copy] == keys[original]).any()) for copy, original in copy_of.items())
    return met / len(copy_of)


def sign(arguments, source, size, copy_of):
    import numpy

    out = str(source.parent / "bands")
    owt = [str(arguments.bin / "owt"), "dedup", "--lsh", "--bands-only", "--bands", "14", "--rows", "8", "-q", "--force"]
    rates = {}
    for name in ("owt, one worker", "owt", "rensa", "datasketch", "datatrove"):
        is_owt = name.startswith("owt")
        command = [sys.executable, "-c", SIGN, name, str(source), out]
        if is_owt:
            command = [*owt, "-j", "1" if "one" in name else "0", str(source), out]
        seconds, cpu, peak = min(timed(command) for _ in range(5 if is_owt else 1))
        if is_owt:
            bands = [open(f"{out}.band-{band:02}", "rb").read()[64:] for band in range(14)]
            keys = numpy.stack([numpy.frombuffer(b, dtype=[("key", "<u8"), ("document", "<u4")])["key"] for b in bands], axis=1)
        else:
            rows = numpy.fromfile(out, dtype="<u8").reshape(-1, 14, 8)
            keys = numpy.ascontiguousarray(rows).view("V64")[:, :, 0]
        assert len(keys) == arguments.documents, name
        found = found_copies(keys, copy_of)
        assert found >= 0.9, f"{name} brings {100 * found:.1f} % of the copies together"
        rates[name] = size / 1e6 / cpu
        print(f"signing, {name}: {rates[name]:.2f} MB/s of CPU time, {size / 1e6 / seconds:.2f} of the clock (wall "
              f"{seconds:.2f} s, CPU {cpu:.2f} s), peak {peak:.0f} MiB, {100 * found:.2f} % of the copies meet")
    for peer in ("rensa", "datasketch", "datatrove"):
        print(f"signing, owt with one worker / {peer}: {rates['owt, one worker'] / rates[peer]:.1f}")


def measure_memory(arguments, source):
    program = arguments.bin / "dedup_speed"
    if not program.exists():
        return print("dedup_speed is not built: ninja dedup_speed")
    texts = [json.loads(line)["text"].encode() for line in open(source)][:8000]
    records = source.parent / "texts"
    records.write_bytes(b"".join(struct.pack("<I", len(text)) + text for text in texts))
    print(subprocess.run([program, records], stdout=subprocess.PIPE, check=True).stdout.decode(), end="", flush=True)


def make_corpus(path, count):
    """Documents of 100 to 1,500 words; every fifth a copy of an earlier one with a few words changed."""
    random_ = random.Random(1)
    words = ["".join(random_.choices("abcdefghijklmnopqrstuvwxyz", k=random_.randint(2, 9))) for _ in range(30000)]
    originals, numbers, copies = [], [], {}
    with open(path, "w") as file:
        for number in range(count):
            if number % 5 == 4:
                original = random_.randrange(len(originals))
                text = list(originals[original])
                for _ in range(len(text) // 100):
                    text[random_.randrange(len(text))] = random_.choice(words)
                copies[number] = numbers[original]
            else:
                text = random_.choices(words, k=random_.randint(100, 1500))
                originals.append(text)
                numbers.append(number)
            file.write(json.dumps({"id": number, "text": " ".join(text)}) + "\n")
    return path.stat().st_size, copies


def timed(command):
    started = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[:3]}: {errors}")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--documents", type=int, default=20000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        source, target = pathlib.Path(name) / "in.jsonl", pathlib.Path(name) / "out.jsonl"
        size, copy_of = make_corpus(source, arguments.documents)
        copies = set(copy_of)
        owt = str(arguments.bin / "owt")
        commands = {
            "owt, one worker": [owt, "dedup", "--lsh", "--force", "-q", "-j", "1", str(source), str(target)],
            "owt": [owt, "dedup", "--lsh", "--force", "-q", str(source), str(target)],
            "rensa": [sys.executable, "-c", PEER, "rensa", str(source), str(target)],
            "datasketch": [sys.executable, "-c", PEER, "datasketch", str(source), str(target)],
        }
        rates = {}
        print(f"{arguments.documents} documents, {size / 1e6:.0f} MB, {len(copies)} planted copies", flush=True)
        sign(arguments, source, size, copy_of)
        measure_memory(arguments, source)
        for key, command in commands.items():
            seconds, cpu, peak = min(timed(command) for _ in range(3 if key.startswith("owt") else 1))
            kept = {int(re.search(r'"id": (\d+)', line).group(1)) for line in open(target)}
            removed = set(range(arguments.documents)) - kept
            found = len(removed & copies) / len(copies)
            assert found >= 0.98, f"{key} found {100 * found:.1f} % of the copies"
            assert not key.startswith("owt") or removed <= copies, f"{key} removed originals"
            rates[key] = size / 1e6 / seconds
            print(f"{key}: {rates[key]:.1f} MB/s (wall {seconds:.2f} s, CPU {cpu:.2f} s), peak {peak:.0f} MiB, "
                  f"{100 * found:.2f} % of the copies, {len(removed - copies)} others")
        for peer in ("rensa", "datasketch"):
            print(f"owt with one worker / {peer}: {rates['owt, one worker'] / rates[peer]:.1f}")


main()
