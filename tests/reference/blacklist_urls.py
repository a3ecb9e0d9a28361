"""The loop of Megatron-LM's blacklist_urls.py, written anew from its described behaviour.

Slow and obvious: one URL after the other, tldextract for the domain, one regular expression. The kept URLs come in
first-seen order (the reference's order is that of a set). Lists are those of data/blacklist/.
"""

import pathlib
import re

import tldextract

LISTS = pathlib.Path(__file__).resolve().parents[2] / "data" / "blacklist"
SYSTEM_SUFFIXES = pathlib.Path("/usr/share/publicsuffix/public_suffix_list.dat")

# Labels of letters, digits and inner hyphens, then a last label; or four numbers; a port; the rest.
WELL_FORMED = re.compile(
    r"^https?://"
    r"(?:(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+(?:[A-Z]{2,6}\.?|[A-Z0-9-]{2,}\.?)"
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})"
    r"(?::\d+)?(?:/?|[/?]\S+)$",
    re.IGNORECASE,
)


def read_list(name):
    lines = (LISTS / name).read_text(encoding="utf-8").split("\n")
    names = (line.split("#")[0].strip() for line in lines)
    return [name for name in names if name]


def suffix_extractor():
    """tldextract with the list that libpsl was built from, or its own snapshot where that list is not here."""
    urls = (SYSTEM_SUFFIXES.as_uri(),) if SYSTEM_SUFFIXES.exists() else ()
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=urls)


class Blacklist:
    def __init__(self):
        self.domains = set(read_list("domains.txt"))
        self.extensions = tuple("." + name for name in read_list("extensions-megatron.txt"))
        self.extract = suffix_extractor()

    def reason(self, url):
        """Why `url` is refused, or None."""
        if self.extract(url).domain in self.domains:
            return "domain"
        if url.split("?")[0].lower().endswith(self.extensions):
            return "extension"
        if len(url) <= 8:
            return "short"
        if WELL_FORMED.match(url) is None:
            return "malformed"
        return None

    def filter(self, lines):
        """The kept URLs in first-seen order, and how many were refused for which reason."""
        kept = {}
        refused = {}
        for line in lines:
            url = line.strip()
            reason = self.reason(url)
            if reason is None and url in kept:
                reason = "duplicate"
            if reason is None:
                kept[url] = None
            else:
                refused[reason] = refused.get(reason, 0) + 1
        return list(kept), refused
