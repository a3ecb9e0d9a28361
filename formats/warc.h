#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace owt::formats {

// WARC 1.0 and 1.1 (ISO 28500), read with tolerance: bare-LF headers, header names in any case,
// unknown types and fields, missing blank lines behind a record, versions 0.17 and 0.18.

// How the bytes of a file divide into records.
struct WarcCut {
  size_t end = 0;        // whole records, each with the two line ends behind it, end here
  bool garbage = false;  // what stands at `end` begins no record; FindWarcRecord leads behind it
  // Of the record at `end`, without blank lines, where its header is complete; else 0.
  uint64_t next_size = 0;
};

// Cuts `bytes`, which begin at a record. At the end of the file (`at_end`) a record without its
// trailing blank lines is whole. A record of more than `max_record` bytes is never whole. O(bytes).
WarcCut CutWarc(std::string_view bytes, bool at_end, uint64_t max_record = ~uint64_t{0});

// Where, behind the first byte, the next line begins that may begin a record; npos: nowhere.
size_t FindWarcRecord(std::string_view bytes);

// Bytes of the first of several whole records (as CutWarc found them), with the line ends behind
// it.
size_t WarcRecordSize(std::string_view bytes);

// One record. Views point into the bytes it was read from.
struct WarcRecord {
  std::string_view type;          // "response", "conversion", ...
  std::string_view target_uri;    // without angle brackets
  std::string_view content_type;  // of the block
  std::string_view block;
};

// Reads the record that `bytes` begins with; false where there is none.
bool ReadWarc(std::string_view bytes, WarcRecord* record);

// An HTTP/1.x answer as a response record holds it.
struct HttpAnswer {
  int status = 0;
  std::string_view content_type;  // "text/html", as written, without parameters
  std::string_view charset;       // parameter of the content type; empty where there is none
  std::string_view content_encoding;
  bool chunked = false;
  std::string_view body;  // as stored
};

// False where the block holds no HTTP answer.
bool ReadHttpAnswer(std::string_view block, HttpAnswer* answer);

// Takes chunking and compression (gzip, deflate) off the body into *decoded. Crawlers often leave
// the header where the body is decoded already: what does not look encoded is taken as it is; a
// body that is cut gives what can be decoded. Returns the reason to refuse it, or an empty text:
//   unsupported_encoding, corrupt_body, too_large (decoded, above `max_bytes`)
std::string_view DecodeHttpBody(const HttpAnswer& answer, size_t max_bytes, std::string* decoded);

}  // namespace owt::formats
