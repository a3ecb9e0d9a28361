#include "formats/warc.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace owt::formats {
namespace {

constexpr std::string_view kMagic = "WARC/";
constexpr size_t kMaxTrailer = 4;
constexpr size_t kMaxHeader = size_t{1} << 16;  // of a record or an answer; longer is no header

bool EqualsIgnoringCase(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Takes the first line off `rest`, without its end.
std::string_view TakeLine(std::string_view* rest) {
  const size_t newline = rest->find('\n');
  std::string_view line = rest->substr(0, newline);
  rest->remove_prefix(newline == std::string_view::npos ? rest->size() : newline + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

struct Field {
  std::string_view name;
  std::string_view value;
};

// A line of a header as name and value; the name is empty where there is no colon.
Field SplitField(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  return {Trim(line.substr(0, colon)), Trim(line.substr(colon + 1))};
}

// Size of the header with its empty line; 0 where `bytes` end first.
size_t HeaderSize(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kMaxHeader);
  for (size_t line = 0; line < head.size();) {
    const size_t newline = head.find('\n', line);
    if (newline == std::string_view::npos) return 0;
    const size_t length = newline - line;
    if (length == 0 || (length == 1 && head[line] == '\r')) return newline + 1;
    line = newline + 1;
  }
  return 0;
}

bool ParseLength(std::string_view text, uint64_t* length) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *length);
  return error == std::errc{} && end == text.data() + text.size() && *length <= uint64_t{1} << 62;
}

// Size of header and block of the record at the start of `bytes`; 0 where the header is not
// complete or says no length.
uint64_t RecordSize(std::string_view bytes) {
  const size_t header_size = HeaderSize(bytes);
  if (header_size == 0) return 0;
  std::string_view header = bytes.substr(0, header_size);
  while (!header.empty()) {
    const Field field = SplitField(TakeLine(&header));
    uint64_t length = 0;
    if (EqualsIgnoringCase(field.name, "content-length") && ParseLength(field.value, &length)) {
      return header_size + length;
    }
  }
  return 0;
}

// Bytes of the two line ends behind a record, as far as they are there.
size_t TrailerSize(std::string_view bytes) {
  return std::min({bytes.find_first_not_of("\r\n"), bytes.size(), kMaxTrailer});
}

bool LooksChunked(std::string_view body) {
  size_t digits = 0;
  while (digits < body.size() && std::isxdigit(static_cast<unsigned char>(body[digits]))) ++digits;
  if (digits == 0 || digits > 8) return false;
  const size_t end = body.find_first_not_of(" \t", digits);
  return end != std::string_view::npos &&
         (body[end] == '\r' || body[end] == '\n' || body[end] == ';');
}

// RFC 9112, section 7.1; stops at the first thing that is no chunk.
std::string Unchunk(std::string_view body) {
  std::string out;
  while (LooksChunked(body)) {
    const std::string_view line = TakeLine(&body);
    uint64_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (size == 0) break;
    out.append(body.substr(0, static_cast<size_t>(std::min<uint64_t>(size, body.size()))));
    body.remove_prefix(static_cast<size_t>(std::min<uint64_t>(size, body.size())));
    TakeLine(&body);
  }
  return out;
}

bool LooksGzipped(std::string_view body) { return body.substr(0, 2) == "\x1f\x8b"; }

bool LooksZlibbed(std::string_view body) {
  if (body.size() < 2) return false;
  const unsigned first = static_cast<unsigned char>(body[0]);
  const unsigned second = static_cast<unsigned char>(body[1]);
  return (first & 0x0F) == 8 && (first * 256 + second) % 31 == 0;
}

// gzip or zlib by its header, or bare deflate.
std::string_view Inflate(std::string_view body, bool bare, size_t max_bytes, std::string* out) {
  z_stream stream{};
  constexpr int kMaxWindow = 15;
  constexpr int kDetectHeader = 32;
  if (inflateInit2(&stream, bare ? -kMaxWindow : kMaxWindow + kDetectHeader) != Z_OK) {
    return "corrupt_body";
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(std::min<size_t>(body.size(), ~uInt{0}));
  std::array<char, 1 << 16> chunk;
  int code = Z_OK;
  while (code == Z_OK && out->size() <= max_bytes) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    code = inflate(&stream, Z_NO_FLUSH);
    out->append(chunk.data(), chunk.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (out->size() > max_bytes) return "too_large";
  // A body that was cut still has its beginning.
  return out->empty() && code != Z_STREAM_END ? "corrupt_body" : "";
}

}  // namespace

WarcCut CutWarc(std::string_view bytes, bool at_end, uint64_t max_record) {
  WarcCut cut;
  while (cut.end < bytes.size()) {
    const std::string_view rest = bytes.substr(cut.end);
    if (rest.substr(0, kMagic.size()) != kMagic.substr(0, rest.size())) {
      cut.garbage = true;
      return cut;
    }
    const uint64_t size = RecordSize(rest);
    if (size == 0) {
      cut.garbage = HeaderSize(rest) != 0 || rest.size() >= kMaxHeader || at_end;
      return cut;
    }
    cut.next_size = size;
    if (size > max_record) return cut;
    if (size > rest.size()) {
      cut.garbage = at_end;
      return cut;
    }
    const size_t blanks = TrailerSize(rest.substr(static_cast<size_t>(size)));
    if (blanks < kMaxTrailer && size + blanks == rest.size() && !at_end) return cut;
    cut.end += static_cast<size_t>(size) + blanks;
    cut.next_size = 0;
  }
  return cut;
}

size_t FindWarcRecord(std::string_view bytes) {
  const size_t found = bytes.find("\nWARC/", std::min<size_t>(1, bytes.size()));
  return found == std::string_view::npos ? found : found + 1;
}

size_t WarcRecordSize(std::string_view bytes) {
  const auto size = static_cast<size_t>(std::min<uint64_t>(RecordSize(bytes), bytes.size()));
  if (size == 0) return bytes.size();
  return size + TrailerSize(bytes.substr(size));
}

bool ReadWarc(std::string_view bytes, WarcRecord* record) {
  *record = WarcRecord();
  const uint64_t size = RecordSize(bytes);
  if (bytes.substr(0, kMagic.size()) != kMagic || size == 0 || size > bytes.size()) return false;
  const size_t header_size = HeaderSize(bytes);
  std::string_view header = bytes.substr(0, header_size);
  record->block = bytes.substr(header_size, static_cast<size_t>(size) - header_size);
  while (!header.empty()) {
    const Field field = SplitField(TakeLine(&header));
    if (EqualsIgnoringCase(field.name, "warc-type")) record->type = field.value;
    if (EqualsIgnoringCase(field.name, "warc-target-uri")) record->target_uri = field.value;
    if (EqualsIgnoringCase(field.name, "content-type")) record->content_type = field.value;
  }
  std::string_view& uri = record->target_uri;
  if (uri.size() >= 2 && uri.front() == '<' && uri.back() == '>')
    uri = uri.substr(1, uri.size() - 2);
  return true;
}

bool ReadHttpAnswer(std::string_view block, HttpAnswer* answer) {
  *answer = HttpAnswer();
  if (block.substr(0, 5) != "HTTP/") return false;
  size_t header_size = HeaderSize(block);
  if (header_size == 0) header_size = std::min(block.size(), kMaxHeader);  // an answer without body
  std::string_view header = block.substr(0, header_size);
  answer->body = block.substr(header_size);
  const std::string_view status_line = TakeLine(&header);
  const size_t space = status_line.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view code = Trim(status_line.substr(space)).substr(0, 3);
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), answer->status);
  if (error != std::errc{} || end != code.data() + code.size()) return false;
  while (!header.empty()) {
    const Field field = SplitField(TakeLine(&header));
    if (EqualsIgnoringCase(field.name, "content-encoding")) answer->content_encoding = field.value;
    if (EqualsIgnoringCase(field.name, "transfer-encoding")) {
      answer->chunked = EqualsIgnoringCase(field.value, "chunked");
    }
    if (!EqualsIgnoringCase(field.name, "content-type")) continue;
    answer->content_type = Trim(field.value.substr(0, field.value.find(';')));
    for (size_t at = field.value.find(';'); at != std::string_view::npos;
         at = field.value.find(';', at + 1)) {
      const std::string_view parameter = Trim(field.value.substr(at + 1));
      if (!EqualsIgnoringCase(parameter.substr(0, 8), "charset=")) continue;
      const std::string_view value = parameter.substr(8, parameter.find(';') - 8);
      const size_t first = value.find_first_not_of(" \"'");
      if (first == std::string_view::npos) break;
      answer->charset = value.substr(first, value.find_last_not_of(" \"'") - first + 1);
      break;
    }
  }
  return true;
}

std::string_view DecodeHttpBody(const HttpAnswer& answer, size_t max_bytes, std::string* decoded) {
  decoded->clear();
  std::string unchunked;
  std::string_view body = answer.body;
  if (answer.chunked && LooksChunked(body)) {
    unchunked = Unchunk(body);
    body = unchunked;
  }
  const std::string_view encoding = answer.content_encoding;
  const bool gzip = EqualsIgnoringCase(encoding, "gzip") || EqualsIgnoringCase(encoding, "x-gzip");
  const bool deflate = EqualsIgnoringCase(encoding, "deflate");
  // Whatever it says, text does not begin like that.
  if (LooksGzipped(body)) return Inflate(body, false, max_bytes, decoded);
  const bool is_markup = body.substr(0, 256).find('<') != std::string_view::npos;
  if (deflate && LooksZlibbed(body)) return Inflate(body, false, max_bytes, decoded);
  if (deflate && !is_markup && !body.empty()) return Inflate(body, true, max_bytes, decoded);
  const bool plain = encoding.empty() || EqualsIgnoringCase(encoding, "identity") || is_markup;
  if (!plain && !gzip && !deflate) return "unsupported_encoding";
  if (body.size() > max_bytes) return "too_large";
  decoded->assign(body);
  return {};
}

}  // namespace owt::formats
