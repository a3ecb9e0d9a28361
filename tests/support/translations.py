"""Real text in many languages that test machines have: what the programs installed say to their users, by gettext's
catalogs (/usr/share/locale, some images leave them out), and the names of CLDR that the babel package brings."""

import gettext
import pathlib
import random

import babel


def read_catalog(path):
    try:
        with open(path, "rb") as file:
            catalog = gettext.GNUTranslations(file)._catalog
    except (OSError, UnicodeError, LookupError, ValueError):
        return []  # damaged, or in a charset that Python does not have
    return [text for key, text in catalog.items() if key and isinstance(text, str)]


def read_locale(name):
    """The names of languages, countries, scripts, currencies and months."""
    locale = babel.Locale.parse(name)
    tables = [locale.languages, locale.territories, locale.scripts, locale.currencies, locale.months["format"]["wide"]]
    return [str(text) for table in tables for text in dict(table).values()]


def documents(size):
    """(language, text) of about `size` bytes; each text is some lines of one of the catalogs or locales, drawn in an order
    that is the same each time."""
    paths = sorted(pathlib.Path("/usr/share/locale").glob("*/LC_MESSAGES/*.mo"))
    sources = [(path.parts[-3], read_catalog, path) for path in paths]
    sources += [(name, read_locale, name) for name in sorted(babel.localedata.locale_identifiers())]
    random.Random(1).shuffle(sources)
    share = max(4000, 2 * size // max(1, len(sources)))
    total = 0
    for start in range(0, 1 << 30, share):
        before = total
        for language, read, source in sources:
            text = piece(read(source), start, share)
            total += len(text.encode())
            if text:
                yield language, text
            if total >= size:
                return
        if total == before:
            return


def piece(texts, start, share):
    """The texts of which the first character is among `share` from `start` on, one a line."""
    lines, at = [], 0
    for text in texts:
        if at >= start + share:
            break
        if at >= start:
            lines.append(text)
        at += len(text) + 1
    return "\n".join(lines)
