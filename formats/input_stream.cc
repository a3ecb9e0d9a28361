#include "formats/input_stream.h"

#include <algorithm>
#include <utility>

#include "formats/decoders.h"
#include "formats/raw_input.h"

namespace owt::formats {
namespace {

class PlainInput : public InputStream {
 public:
  explicit PlainInput(std::unique_ptr<RawInput> raw) : raw_(std::move(raw)) {}

  size_t Read(char* out, size_t size) override { return raw_->Read(out, size); }

  uint64_t compressed_position() const override { return raw_->position(); }

 private:
  std::unique_ptr<RawInput> raw_;
};

}  // namespace

std::unique_ptr<InputStream> OpenInput(const std::string& path, const InputOptions& options) {
  auto raw = std::make_unique<RawInput>(path, 0, options.observer);
  const Compression compression = raw->Detect();
  if (compression == Compression::kNone) return std::make_unique<PlainInput>(std::move(raw));
  return NewDecoder(compression, std::move(raw), std::max(options.workers, 1));
}

std::unique_ptr<InputStream> OpenPlainAt(const std::string& path, uint64_t offset,
                                         RawObserver observer) {
  return std::make_unique<PlainInput>(
      std::make_unique<RawInput>(path, offset, std::move(observer)));
}

InputInfo ProbeInput(const std::string& path) {
  if (path == "-") return {};
  RawInput raw(path, 0, {});
  if (!raw.is_regular()) return {};
  return {true, raw.Detect() == Compression::kNone, raw.size()};
}

}  // namespace owt::formats
