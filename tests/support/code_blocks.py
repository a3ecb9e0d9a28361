#!/usr/bin/env python3
"""code_blocks.py PAGE LANGUAGE OUTPUT...: writes the first fenced blocks of that language to the outputs."""
import pathlib, re, sys

page, language, *outputs = sys.argv[1:]
blocks = re.findall(rf"```{language}\n(.*?)```", pathlib.Path(page).read_text(), re.S)
if len(blocks) < len(outputs):
    sys.exit(f"{page}: {len(blocks)} blocks of {language}, {len(outputs)} wanted")
for output, block in zip(outputs, blocks):
    pathlib.Path(output).write_text(block)
