#pragma once

#include <string>
#include <string_view>

#include "formats/record_source.h"
#include "formats/warc.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::stages::extract {

// How `extract` reads a file: WARC by its first bytes or its name, JSON lines where it begins with
// '{', else one page a file.
formats::RecordKind KindOf(const std::string& path, std::string_view first);

// Markup in its first 64 KiB, and no sign of binary data.
bool LooksLikeHtml(std::string_view bytes);

// Makes documents {"text", "url", "title"} from the records of `source`:
//   - a file: its address is its path;
//   - a line of JSON: the field `html_key` becomes the text, other fields stay as they are;
//   - a WARC response with status 2xx, and a conversion, which is text already.
// Drops not_html, empty_text and, of WARC records, not_a_page (requests, metadata, ...) and
// http_status; quarantines malformed_warc, no_http_answer, the reasons of formats/warc.h,
// invalid_utf8 and nul_in_text of conversions, and what is wrong with JSON (formats/document.h; a
// record that has a text besides its page is "duplicate_key"). Thread-safe.
class ExtractTransform : public BatchTransform {
 public:
  // Both must outlive the transform.
  ExtractTransform(const RunContext& context, const formats::RecordSource& source,
                   std::string html_key)
      : context_(context), source_(source), html_key_(std::move(html_key)) {}

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  // A page and the bytes of the batch that it came in.
  struct Page {
    std::string_view html;
    std::string_view charset;
    std::string_view url;
    size_t begin;
    size_t end;
  };

  void AddPage(const Page& page, BatchResult* result) const;
  void AddText(const Page& page, BatchResult* result) const;
  void AddWarc(std::string_view bytes, size_t begin, size_t end, BatchResult* result) const;
  void AddWarcs(const Batch& batch, BatchResult* result) const;
  void AddJsonLines(const Batch& batch, BatchResult* result) const;
  void AppendRecord(std::string_view text, std::string_view url, std::string_view title,
                    BatchResult* result) const;

  const RunContext& context_;
  const formats::RecordSource& source_;
  std::string html_key_;
};

}  // namespace owt::stages::extract
