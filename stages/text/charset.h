#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace owt::text {

// What told the encoding of a page.
enum class CharsetSource { kByteOrderMark, kValidUtf8, kTransport, kMeta, kDetector, kDefault };

// A page in UTF-8.
struct DecodedPage {
  bool as_is = false;  // the page was valid UTF-8 and needs no copy; `decoded` is empty
  std::string decoded;
  std::string_view encoding;  // canonical name of the Encoding Standard, in lower case
  CharsetSource source = CharsetSource::kDefault;
  size_t num_replaced = 0;  // malformed sequences, now U+FFFD

  // The text; `page` is what DecodePage was given.
  std::string_view Utf8(std::string_view page) const {
    return as_is ? page : std::string_view(decoded);
  }
};

// The canonical name of an encoding label (Encoding Standard, section 4.2), blanks around it and
// ASCII case ignored: "latin1" is "windows-1252", "gb2312" is "gbk". Empty for an unknown label.
std::string_view CanonicalEncoding(std::string_view label);

// The label that the markup itself declares, by <meta charset>, <meta http-equiv> or an XML
// declaration; the whole head is read (of 1,032 real pages 131 had it beyond the 1,024 bytes that
// the standard looks at). Empty where there is none.
std::string_view DeclaredCharset(std::string_view page);

// Decodes a page. The order: byte order mark; valid UTF-8 as a whole (but for
// ISO-2022-JP, which a label must name); the label of the transport
// (`http_charset`, may be empty); the declared label; the detector; windows-1252. A label whose
// decoding is mostly wrong passes the turn on. Pages with a few bad sequences in otherwise good
// UTF-8 stay UTF-8. The output is always valid UTF-8. O(page); the storage takes at most
// 3 bytes for each byte of `page`. Thread-safe.
DecodedPage DecodePage(std::string_view page, std::string_view http_charset);

}  // namespace owt::text
