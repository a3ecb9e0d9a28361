"""What each data stage is run on by the tests that walk the table of stages (tests/property/stages.py,
tests/crash/kill_stages.py). A stage of the table without a case here makes those tests fail."""
import array, bz2, gzip, html, json, lzma, pathlib, random, re, shutil, struct, subprocess

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


def page(random_, number):
    body = "".join(f"<p>{text(random_)} <a href='/x'>{random_.choice(WORDS)}</a></p>" for _ in range(3))
    return (f"<!doctype html><html><head><title>T{number}</title></head><body><nav><a href=/>Home</a></nav>"
            f"<article><h1>Title &eacute;</h1>{body}</article><footer>(c)</footer></body></html>").encode()


def warc_record(kind, block, uri="http://site.org/", content_type="application/http; msgtype=response"):
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def chunked(body, random_):
    out = b""
    while body:
        size = random_.randint(1, 2000)
        out += b"%x\r\n%s\r\n" % (len(body[:size]), body[:size])
        body = body[size:]
    return out + b"0\r\n\r\n"


def web_archive(size, seed=1):
    """A WARC file as a list of pieces, each a record or what a damaged file has in place of one."""
    random_, pieces, total = random.Random(seed), [], 0
    while total < size:
        number, roll = len(pieces), random_.random()
        uri, body = f"http://site.org/{number}", page(random_, number)
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        if roll < 0.05:
            piece = warc_record("request", b"GET / HTTP/1.1\r\nHost: site.org\r\n\r\n", uri)
        elif roll < 0.1:
            piece = warc_record("response", b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n" + body, uri)
        elif roll < 0.15:
            piece = warc_record("conversion", text(random_).encode(), uri, "text/plain")
        elif roll < 0.2:
            piece = warc_record("resource", body, uri, "text/html")
        elif roll < 0.22:
            piece = warc_record("response", b"no answer", uri)
        elif roll < 0.25:
            piece = b"\0\1 no record " * random_.choice([1] * 5 + [100] * 5 + [30000]) + b"\n"
        elif roll < 0.4:
            piece = warc_record("response", answer + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, random_), uri)
        elif roll < 0.5:
            piece = warc_record("response", answer + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(body, mtime=0), uri)
        else:
            piece = warc_record("response", answer + b"\r\n" + body, uri)
        if not piece.startswith(b"WARC/") and pieces and not pieces[-1].startswith(b"WARC/"):
            continue  # two of these in a row are one
        pieces.append(piece)
        total += len(piece)
    return pieces


def page_tree(size, seed=1):
    """A folder of pages, some of them no pages, with jsonl and a web archive among them."""
    random_, files, total = random.Random(seed), {}, 0
    while total < size:
        number, roll = len(files), random_.random()
        body = page(random_, number)
        if roll < 0.02:
            body = b""
        elif roll < 0.05:
            body = b"\x89PNG\r\n\0" + random_.randbytes(3000)
        elif roll < 0.1:
            body = body.replace(b"the ", "der f\u00fcr ".encode("latin-1"))
        elif roll < 0.12:
            body = pages(20000, number).encode()
        elif roll < 0.14:
            body = b"".join(piece for piece in web_archive(20000, number) if piece.startswith(b"WARC/"))
        files[f"{number % 7}/{number:06}.html"] = body
        total += len(body)
    return files


def text_tree(size, seed=1):
    """The layout of the openwebtext scrapers, data/ and meta/, and some jsonl."""
    random_, files, total = random.Random(seed), {}, 0
    while total < size:
        number, roll = len(files), random_.random()
        body = (text(random_, low=200, high=1500) + "\n").encode()
        if roll < 0.02:
            body = random_.choice([b"", b"\n \n", b"\xff" + body, b"a\0b"])
        if 0.02 <= roll < 0.05:
            files[f"more/{number:07}.jsonl"] = body = documents(20000, number).encode()
        else:
            files[f"data/{number:07}-ab.txt"] = body
        if roll > 0.2:
            files[f"meta/{number:07}-ab.json"] = json.dumps({"url": f"http://site.org/{number}", "n": 1}).encode()
        total += len(body)
    return files


def token_documents(size, seed):
    """Documents of uint16 tokens, <|endoftext|> behind each."""
    random_, documents, total = random.Random(seed), [], 0
    while total < size:
        length = random_.choice([0, 1, 50, 700, 3000])
        tokens = [random_.randint(0, 50255)] * (length // 2) + random_.choices(range(50256), k=length - length // 2)
        documents.append(array.array("H", tokens + [50256]).tobytes())
        total += len(documents[-1])
    return documents


def raw_tokens(size, seed=1):
    """nanoGPT's file, as a list of pieces."""
    return token_documents(size, seed)


def token_datasets(size, seed=1):
    """A folder of ten of Megatron's datasets."""
    files = {}
    for part in range(10):
        documents = token_documents(size // 10, seed + part)
        lengths = [len(d) // 2 for d in documents]
        starts = [2 * sum(lengths[:k]) for k in range(len(lengths))]
        files[f"part-{part}.bin"] = b"".join(documents)
        files[f"part-{part}.idx"] = (b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, len(lengths), len(lengths) + 1)
                                     + array.array("i", lengths).tobytes() + array.array("q", starts).tobytes()
                                     + array.array("q", range(len(lengths) + 1)).tobytes())
    return files


def num_token_documents(files):
    return sum(struct.unpack_from("<Q", body, 18)[0] for name, body in files.items() if name.endswith(".idx"))


def band_lines(size, seed=1):
    """Sorted lines KEY TAB ID, as `dedup --step links` reads them."""
    random_, lines, total = random.Random(seed), [], 0
    while total < size:
        key = f"{random_.randint(0, 17):04x}{random_.randint(0, size // 300):016x}"
        lines += [f"{key}\thttp://site.org/{random_.randint(0, 10**6)}" for _ in range(random_.choice([1, 1, 1, 2, 5]))]
        total += 50
    return "".join(line + "\n" for line in sorted(lines))


def link_lines(size, seed=1):
    """Links, as `dedup --step components` reads them."""
    random_ = random.Random(seed)
    return "".join(f"http://site.org/{random_.randint(0, size // 20)}\thttp://site.org/{random_.randint(0, size // 20)}\n" for _ in range(size // 45))


def pair_lines(size, seed=1):
    """Pairs, as `dedup --group` reads them."""
    random_ = random.Random(seed)
    name = lambda: f"http://site.org/{random_.randint(0, size // 40)}"
    return "".join(json.dumps({name(): [{name(): round(random_.random(), 3)} for _ in range(random_.randint(1, 3))]}) + "\n" for _ in range(size // 90))


def num_lines(data):
    return sum(bool(line.strip()) for line in data.split(b"\n"))


def num_pages(files):
    total = 0
    for body in files.values():
        first = body.lstrip()[:5]
        total += num_lines(body) if first[:1] == b"{" else body.count(b"WARC/1.0\r\n") if first == b"WARC/" else 1
    return total


def num_texts(files, per_line):
    return sum(num_lines(body) if per_line or name.endswith(".jsonl") else 1
               for name, body in files.items() if not name.startswith("meta/"))


PACKERS = {"": lambda data: data, ".gz": lambda data: gzip.compress(data, 1), ".bz2": lambda data: bz2.compress(data, 1),
           ".xz": lambda data: lzma.compress(data, preset=0)}


class Case:
    """How to run one stage. `content(size)` makes its input: the text of a file, the pieces of a file (a list of bytes),
    or a folder (a dict of names and bytes). `count(content)` is the number of its records, `options` go on the command
    line, `outputs(folder)` are the files whose bytes must not depend on how the run was made. With `same_as` another
    case, of the same input, must give the same bytes. Without `packed` the stage reads plain files only, or tells their
    names; without `resumes` a killed run starts over. `sides` are options for further side files."""

    def __init__(self, content, options=(), suffix=".jsonl", output="out.jsonl", outputs=None, count=None, same_as=None,
                 packed=True, resumes=True, sides=()):
        self.packed, self.resumes = packed, resumes
        self.sides = ["dropped", "quarantine", *sides]
        self.same_as = same_as
        self.content, self.options, self.suffix, self.output = content, list(options), suffix, output
        self.outputs = outputs or (lambda folder: [folder / output])
        self.count = count or (lambda made: num_lines(made.encode()))

    def side_options(self, where):
        return [word for name in self.sides for word in (f"--{name}", f"{where}/{name}.lines")]

    def packings(self, made):
        """How the input may be stored; web archives are also packed record by record, as crawlers do."""
        if not self.packed:
            return [""]
        return [*PACKERS, ".members.gz"] if isinstance(made, list) else [*PACKERS]

    def write(self, folder, made, packing=""):
        """Writes the input into `folder` and returns its path. Files of a folder keep their names, which stand in the
        output: compression is found by content."""
        if isinstance(made, dict):
            shutil.rmtree(folder / "in", ignore_errors=True)
            for name, body in made.items():
                path = folder / "in" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(body if name.startswith("meta/") else PACKERS[packing](body))
            return folder / "in"
        path = folder / f"in{self.suffix}{packing}"
        if packing == ".members.gz":
            path.write_bytes(b"".join(gzip.compress(piece, 1) for piece in made))
        else:
            path.write_bytes(PACKERS[packing](made.encode() if isinstance(made, str) else b"".join(made)))
        return path


GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"

# Texts that the documents' few words give by chance, and some sentences of theirs.
TASKS = ["--task", f"lambada={GOLDEN / 'decontaminate/short-ngrams/words.jsonl'}", "--max-ngram-size", "4", "--min-ngram-size", "3",
         "--splits-count", "4"]

# By stage; "STAGE:WHAT" is a further case of a stage.
CASES = {
    "urls": Case(reddit, output="out.txt"),
    "blacklist": Case(urls, suffix=".txt", output="out.txt"),
    # The keys do not fit: what is a duplicate is known at the end only.
    "urls:memory": Case(reddit, ["--memory", "200K", "--max-record", "64K"], output="out.txt", same_as="urls"),
    "blacklist:memory": Case(urls, ["--memory", "400K", "--max-record", "64K"], suffix=".txt", output="out.txt",
                             same_as="blacklist"),
    "extract": Case(pages),
    "extract:warc": Case(web_archive, suffix=".warc", count=len),
    "extract:tree": Case(page_tree, count=num_pages),
    "merge": Case(documents),
    "merge:tree": Case(text_tree, count=lambda files: num_texts(files, False)),
    "merge:lines": Case(text_tree, ["--per-line"], count=lambda files: num_texts(files, True)),
    "cleanup": Case(documents),
    "cleanup:parts": Case(documents, ["--part-size", "100K"], output="out/",
                          outputs=lambda folder: sorted((folder / "out").glob("part-*"))),
    "cleanup:explain": Case(documents, sides=["explain"]),
    "langdetect": Case(documents, ["--keep", "en"]),
    "filter": Case(documents, ["--filters", "gopher-repetition,gopher-quality,c4,fineweb", "--fineweb-max-dup-line-chars",
                               "0.2", "--mask-emails", "--perplexity-model", str(GOLDEN / "filter/perplexity/m.arpa"), "--max-perplexity",
                               "1000000"]),
    "filter:score": Case(documents, ["--mode", "score", "--filters", "gopher-repetition,gopher-quality,c4,fineweb", "--perplexity-model",
                                     str(GOLDEN / "filter/perplexity/m.arpa"), "--perplexity-buckets", "4,8"]),
    "filter:explain": Case(documents, ["--preset", "dclm", "--gopher-min-words", "5", "--dclm-min-line-words", "12",
                                       "--dclm-max-removed-words", "0.5", "--fasttext-label", "eng_Latn", "--fasttext",
                                       str(GOLDEN / "langdetect/model/tiny.bin"), "--fasttext-min-score", "0.85"],
                           sides=["explain"]),
    "langdetect:model": Case(documents, ["--model", str(GOLDEN / "langdetect/model/tiny.bin"), "--policy", "both", "--hints"]),
    "dedup": Case(documents, ["--lsh"]),
    "dedup:memory": Case(documents, ["--lsh", "--memory", "400K", "--max-record", "64K"], same_as="dedup"),
    "dedup:longest": Case(documents, ["--lsh", "--keep", "longest", "--mode", "annotate"], sides=["explain"]),
    "dedup:lines": Case(documents, ["--lines"], sides=["explain"]),
    "dedup:lines-memory": Case(documents, ["--lines", "--memory", "400K", "--max-record", "64K"], sides=["explain"], same_as="dedup:lines"),
    "dedup:paragraphs": Case(documents, ["--paragraphs", "--min-count", "3", "--keep-count", "0"], sides=["explain"]),
    "dedup:substrings": Case(documents, ["--substrings", "40"], sides=["explain"]),
    "dedup:substrings-memory": Case(documents, ["--substrings", "40", "--memory", "400K", "--max-record", "64K"], sides=["explain"],
                                    same_as="dedup:substrings"),
    "decontaminate": Case(documents, [*TASKS, "--filter-text-char-len", "40"], sides=["explain"]),
    "decontaminate:megatron": Case(documents, [*TASKS, "--compat", "megatron", "--key-threshold", "3",
                                               "--remove-char-each-side", "50"], sides=["explain"]),
    "decontaminate:report": Case(documents, [*TASKS, "--mode", "report", "--key-threshold", "0"]),
    "dedup:bands": Case(documents, ["--lsh", "--bands-only"], output="out",
                        outputs=lambda folder: [*sorted(folder.glob("out.band-*")), folder / "out.exact"]),
    "dedup:step-bands": Case(documents, ["--lsh", "--step", "bands"]),
    "dedup:step-numbered": Case(documents, ["--lsh", "--step", "bands", "--id-prefix", "p:"]),
    "dedup:step-links": Case(band_lines, ["--step", "links"]),
    "dedup:step-components": Case(link_lines, ["--step", "components"], resumes=False),
    "dedup:step-components-memory": Case(link_lines, ["--step", "components", "--memory", "4M", "--max-record", "64K"], resumes=False,
                                         same_as="dedup:step-components"),
    "dedup:step-drop": Case(documents, ["--step", "drop", "--components", str(GOLDEN / "dedup/step-drop/components")], sides=["explain"]),
    # The list does not fit: its ids are joined with those of the documents.
    "dedup:step-drop-memory": Case(documents, ["--step", "drop", "--components", str(GOLDEN / "dedup/step-drop/components"), "--memory", "40K",
                                               "--max-record", "64K"], sides=["explain"], same_as="dedup:step-drop"),
    "dedup:find-only": Case(documents, ["--lsh", "--find-only"]),
    "dedup:group": Case(pair_lines, ["--group", "--group-threshold", "0.3"], resumes=False),
    "dedup:remove": Case(documents, ["--remove", str(GOLDEN / "dedup/remove/groups")], sides=["explain"]),
    "shuffle": Case(documents, ["--memory", "4M"]),  # what fits into memory starts over
    "shuffle:head": Case(documents, ["--memory", "4M", "--head", "500"], resumes=False),
    "encode": Case(documents, ["--append-eod"], output="out",
                   outputs=lambda folder: [folder / "out_text_document.bin", folder / "out_text_document.idx"]),
    "encode:also": Case(documents, ["--also", "nanogpt,llmc,ds"], output="out",
                        outputs=lambda folder: sorted(p for p in folder.glob("out_text_*") if p.is_file())),
    "encode:sentences": Case(documents, ["--split-sentences", "--append-eod", "--also", "ds", "--compat",
                                         "megatron-core", "--bad-utf8", "bytes"], output="out",
                             outputs=lambda folder: sorted(p for p in folder.glob("out_text_*") if p.is_file())),
    "encode:provenance": Case(documents, ["--provenance"], output="out", packed=False,  # the name of the input is told
                              outputs=lambda folder: sorted(p for p in folder.glob("out_text_*") if p.is_file())),
    "train-tokenizer": Case(documents, ["--vocab-size", "2000"], output="out",
                            outputs=lambda folder: sorted((folder / "out").glob("*.*"))),
    "convert": Case(token_datasets, output="out", count=num_token_documents, packed=False,
                    outputs=lambda folder: [folder / "out.bin", folder / "out.idx"]),
    "convert:llmc": Case(raw_tokens, ["--from", "nanogpt", "--to", "llmc", "--shard-tokens", "300000"], suffix=".bin",
                         output="out", count=len, packed=False,
                         outputs=lambda folder: sorted(folder.glob("out_*.bin"))),
    "convert:ds": Case(raw_tokens, ["--from", "nanogpt", "--to", "ds"], suffix=".bin", output="out", count=len,
                       packed=False, outputs=lambda folder: sorted(folder.glob("out.ds*"))),
}
# Stages whose input is not a file: they have tests of their own, named here.
ELSEWHERE = {"scrape": "tests/crash/scrape_hostile.py"}


def data_stages(owt):
    """Names of the rows under "Data" in `owt help` that this build has."""
    overview = subprocess.run([owt, "help"], capture_output=True, text=True, check=True).stdout
    block = overview.split("\nData:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in block.splitlines() if "(not in this build)" not in line]


def cases_of(owt, names=()):
    """(name of the case, stage, case) for the stages of this build; `names` are stages or cases."""
    stages = data_stages(owt)
    for name, case in CASES.items():
        stage = name.split(":")[0]
        if stage in stages and (not names or stage in names or name in names):
            yield name, stage, case


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
