#!/usr/bin/env python3
"""Kills every data stage at random points and runs it again: the same bytes, and not all of the work done twice.

Usage: kill_stages.py OWT [--kills N] [STAGE...]
"""
import argparse, hashlib, pathlib, random, re, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import stage_cases  # noqa: E402

INPUT_BYTES = 12 << 20


def digest(case, folder):
    sha = hashlib.sha256()
    for output in case.outputs(folder):
        sha.update(output.read_bytes())
    return sha.hexdigest()


def check(owt, stage, case, kills, seed):
    problems, resumed, killed = [], 0, 0
    random_ = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / f"in{case.suffix}"
        source.write_text(case.content(INPUT_BYTES))
        command = [owt, stage, *case.options, "--checkpoint-every", "1M", "--max-bad", "5%", str(source)]
        started = time.monotonic()
        subprocess.run([*command, str(folder / case.output)], check=True, capture_output=True)
        seconds = time.monotonic() - started
        want = digest(case, folder)
        again = folder / "again"
        again.mkdir()
        for _ in range(kills):
            for old in again.rglob("*"):
                old.is_file() and old.unlink()
            for attempt in range(20):
                run = subprocess.Popen([*command, str(again / case.output)], stderr=subprocess.PIPE, text=True)
                try:
                    errors = run.communicate(timeout=random_.uniform(0.3, 0.95) * seconds if attempt < 3 else 300)[1]
                except subprocess.TimeoutExpired:
                    run.kill()
                    errors = run.communicate()[1]
                    killed += 1
                resumed += "resuming behind" in errors
                if run.returncode == 0:
                    break
                if run.returncode > 0:
                    problems.append(f"{stage}: exit {run.returncode} after a kill\n{errors}")
                    break
            if digest(case, again) != want:
                problems.append(f"{stage}: other bytes after a kill")
            left = [p.name for p in again.iterdir() if p.name.startswith(".")]
            if left:
                problems.append(f"{stage}: left behind: {left}")
    if killed and not resumed:
        problems.append(f"{stage}: {killed} kills, and no run went on where another stopped")
    print(f"{stage}: {killed} kills, {resumed} resumes, a whole run takes {seconds:.2f} s, {len(problems)} problems")
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("stages", nargs="*")
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    stages = [s for s in stage_cases.data_stages(arguments.owt)
              if s in stage_cases.CASES and (not arguments.stages or s in arguments.stages)]
    problems = []
    for stage in stages:
        problems += check(arguments.owt, stage, stage_cases.CASES[stage], arguments.kills, arguments.seed)
    print(*problems, sep="\n")
    print(f"{len(stages)} stages, {len(problems)} problems")
    sys.exit(1 if problems or not stages else 0)


main()
