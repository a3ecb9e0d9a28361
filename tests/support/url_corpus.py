"""URLs and Reddit posts as they are posted: a few sites have most of the links, most hosts come once or twice."""

import json

POPULAR = """imgur.com i.imgur.com youtube.com www.youtube.com youtu.be reddit.com www.reddit.com twitter.com github.com
en.wikipedia.org www.nytimes.com www.bbc.co.uk www.theguardian.com www.washingtonpost.com www.reuters.com medium.com
arstechnica.com www.huffingtonpost.com edition.cnn.com www.independent.co.uk www.telegraph.co.uk www.cbc.ca
blog.example.org www.abc.net.au www.spiegel.de www.lemonde.fr news.yahoo.com www.theatlantic.com www.wired.com
self.blogspot.com someone.tumblr.com www.amazon.com i.redd.it gfycat.com""".split()
TLDS = [".com"] * 12 + [".org"] * 4 + [".net"] * 3 + [".co.uk", ".co.uk", ".de", ".ca", ".com.au", ".fr", ".io", ".info", ".co.jp", ".blogspot.com"]
WORDS = """the new report says why people will not stop how to make better tests world news science finds water first
year after study shows city council plan for school review game team wins loses again open letter from president""".split()


def random_host(rng):
    if rng.random() < 0.55:
        return POPULAR[min(int(rng.paretovariate(0.8)) - 1, len(POPULAR) - 1)]
    number = int(rng.paretovariate(0.5)) % 200000
    name = WORDS[number % len(WORDS)] + WORDS[number // 7 % len(WORDS)] + str(number)
    return rng.choice(["www.", "www.", "", "blog.", "news."]) + name + TLDS[number % len(TLDS)]


def random_url(rng):
    url = rng.choice(["http://", "https://"]) + random_host(rng)
    for _ in range(rng.randrange(3)):
        url += "/" + str(rng.randrange(2000, 2020))
    url += "/" + "-".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 8)))
    kind = rng.random()
    if kind < 0.15:
        url += rng.choice([".jpg", ".png", ".gif", ".pdf"])
    elif kind < 0.6:
        url += rng.choice([".html", ".php", "/", ""])
    if rng.random() < 0.25:
        url += f"?id={rng.randrange(1000)}" + rng.choice(["", "&ref=rss", "&utm_source=twitter"])
    if rng.random() < 0.01:
        url = rng.choice(["http://x", url + " ", "www." + url, url.replace("/", "\\"), "http://a_b." + url[8:]])
    return url


def random_urls(count, rng):
    """`count` URLs, an eighth of them seen before."""
    urls = []
    for _ in range(count):
        urls.append(rng.choice(urls) if urls and rng.random() < 0.125 else random_url(rng))
    return urls


def random_post(rng, url):
    """A submission with about as many fields and bytes as Pushshift's."""
    return json.dumps({
        "archived": False, "author": f"user{rng.randrange(100000)}", "author_flair_css_class": None, "brand_safe": True,
        "created_utc": 1400000000 + rng.randrange(10**8), "domain": url.split("/")[2] if url.count("/") > 1 else "",
        "edited": False, "gilded": 0, "hide_score": False, "id": f"{rng.randrange(1 << 30):x}", "is_self": False,
        "link_flair_css_class": None, "link_flair_text": None, "locked": False, "media": None, "media_embed": {},
        "num_comments": rng.randrange(100), "over_18": rng.random() < 0.1, "permalink": "/r/news/comments/" + "x" * 40,
        "post_hint": "link", "preview": {"images": [{"id": "q" * 43, "resolutions": [
            {"height": 56, "url": "https://i.redditmedia.com/" + "r" * 60, "width": 108} for _ in range(3)]}]},
        "retrieved_on": 1500000000, "score": int(rng.paretovariate(0.6)) - 1, "secure_media": None, "selftext": "",
        "subreddit": rng.choice(["news", "pics", "science", "worldnews"]), "subreddit_id": "t5_2qh3l",
        "suggested_sort": None, "thumbnail": "default", "title": " ".join(rng.choice(WORDS) for _ in range(9)),
        "url": url.replace("&", "&amp;"), "whitelist_status": "all_ads",
    })  # fmt: skip
