#!/usr/bin/env python3
"""Writes html_entities_table.inc from html.entities.html5, the standard library's copy of the
table in the HTML standard, section 13.5."""
import html.entities
import pathlib

HEAD = (
    "// The named character references of the HTML standard (section 13.5), sorted by name.\n"
    "// Written by stages/text/make_html_entities.py from the Python library's copy of the table.\n"
)


def main():
    rows = []
    for name in sorted(html.entities.html5):
        value = "".join(f"\\x{b:02x}" for b in html.entities.html5[name].encode())
        rows.append(f'{{"{name}", "{value}"}},\n')
    target = pathlib.Path(__file__).with_name("html_entities_table.inc")
    target.write_text(HEAD + "".join(rows))


if __name__ == "__main__":
    main()
