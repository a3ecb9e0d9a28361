#!/usr/bin/env python3
"""Compares what `owt extract` decodes with the standard library of Python: every named character reference and many
numeric ones with html.unescape, and pages in legacy encodings with Python's codecs.

    tests/conformance/html_encodings.py build/release/bin/owt

The pages go through a WARC file, with the charset in the HTTP header, in a <meta>, or nowhere but in a byte order mark.
Prints what was compared; exits 1 where anything differs.
"""

import html
import html.entities
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

# Label on the page, and the codec of Python that decodes as the Encoding Standard does (for letters at least).
ENCODINGS = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1250": "cp1250", "windows-1251": "cp1251",
    "windows-1252": "cp1252", "windows-1253": "cp1253", "windows-1254": "cp1254", "iso-8859-9": "cp1254",
    "windows-1255": "cp1255", "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-874": "cp874",
    "tis-620": "cp874", "iso-8859-2": "iso8859_2", "iso-8859-5": "iso8859_5", "iso-8859-7": "iso8859_7",
    "iso-8859-15": "iso8859_15", "koi8-r": "koi8_r", "koi8-u": "koi8_u", "ibm866": "cp866", "macintosh": "mac_roman",
    "shift_jis": "cp932", "x-sjis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "gb2312": "gb18030",
    "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
}  # fmt: skip
MARKED = {"utf-16le": b"\xff\xfe", "utf-16be": b"\xfe\xff", "utf-8": b"\xef\xbb\xbf"}


def letters(codec):
    """Letters of the basic plane that the codec can write and reads back the same."""
    found = []
    for code in range(0xA0, 0xFFFF):
        c = chr(code)
        if unicodedata.category(c) not in ("Lu", "Ll", "Lo") or 0xE000 <= code < 0xFB00 or code > 0xFF00:
            continue
        if unicodedata.normalize("NFC", c) != c or code == 0x1E3F:  # ICU 72 has gb18030's older place for U+1E3F
            continue
        try:
            if c.encode(codec).decode(codec) == c:
                found.append(c)
        except UnicodeError:
            pass
    return found


def record(url, body, content_type):
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(answer)}\r\n\r\n"
    return head.encode() + answer + b"\r\n\r\n"


def reference_cases():
    names = [f"&{name}" for name in html.entities.html5]
    numbers = [f"&#{n};" for n in [*range(0x20, 0x7F), *range(0x80, 0xA0), 0x20AC, 0x1F600, 0x10FFFF + 1, 0xD800, 0]]
    numbers += [f"&#x{n:x};" for n in random.Random(1).sample(range(0x100, 0xD000), 2000)]
    loose = ["&notit; &amp;lt; &ampx; &unknown; AT&T &copy2024; &frac12 &hellip; &", "&#65 &#x41 &#; &#x; &;"]
    for text in [*names, *numbers, *loose]:
        yield f"x{text}y"


def main():
    owt = pathlib.Path(sys.argv[1]).resolve()
    rng = random.Random(7)
    expected, records = {}, []

    def add(body, content_type, text):
        url = f"http://case/{len(expected)}"
        expected[url] = text
        records.append(record(url, body, content_type))

    for case in reference_cases():
        add(f"<p>{case}".encode(), "text/html; charset=utf-8", html.unescape(case))
    num_references = len(expected)
    for label, codec in ENCODINGS.items():
        alphabet = letters(codec)
        for i in range(20):
            words = ["".join(rng.choices(alphabet, k=rng.randint(2, 9))) for _ in range(30)]
            text = " ".join(words)
            meta = f"<head><meta charset={label}></head>" if i % 2 else ""
            header = "text/html" if i % 2 else f'text/html; charset="{label.upper()}"'
            add(f"{meta}<p>{text}".encode(codec), header, text)
    for codec, mark in MARKED.items():
        text = "".join(rng.choices(letters("utf-8"), k=300))
        add(mark + f"<p>{text}".encode(codec), "text/html; charset=koi8-r", text)
    with tempfile.TemporaryDirectory() as folder:
        pages, out = pathlib.Path(folder) / "pages.warc", pathlib.Path(folder) / "out.jsonl"
        pages.write_bytes(b"".join(records))
        subprocess.run([owt, "extract", "-q", pages, out], check=True)
        actual = {r["url"]: r["text"] for r in map(json.loads, out.read_text(encoding="utf-8").split("\n")[:-1])}

    def shown(text):  # as extract shows it: blanks collapse, some invisible characters go
        for c in "\u00ad\u200b\ufeff":
            text = text.replace(c, "")
        for c in "\u00a0\t\n":
            text = text.replace(c, " ")
        return " ".join(text.split(" "))

    differences = 0
    for url, text in expected.items():
        got = actual.get(url, "")
        if " ".join(got.replace("\n", " ").split()) != " ".join(shown(text).split()):
            differences += 1
            if differences <= 10:
                at = next((i for i, (a, b) in enumerate(zip(shown(text), got)) if a != b), 0)
            print(f"{url}: expected {shown(text)[at : at + 20]!r}, got {got[at : at + 20]!r}")
    print(f"{num_references} character references, {len(ENCODINGS)} labels with 20 pages each, {len(MARKED)} byte order "
          f"marks: {differences} differences")  # fmt: skip
    return differences > 0


if __name__ == "__main__":
    sys.exit(main())
