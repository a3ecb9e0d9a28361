#!/usr/bin/env python3
"""The determinism matrix and the ledger check, for every data stage of the table.

Each stage runs on the same records with 1, 2 and 8 workers, three batch sizes, and plain and compressed input: its
outputs, and side files such as those of --dropped and --quarantine, must have one hash. The manifest's ledger must add
up, count every record, and say how many lines these two have. A stage runs again when a file that one of its options
names has changed. Usage: stages.py OWT [STAGE|CASE...]
"""
import hashlib, json, pathlib, re, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import stage_cases  # noqa: E402

INPUT_BYTES = 3 << 20


def lines_of(path, source):
    """The lines of a side file, if it is there, with `source` under one name."""
    if not path.exists():
        return []
    return path.read_bytes().replace(json.dumps(str(source))[1:-1].encode(), b"INPUT").splitlines()


def run(owt, stage, case, folder, source, workers, batch):
    """The hashes of the outputs and of the side files, the ledger, and what is wrong with the numbers."""
    done = subprocess.run([owt, stage, *case.options, "-j", str(workers), "--batch-size", str(batch), "--max-bad", "20%",
                           *case.side_options(folder), "--force", str(source), f"{folder}/{case.output}"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{stage} -j {workers} --batch-size {batch} {source.name}: exit {done.returncode}\n{done.stderr}")
    digest = hashlib.sha256()
    for output in case.outputs(folder):
        digest.update(output.read_bytes())
    ledger = json.loads((folder / (case.output.rstrip("/") + ".manifest.json")).read_text())["ledger"]
    counts = {"dropped": sum(ledger["dropped"].values()), "quarantine": sum(ledger["quarantined"].values())}
    problems, sides = [], hashlib.sha256()
    for name in case.sides:
        lines = lines_of(folder / f"{name}.lines", source)
        sides.update(b"\n".join(lines))
        if len(lines) != counts.get(name, len(lines)):
            problems.append(f"{stage}: {len(lines)} lines {name}, the ledger says {counts[name]}")
    if ledger["in"] != ledger["out"] + sum(counts.values()) or ledger["changed"] > ledger["out"]:
        problems.append(f"{stage}: the ledger does not add up: {ledger}")
    return digest.hexdigest(), sides.hexdigest(), ledger, problems


def check(owt, name, stage, case, results):
    content = case.content(INPUT_BYTES)
    records = case.count(content)
    problems, seen, sides, ledgers, runs = [], set(), set(), set(), 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for packing in case.packings(content):
            source = case.write(folder, content, packing)
            for workers in (1, 2, 8):
                for batch in (20000, 300000, 4 << 20):
                    if packing and (workers, batch) not in ((1, 20000), (8, 300000)):
                        continue
                    digest, side, ledger, wrong = run(owt, stage, case, folder, source, workers, batch)
                    runs += 1
                    problems += wrong
                    seen.add(digest)
                    sides.add(side)
                    ledgers.add(json.dumps({k: ledger[k] for k in ("in", "out", "changed", "dropped", "quarantined")}))
    for what, found in (("outputs", seen), ("side files", sides), ("ledgers", ledgers)):
        if len(found) != 1:
            problems.append(f"{name}: {len(found)} different {what} in {runs} runs: {found}")
    results[name] = (seen, sides, ledgers)
    if results.get(case.same_as, results[name]) != results[name]:
        problems.append(f"{name}: not the same as {case.same_as}: {results[name]} {results[case.same_as]}")
    if json.loads(next(iter(ledgers)))["in"] != records:
        problems.append(f"{name}: {records} records went in, the ledger says {next(iter(ledgers))}")
    print(f"{name}: {runs} runs, {records} records, {len(problems)} problems: {next(iter(ledgers))}")
    return problems


# Options that name a file to write, not to read.
WRITTEN = {"quarantine", "dropped", "stats", "explain", "config"}


def vocab_json(*tokens):
    """GPT-2's vocab.json with these tokens behind those of single bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    return json.dumps({token: number for number, token in enumerate([*characters, *tokens])})


# Two contents of a file that is more than a list of words, by option; the files that go with it; and the options of the
# run, where those of the stage's case do not go with it.
MERGES = "#version: 0.2\ne s\n"
MODEL = (stage_cases.GOLDEN / "langdetect/model/tiny.bin").read_bytes()
QUALITY = MODEL.replace(b"__label__eng_Latn", b"__label__hq")
NGRAMS = (stage_cases.GOLDEN / "filter/perplexity/m.arpa").read_text()
CONTENTS = {"model": (MODEL, MODEL[:76] + b"\1" + MODEL[77:], {}),  # another number of tokens, which decides nothing
            "perplexity-model": (NGRAMS, "# the same\n" + NGRAMS, {}),
            "fasttext": (QUALITY, QUALITY[:76] + b"\1" + QUALITY[77:], {}),
            "tokenizer": (MERGES, "#version: 0.2\nt h\n", {}),
            "vocab-file": (vocab_json("es", "<|endoftext|>"), vocab_json("es", "<|endoftext|>", "<|pad|>"),
                           {"merge-file": MERGES}),
            "components": ("b\ta\n", "c\ta\n", {}, ["--step", "drop"]),
            "remove": ('{"0": ["a", "b"]}\n', '{"0": ["a", "c"]}\n', {}, []),
            "merge-file": (MERGES, "e s\n", {"vocab-file": vocab_json("es", "<|endoftext|>")})}


def check_lists(owt, stage, case):
    """Of every option that names a file to read, the content counts: a changed file runs the stage again."""
    text = subprocess.run([owt, stage, "-h"], capture_output=True, text=True, check=True).stdout
    options = [name for name in re.findall(r"--([a-z-]+) FILE", text) if name not in WRITTEN]
    problems = []
    for option in options:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "in").write_text(case.content(20000))
            first, other, beside, *instead = CONTENTS.get(option, ("first\n", "other\n", {}))
            command = [owt, stage, *(instead[0] if instead else case.options), f"--{option}", "list", "--max-bad", "5%", "in", case.output]
            for more, content in beside.items():
                (folder / more).write_text(content)
                command += [f"--{more}", more]
            said = []
            for content in (first, first, other):
                (folder / "list").write_bytes(content if isinstance(content, bytes) else content.encode())
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
                said.append("is up to date" in done.stderr)
            if said != [False, True, False]:
                problems.append(f"{stage} --{option}: up to date with the same list: {said[1]}, with another: {said[2]}")
    return problems, len(options)


def main():
    owt, names = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:]
    cases = list(stage_cases.cases_of(owt, names))
    golden = pathlib.Path(__file__).resolve().parents[1] / "golden"
    problems = [] if names else stage_cases.check_table(owt, golden)
    num_lists, results = 0, {}
    for name, stage, case in cases:
        problems += check(owt, name, stage, case, results)
        if name != stage:
            continue
        more, num = check_lists(owt, stage, case)
        problems += more
        num_lists += num
    if not names and not num_lists:
        problems.append("no option names a file to read")
    print(*problems, sep="\n")
    print(f"{len(cases)} cases, {len(problems)} problems")
    sys.exit(1 if problems or not cases else 0)


main()
