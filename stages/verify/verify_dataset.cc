#include "stages/verify/verify_dataset.h"

#include <fmt/format.h>

#include <optional>

#include "formats/gpt2_vocab.h"
#include "formats/indexed_dataset.h"
#include "formats/indexed_dataset_check.h"
#include "formats/provenance.h"
#include "pipeline/output_file.h"
#include "stages/verify/verify_provenance.h"

namespace owt::verify {
namespace {

std::optional<uint32_t> VocabSize(const DatasetRules& rules, formats::TokenType type) {
  if (rules.vocab_size != 0) return static_cast<uint32_t>(rules.vocab_size);
  if (type == formats::TokenType::kUint16) return formats::Gpt2Vocab::kGpt2Size;
  return std::nullopt;
}

}  // namespace

Finding VerifyDataset(const std::string& path, const DatasetRules& rules) {
  const formats::IndexedDataset dataset(formats::IndexedDatasetPaths::Of(path));
  const auto report = formats::CheckIndexedDataset(
      dataset, {.vocab_size = VocabSize(rules, dataset.type()), .eod = rules.eod});
  Finding finding;
  finding.problems = report.problems;
  finding.num_problems = report.num_problems;
  finding.summary = fmt::format(
      "{} documents ({} empty), {} sequences, {} end with token {}, {} tokens of {}, largest {}",
      dataset.num_documents(), report.num_empty_documents, dataset.num_sequences(),
      report.num_ending_with_eod, rules.eod, dataset.num_tokens(),
      formats::TokenTypeName(dataset.type()), report.max_token);
  const std::string provenance = formats::ProvenancePath(path);
  if (FileExists(provenance)) CheckProvenance(provenance, dataset.num_documents(), &finding);
  return finding;
}

}  // namespace owt::verify
