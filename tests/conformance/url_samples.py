"""Generated URLs: real-looking ones, near misses of every rule, and noise."""

HOSTS = """example.org www.example.com news.bbc.co.uk amazon.de aws.amazon.com imgur.com i.imgur.com IMGUR.com
github.io foo.github.io a.b.c.d.example.net localhost 127.0.0.1 256.1.1.1 1.2.3.4.5 my_host.example.org -a.org a-.org
xn--p1ai.xn--p1ai пример.рф bücher.example shop.co.za za www.ck a.b.ck city.kawasaki.jp x.y.kawasaki.jp
video.google.com itunes.apple.com reddit.com old.reddit.com redd.it a..com .com com org. example.org. example。com
youtu.be blog.example.blogspot.com s3.amazonaws.com pvt.k12.ma.us foo.museum kym-cdn.com WALMART.COM news.com.au
[::1] [2001:db8::1] [v1.x] [1.2.3.4] [::1%eth0] [nothing] user@example.org user:pw@example.org example.org:80 example.org:
example.org:8080 example.org:99999 a.b a.bc é.fr KELVIN.org ısp.org ſun.org ١.٢.٣.٤ ℀.org""".split()
SCHEMES = ["http://", "http://", "https://", "https://", "HTTP://", "ftp://", "", "//", "http:/", "mailto:", "httpſ://", "h+t-t.p://"]
WORDS = "a b news story 2014 index The_Thing caf%C3%A9 %e4%b8%ad %zz %C3 naïve x+y a%2Bb ~me %7Eme ; ;p=1 .. a;b".split()
TAILS = """.html .pdf .PDF .jpg .7z .ai .7z.ai .tar.gz .gz .mKv .tif .js .json .py /  // .php .exe?x .png#top .txt;x""".split()
QUERIES = ["?a=1&b=2", "?b=2&a=1", "?a=1&amp;b=2", "?utm_source=x&id=3", "?", "?=x&y=", "?q=%20+x", "?a=1&a=1", "?a=é", "?a;b=1", "??x"]
FRAGMENTS = ["#top", "#", "#!x/y", "#a?b"]
NOISE = "aZ09-._/:?#@[]%;&=+ \t\n\r\x0b\x1c\x85\xa0\u2003\u3000\u212a\u017f\u0130\u0661é中\u2100\ufeff"


def random_host(random):
    labels = []
    for _ in range(random.randrange(1, 5)):
        labels.append("".join(random.choice("abcdefghijklmnopqrstuvwxyz0123456789-") for _ in range(random.randrange(1, 9))))
    return ".".join(labels) + random.choice([".com", ".org", ".co.uk", ".de", ".io", ".xyz", ".jp", ".ck", ""])


def random_url(random):
    if random.random() < 0.05:
        return "".join(random.choice(NOISE) for _ in range(random.randrange(30)))
    url = random.choice(SCHEMES) if random.random() < 0.3 else "http://"
    url += random.choice(HOSTS) if random.random() < 0.7 else random_host(random)
    for _ in range(random.randrange(4)):
        url += "/" + random.choice(WORDS)
    if random.random() < 0.4:
        url += random.choice(TAILS)
    if random.random() < 0.4:
        url += random.choice(QUERIES)
    if random.random() < 0.2:
        url += random.choice(FRAGMENTS)
    if random.random() < 0.15:
        at = random.randrange(len(url) + 1)
        url = url[:at] + random.choice(NOISE) + url[at:]
    return url
