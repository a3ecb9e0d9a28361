#include "formats/ngram_model.h"

#include "formats/arpa_reader.h"
#include "formats/input_stream.h"
#include "formats/kenlm_binary.h"
#include "pipeline/error.h"

namespace owt::formats {
namespace {

// True where the decompressed bytes are a binary file of KenLM's.
bool HoldsKenlmBinary(const std::string& path) {
  const std::unique_ptr<InputStream> input = OpenInput(path);
  std::string head(kKenlmMagicBytes, '\0');
  size_t size = 0;
  while (size < head.size()) {
    const size_t got = input->Read(head.data() + size, head.size() - size);
    if (got == 0) break;
    size += got;
  }
  return IsKenlmBinary(std::string_view(head).substr(0, size));
}

}  // namespace

NgramModel::NgramModel(const std::string& path) {
  const InputInfo info = ProbeInput(path);
  if (!info.is_regular) {
    throw Error(ErrorKind::kInput, "is no regular file, as a model must be", path);
  }
  if (!HoldsKenlmBinary(path)) {
    entries_ = ReadArpa(*OpenInput(path), path);
    tables_ = entries_->Finish();
    return;
  }
  if (!info.is_plain) {
    throw Error(ErrorKind::kInput,
                "is a compressed KenLM model, which cannot be mapped: decompress it", path);
  }
  file_.emplace(path);
  tables_ = ParseKenlmBinary(file_->bytes(), path);
}

}  // namespace owt::formats
