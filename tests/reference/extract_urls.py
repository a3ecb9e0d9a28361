"""extract_urls.py and deduplicate_urls.py of openwebtext, written anew from their described behaviour.

Slow and obvious. The two scripts keep every URL of a month in a file of its own; here one list stands for all, in the
order of the posts. A line that is no JSON is skipped.
"""

import html
import ipaddress
import json
import re
from urllib.parse import parse_qsl, unquote_plus, urlparse

from blacklist_urls import read_list, suffix_extractor


class Extractor:
    def __init__(self, min_score=3):
        self.min_score = min_score
        self.domains = set(read_list("openwebtext-domains.txt"))
        self.extensions = tuple("." + name for name in read_list("openwebtext-extensions.txt"))
        self.extract = suffix_extractor()

    def is_bad(self, url):
        host = self.extract(url)
        if host.domain + "." + host.suffix in self.domains:
            return True
        if ".".join(part for part in (host.subdomain, host.domain, host.suffix) if part) in self.domains:
            return True
        if url.split("?")[0].lower().endswith(self.extensions):
            return True
        return len(url) < 10

    def good_urls(self, lines):
        for line in lines:
            try:
                post = json.loads(line)
            except ValueError:
                continue
            if self.is_bad(post["url"]) or not post["score"] > self.min_score - 1 or post["over_18"]:
                continue
            yield post["url"]


def check_brackets(authority):
    """Raises ValueError where urllib.parse does since the fix of CVE-2025-0938 (Python 3.11.12, Debian's 3.11.2):
    brackets go round the whole host, which is an IPv6 address. Older ones let more through."""
    if "[" not in authority or "]" not in authority:
        return
    host = authority.rpartition("@")[2]
    found = re.fullmatch(r"\[([^\]]*)(\](:.*)?)?", host, re.DOTALL)
    if not found and "[" in host:
        raise ValueError("text beside the brackets")
    inside = found[1] if found else host.partition(":")[0]
    if inside.startswith("v"):
        if not re.fullmatch(r"v[a-fA-F0-9]+\..+", inside, re.DOTALL):
            raise ValueError("no IPvFuture")
    elif ipaddress.ip_address(inside).version != 6:
        raise ValueError("no IPv6 address")


def key_of(url):
    """What makes two URLs one; raises ValueError where the URL cannot be parsed."""
    parts = urlparse(url)
    check_brackets(parts.netloc)
    query = frozenset(parse_qsl(parts.query))
    return (parts.scheme, parts.netloc, unquote_plus(parts.path), parts.params, query, parts.fragment)


def deduplicate(urls):
    """The first of equal URLs, HTML-unescaped, in first-seen order."""
    seen = set()
    for url in urls:
        url = html.unescape(url)
        try:
            key = key_of(url)
        except ValueError:
            continue
        if key not in seen:
            seen.add(key)
            yield url
