#include "stages/inspect/show_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "formats/provenance.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "stages/inspect/excerpt.h"

namespace owt::inspect {
namespace {

constexpr size_t kNameBytes = 4096;

struct Range {
  uint64_t begin;
  uint64_t end;
};

Range SequencesOf(const formats::IndexedDataset& dataset, uint64_t document) {
  const int64_t begin = dataset.doc_idx(document);
  const int64_t end = dataset.doc_idx(document + 1);
  if (begin < 0 || end < begin || static_cast<uint64_t>(end) > dataset.num_sequences()) {
    throw Error(ErrorKind::kInput,
                fmt::format("document {} is said to be sequences {} to {} of {}", document, begin,
                            end, dataset.num_sequences()),
                dataset.paths().idx, dataset.DocIdxOffset(document));
  }
  return {static_cast<uint64_t>(begin), static_cast<uint64_t>(end)};
}

std::string ShowDocument(const formats::IndexedDataset& dataset, const formats::Gpt2Vocab& vocab,
                         const std::optional<formats::Provenance>& provenance, uint64_t document) {
  const Range sequences = SequencesOf(dataset, document);
  std::string text;
  uint64_t num_tokens = 0;
  for (uint64_t k = sequences.begin; k < sequences.end; ++k) {
    const formats::TokenView tokens = dataset.sequence(k);
    if (num_tokens < kHeadTokens) {
      DecodeTokens(tokens.Part(0, std::min(tokens.size(), kHeadTokens)), vocab, &text);
    }
    num_tokens += tokens.size();
  }
  const std::string_view url = provenance ? provenance->Of(document).url : std::string_view();
  return fmt::format("  document {}, {} tokens{}: {}\n", document, Grouped(num_tokens),
                     url.empty() ? "" : " from " + Excerpt(url, kExcerptBytes),
                     Excerpt(text, kExcerptBytes));
}

// What stands beside the dataset, if anything does.
std::optional<formats::Provenance> ProvenanceOf(const formats::IndexedDataset& dataset) {
  const std::string path = formats::ProvenancePath(dataset.paths().idx);
  if (!FileExists(path)) return std::nullopt;
  formats::Provenance provenance(path);
  if (provenance.num_documents() != dataset.num_documents()) {
    throw Error(ErrorKind::kInput,
                fmt::format("tells of {} documents, the dataset holds {}: it is another's",
                            provenance.num_documents(), dataset.num_documents()),
                path);
  }
  return provenance;
}

}  // namespace

void DecodeTokens(const formats::TokenView& tokens, const formats::Gpt2Vocab& vocab,
                  std::string* text) {
  std::vector<uint32_t> ids(tokens.size());
  tokens.CopyTo(ids.data());
  for (size_t done = 0; done < ids.size();) {
    done += vocab.Decode(std::span(ids).subspan(done), text);
    if (done < ids.size()) *text += fmt::format("<id {}>", static_cast<int32_t>(ids[done++]));
  }
}

std::string ShowDataset(const formats::IndexedDataset& dataset, const formats::Gpt2Vocab& vocab,
                        uint64_t head) {
  int32_t longest = 0;
  for (uint64_t k = 0; k < dataset.num_sequences(); ++k) {
    longest = std::max(longest, dataset.length(k));
  }
  const double mean =
      static_cast<double>(dataset.num_tokens()) / static_cast<double>(dataset.num_sequences());
  std::string text = fmt::format(
      "{}: indexed dataset\n"
      "  {} documents, {} sequences\n"
      "  {} tokens of {}, {:.1f} a sequence, {} in the longest\n",
      dataset.paths().idx, Grouped(dataset.num_documents()), Grouped(dataset.num_sequences()),
      Grouped(dataset.num_tokens()), formats::TokenTypeName(dataset.type()), mean,
      Grouped(static_cast<uint64_t>(longest)));
  const auto provenance = ProvenanceOf(dataset);
  if (provenance) text += fmt::format("  {} source files\n", Grouped(provenance->num_files()));
  for (uint64_t d = 0; d < std::min(head, dataset.num_documents()); ++d) {
    text += ShowDocument(dataset, vocab, provenance, d);
  }
  return text;
}

std::string DocumentOrigin(const formats::IndexedDataset& dataset, uint64_t document) {
  const auto provenance = ProvenanceOf(dataset);
  if (!provenance) return {};
  const auto origin = provenance->Of(document);
  return fmt::format("document {} is from {} at byte {}{}{}", document,
                     Excerpt(origin.file, kNameBytes), origin.offset,
                     origin.url.empty() ? "" : ", ", Excerpt(origin.url, kNameBytes));
}

std::string DocumentText(const formats::IndexedDataset& dataset, const formats::Gpt2Vocab& vocab,
                         uint64_t document) {
  if (document >= dataset.num_documents()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("there is no document {}; they count from 0 to {}", document,
                            dataset.num_documents() - 1),
                dataset.paths().idx);
  }
  const Range sequences = SequencesOf(dataset, document);
  std::string text;
  for (uint64_t k = sequences.begin; k < sequences.end; ++k) {
    DecodeTokens(dataset.sequence(k), vocab, &text);
  }
  return text;
}

}  // namespace owt::inspect
