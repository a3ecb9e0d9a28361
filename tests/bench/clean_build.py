#!/usr/bin/env python3
"""Time of a clean release build without ccache: everything but the trainer, tests and benches too; then the trainer's parts that need no LibTorch.

    tests/bench/clean_build.py [BUILD/bin]    takes 500 MB in a new folder of /var/tmp, and nothing from BUILD

A program counts to the trainer where something of trainer/ is linked into it.
"""
import os, pathlib, re, shutil, subprocess, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "CCACHE_DISABLE": "1"}


def ninja(folder, *arguments):
    return subprocess.run(["ninja", "-C", folder, *arguments], check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout


def timed(what, folder, targets):
    start = time.monotonic(), os.times()
    ninja(folder, "-j", str(os.cpu_count()), *targets)
    end = time.monotonic(), os.times()
    cpu = sum(end[1][2:4]) - sum(start[1][2:4])
    print(f"{what}: {end[0] - start[0]:.0f} s, {cpu:.0f} s of processor time")


def main():
    folder = tempfile.mkdtemp(prefix="owt-build.", dir="/var/tmp")
    try:
        subprocess.run(["cmake", "--preset", "release", "-B", folder, "-DOWT_TRAINER=OFF"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        outputs = [line.split(":")[0] for line in ninja(folder, "-t", "targets", "all").splitlines()]
        files = [o for o in outputs if re.search(r"\.(o|a|gch)$|^bin/", o) and not re.match(r"trainer/|tests/unit/trainer/", o)]
        data = [o for o in files if not o.startswith("bin/") or not re.search(r"\s-o trainer/", ninja(folder, "-t", "commands", o))]
        assert 100 < len(data) < len(files), (len(data), len(files))
        timed(f"everything but the trainer ({len(data)} files)", folder, data)
        timed("the rest: what of the trainer needs no LibTorch, and owt", folder, [])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
