// Lets the conformance scripts ask the text algorithms directly, many texts in one process.
//
//   text_probe encode < texts > ids
//
// Input and output are records: a little-endian u32 length in bytes, then the bytes. `encode`
// answers each text with its GPT-2 ids, u16 each.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "stages/text/bpe.h"

namespace {

bool ReadRecord(std::string* record) {
  uint32_t length;
  if (std::fread(&length, sizeof(length), 1, stdin) != 1) return false;
  record->resize(length);
  return std::fread(record->data(), 1, length, stdin) == length;
}

void WriteRecord(std::string_view record) {
  const auto length = static_cast<uint32_t>(record.size());
  std::fwrite(&length, sizeof(length), 1, stdout);
  std::fwrite(record.data(), 1, record.size(), stdout);
}

std::string Encode(std::string_view text) {
  static const owt::formats::Gpt2Vocab vocab = owt::formats::Gpt2Vocab::Embedded();
  static const owt::text::BpeModel model(vocab);
  static owt::text::BpeEncoder encoder(model);
  std::vector<uint32_t> ids;
  encoder.Encode(text, &ids);
  std::string bytes;
  for (const uint32_t id : ids) {
    const auto narrow = static_cast<uint16_t>(id);
    bytes.append(reinterpret_cast<const char*>(&narrow), sizeof(narrow));
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::function<std::string(std::string_view)> answer;
  if (argc == 2 && std::strcmp(argv[1], "encode") == 0) answer = Encode;
  if (!answer) {
    std::fprintf(stderr, "usage: text_probe encode < records > records\n");
    return 2;
  }
  for (std::string record; ReadRecord(&record);) WriteRecord(answer(record));
  return 0;
}
