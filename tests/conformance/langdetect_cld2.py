#!/usr/bin/env python3
"""Compares the language of generated texts with pycld2's answers.

    pip install pycld2
    tests/conformance/langdetect_cld2.py build/release/bin/text_probe [--texts 100000] [--seed 1]

Texts are cuts and mixtures of the Universal Declaration's first article in many languages, of any length, without
hints and with them. Prints
what was compared; exits 1 at the first difference.
"""

import argparse
import random
import sys

import pycld2

from probe import ask

ARTICLE_1 = [
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen.",
    "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
    "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
    "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de consciência, devem agir uns para com os outros em espírito de fraternidade.",
    "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e di coscienza e devono agire gli uni verso gli altri in spirito di fratellanza.",
    "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand en geweten, en behoren zich jegens elkander in een geest van broederschap te gedragen.",
    "Alla människor är födda fria och lika i värde och rättigheter. De är utrustade med förnuft och samvete och bör handla gentemot varandra i en anda av broderskap.",
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa.",
    "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
    "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю і повинні діяти у відношенні один до одного в дусі братерства.",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι προικισμένοι με λογική και συνείδηση.",
    "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג איש ברעהו ברוח של אחווה.",
    "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق، وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء.",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है।",
    "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。",
    "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心,並應以兄弟關係的精神相對待。",
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler.",
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo hóa ban cho lý trí và lương tâm.",
    "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä.",
    "Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama. Mereka dikaruniai akal dan hati nurani dan hendaknya bergaul satu sama lain dalam semangat persaudaraan.",
    "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, hivyo yapasa watendeane kindugu.",
]  # fmt: skip

NOISE = ["", " ", "\n", " 12345 ", "???", "http://example.com/a?b=c ", "<b>", "&amp;", "\U0001f600", " x ", "\t", "— ", "foo@example.org "]

# For owt, and the same for pycld2.
HINTS = [
    (["best"], {"bestEffort": True}),
    (["tld=de"], {"hintTopLevelDomain": "de"}),
    (["tld=ID"], {"hintTopLevelDomain": "ID"}),
    (["http=pt-BR,en"], {"hintLanguageHTTPHeaders": "pt-BR,en"}),
    (["http=nonsense, sr-Latn, zh-Hant", "tld=no"],
     {"hintLanguageHTTPHeaders": "nonsense, sr-Latn, zh-Hant", "hintTopLevelDomain": "no"}),
    (["best", "tld=fr", "http=fr"],
     {"bestEffort": True, "hintTopLevelDomain": "fr", "hintLanguageHTTPHeaders": "fr"}),
]


def modern(code):
    return {"iw": "he", "jw": "jv", "un": "und"}.get(code, "und" if code[:2] in ("xx", "zz") else code)


def random_text(rng):
    parts = []
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        article = rng.choice(ARTICLE_1)
        start = rng.randrange(len(article))
        parts.append(article[start : start + rng.choice([5, 15, 40, 100, 400])])
        parts.append(rng.choice(NOISE))
    return "".join(parts) * rng.choice([1, 1, 1, 1, 2, 20])


def compare(program, texts, hints, options):
    """The answers, which are pycld2's."""
    answers = []
    for text, answer in zip(texts, ask(program, ["language", *hints], [text.encode("utf-8") for text in texts])):
        reliable, _, details = pycld2.detect(text, isPlainText=True, **options)
        wanted = f"{modern(details[0][1]) if reliable else 'und'} {details[0][2]}"
        answers.append(answer.decode())
        if answers[-1] != wanted:
            sys.exit(f"DIFFERENT {hints}: {text!r}\n  pycld2 {wanted}\n  owt    {answers[-1]}")
    return answers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    texts = [random_text(rng) for _ in range(arguments.texts)]
    plain = compare(arguments.program, texts, [], {})
    for hints, options in HINTS:
        part = texts[: len(texts) // 10]
        if compare(arguments.program, part, hints, options) == plain[: len(part)]:
            sys.exit(f"{hints}: the hints change no answer")
    print(f"{len(texts)} texts (seed {arguments.seed}): language and share equal, a tenth of them also with each of "
          f"{len(HINTS)} sets of hints; {len({answer.split()[0] for answer in plain})} codes seen")


if __name__ == "__main__":
    main()
