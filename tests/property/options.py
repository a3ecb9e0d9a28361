#!/usr/bin/env python3
"""Checks the table of commands and options through everything that is made from it.

docs/reference.md is the frozen table: a change of the interface is a change of that file
(`owt help --markdown > docs/reference.md`).
Usage: options.py OWT SOURCE_FOLDER
"""
import difflib, pathlib, re, subprocess, sys

owt, root = sys.argv[1], pathlib.Path(sys.argv[2])
problems = []


def run(*words):
    return subprocess.run([owt, *words], capture_output=True, text=True, check=True).stdout


reference = run("help", "--markdown")
man, texts = run("help", "--man"), {shell: run("help", f"--{shell}") for shell in ("bash", "zsh", "fish")}
overview = run("help")
commands = re.split(r"^## ", reference, flags=re.M)[1:]
num_options = 0
for block in commands:
    command = block.split("\n", 1)[0]
    if command not in overview:
        problems.append(f"{command}: not in owt help")
    options = re.findall(r"^\| `--([^`]+)` \| (.*?) \| (`.*?`)? ?\| (.*) \|$", block, re.M)
    if not options:
        continue  # not in this build
    short, full = run(command, "-h"), run(command, "--help")
    names = [name for name, *_ in options]
    num_options += len(names)
    if len(set(names)) != len(names):
        problems.append(f"{command}: an option is declared twice")
    letters = re.findall(r"^  -(\w), ", short, re.M)
    if len(set(letters)) != len(letters):
        problems.append(f"{command}: a letter is used twice: {letters}")
    for name, values, default, meaning in options:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            problems.append(f"{command} --{name}: names are lower case with hyphens")
        first = meaning.split(". ")[0]
        if len(first) > 72 or first.endswith(".") or not first:
            problems.append(f"{command} --{name}: the help is one line of at most 72 characters: {first}")
        if not values:
            problems.append(f"{command} --{name}: no range")
        for text, where in ((short, "-h"), (full, "--help"), (texts["bash"], "bash"), (texts["zsh"], "zsh")):
            if f"--{name}" not in text:
                problems.append(f"{command} --{name}: not in {where}")
        if f"-l {name}" not in texts["fish"]:
            problems.append(f"{command} --{name}: not in fish")
        if "\\-\\-" + name.replace("-", "\\-") not in man:
            problems.append(f"{command} --{name}: not in the man page")

frozen = (root / "docs/reference.md").read_text()
if frozen != reference:
    diff = difflib.unified_diff(frozen.splitlines(), reference.splitlines(), "docs/reference.md", "owt help --markdown", "")
    problems.append("the interface changed; if that is meant: owt help --markdown > docs/reference.md\n" + "\n".join(diff))
for shell in ("bash", "zsh"):
    if subprocess.run(["which", shell], capture_output=True).returncode == 0:
        check = subprocess.run([shell, "-n"], input=texts[shell], capture_output=True, text=True)
        if check.returncode:
            problems.append(f"{shell} completions: {check.stderr}")
print(*problems, sep="\n")
print(f"{len(commands)} commands, {num_options} options, {len(problems)} problems")
sys.exit(1 if problems or num_options < 20 else 0)
