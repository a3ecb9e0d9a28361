#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "formats/input_stream.h"
#include "formats/ngram_tables.h"

namespace owt::tests {

// A model whose sums of logs are exact. Of the trigram "<s> a b" the suffix "a b" is there, of
// "<s> b b" the suffix "b b" was pruned.
inline constexpr std::string_view kSmallArpa = R"(
\data\
ngram 1=5
ngram 2=5
ngram 3=3

\1-grams:
-1	<unk>
-99	<s>	-0.5
-0.75	</s>
-0.5	a	-0.25
-0.625	b	-0.125

\2-grams:
-0.25	<s> a	-0.375
-0.875	<s> b
-0.5	a b
-0.125	b </s>
-0.75	b a	-0.0625

\3-grams:
-0.03125	<s> a b
-0.0625	a b </s>
-0.015625	<s> b b

\end\
)";

// Bytes in memory as an input.
class MemoryInput : public formats::InputStream {
 public:
  explicit MemoryInput(std::string_view bytes) : bytes_(bytes) {}

  size_t Read(char* out, size_t size) override {
    size = std::min(size, bytes_.size());
    bytes_.copy(out, size);
    bytes_.remove_prefix(size);
    return size;
  }

  uint64_t compressed_position() const override { return 0; }

 private:
  std::string_view bytes_;
};

// What KenLM's build_binary writes of these tables, which have 1.5 buckets an n-gram of `counts`.
// REQUIRES: no more than 1,024 n-grams of an order, none added by the builder.
inline std::string KenlmBytes(const formats::NgramTables& tables,
                              std::span<const uint64_t> counts) {
  std::string out;
  const auto put = [&out](auto value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  const auto put_table = [&out](const auto& table) {
    out.append(table.entry(0), table.buckets() * table.kEntryBytes);
  };
  out = "mmap lm http://kheafield.com/code format version 5\n";
  out.resize(56);
  for (const float value : {0.0f, 1.0f, -0.5f}) put(value);
  for (const uint32_t value : {1u, ~0u, 0u}) put(value);
  put(uint64_t{1});
  put(static_cast<uint32_t>(counts.size()));
  put(1.5f);
  put(uint32_t{0});
  put(uint32_t{1});
  put(uint32_t{0});
  for (const uint64_t count : counts) put(count);
  put(uint32_t{0});
  put(uint32_t{0});
  put(static_cast<uint32_t>(tables.num_words));
  put_table(tables.words);
  out.append(tables.unigrams, tables.num_words * formats::kNgramWeightsBytes);
  out.append((counts[0] + 1 - tables.num_words) * formats::kNgramWeightsBytes, '\0');
  for (const auto& table : tables.middle) put_table(table);
  put_table(tables.longest);
  out.append("<unk>", 6);
  return out;
}

}  // namespace owt::tests
