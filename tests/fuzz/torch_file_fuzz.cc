// Any bytes as a model of another program: an Error, or a file whose tensors can all be read. By
// the first byte: the whole file (a ZIP archive, pickles in a row, llm.c's), or a pickle that is
// put into an archive with a storage of 64 bytes, so that its checksums and lengths are right.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/torch_file.h"
#include "pipeline/error.h"
#include "tests/support/torch_file_bytes.h"
#include "trainer/checkpoint/parameter_list.h"
#include "trainer/checkpoint/stored_model.h"

namespace {

// Touches every element, so that the sanitizers see a view that leaves its storage.
void ReadAll(const owt::formats::TensorView& view) {
  uint64_t count = 0;
  if (!owt::formats::CountElements(view.shape, &count) || count > 4096) return;
  if (!owt::formats::IsFloatType(view.type)) return;
  std::vector<float> values(count);
  owt::formats::CopyAsFloats(view, values);
}

void ReadTensors(const std::string& bytes) {
  owt::formats::TorchFile file(bytes, "fuzz");
  for (const auto& [key, id] : file.Entries(file.root())) {
    if (file.IsTensor(id)) ReadAll(file.Tensor(id));
  }
}

void ReadModel(const std::string& bytes) {
  owt::trainer::StoredModel model;
  owt::trainer::ReadModelBytes(
      bytes, "fuzz", [] { return std::string(R"({"n_head": 2})"); }, &model);
  for (const auto& [name, parameter] : model.parameters) ReadAll(parameter.view);
}

template <class Work>
void Try(Work work, const std::string& bytes) {
  try {
    work(bytes);
  } catch (const owt::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) {
    bytes = owt::tests::StoredZipBytes(
        {{"a/data.pkl", bytes}, {"a/data/0", std::string(64, '\1')}, {"a/byteorder", "little"}});
  }
  Try(ReadTensors, bytes);
  Try(ReadModel, bytes);
  return 0;
}
