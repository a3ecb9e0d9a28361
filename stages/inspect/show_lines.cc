#include "stages/inspect/show_lines.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string_view>

#include "formats/document_map.h"
#include "pipeline/buffer.h"
#include "pipeline/error.h"
#include "stages/inspect/excerpt.h"

namespace owt::inspect {
namespace {

using formats::FileKind;

// Calls on_line(ordinal, line) until it says false, and says how many lines it saw. Behind a line
// kPadding bytes are readable.
uint64_t ForEachRecord(Source& lines,
                       const std::function<bool(uint64_t, std::string_view)>& on_line,
                       uint64_t* num_too_large, uint64_t* num_bytes) {
  Batch batch;
  uint64_t ordinal = 0;
  bool go_on = true;
  while (go_on && lines.Next(&batch)) {
    const std::string_view bytes = batch.bytes.view();
    formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
      if (go_on) go_on = on_line(ordinal++, bytes.substr(begin, end - begin));
    });
    *num_too_large += batch.bad.size();
    *num_bytes +=
        batch.end.file == batch.begin.file ? batch.end.offset - batch.begin.offset : bytes.size();
  }
  return ordinal;
}

class Lines {
 public:
  Lines(FileKind kind, const DocumentKeys& keys)
      // A side line is read as a document whose text is the reason and whose url is the stage.
      : parser_(kind == FileKind::kSideLines ? DocumentKeys{"reason", "stage"} : keys),
        kind_(kind) {}

  void Count(std::string_view line) {
    if (kind_ != FileKind::kSideLines) return;
    const std::string_view bad = parser_.Parse(line, &document_);
    ++reasons_[bad.empty() ? fmt::format("{}: {}", Excerpt(document_.url(), 50),
                                         Excerpt(document_.text(), 50))
                           : fmt::format("(line not readable: {})", bad)];
  }

  std::string Show(uint64_t ordinal, std::string_view line) {
    if (kind_ == FileKind::kUrlList) return fmt::format("  {}\n", Excerpt(line, kExcerptBytes));
    const std::string_view bad = parser_.Parse(line, &document_);
    if (!bad.empty()) return fmt::format("  record {}: bad ({})\n", ordinal, bad);
    if (kind_ == FileKind::kSideLines) {
      return fmt::format(
          "  {} at {}: {}: {}\n", Field("file"), Field("offset"), Excerpt(document_.text(), 50),
          Excerpt(Field(document_.Json("record") ? "record" : "record_base64"), kExcerptBytes));
    }
    const std::string url =
        document_.url().empty() ? "" : " from " + Excerpt(document_.url(), kExcerptBytes);
    return fmt::format("  record {}, {} bytes of text{}: {}\n", ordinal,
                       Grouped(document_.text().size()), url,
                       Excerpt(document_.text(), kExcerptBytes));
  }

  // The text of the document in `line`; the reason in *bad where it has none.
  std::string Text(std::string_view line, std::string* bad) {
    if (kind_ != FileKind::kDocuments) return std::string(line);
    *bad = parser_.Parse(line, &document_);
    return std::string(bad->empty() ? document_.text() : "");
  }

  const std::map<std::string, uint64_t>& reasons() const { return reasons_; }

 private:
  std::string Field(std::string_view key) const {
    return Excerpt(document_.Json(key).value_or("?"), kExcerptBytes);
  }

  DocumentParser parser_;
  Document document_;
  FileKind kind_;
  std::map<std::string, uint64_t> reasons_;
};

}  // namespace

std::string ShowLines(FileKind kind, const std::string& path, const DocumentKeys& keys,
                      uint64_t head, Source& source) {
  Lines lines(kind, keys);
  std::string shown;
  uint64_t num_too_large = 0;
  uint64_t num_bytes = 0;
  const auto on_line = [&](uint64_t ordinal, std::string_view line) {
    lines.Count(line);
    if (ordinal < head) shown += lines.Show(ordinal, line);
    return true;
  };
  const uint64_t count = ForEachRecord(source, on_line, &num_too_large, &num_bytes);
  std::string text = fmt::format("{}: {}\n  {} lines, {} bytes uncompressed\n", path,
                                 FileKindName(kind), Grouped(count), Grouped(num_bytes));
  if (num_too_large > 0) text += fmt::format("  {} more, too large to read\n", num_too_large);
  for (const auto& [reason, number] : lines.reasons()) {
    text += fmt::format("  {:>12} {}\n", Grouped(number), reason);
  }
  return text + shown;
}

std::string LineText(FileKind kind, const std::string& path, const DocumentKeys& keys,
                     uint64_t wanted, Source& source) {
  Lines lines(kind, keys);
  std::string text, bad;
  uint64_t num_too_large = 0;
  uint64_t num_bytes = 0;
  const auto on_line = [&](uint64_t ordinal, std::string_view line) {
    if (ordinal == wanted) text = lines.Text(line, &bad);
    return ordinal < wanted;
  };
  const uint64_t count = ForEachRecord(source, on_line, &num_too_large, &num_bytes);
  if (wanted >= count) {
    throw Error(ErrorKind::kUsage,
                fmt::format("there is no record {}; there are {}, counted from 0", wanted, count),
                path);
  }
  if (!bad.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("record {} is bad: {}", wanted, bad), path);
  }
  return text;
}

}  // namespace owt::inspect
