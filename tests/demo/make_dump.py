#!/usr/bin/env python3
"""make_dump.py SITE PORT HOSTS OUTPUT: a Reddit dump (bz2) that points at the pages below SITE.

Among them are duplicates, blacklisted domains and extensions, malformed, dead, short and disallowed URLs, posts with a
low score, posts for adults, self posts, and lines that are not JSON.
"""
import bz2, html, json, pathlib, random, sys

site, port, num_hosts, output = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
random_ = random.Random(1)
pages = sorted(str(p.relative_to(site)) for p in site.rglob("*.html") if p.is_file())
hosts = {}


def address(page):
    folder = page.rsplit("/", 1)[0]
    host = hosts.setdefault(folder, len(hosts) % num_hosts + 1)
    return f"http://127.0.0.{host}:{port}/{page}"


def post(url, **changes):
    fields = {"id": f"{random_.getrandbits(30):x}", "subreddit": random_.choice(["linux", "python", "philosophy"]),
              "url": html.escape(url, quote=False), "score": random_.randint(3, 500), "over_18": False, "is_self": False,
              "title": "A page", "created_utc": 1515000000 + random_.randint(0, 2000000)}
    return json.dumps(fields | changes)


lines = [post(address(page)) for page in pages]
lines += [post(address(page)) for page in random_.sample(pages, len(pages) // 10)]  # duplicates
lines += [post(address(page) + "#section") for page in random_.sample(pages, 50)]
lines += [post(address(page), score=random_.randint(-5, 2)) for page in random_.sample(pages, 100)]
lines += [post(address(page), over_18=True) for page in random_.sample(pages, 20)]
lines += [post(f"http://127.0.0.1:{port}/{folder}/{i}.html") for folder in ("gone", "broken", "missing") for i in range(15)]
lines += [post(f"https://{domain}/{i}") for i in range(10) for domain in
          ("i.imgur.com", "www.youtube.com", "en.wikipedia.org", "twitter.com", "amazon.co.uk", "www.reddit.com")]
lines += [post(f"http://127.0.0.2:{port}/file{i}.{ending}") for i in range(5) for ending in ("pdf", "png", "7z", "zip", "mp4")]
lines += [post(url) for url in ("http://a.b", "not a url", "http://host name/", "ftp://ftp.debian.org/debian/", "http://", "")]
lines += [post("https://www.reddit.com/r/linux/comments/1", is_self=True) for _ in range(20)]
lines += ["{\"url\": \"http://cut.off/", "[]", "{\"score\": 7}", "{\"url\": 3, \"score\": 9, \"over_18\": false}"]
random_.shuffle(lines)
with bz2.open(output, "wt", compresslevel=9) as file:
    file.write("\n".join(lines) + "\n")
print(f"{len(lines)} posts, {len(pages)} pages, {len(hosts)} folders -> {output}")
