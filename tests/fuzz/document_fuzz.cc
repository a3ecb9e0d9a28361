// Lines of any bytes as documents: a reason, or a text that is valid UTF-8 and a record that comes
// out byte for byte. A changed record reads back as what was changed, and keeps its other fields.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "formats/document.h"
#include "pipeline/buffer.h"
#include "pipeline/utf8.h"

namespace {

// The line with exactly the padding that the parser may read, so that one byte more is caught.
class PaddedLine {
 public:
  explicit PaddedLine(std::string_view line)
      : size_(line.size()), bytes_(new char[line.size() + owt::Buffer::kPadding]) {
    if (!line.empty()) std::memcpy(bytes_.get(), line.data(), line.size());
    std::memset(bytes_.get() + size_, '"', owt::Buffer::kPadding);
  }

  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static owt::DocumentParser parser({});
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const PaddedLine line(input.substr(0, input.find('\n')));
  owt::Document document;
  if (!parser.Parse(line.view(), &document).empty()) return 0;
  if (owt::FindInvalidUtf8(document.text()) != std::string_view::npos) abort();
  if (owt::FindInvalidUtf8(document.url()) != std::string_view::npos) abort();
  std::string same;
  document.AppendLine(&same);
  if (same != std::string(line.view()) + "\n") abort();

  const std::string text = std::string(document.text()) + "\"\\\n\x1F\u00E9";
  const std::string url(document.url());
  const bool has_url = document.Json("url").has_value();
  document.SetText(text);
  document.SetNumber("score", 0.5);
  std::string changed;
  document.AppendLine(&changed);
  if (changed.find('\n') != changed.size() - 1) abort();
  const PaddedLine again(std::string_view(changed).substr(0, changed.size() - 1));
  owt::Document read;
  if (!parser.Parse(again.view(), &read).empty()) abort();
  if (read.text() != text || read.url() != url || read.Json("url").has_value() != has_url) abort();
  if (read.Json("score") != "0.5") abort();
  return 0;
}
