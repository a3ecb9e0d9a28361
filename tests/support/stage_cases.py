"""What each data stage is run on by the tests that walk the table of stages (tests/property/stages.py,
tests/crash/kill_stages.py). A stage of the table without a case here makes those tests fail."""
import bz2, gzip, html, json, lzma, pathlib, random, re, shutil, subprocess

WORDS = """the of and to in is was for on that with as by at from his it an were are which this also be has had first
one their its new after but who not they have her she two been other when there all during into school time may
years more most only over city some world would where later up such used many can state about national out known
university united then made team south film people between game""".split()
GERMAN = """der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er
hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor""".split()


def text(random_, words=WORDS, low=20, high=300):
    sentences = []
    for _ in range(random_.randint(low, high) // 12 + 1):
        sentence = " ".join(random_.choices(words, k=12))
        sentences.append(sentence.capitalize() + random_.choice(["."] * 8 + ["!", "?"]))
    return random_.choice([" ", "\n", "\n\n"]).join(sentences)


def documents(size, seed=1):
    """Lines of jsonl, `size` bytes of them: with duplicates, near duplicates, short and foreign texts, entities,
    control characters, and some records that are not valid."""
    random_, lines, total, texts = random.Random(seed), [], 0, []
    bad = ['{"text": "cut', '{"text": 3}', "[]", '{"url": "http://x/"}', '{"text": "\\ud800"}', "not json",
           '{"text": "a", "text": "b"}', '{"text": "nul \\u0000"}']
    while total < size:
        roll = random_.random()
        if roll < 0.005:
            lines.append(random_.choice(bad))
        else:
            body = text(random_, GERMAN if roll > 0.9 else WORDS)
            if roll < 0.1 and texts:
                body = random_.choice(texts)
            elif roll < 0.2 and texts:
                body = random_.choice(texts) + " One more sentence stands here."
            elif roll < 0.3:
                body = "Fran\u00e7ois &amp; Jose\u0301 &lt;x&gt;\r\n\x07" + body
            texts.append(body)
            lines.append(json.dumps({"url": f"http://site{len(lines) % 50}.org/{len(lines)}", "text": body,
                                     "n": len(lines)}, ensure_ascii=random_.random() < 0.5))
        total += len(lines[-1].encode()) + 1
    return "\n".join(lines) + "\n"


def urls(size, seed=1):
    random_, lines, total = random.Random(seed), [], 0
    while total < size:
        roll = random_.random()
        if roll < 0.2 and lines:
            lines.append(random_.choice(lines))
        elif roll < 0.3:
            lines.append(random_.choice(["http://imgur.com/x", "http://a.b", "nonsense", "http://x.org/a.pdf",
                                         "https://www.youtube.com/watch?v=1", "http://ho st.com/", "http://[::1]/"]))
        else:
            lines.append(f"http{random_.choice(['', 's'])}://{random_.choice(['', 'www.'])}"
                         f"site{random_.randint(0, 5000)}.{random_.choice(['com', 'org', 'co.uk'])}/"
                         f"{random_.randint(0, 100000)}{random_.choice(['', '?a=1&b=2', '#top', '/'])}")
        total += len(lines[-1]) + 1
    return "\n".join(lines) + "\n"


def reddit(size, seed=1):
    random_, lines, total = random.Random(seed), [], 0
    addresses = urls(size, seed + 1).splitlines()
    while total < size:
        post = {"id": f"t{len(lines)}", "url": html.escape(random_.choice(addresses)), "score": random_.randint(-5, 50),
                "over_18": random_.random() < 0.1, "is_self": random_.random() < 0.1, "subreddit": "news",
                "title": text(random_, low=3, high=12)}
        line = json.dumps(post)
        if random_.random() < 0.01:
            line = random_.choice([line[:-5], "[]", '{"score": 3}', '{"url": 5, "score": 9}'])
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines) + "\n"


def pages(size, seed=1):
    """jsonl with HTML under `html`."""
    random_, lines, total = random.Random(seed), [], 0
    while total < size:
        body = "".join(f"<p>{text(random_)} <a href='/x'>{random_.choice(WORDS)}</a></p>" for _ in range(4))
        page = (f"<!doctype html><html><head><title>T{len(lines)}</title><script>var x = '<p>no</p>';</script></head>"
                f"<body><nav><a href=/>Home</a></nav><article><h1>Title</h1>{body}</article><footer>(c)</footer></body>")
        record = {"url": f"http://site.org/{len(lines)}", "html": "" if random_.random() < 0.05 else page}
        lines.append(json.dumps(record))
        total += len(lines[-1]) + 1
    return "\n".join(lines) + "\n"


class Case:
    """How to run one stage. `content(size)` makes its input, `options` go on the command line, `outputs(folder)` are
    the files whose bytes must not depend on how the run was made."""

    def __init__(self, content, options=(), suffix=".jsonl", output="out.jsonl", outputs=None):
        self.content, self.options, self.suffix, self.output = content, list(options), suffix, output
        self.outputs = outputs or (lambda folder: [folder / output])


CASES = {
    "urls": Case(reddit, output="out.txt"),
    "blacklist": Case(urls, suffix=".txt", output="out.txt"),
    "extract": Case(pages),
    "merge": Case(documents),
    "cleanup": Case(documents),
    "langdetect": Case(documents, ["--keep", "en"]),
    "dedup": Case(documents, ["--lsh"]),
    "shuffle": Case(documents, ["--memory", "4M"]),  # what fits into memory starts over
    "encode": Case(documents, ["--append-eod"], output="out",
                   outputs=lambda folder: [folder / "out_text_document.bin", folder / "out_text_document.idx"]),
}
# Stages whose input is not a file: they have tests of their own, named here.
ELSEWHERE = {"scrape": "tests/crash/scrape_hostile.py"}

PACKERS = {"": lambda data: data, ".gz": lambda data: gzip.compress(data, 1), ".bz2": lambda data: bz2.compress(data, 1),
           ".xz": lambda data: lzma.compress(data, preset=0)}


def data_stages(owt):
    """Names of the rows under "Data" in `owt help` that this build has."""
    overview = subprocess.run([owt, "help"], capture_output=True, text=True, check=True).stdout
    block = overview.split("\nData:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in block.splitlines() if "(not in this build)" not in line]


def check_table(owt, golden):
    """Fails where a data stage lacks a case or golden error cases."""
    problems = []
    for stage in data_stages(owt):
        if stage not in CASES and stage not in ELSEWHERE:
            problems.append(f"{stage}: no case in tests/support/stage_cases.py")
        cases = [p for p in (golden / stage).glob("*/exit") if p.read_text().strip() != "0"]
        if not cases:
            problems.append(f"{stage}: no golden error case in tests/golden/{stage}/")
    return problems
