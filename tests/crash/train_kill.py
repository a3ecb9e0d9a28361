#!/usr/bin/env python3
"""Kills `owt train` (SIGKILL) at random points and while a checkpoint is being written, runs the same command again, and
compares the final checkpoint, byte for byte, with that of a run that was left alone.

Usage: train_kill.py OWT HAVE_TRAINER [--rounds N] [--seed N]. With HAVE_TRAINER 0 or OFF it says so and exits 77: skipped.
"""
import argparse, json, pathlib, random, re, signal, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import stage_cases  # noqa: E402

ITERATIONS, SAVE_EVERY, KILLS = 50, 5, 3
MODEL = """--num-layers 2 --hidden-size 16 --num-attention-heads 2 --seq-length 32 --dropout 0.1 --micro-batch-size 2
--global-batch-size 4 --lr 0.01 --lr-warmup-fraction 0.1 --eval-interval 0 --log-interval 1 -j 2
--reset-attention-mask --reset-position-ids --eod-mask-loss --keep-checkpoints 2 --skip-loss-zscore 4""".split()
FILES = ("model.safetensors", "optimizer.safetensors", "config.json")


def told(save):
    """metrics.jsonl without what depends on time."""
    rows = [json.loads(line) for line in (save / "metrics.jsonl").read_text().splitlines()]
    for row in rows:
        for name in ("seconds_per_iteration", "tokens_per_second", "memory_bytes"):
            row.pop(name)
    return rows


def final_checkpoint(save):
    folder = save / f"iter_{ITERATIONS:07}"
    latest = (save / "latest_checkpointed_iteration.txt").read_text().strip()
    return [(folder / name).read_bytes() for name in FILES], latest


def train(command, save, log, kill_after=None, at_save=False):
    """Runs to the end, or kills after `kill_after` seconds, which with `at_save` count from the moment that a checkpoint
    is being written. Returns the exit code and the iterations that it reported."""
    with open(log, "w") as errors:
        process = subprocess.Popen([*command, "--save", str(save)], stderr=errors)
        start = None if at_save else time.monotonic()
        while process.poll() is None:
            if start is None and save.is_dir() and any(p.name.startswith(".saving-") for p in save.iterdir()):
                start = time.monotonic()
            if kill_after is not None and start is not None and time.monotonic() - start >= kill_after:
                process.kill()
            time.sleep(0.0005)
    said = log.read_text()
    return process.returncode, said, [int(i) for i in re.findall(r"^ iteration +(\d+)/", said, re.M)]


def check_round(command, folder, want, rows, seconds, random_):
    """One run that is killed KILLS times. Returns problems, kills and iterations done more than once."""
    save, log = folder / "save", folder / "log"
    problems, done, kills, resumes = [], [], 0, 0
    while True:
        before = max(done, default=0)
        at_save = kills == 1
        wait = None if kills == KILLS else random_.uniform(0, 0.01) if at_save else random_.uniform(0.3, 0.9) * seconds
        code, said, iterations = train(command, save, log, wait, at_save)
        resumed = re.search(r"going on after iteration (\d+)", said)
        resumes += resumed is not None
        if iterations and before:
            first = iterations[0]
            if resumed and int(resumed[1]) != first - 1:
                problems.append(f"goes on after {resumed[1]}, but begins with {first}")
            # A checkpoint is whole, at the latest, when the first iteration behind it is reported, or with --async-save the
            # first behind the next one.
            if first <= before - SAVE_EVERY * (2 if "--async-save" in command else 1):
                problems.append(f"{before} iterations were reported, the next run began with {first}")
        done += iterations
        if code != -signal.SIGKILL:
            break
        kills += 1
    if code != 0:
        return problems + [f"exit {code} after {kills} kills\n{said}"], kills, resumes, 0
    if set(done) != set(range(1, ITERATIONS + 1)):
        problems.append(f"iterations that no run reported: {sorted(set(range(1, ITERATIONS + 1)) - set(done))}")
    if final_checkpoint(save) != want:
        problems.append(f"another final checkpoint after {kills} kills")
    if told(save) != rows:
        problems.append(f"another metrics.jsonl after {kills} kills")
    left = [p.name for p in save.iterdir() if p.name.startswith(".")]
    if left:
        problems.append(f"left behind: {left}")
    repeated = len(done) - ITERATIONS
    if repeated >= ITERATIONS:
        problems.append(f"{repeated} of {ITERATIONS} iterations were done again")
    return problems, kills, resumes, repeated


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("owt")
    parser.add_argument("have_trainer")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.have_trainer in ("0", "OFF"):
        print("skipped: this build has no trainer (OWT_TRAINER=OFF, or no LibTorch was found)")
        return 77
    random_, problems, kills, resumes = random.Random(arguments.seed), [], 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "in.jsonl").write_text(stage_cases.documents(200000))
        subprocess.run([arguments.owt, "encode", "-q", "--append-eod", "--max-bad", "5%", str(folder / "in.jsonl"),
                        str(folder / "data")], check=True)
        command = [arguments.owt, "train", "--data", str(folder / "data_text_document"), *MODEL,
                   "--train-iters", str(ITERATIONS), "--save-interval", str(SAVE_EVERY)]
        start = time.monotonic()
        code, said, iterations = train(command, folder / "alone", folder / "log")
        seconds = time.monotonic() - start
        if code != 0 or len(iterations) != ITERATIONS:
            print(f"the run alone: exit {code}\n{said}")
            return 1
        want, rows = final_checkpoint(folder / "alone"), told(folder / "alone")
        if len(rows) != ITERATIONS:
            problems.append(f"{len(rows)} lines in metrics.jsonl")
        for number in range(arguments.rounds):
            own = folder / f"round{number}"
            own.mkdir()
            # Every second round writes its checkpoints while it goes on.
            asynchronous = ["--async-save"] if number % 2 else []
            more, k, r, repeated = check_round(command + asynchronous, own, want, rows, seconds, random_)
            problems += more
            kills += k
            resumes += r
            print(f"round {number}: {k} kills, {r} resumes, {repeated} of {ITERATIONS} iterations done again")
    if not kills or not resumes:
        problems.append(f"{kills} kills, {resumes} resumes: nothing was tested")
    print(*problems, sep="\n")
    print(f"alone {seconds:.1f} s; {kills} kills, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
