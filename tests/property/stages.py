#!/usr/bin/env python3
"""The determinism matrix and the ledger check, for every data stage of the table.

Each stage runs on the same records with 1, 2 and 8 workers, three batch sizes, and plain and compressed input: its
outputs must have one hash, and the manifest's ledger must add up and count every record. Usage: stages.py OWT [STAGE...]
"""
import hashlib, json, pathlib, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import stage_cases  # noqa: E402

INPUT_BYTES = 3 << 20


def run(owt, stage, case, folder, source, workers, batch):
    done = subprocess.run([owt, stage, *case.options, "-j", str(workers), "--batch-size", str(batch), "--max-bad", "5%",
                           "--force", str(source), str(folder / case.output)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{stage} -j {workers} --batch-size {batch} {source.name}: exit {done.returncode}\n{done.stderr}")
    digest = hashlib.sha256()
    for output in case.outputs(folder):
        digest.update(output.read_bytes())
    manifest = json.loads((folder / (case.output + ".manifest.json")).read_text())
    return digest.hexdigest(), manifest["ledger"]


def check(owt, stage, case):
    data = case.content(INPUT_BYTES).encode()
    records = sum(bool(line.strip()) for line in data.split(b"\n"))
    problems, seen, ledgers, runs = [], set(), set(), 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for packing, pack in stage_cases.PACKERS.items():
            source = folder / f"in{case.suffix}{packing}"
            source.write_bytes(pack(data))
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
                        problems.append(f"{stage}: in {ledger['in']} != {total}")
    if len(seen) != 1:
        problems.append(f"{stage}: {len(seen)} different outputs in {runs} runs")
    if len(ledgers) != 1:
        problems.append(f"{stage}: {len(ledgers)} different ledgers: {ledgers}")
    if json.loads(next(iter(ledgers)))["in"] != records:
        problems.append(f"{stage}: {records} records went in, the ledger says {next(iter(ledgers))}")
    print(f"{stage}: {runs} runs, {records} records, {len(problems)} problems: {next(iter(ledgers))}")
    return problems


def main():
    owt, names = sys.argv[1], sys.argv[2:]
    stages = [s for s in stage_cases.data_stages(owt) if s in stage_cases.CASES and (not names or s in names)]
    golden = pathlib.Path(__file__).resolve().parents[1] / "golden"
    problems = [] if names else stage_cases.check_table(owt, golden)
    for stage in stages:
        problems += check(owt, stage, stage_cases.CASES[stage])
    print(*problems, sep="\n")
    print(f"{len(stages)} stages, {len(problems)} problems")
    sys.exit(1 if problems or not stages else 0)


main()
