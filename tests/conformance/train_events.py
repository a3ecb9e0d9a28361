#!/usr/bin/env python3
"""Reads what `owt train` logs with TensorBoard's own reader, of a run left alone and of one that was stopped and resumed.

    tests/conformance/train_events.py build/release/bin/owt

The series, but for times, must be the same, without a step twice or missing, and agree with metrics.jsonl and the log.
"""
import json, pathlib, re, signal, struct, subprocess, sys, tempfile, time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ITERATIONS, BATCH, LENGTH = 30, 4, 32
TIMES = ("iteration-time", "tokens-per-second")
OPTIONS = f"""--num-layers 1 --hidden-size 16 --num-attention-heads 2 --vocab-size 200 --eod-token 0 --seq-length {LENGTH} --micro-batch-size 2
--global-batch-size {BATCH} --lr 0.01 --train-iters {ITERATIONS} --lr-warmup-iters 5 --lr-decay-style WSD --lr-wsd-decay-iters 10 --eval-interval 10
--eval-iters 2 --log-interval 4 --save-interval 7 --keep-checkpoints 2 --async-save --eod-mask-loss --reset-attention-mask -j 1""".split()
problems = []


def require(condition, text):
    if not condition:
        problems.append(text)


def write_dataset(prefix):
    import numpy as np
    lengths = np.random.default_rng(1).integers(5, 60, 300).astype(np.int32)
    documents = [np.append(np.random.default_rng(n).integers(1, 200, length - 1), 0).astype(np.uint16) for n, length in enumerate(lengths)]
    pathlib.Path(f"{prefix}.bin").write_bytes(np.concatenate(documents).tobytes())
    starts = np.concatenate([[0], np.cumsum(lengths[:-1], dtype=np.int64) * 2]).astype(np.int64)
    index = b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, len(lengths), len(lengths) + 1)
    pathlib.Path(f"{prefix}.idx").write_bytes(index + lengths.tobytes() + starts.tobytes() + np.arange(len(lengths) + 1, dtype=np.int64).tobytes())


def series(folder):
    """{name: [(step, value)]} by TensorBoard, which must find every record whole."""
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    return {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in tags["scalars"]}


def metrics(save):
    rows = [json.loads(line) for line in (save / "metrics.jsonl").read_text().splitlines()]
    for row in rows:
        for name in ("seconds_per_iteration", "tokens_per_second", "memory_bytes"):
            row.pop(name, None)
    return rows


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_dataset(folder / "data")

        def command(run):
            return [sys.argv[1], "train", "--data", str(folder / "data"), "--split", "9,1,0", *OPTIONS, "--save", str(folder / run), "--tensorboard-dir", str(folder / run / "events")]

        log = subprocess.run(command("alone"), check=True, capture_output=True, text=True).stderr
        stops = 0
        for attempt in range(40):  # killed a little later each time, then left to end
            process = subprocess.Popen(command("stopped"), stderr=subprocess.PIPE, text=True)
            wanted = 3 + 4 * attempt
            for line in process.stderr:
                found = re.match(r" iteration +(\d+)/", line)
                if found and int(found[1]) >= wanted:
                    process.send_signal(signal.SIGKILL if attempt % 2 else signal.SIGINT)
                    stops += 1
                    break
            process.stderr.read()
            if process.wait() == 0:
                break
        require(process.returncode == 0 and stops >= 3, f"ended with {process.returncode} after {stops} stops")
        alone, stopped = series(folder / "alone/events"), series(folder / "stopped/events")
        names = {"learning-rate", "batch-size", "loss-scale", "lm loss", "grad-norm", "lm loss validation", "lm loss validation ppl", *TIMES}
        require(set(alone) == names | {n + " vs samples" for n in names}, f"series {sorted(alone)}")
        for tag, points in alone.items():
            times = tag.removesuffix(" vs samples") in TIMES
            theirs = stopped.get(tag, [])
            require([s for s, _ in points] == [s for s, _ in theirs] if times else points == theirs, f"{tag} differs when stopped:\n{points}\n{theirs}")
        steps = [step for step, _ in alone["lm loss"]]
        require(steps == list(range(1, ITERATIONS + 1)), f"steps {steps}")
        require([s for s, _ in alone["lm loss vs samples"]] == [BATCH * s for s in steps], "samples")
        rows = metrics(folder / "alone")
        require(rows == metrics(folder / "stopped"), "metrics.jsonl differs when stopped")
        losses = dict(alone["lm loss"])
        for row in rows:
            i = row["iteration"]
            require(row["samples"] == BATCH * i and row["tokens"] == BATCH * LENGTH * i, f"place of {row}")
            if row["kind"] == "train":
                mean = sum(losses[k] for k in range(i - 3, i + 1)) / 4
                require(abs(row["loss"] - mean) < 1e-5, f"loss of {row}, events say {mean}")
                require(f"{row['loss']:.6E}" in log and f"{row['lr']:.3E}" in log, f"not in the log: {row}")
                require(abs(row["lr"] - dict(alone["learning-rate"])[i]) < 1e-9, f"lr of {row}")
            else:
                require(abs(row["loss"] - dict(alone["lm loss validation"])[i]) < 1e-5, f"validation {row}")
        kinds = [(row["kind"], row["iteration"]) for row in rows]
        require(kinds == sorted(kinds, key=lambda k: (k[1], k[0] != "train")) and len(set(kinds)) == len(kinds) == 7 + 3, f"rows {kinds}")
        kept = sorted(p.name for p in (folder / "stopped").iterdir() if p.name.startswith("iter_"))
        require(kept == ["iter_0000028", "iter_0000030"], f"kept {kept}")
        same = all((folder / "alone/iter_0000030" / f).read_bytes() == (folder / "stopped/iter_0000030" / f).read_bytes() for f in ("model.safetensors", "optimizer.safetensors"))
        require(same, "another final checkpoint when stopped")
    print(*problems, sep="\n")
    print(f"{len(alone)} series, {stops} stops, {len(problems)} problems")
    sys.exit(bool(problems))


main()
