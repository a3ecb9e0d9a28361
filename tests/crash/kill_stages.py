#!/usr/bin/env python3
"""Kills every data stage at random points and runs it again: the same bytes, and not all of the work done twice.

Usage: kill_stages.py OWT [--kills N] [STAGE|CASE...]
"""
import argparse, hashlib, pathlib, random, signal, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import stage_cases  # noqa: E402

INPUT_BYTES = 12 << 20


def digest(case, folder):
    sha = hashlib.sha256()
    for output in [*case.outputs(folder), *sorted(folder.glob("*.lines"))]:
        sha.update(output.read_bytes())
    return sha.hexdigest()


def journaled(folder):
    """Whether a run in `folder` has made its first journal entry (the journal's second line)."""
    return any(p.read_bytes().count(b"\n") > 1 for p in folder.rglob(".*owt-journal"))


def run_once(command, folder, deadline, at_entry):
    """Runs to the end, or kills at `deadline` seconds, or with `at_entry` as soon as there is a journal entry. Returns
    the exit code, stderr, and whether it was killed."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    started = time.monotonic()
    while process.poll() is None:
        if time.monotonic() - started > deadline or (at_entry and journaled(folder)):
            process.kill()
            break
        time.sleep(0.001)
    errors = process.communicate()[1]
    return process.returncode, errors, process.returncode == -signal.SIGKILL


def check(owt, name, stage, case, kills, seed):
    problems, resumed, killed = [], 0, 0
    random_ = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        source = case.write(folder, case.content(INPUT_BYTES))
        command = [owt, stage, *case.options, "--checkpoint-every", "256K", "--max-bad", "20%", str(source)]

        def whole(where):
            return [*command, *case.side_options(where), f"{where}/{case.output}"]

        started = time.monotonic()
        subprocess.run(whole(folder), check=True, capture_output=True)
        seconds = time.monotonic() - started
        want = digest(case, folder)
        again = folder / "again"
        again.mkdir()
        for _ in range(kills):
            for old in again.rglob("*"):
                old.is_file() and old.unlink()
            # First at a journal entry, so that the next run must go on from it (anywhere, if there is none); then
            # anywhere; then to the end.
            somewhere = [(False, random_.uniform(0, 0.8) * seconds) for _ in range(2)]
            for at_entry, deadline in ((True, 300) if case.resumes else somewhere[0], somewhere[1], (False, 300)):
                code, errors, was_killed = run_once(whole(again), again, deadline, at_entry)
                killed += was_killed
                resumed += "resuming behind" in errors
                if code > 0:
                    problems.append(f"{name}: exit {code} after a kill\n{errors}")
            if any(not output.exists() for output in case.outputs(again)):
                problems.append(f"{name}: no output after a kill; the last run ended with {code}\n{errors}")
            elif digest(case, again) != want:
                problems.append(f"{name}: other bytes after a kill")
            left = [p.name for p in again.rglob("*") if p.name.startswith(".")]
            if left:
                problems.append(f"{name}: left behind: {left}")
    if not killed or bool(resumed) != case.resumes:
        problems.append(f"{name}: {killed} kills, and {resumed} runs went on where another stopped")
    print(f"{name}: {killed} kills, {resumed} resumes, a whole run takes {seconds:.2f} s, {len(problems)} problems")
    return problems


def check_list(owt):
    """A run that was killed does not go on where a file that its options name has changed since."""
    case = stage_cases.CASES["blacklist"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "in.txt").write_text(case.content(INPUT_BYTES))
        (folder / "list").write_text("first\n")
        command = [owt, "blacklist", "--domains", str(folder / "list"), "--checkpoint-every", "256K",
                   str(folder / "in.txt"), str(folder / "out.txt")]
        if not run_once(command, folder, 300, True)[2]:
            return ["changed list: the run was not killed"]
        (folder / "list").write_text("other\n")
        code, errors, _ = run_once([*command, "--resume"], folder, 300, False)
        if code != 2 or "no interrupted run" not in errors:
            return [f"changed list: exit {code}, 2 expected\n{errors}"]
        (folder / "list").write_text("first\n")
        code, errors, _ = run_once([*command, "--resume"], folder, 300, False)
        if code != 0 or "resuming behind" not in errors:
            return [f"the first list again: exit {code}, no resume\n{errors}"]
    print("changed list: starts over; the same list: goes on")
    return []


def check_twice(owt):
    """A run that died between output and manifest, and the next one half-way: the third still knows the output as its
    own."""
    case = stage_cases.CASES["cleanup"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = case.write(folder, case.content(INPUT_BYTES))
        command = [owt, "cleanup", *case.options, "--max-bad", "20%", str(source), str(folder / "out.jsonl")]
        started = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.monotonic() - started
        want = (folder / "out.jsonl").read_bytes()
        for part in (0.5, 0.4, 0.3, 0.2):  # a run may be faster than the first
            (folder / "out.jsonl.manifest.json").unlink()
            (folder / ".out.jsonl.owt-journal").touch()
            if run_once(command, folder, part * seconds, False)[2]:
                break
        else:
            return ["killed twice: the run was never killed"]
        code, errors, _ = run_once(command, folder, 300, False)
        if code != 0 or (folder / "out.jsonl").read_bytes() != want:
            return [f"killed twice: exit {code}\n{errors}"]
    print("killed between output and manifest, and again: goes on")
    return []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("stages", nargs="*")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    cases = list(stage_cases.cases_of(arguments.owt, arguments.stages))
    problems = check_list(arguments.owt) + check_twice(arguments.owt)
    for name, stage, case in cases:
        problems += check(arguments.owt, name, stage, case, arguments.kills, arguments.seed)
    print(*problems, sep="\n")
    print(f"{len(cases)} cases, {len(problems)} problems")
    sys.exit(1 if problems or not cases else 0)


main()
