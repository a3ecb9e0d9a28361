// The order of evidence is the Encoding Standard's with one change that measurements suggest: a
// page that is valid UTF-8 as a whole is UTF-8, whatever its labels say (97 % of pages are; no
// legacy page of more than a few bytes passes by luck).
#include "stages/text/charset.h"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "pipeline/utf8.h"
#include "stages/text/html_tokens.h"

namespace owt::text {
namespace {

struct Label {
  std::string_view label;
  std::string_view encoding;
};

constexpr Label kLabels[] = {
#include "stages/text/charset_labels.inc"
};

struct ByteOrderMark {
  std::string_view bytes;
  std::string_view encoding;
};

constexpr ByteOrderMark kByteOrderMarks[] = {
    {"\xEF\xBB\xBF", "utf-8"}, {"\xFE\xFF", "utf-16be"}, {"\xFF\xFE", "utf-16le"}};

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The converter of ICU that decodes as the Encoding Standard does, where the name differs.
const char* IcuName(std::string_view encoding) {
  constexpr std::array<std::pair<std::string_view, const char*>, 6> kNames = {{
      {"shift_jis", "ibm-943_P15A-2003"},
      {"euc-kr", "windows-949"},
      {"gbk", "gb18030"},
      {"big5", "Big5-HKSCS"},
      {"iso-8859-8-i", "ISO-8859-8"},
      {"ibm866", "ibm-866"},
  }};
  for (const auto& [name, icu] : kNames) {
    if (name == encoding) return icu;
  }
  return encoding.data();  // the table's names are literals, so they end with NUL
}

struct Utf8Count {
  size_t num_good = 0;  // sequences of two bytes and more
  size_t num_bad = 0;   // maximal subparts of ill-formed ones
};

Utf8Count CountUtf8(std::string_view text) {
  Utf8Count count;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = DecodeUtf8(text, at);
    if (!c.valid) ++count.num_bad;
    if (c.valid && c.length > 1) ++count.num_good;
    at += c.length;
  }
  return count;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

using Converter = std::unique_ptr<UConverter, CloseConverter>;

// Decodes by ICU into `out`; false where this ICU has no such converter.
bool DecodeByIcu(std::string_view page, std::string_view encoding, std::string* out,
                 size_t* num_replaced) {
  UErrorCode status = U_ZERO_ERROR;
  const Converter source(ucnv_open(IcuName(encoding), &status));
  if (U_FAILURE(status)) return false;
  const Converter target(ucnv_open("UTF-8", &status));
  if (U_FAILURE(status)) return false;
  out->clear();
  constexpr size_t kChunk = size_t{1} << 16;
  std::array<UChar, 4096> pivot;
  UChar* pivot_from = pivot.data();
  UChar* pivot_to = pivot.data();
  const char* in = page.data();
  const char* const in_end = page.data() + page.size();
  bool first = true;
  do {
    const size_t before = out->size();
    out->resize(before + kChunk);
    char* to = out->data() + before;
    status = U_ZERO_ERROR;
    ucnv_convertEx(target.get(), source.get(), &to, out->data() + out->size(), &in, in_end,
                   pivot.data(), &pivot_from, &pivot_to, pivot.data() + pivot.size(), first, true,
                   &status);
    first = false;
    out->resize(static_cast<size_t>(to - out->data()));
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  if (U_FAILURE(status)) return false;
  *num_replaced = 0;
  for (size_t at = 0; (at = out->find(kReplacement, at)) != std::string::npos; at += 3) {
    ++*num_replaced;
  }
  return true;
}

// Fills all of `result` but its source; false where the encoding cannot be decoded here.
bool Decode(std::string_view page, std::string_view encoding, DecodedPage* result) {
  result->encoding = encoding;
  if (encoding == "utf-8") {
    result->num_replaced = CountUtf8(page).num_bad;
    result->decoded = ReplaceInvalidUtf8(page);
    return true;
  }
  return DecodeByIcu(page, encoding, &result->decoded, &result->num_replaced);
}

// The detector's name for the bytes, as a canonical name; empty where it cannot tell.
std::string_view Detect(std::string_view page) {
  constexpr size_t kMaxBytes = size_t{1} << 18;  // more tells it nothing new
  const std::unique_ptr<struct uchardet, void (*)(uchardet_t)> detector(uchardet_new(),
                                                                        uchardet_delete);
  if (uchardet_handle_data(detector.get(), page.data(), std::min(page.size(), kMaxBytes)) != 0) {
    return {};
  }
  uchardet_data_end(detector.get());
  const std::string_view name = uchardet_get_charset(detector.get());
  return name == "UHC" ? "euc-kr" : CanonicalEncoding(name);
}

// A declared label that can only be a mistake: UTF-16 could not have been read as markup.
std::string_view UsableInMarkup(std::string_view encoding) {
  if (encoding == "utf-16le" || encoding == "utf-16be") return "utf-8";
  if (encoding == "x-user-defined") return "windows-1252";
  return encoding == "replacement" ? std::string_view() : encoding;
}

std::string_view CharsetInContent(std::string_view content) {
  constexpr std::string_view kKey = "charset";
  for (size_t at = 0; at + kKey.size() < content.size(); ++at) {
    bool same = true;
    for (size_t i = 0; i < kKey.size() && same; ++i) same = (content[at + i] | 0x20) == kKey[i];
    if (!same) continue;
    size_t from = content.find_first_not_of(" \t\r\n\f", at + kKey.size());
    if (from == std::string_view::npos || content[from] != '=') continue;
    from = content.find_first_not_of(" \t\r\n\f\"'", from + 1);
    if (from == std::string_view::npos) return {};
    const size_t end = content.find_first_of(" \t\r\n\f;,\"'", from);
    return content.substr(from, end == std::string_view::npos ? end : end - from);
  }
  return {};
}

std::string_view XmlEncoding(std::string_view page) {
  if (!StartsWith(page, "<?xml")) return {};
  const std::string_view head = page.substr(0, std::min(page.find('>'), size_t{512}));
  const size_t key = head.find("encoding");
  if (key == std::string_view::npos) return {};
  const size_t quote = head.find_first_of("\"'", key);
  if (quote == std::string_view::npos) return {};
  const size_t end = head.find(head[quote], quote + 1);
  if (end == std::string_view::npos) return {};
  return head.substr(quote + 1, end - quote - 1);
}

// Mostly right: at most one replacement in 100 bytes beyond ASCII, or a handful.
bool IsPlausible(size_t num_replaced, size_t num_beyond_ascii) {
  return num_replaced <= 3 + num_beyond_ascii / 100;
}

// ISO-2022-JP is ASCII with escape sequences, so that it passes for UTF-8; only a label tells.
constexpr std::string_view kEscapedJapanese = "iso-2022-jp";

bool IsEscapedJapanese(std::string_view page, std::string_view http_charset) {
  if (page.find("\x1B$") == std::string_view::npos) return false;
  return CanonicalEncoding(http_charset) == kEscapedJapanese ||
         CanonicalEncoding(DeclaredCharset(page)) == kEscapedJapanese;
}

}  // namespace

std::string_view CanonicalEncoding(std::string_view label) {
  constexpr std::string_view kBlanks = " \t\r\n\f";
  const size_t first = label.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  label = label.substr(first, label.find_last_not_of(kBlanks) - first + 1);
  std::array<char, 32> lower;
  if (label.size() > lower.size()) return {};
  for (size_t i = 0; i < label.size(); ++i) {
    lower[i] = label[i] >= 'A' && label[i] <= 'Z' ? static_cast<char>(label[i] + 32) : label[i];
  }
  const std::string_view key(lower.data(), label.size());
  const auto* found =
      std::lower_bound(std::begin(kLabels), std::end(kLabels), key,
                       [](const Label& row, std::string_view value) { return row.label < value; });
  return found != std::end(kLabels) && found->label == key ? found->encoding : std::string_view();
}

std::string_view DeclaredCharset(std::string_view page) {
  if (const std::string_view xml = XmlEncoding(page); !xml.empty()) return xml;
  constexpr size_t kMaxHead = size_t{1} << 20;
  HtmlTokenizer tokenizer(page.substr(0, kMaxHead));
  HtmlToken token;
  while (tokenizer.Next(&token)) {
    if (token.kind == HtmlToken::kEndTag && token.tag == Tag::kHead) break;
    if (token.kind != HtmlToken::kStartTag) continue;
    if (token.tag == Tag::kBody) break;
    if (token.tag != Tag::kMeta) continue;
    if (token.Has(Attribute::kCharset)) {
      return token.attributes[static_cast<size_t>(Attribute::kCharset)];
    }
    if (!token.Has(Attribute::kContent)) continue;
    const std::string_view label =
        CharsetInContent(token.attributes[static_cast<size_t>(Attribute::kContent)]);
    if (!label.empty()) return label;
  }
  return {};
}

DecodedPage DecodePage(std::string_view page, std::string_view http_charset) {
  DecodedPage result;
  for (const ByteOrderMark& mark : kByteOrderMarks) {
    if (!StartsWith(page, mark.bytes)) continue;
    if (Decode(page.substr(mark.bytes.size()), mark.encoding, &result)) {
      result.source = CharsetSource::kByteOrderMark;
      return result;
    }
  }
  result.source = CharsetSource::kValidUtf8;
  result.encoding = "utf-8";
  const bool valid = FindInvalidUtf8(page) == std::string_view::npos;
  result.as_is = valid && !IsEscapedJapanese(page, http_charset);
  if (result.as_is) return result;
  if (valid && Decode(page, kEscapedJapanese, &result)) {
    result.source = CharsetSource::kMeta;
    return result;
  }
  // Cut or mixed pages are good UTF-8 with a few bad bytes; legacy text has next to no good
  // sequences.
  const Utf8Count count = CountUtf8(page);
  if (count.num_bad * 10 <= count.num_good) {
    Decode(page, "utf-8", &result);
    return result;
  }
  const size_t num_beyond_ascii = static_cast<size_t>(
      std::count_if(page.begin(), page.end(), [](char c) { return (c & 0x80) != 0; }));
  const auto accept = [&](std::string_view encoding, CharsetSource source) {
    result.source = source;
    return !encoding.empty() && Decode(page, encoding, &result) &&
           IsPlausible(result.num_replaced, num_beyond_ascii);
  };
  if (accept(UsableInMarkup(CanonicalEncoding(http_charset)), CharsetSource::kTransport) ||
      accept(UsableInMarkup(CanonicalEncoding(DeclaredCharset(page))), CharsetSource::kMeta) ||
      accept(Detect(page), CharsetSource::kDetector)) {
    return result;
  }
  result.source = CharsetSource::kDefault;
  if (!Decode(page, "windows-1252", &result)) Decode(page, "utf-8", &result);
  return result;
}

}  // namespace owt::text
