"""extract_urls.py and deduplicate_urls.py of openwebtext, written anew from their described behaviour.

Slow and obvious. The two scripts keep every URL of a month in a file of its own; here one list stands for all, in the
order of the posts. A line that is no JSON is skipped.
"""

import html
import json
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


def key_of(url):
    """What makes two URLs one; raises ValueError where the URL cannot be parsed."""
    parts = urlparse(url)
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
