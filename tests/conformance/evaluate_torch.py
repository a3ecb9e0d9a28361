#!/usr/bin/env python3
"""Compares `owt evaluate` with plain loops over a model of PyTorch's.

    tests/conformance/evaluate_torch.py build/release/bin/owt

transformers makes and saves a small GPT-2. Each task is computed here as Megatron-LM's tasks/zeroshot_gpt describes
it (HellaSwag as llm.c does), one row at a time, on generated texts: counts must be equal, sums within 1e-5. Each is run with
several numbers of workers and windows at a time, which must print the same bytes. Then bad records.
"""

import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import torch
from tiktoken_ids import load_tiktoken
from transformers import GPT2Config, GPT2LMHeadModel

LENGTH = 64
END = 50256
WAYS = (("1", "1"), ("2", "3"), ("3", "8"), ("2", "0"))  # --workers, --micro-batch-size
WORDS = "the a of river dog's old house Ünder naïve 3 1998 well-known can't running said it I you 東京 ... why?".split()
MARKS = "@-@ @,@ @.@ , . : ; ! ? ( ) [ ] { } \" ' 's = N ° /' 7/ <unk> s".split() + ["= =", "= = =", "= = = =", "\n", "\n", "", "\u00a0", "\u3000", "\x1c"]
problems = 0
gpt2 = load_tiktoken()
encode = gpt2.encode_ordinary


def check(what, good, shown=""):
    global problems
    print(f"{'ok ' if good else 'BAD'} {what}{': ' if shown else ''}{shown}")
    problems += not good


def close(what, actual, expected):
    difference = abs(actual - expected) / max(abs(expected), 1e-9)
    check(what, difference <= 1e-5, f"{actual} and {expected}")


# --- the twins --------------------------------------------------------------------------------------


class Twin:
    def __init__(self, model):
        self.model = model

    def score(self, ids, scored):
        """The summed log probability of the last `scored` ids, and how many of them are the likeliest."""
        assert len(ids) <= LENGTH + 1
        with torch.no_grad():
            logits = self.model(torch.tensor([ids[:-1]])).logits[0][-scored:]
        targets = torch.tensor(ids[-scored:])
        log_p = torch.log_softmax(logits.double(), -1)[torch.arange(scored), targets]
        return log_p.sum().item(), (logits.argmax(-1) == targets).sum().item()

    def likeliest(self, ids):
        with torch.no_grad():
            return self.model(torch.tensor([ids[-LENGTH:]])).logits[0][-1].argmax().item()


def lambada_row(text, strict):
    if not strict:
        return encode(text), 1
    word = text.split()[-1]
    target = encode(" " + word)
    return encode(text[: text.rfind(word)].strip()) + target, len(target)


def lambada(twin, texts, strict):
    total = 0.0
    right = 0
    for text in texts:
        ids, scored = lambada_row(text, strict)
        log_p, likely = twin.score(ids[-LENGTH - 1 :], scored)
        total += log_p
        right += likely == scored
    return right, total


LITERAL = {
    "wikitext": [("s '", "s'"), None, (" @-@ ", "-"), (" @,@ ", ","), (" @.@ ", ".")]
    + [(f" {mark} ", f"{mark} ") for mark in ":;.!?,"]
    + [None] * 5
    + [("= = = =", "===="), ("= = =", "==="), ("= =", "=="), (" ° ", "°"), (" \n", "\n"), ("\n ", "\n"), (" N ", " 1 "), (" 's", "'s")],
    "ptb": [(" '", "'"), (" \n", "\n"), ("\n ", "\n"), (" n't", "n't"), (" N ", "1 "), ("$ 1", "$1"), ("# 1", "#1")],
    "none": [],
}
PATTERNS = [(r"/' [0-9]/", "/'[0-9]/")] + [
    (rf"{re.escape(a)}\s*([^{re.escape(b)}]*?)\s*{re.escape(b)}", rf"{a}\1{b}") for a, b in ("()", "[]", "{}", '""', "''")
]


def detokenize(how, text):
    patterns = iter(PATTERNS)
    for literal in LITERAL[how]:
        text = text.replace(*literal) if literal else re.sub(*next(patterns), text)
    return text


def wikitext(twin, text, how, length, stride):
    """Megatron's _LMDataset: padded windows and a mask of what counts."""
    words = len(text.strip().split(" "))
    ids = encode(detokenize(how, text))
    targets = max(len(ids) - 1 - stride, 0)
    total = 0.0
    for i in range(max(math.ceil(targets / stride) + 1, 1)):
        window = ids[i * stride : i * stride + length + 1]
        mask = ([1] * len(window) + [0] * (length + 1 - len(window)))[1:]
        if stride != length and i != 0:
            mask[:-stride] = [0] * (length - stride)
        scored = sum(mask)
        if scored:
            total -= twin.score(window, scored)[0]
    loss = total / (len(ids) - 1)
    return {"tokens": len(ids), "words": words, "loss": loss, "perplexity": math.exp(min(20, loss)), "token_ratio": (len(ids) - 1) / (words - 1),
            "adjusted_perplexity": math.exp(min(20, loss * (len(ids) - 1) / (words - 1)))}  # fmt: skip


def hellaswag(twin, records):
    by_sum = by_mean = 0
    total = 0.0
    for record in records:
        scores = []
        for ending in record["endings"]:
            target = encode(" " + ending)
            ids = (encode(record["context"]) + target)[-LENGTH - 1 :]
            scores.append((twin.score(ids, len(target))[0], len(target)))
        total += sum(s for s, _ in scores)
        label = int(record["label"])
        by_sum += max(range(len(scores)), key=lambda i: scores[i][0]) == label
        by_mean += max(range(len(scores)), key=lambda i: scores[i][0] / scores[i][1]) == label
    return by_sum, by_mean, total


def loss(twin, texts):
    stream = [id for text in texts for id in encode(text) + [END]]
    total = 0.0
    for begin in range(0, len(stream) - 1, LENGTH):
        row = stream[begin : begin + LENGTH + 1]
        total -= twin.score(row, len(row) - 1)[0]
    return total, len(stream) - 1


# --- generated texts ----------------------------------------------------------------------------------


def lambada_texts(rng, twin, strict):
    """Half of them go on with what the model finds likeliest."""
    texts = []
    while len(texts) < 120:
        words = rng.choices(WORDS, k=rng.choice((2, 5, 20, 90)))
        text = rng.choice((" ", " ", "\u3000", "\n")).join(words)
        if len(texts) % 2 == 0:
            ids = encode(text.strip())
            more = [twin.likeliest(ids)]
            continued = gpt2.decode(ids + more)
            row, scored = lambada_row(continued, strict)
            if "\ufffd" in continued or row[-1:] != more or twin.score(row[-LENGTH - 1 :], scored)[1] != scored:
                words = None
            text = continued
        if words is not None:
            texts.append(text + rng.choice(("", "", "\n" if strict else "")))
    return texts


def wiki_text(rng, size):
    return " ".join(rng.choice(WORDS + ["x", "y 1", "km"]) if rng.random() < 0.5 else rng.choice(MARKS) for _ in range(size))


def choice_records(rng):
    records = []
    for i in range(60):
        endings = [" ".join(rng.choices(WORDS, k=rng.randint(1, 12))) for _ in range(rng.choice((2, 4, 4)))]
        context = " ".join(rng.choices(WORDS, k=rng.choice((1, 8, 30, 80))))
        label = rng.randrange(len(endings))
        records.append({"ind": i, "context": context, "endings": endings, "label": str(label) if i % 3 == 0 else label})
    return records


# --- owt ------------------------------------------------------------------------------------------------


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True)


def ask(owt, folder, *words):
    """The result as JSON, the same in all ways, and the line."""
    command = [owt, "evaluate", "--checkpoint", folder / "hf", *words]
    outputs = []
    for workers, rows in WAYS:
        done = run(*command, "--json", "--workers", workers, "--micro-batch-size", rows)
        if done.returncode != 0:
            check(" ".join(map(str, words)), False, done.stderr)
            sys.exit(1)
        outputs.append(done.stdout)
    check(f"{outputs[0].count(chr(10))} line, the same for {len(WAYS)} ways to compute it", len(set(outputs)) == 1, "" if len(set(outputs)) == 1 else outputs)
    return json.loads(outputs[0]), run(*command).stdout


def write_jsonl(path, records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8", newline="")
    return path


def compare_lambada(owt, folder, twin, rng):
    for strict in (False, True):
        texts = lambada_texts(rng, twin, strict)
        path = write_jsonl(folder / "lambada.jsonl", [{"text": text} for text in texts])
        right, total = lambada(twin, texts, strict)
        got, line = ask(owt, folder, "--task", "lambada", path, *(["--strict-lambada"] if strict else []))
        what = f"LAMBADA{', strict' if strict else ''}"
        check(f"{what}: {right} of {len(texts)} right", (got["correct"], got["total"]) == (right, len(texts)), got)
        check(f"{what}: some are right and some are not", 20 < right < len(texts) - 20)
        close(f"{what}: log probability", got["log_probability"], total)
        expected = " validation results on LAMBADA | number correct: {:.4E} | total examples: {:.4E} | avg accuracy: {:.4E}\n"
        check(f"{what}: Megatron's line", line == expected.format(right, len(texts), right / len(texts)), line)


def compare_wikitext(owt, folder, twin, rng):
    for how, size, length, stride in (("wikitext", 3000, 64, 32), ("wikitext", 300, 64, 5), ("wikitext", 1500, 48, 48), ("ptb", 600, 64, 64), ("none", 600, 17, 16), ("none", 9, 64, 32)):
        text = wiki_text(rng, size) + " word"
        path = folder / "wiki.test.tokens"
        path.write_bytes(text.encode())
        expected = wikitext(twin, text, how, length, stride)
        got, line = ask(owt, folder, "--task", "WIKITEXT103", "--valid-data", path, "--detokenizer", how, "--seq-length", length, "--overlapping-eval", stride)
        what = f"WikiText, {how}, {length} by {stride}"
        check(f"{what}: tokens, words", (got["tokens"], got["words"], got["token_ratio"]) == tuple(expected[k] for k in ("tokens", "words", "token_ratio")), got)
        for name in ("loss", "perplexity", "adjusted_perplexity"):
            close(f"{what}: {name}", got[name], expected[name])
        shape = " validation results on WIKITEXT103 | avg loss: {:.4E} | ppl: {:.4E} | adjusted ppl: {:.4E} | token ratio: {} |\n"
        check(f"{what}: Megatron's line", line == shape.format(got["loss"], got["perplexity"], got["adjusted_perplexity"], got["token_ratio"]), line)


def compare_hellaswag(owt, folder, twin, rng):
    records = choice_records(rng)
    path = write_jsonl(folder / "hellaswag.jsonl", [{("ctx" if k == "context" and i % 2 else k): v for k, v in r.items()} for i, r in enumerate(records)])
    by_sum, by_mean, total = hellaswag(twin, records)
    got, _ = ask(owt, folder, "--task", "hellaswag", path)
    check("HellaSwag: counts", (got["correct"], got["correct_norm"], got["total"]) == (by_sum, by_mean, len(records)), got)
    check("HellaSwag: the two counts differ", by_sum != by_mean)
    close("HellaSwag: log probability of all endings", got["log_probability"], total)


def compare_loss(owt, folder, twin, rng):
    texts = [" ".join(rng.choices(WORDS, k=rng.choice((0, 1, 30, 200)))) for _ in range(25)]
    total, tokens = loss(twin, texts)
    got, _ = ask(owt, folder, write_jsonl(folder / "texts.jsonl", [{"text": text} for text in texts]))
    check("loss: tokens", got["tokens"] == tokens, got)
    close("loss", got["loss"], total / tokens)
    close("bits per byte", got["bits_per_byte"], total / math.log(2) / sum(len(text.encode()) for text in texts))


def refuse_bad_records(owt, folder):
    path = folder / "bad.jsonl"
    path.write_text('{"text":"the old house"}\n{"text":"one\n{"text":""}\n{"text":"the dog said"}\n')
    command = [owt, "evaluate", "--checkpoint", folder / "hf", "--task", "lambada", path]
    done = run(*command, "--quarantine", folder / "bad.quarantine")
    reasons = [json.loads(line)["reason"] for line in (folder / "bad.quarantine").read_text().splitlines()]
    check("bad records end in code 3, with the result of the others", done.returncode == 3 and "total examples: 2.0000E+00" in done.stdout, done.stderr)
    check("they are in the quarantine", reasons == ["truncated_json", "no_context"], reasons)
    check("and the first is named", f"{path}:25: truncated_json" in done.stderr)
    check("--max-bad 2 takes two", run(*command, "--max-bad", "2").returncode == 0)
    path.write_text('{"text":""}\n')
    done = run(*command)
    check("nothing to ask is an error", done.returncode == 1 and "no text to ask about" in done.stderr, done.stderr)
    done = run(*command, "--seq-length", LENGTH + 1)
    check("too long a window is an error of usage", done.returncode == 2 and f"{LENGTH} positions" in done.stderr, done.stderr)


def main():
    owt = pathlib.Path(sys.argv[1]).resolve()
    torch.set_num_threads(2)
    torch.manual_seed(1)
    rng = random.Random(1)
    config = GPT2Config(n_layer=2, n_embd=64, n_head=2, n_positions=LENGTH, vocab_size=50257, initializer_range=0.25)
    model = GPT2LMHeadModel(config).eval()
    twin = Twin(model)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        model.save_pretrained(folder / "hf")
        compare_lambada(owt, folder, twin, rng)
        compare_wikitext(owt, folder, twin, rng)
        compare_hellaswag(owt, folder, twin, rng)
        compare_loss(owt, folder, twin, rng)
        refuse_bad_records(owt, folder)
    print(f"{problems} problems")
    sys.exit(problems > 0)


main()
