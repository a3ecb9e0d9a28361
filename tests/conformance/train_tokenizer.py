#!/usr/bin/env python3
"""`owt train-tokenizer` against Hugging Face tokenizers' BpeTrainer over the byte alphabet: the same merges on English
and code (what this environment installs), on CJK (generated words of a Zipf distribution), and on many small corpora of
few letters, where ties and runs are the rule. The tokenizer.json is loaded by tokenizers and must encode a sample
alike, and so must `owt encode` with each of the files.
Usage: train_tokenizer.py OWT [--megabytes N]
"""
import argparse, array, json, pathlib, random, re, subprocess, sys, sysconfig, tempfile

from tokenizers import Tokenizer, models, pre_tokenizers, trainers


def files(suffixes, size):
    texts, total = [], 0
    for path in sorted(pathlib.Path(sysconfig.get_paths()["purelib"]).rglob("*")):
        if path.suffix in suffixes and path.is_file() and total < size:
            try:
                texts.append(path.read_text())
            except UnicodeDecodeError:
                continue
            total += len(texts[-1])
    return texts


def cjk(size, seed=1):
    random_ = random.Random(seed)
    letters = [chr(c) for c in range(0x4E00, 0x5A00)] + [chr(c) for c in range(0x3041, 0x3097)] + [chr(c) for c in range(0xAC00, 0xAF00)]
    words = ["".join(random_.choices(letters, weights=[1 / (i + 1) for i in range(len(letters))], k=random_.randint(1, 6)))
             for _ in range(20000)]
    weights = [1 / (i + 1) for i in range(len(words))]
    texts, total = [], 0
    while total < size:
        text = "".join(w + random_.choice(["", "", "", "\u3002", "\uff0c", "\u3000", " ", "\n", "2024\u5e74"])
                       for w in random_.choices(words, weights, k=500))
        texts.append(text)
        total += len(text.encode())
    return texts


def small(seed):
    random_ = random.Random(seed)
    letters = random_.choice(["ab", "abc", "a", " -", "aA1-", "\u6f22\u5b57\u4eee\u540d", "\t\n a"])
    return ["".join(random_.choices(letters, k=random_.randint(1, 60))) if random_.random() < 0.7
            else random_.choice(letters) * random_.randint(1, 300) for _ in range(random_.randint(5, 200))]


def theirs(texts, size, min_frequency):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=size - 1, min_frequency=min_frequency, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(texts, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return tokenizer, [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]


def ours(owt, folder, texts, size, min_frequency, options=()):
    source, output = folder / "in.jsonl", folder / "out"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    subprocess.run([owt, "train-tokenizer", "-q", "--force", "--vocab-size", str(size), "--min-frequency", str(min_frequency),
                    *options, str(source), str(output)], check=True)
    return output, (output / "merges.txt").read_text().split("\n")[1:-1]


def check_encode(owt, folder, output, text, want):
    """`owt encode --tokenizer` with each file that train-tokenizer writes."""
    (folder / "text.jsonl").write_text(json.dumps({"text": text}) + "\n")
    problems = 0
    for file in ("tokenizer.json", "merges.txt", "tokenizer.tiktoken"):
        subprocess.run([owt, "encode", "-q", "--force", "--tokenizer", str(output / file), str(folder / "text.jsonl"),
                        str(folder / "ids")], check=True)
        got = array.array("H", (folder / "ids_text_document.bin").read_bytes()).tolist()
        if got != want:
            problems += 1
            print(f"encode --tokenizer {file}: other ids")
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--megabytes", type=float, default=4)
    arguments = parser.parse_args()
    size = int(arguments.megabytes * 1e6)
    english, code, chinese = files({".txt", ".md", ".rst"}, size), files({".py"}, size), cjk(size)
    # More, so that no pair runs out before 50,000 merges.
    much_code, much_chinese = files({".py"}, 4 * size), cjk(2 * size, seed=2)
    runs = [("English", english, 1000, 2), ("English", english, 8000, 2), ("English", english, 50257, 2),
            ("code", code, 1000, 2), ("code", code, 8000, 0), ("code", much_code, 50257, 2),
            ("CJK", chinese, 1000, 2), ("CJK", chinese, 8000, 3), ("CJK", much_chinese, 50257, 2)]
    runs += [(f"small {seed}", small(seed), random.Random(seed).choice([300, 400, 1000]), 1 + seed % 4) for seed in range(60)]
    problems = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for title, texts, vocab_size, min_frequency in runs:
            tokenizer, want = theirs(texts, vocab_size, min_frequency)
            output, got = ours(arguments.owt, folder, texts, vocab_size, max(1, min_frequency))
            differ = got != want
            problems += differ
            if vocab_size == 50257 and len(want) != 50000:
                problems += 1
                print(f"{title}: too small a corpus for 50,000 merges")
            if differ or not title.startswith("small"):
                print(f"{title}, {sum(map(len, texts)):,} characters, {vocab_size} tokens: {len(want)} merges,"
                      f" {'DIFFERENT' if differ else 'the same'}", flush=True)
            read = Tokenizer.from_file(str(output / "tokenizer.json"))
            sample = " ".join(texts)[:20000]
            problems += check_encode(arguments.owt, folder, output, sample, read.encode(sample).ids)
            if [read.id_to_token(i) for i in read.encode(sample).ids] != [tokenizer.id_to_token(i) for i in tokenizer.encode(sample).ids]:
                problems += 1
                print(f"{title}: tokenizer.json encodes differently")
        lines = [line for text in english for line in re.findall("[^\n]*\n|[^\n]+", text)]
        want = theirs(lines, 4000, 2)[1]
        got = ours(arguments.owt, folder, english, 4000, 2, ["--unit", "line"])[1]
        problems += got != want
        print(f"by line: {len(want)} merges, {'DIFFERENT' if got != want else 'the same'}")
    print(f"{len(runs) + 1} corpora, {problems} problems")
    sys.exit(1 if problems else 0)


main()
