#!/usr/bin/env python3
"""The determinism matrix and the ledger check, for every data stage of the table.

Each stage runs on the same records with 1, 2 and 8 workers, three batch sizes, and plain and compressed input: its
outputs must have one hash, and the manifest's ledger must add up and count every record. A stage runs again when a file
that one of its options names has changed. Usage: stages.py OWT [STAGE|CASE...]
"""
import hashlib, json, pathlib, re, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import stage_cases  # noqa: E402

INPUT_BYTES = 3 << 20


def run(owt, stage, case, folder, source, workers, batch):
    done = subprocess.run([owt, stage, *case.options, "-j", str(workers), "--batch-size", str(batch), "--max-bad", "20%",
                           "--force", str(source), f"{folder}/{case.output}"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{stage} -j {workers} --batch-size {batch} {source.name}: exit {done.returncode}\n{done.stderr}")
    digest = hashlib.sha256()
    for output in case.outputs(folder):
        digest.update(output.read_bytes())
    manifest = json.loads((folder / (case.output.rstrip("/") + ".manifest.json")).read_text())
    return digest.hexdigest(), manifest["ledger"]


def check(owt, name, stage, case):
    content = case.content(INPUT_BYTES)
    records = case.count(content)
    problems, seen, ledgers, runs = [], set(), set(), 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for packing in case.packings(content):
            source = case.write(folder, content, packing)
            for workers in (1, 2, 8):
                for batch in (20000, 300000, 4 << 20):
                    if packing and (workers, batch) not in ((1, 20000), (8, 300000)):
                        continue
                    digest, ledger = run(owt, stage, case, folder, source, workers, batch)
                    runs += 1
                    seen.add(digest)
                    ledgers.add(json.dumps({k: ledger[k] for k in ("in", "out", "dropped", "quarantined")}))
                    total = ledger["out"] + sum(ledger["dropped"].values()) + sum(ledger["quarantined"].values())
                    if ledger["in"] != total:
                        problems.append(f"{name}: in {ledger['in']} != {total}")
    if len(seen) != 1:
        problems.append(f"{name}: {len(seen)} different outputs in {runs} runs")
    if len(ledgers) != 1:
        problems.append(f"{name}: {len(ledgers)} different ledgers: {ledgers}")
    if json.loads(next(iter(ledgers)))["in"] != records:
        problems.append(f"{name}: {records} records went in, the ledger says {next(iter(ledgers))}")
    print(f"{name}: {runs} runs, {records} records, {len(problems)} problems: {next(iter(ledgers))}")
    return problems


# Options that name a file to write, not to read.
WRITTEN = {"quarantine", "dropped", "stats", "explain", "config"}


def check_lists(owt, stage, case):
    """Of every option that names a file to read, the content counts: a changed file runs the stage again."""
    text = subprocess.run([owt, stage, "-h"], capture_output=True, text=True, check=True).stdout
    options = [name for name in re.findall(r"--([a-z-]+) FILE", text) if name not in WRITTEN]
    problems = []
    for option in options:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "in").write_text(case.content(20000))
            command = [owt, stage, *case.options, f"--{option}", "list", "--max-bad", "5%", "in", case.output]
            said = []
            for content in ("first\n", "first\n", "other\n"):
                (folder / "list").write_text(content)
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
    num_lists = 0
    for name, stage, case in cases:
        problems += check(owt, name, stage, case)
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
