#!/usr/bin/env python3
"""The engine: jsonl in, jsonl out, one trivial map. Peer: cp of the same file in the same run.

On tmpfs: GB/s on all cores. On disk: the ratio to `cp` and to `cp` that syncs: owt's output is on the disk when the run
ends, cp's is not. While a file fits into what the kernel keeps back (dirty_ratio), cp runs at the speed of memory and
nothing that reaches the disk can follow it: the rate of the disk is shown beside it. A larger file slows cp down to the
disk too. Then the cost of journal and manifest, and the peak memory of --memory 256M on a 4 GB file.
Usage: engine.py BUILD/bin [--disk FOLDER] [--gigabytes N] [--large N]
"""
import argparse, filecmp, json, os, pathlib, random, statistics, subprocess, tempfile, time


def make_input(path, size):
    random_ = random.Random(1)
    words = ["".join(random_.choices("abcdefghijklmnopqrstuvwxyz", k=random_.randint(2, 9))) for _ in range(5000)]
    block = []
    while sum(map(len, block)) < 32 << 20:
        text = " ".join(random_.choices(words, k=random_.randint(50, 1200)))
        if random_.random() < 0.7:
            text = text.replace("e ", "e\n", 3)
        block.append(json.dumps({"url": f"http://x.org/{len(block)}", "text": text, "meta": {"score": 1}}) + "\n")
    data = "".join(block).encode()
    with open(path, "wb") as file:
        for _ in range(-(-size // len(data))):
            file.write(data)
    return path.stat().st_size


def timed(command):
    started = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: {errors}")
    return time.monotonic() - started, usage


def in_turn(size, commands, target, runs, sync):
    """GB/s of each command, run by turns."""
    rates = {key: [] for key in commands}
    for _ in range(runs):
        for key, command in commands.items():
            target.unlink(missing_ok=True)
            if sync:
                os.sync()
            rates[key].append(size / timed(command)[0] / 1e9)
    return rates


def report(title, rates):
    for key in list(rates)[1:]:
        ratio = statistics.median(own / peer for own, peer in zip(rates["owt"], rates[key]))
        print(f"{title}: owt {statistics.median(rates['owt']):.2f} GB/s, {key} {statistics.median(rates[key]):.2f} GB/s, "
              f"ratio {ratio:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--disk", default="/var/tmp")
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--large", type=float, default=12, help="gigabytes of the large file")
    arguments = parser.parse_args()
    run = [str(arguments.bin / "engine_tool"), "pass", "-q", "--force"]
    size_wanted = int(arguments.gigabytes * 1e9)

    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        source, target = pathlib.Path(name) / "in.jsonl", pathlib.Path(name) / "out.jsonl"
        size = make_input(source, size_wanted)
        subprocess.run([*run, str(source), str(target)], check=True)
        assert filecmp.cmp(source, target, shallow=False), "the output is not the input"
        commands = {"owt": [*run, str(source), str(target)], "cp": ["cp", str(source), str(target)]}
        report(f"tmpfs, {size / 1e9:.1f} GB", in_turn(size, commands, target, 5, False))

    with tempfile.TemporaryDirectory(dir=arguments.disk) as name:
        source, target = pathlib.Path(name) / "in.jsonl", pathlib.Path(name) / "out.jsonl"
        owt, cp = [*run, str(source), str(target)], ["cp", str(source), str(target)]
        size = make_input(source, size_wanted)
        direct = ["dd", "if=/dev/zero", f"of={target}", "bs=16M", f"count={size >> 24}", "oflag=direct"]
        commands = {"owt": owt, "cp": cp, "cp + sync": ["sh", "-c", f"cp {source} {target} && sync {target}"],
                    "the disk (dd, direct)": direct}
        report(f"disk, {size / 1e9:.1f} GB", in_turn(size, commands, target, 5, True))
        commands = {"owt": owt, "owt without journal": [*run, "--checkpoint-every", "1T", str(source), str(target)]}
        rates = in_turn(size, commands, target, 9, True)
        cost = statistics.median(b / a for a, b in zip(*rates.values())) - 1
        print(f"journal every 256 MiB: {100 * cost:+.1f} %", flush=True)
        size = make_input(source, int(arguments.large * 1e9))
        report(f"disk, {size / 1e9:.1f} GB", in_turn(size, {"owt": owt, "cp": cp}, target, 3, True))
        size = make_input(source, 4 << 30)
        target.unlink()
        _, usage = timed([*run, "--memory", "256M", str(source), str(target)])
        print(f"--memory 256M on {size / 1e9:.1f} GB: peak {usage.ru_maxrss / 1024:.0f} MiB")


main()
