#!/usr/bin/env python3
"""Runs every file of configs/: recipes over generated documents, training configurations up to the missing data, and
the corpus Makefile with make -n. Usage: configs.py OWT SOURCE_FOLDER"""
import pathlib, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import stage_cases  # noqa: E402

owt, configs = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve() / "configs"
problems, checked = [], 0


def run(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "in.jsonl").write_text(stage_cases.documents(300000))
    for recipe in sorted(configs.glob("recipes/*.toml")):
        checked += 1
        done = run(folder, owt, "run", str(recipe), "in.jsonl", "out.jsonl", "--force")
        if done.returncode not in (0, 3) or not (folder / "out.jsonl").stat().st_size:
            problems.append(f"{recipe.name}: exit {done.returncode}\n{done.stderr}")
        for left in folder.glob("out*"):
            left.unlink()
    for config in sorted(configs.glob("*.toml")):
        checked += 1
        if config.name == "corpus.toml":
            made = run(folder, owt, "init", "corpus")
            plan = run(folder, "make", "-n", "-C", "corpus")
            if made.returncode or plan.returncode or "owt encode" not in plan.stdout:
                problems.append(f"{config.name}: {made.stderr}{plan.stderr}{plan.stdout}")
            continue
        done = run(folder, owt, "train", "--config", str(config), "--data", "nowhere", "--save", "run")
        if done.returncode != 1 or "nowhere" not in done.stderr:
            problems.append(f"{config.name}: exit {done.returncode}\n{done.stderr}")
print(*problems, sep="\n")
print(f"{checked} files, {len(problems)} problems")
sys.exit(1 if problems or checked < 2 else 0)
