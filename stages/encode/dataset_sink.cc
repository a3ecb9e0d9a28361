#include "stages/encode/dataset_sink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <utility>

#include "formats/provenance.h"
#include "pipeline/error.h"
#include "pipeline/paths.h"

namespace owt::encode {
namespace {

using formats::IndexedDatasetPaths;
using formats::IndexedDatasetState;
using formats::IndexedDatasetWriter;

// Calls each(length) for lengths as IndexedDatasetWriter::AddDocuments takes them, until it says
// false.
template <class Each>
void ForEachLength(std::string_view packed, Each each) {
  for (size_t i = 0; i < packed.size(); i += sizeof(int32_t)) {
    int32_t length;
    std::memcpy(&length, packed.data() + i, sizeof(length));
    if (!each(length)) return;
  }
}

uint64_t CountDocuments(std::string_view packed) {
  uint64_t count = 0;
  ForEachLength(packed, [&](int32_t length) {
    count += length >= 0 ? 1 : 0;
    return true;
  });
  return count;
}

// The lengths of the first `num_documents`, and how many tokens they have.
std::string_view FirstDocuments(std::string_view packed, uint64_t num_documents,
                                size_t* num_tokens) {
  size_t taken = 0;
  *num_tokens = 0;
  ForEachLength(packed, [&](int32_t length) {
    if (num_documents == 0) return false;
    num_documents -= length >= 0 ? 1 : 0;
    *num_tokens += static_cast<size_t>(length < 0 ? ~length : length);
    taken += sizeof(length);
    return true;
  });
  return packed.substr(0, taken);
}

void Append(int32_t length, std::string* packed) {
  packed->append(reinterpret_cast<const char*>(&length), sizeof(length));
}

// Sentences joined to documents.
void JoinSentences(std::string_view packed, std::string* lengths) {
  lengths->clear();
  int32_t sum = 0;
  ForEachLength(packed, [&](int32_t length) {
    sum += length < 0 ? ~length : length;
    if (length >= 0) Append(std::exchange(sum, 0), lengths);
    return true;
  });
}

// Cuts the text before the next ';' off *rest.
std::string_view NextState(std::string_view* rest) {
  const size_t end = std::min(rest->find(';'), rest->size());
  const std::string_view state = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return state;
}

IndexedDatasetPaths PathsOf(const DatasetPlan& plan, const std::string& key) {
  const std::string name = DatasetName(plan.compat, plan.prefix, key, plan.split_sentences);
  return {name + ".bin", name + ".idx"};
}

std::string AlsoPrefix(const DatasetPlan& plan, const std::string& key) {
  return fmt::format("{}_{}_tokens", plan.prefix, key);
}

}  // namespace

std::vector<std::string> DatasetPlan::Files() const {
  std::vector<std::string> files;
  for (const std::string& key : keys) {
    const IndexedDatasetPaths paths = PathsOf(*this, key);
    files.insert(files.end(), {paths.bin, paths.idx});
    files.push_back(formats::ProvenancePath(paths.idx));  // one that is left would tell lies
    for (const formats::TokenFormat format : also) {
      for (std::string& path : formats::OutputPaths({format, AlsoPrefix(*this, key)})) {
        files.push_back(std::move(path));
      }
    }
  }
  return files;
}

DatasetSink::DatasetSink(RunContext& context, DatasetPlan plan, formats::TokenType token_type,
                         uint32_t eot)
    : context_(context), plan_(std::move(plan)), token_type_(token_type) {
  for (const std::string& key : plan_.keys) {
    Dataset& dataset = datasets_.emplace_back();
    dataset.paths = PathsOf(plan_, key);
    for (const formats::TokenFormat format : plan_.also) {
      dataset.also.push_back(
          {.format = format, .prefix = AlsoPrefix(plan_, key), .type = token_type, .eot = eot});
    }
  }
}

void DatasetSink::Open() {
  for (Dataset& dataset : datasets_) {
    dataset.writer = std::make_unique<IndexedDatasetWriter>(dataset.paths, token_type_);
    if (plan_.provenance) {
      dataset.provenance =
          std::make_unique<formats::ProvenanceWriter>(formats::ProvenancePath(dataset.paths.idx));
    }
    for (const formats::TokenOutput& output : dataset.also) {
      dataset.also_writers.push_back(formats::MakeTokenWriter(output));
    }
  }
  is_open_ = true;
}

void DatasetSink::Put(BatchResult& result) {
  if (!is_open_) Open();
  std::string_view tokens = result.packed.view();
  std::string_view lengths = result.aux;
  const ProvenanceView provenance =
      plan_.provenance ? ProvenanceView::TakeFrom(&lengths) : ProvenanceView();
  if (datasets_.size() == 1) return PutKey(datasets_[0], tokens, lengths, provenance, &result);
  const uint64_t num_documents = CountDocuments(lengths) / datasets_.size();
  for (Dataset& dataset : datasets_) {
    size_t num_tokens;
    const std::string_view own_lengths = FirstDocuments(lengths, num_documents, &num_tokens);
    const size_t tokens_bytes = num_tokens * formats::TokenBytes(token_type_);
    PutKey(dataset, tokens.substr(0, tokens_bytes), own_lengths, provenance, &result);
    tokens.remove_prefix(tokens_bytes);
    lengths.remove_prefix(own_lengths.size());
  }
}

void DatasetSink::PutKey(Dataset& dataset, std::string_view tokens, std::string_view lengths,
                         const ProvenanceView& provenance, BatchResult* result) {
  // Transforms drop records in which no key has a text. What is empty here has one in another key.
  const bool leaves_out = plan_.compat == Compat::kMegatron2023;
  std::vector<bool> is_left_out;
  if (leaves_out) {
    kept_lengths_.clear();
    ForEachLength(lengths, [&](int32_t length) {
      if (length != 0) Append(length, &kept_lengths_);
      if (length >= 0) is_left_out.push_back(length == 0);
      return true;
    });
    const uint64_t count = (lengths.size() - kept_lengths_.size()) / sizeof(int32_t);
    if (count > 0) result->tally.Note("empty_in_one_key", count);
    lengths = kept_lengths_;
  }
  dataset.writer->AddDocuments(tokens, lengths);
  if (dataset.provenance != nullptr) {
    const uint64_t file = result->batch->begin.file;
    size_t document = 0;
    provenance.ForEach([&](uint64_t offset, std::string_view url) {
      if (leaves_out && is_left_out[document++]) return;
      dataset.provenance->Add(file, offset, url);
    });
  }
  if (dataset.also_writers.empty()) return;
  if (plan_.split_sentences) {
    JoinSentences(lengths, &document_lengths_);
    lengths = document_lengths_;
  }
  for (const auto& writer : dataset.also_writers) writer->AddDocuments(tokens, lengths);
}

// The writers' states, one behind the other with ";" between them, key by key.
std::string DatasetSink::Checkpoint(std::vector<Fd>* unsynced) {
  std::string state;
  for (const Dataset& dataset : datasets_) {
    if (!is_open_) continue;
    state += dataset.writer->Checkpoint(unsynced).Text() + ';';
    if (dataset.provenance != nullptr) {
      state += dataset.provenance->Checkpoint(unsynced).Text() + ';';
    }
    for (const auto& writer : dataset.also_writers) state += writer->Checkpoint(unsynced) + ';';
  }
  if (!state.empty()) state.pop_back();
  return state;
}

bool DatasetSink::Restore(const std::string& text) {
  std::string_view rest = text;
  for (Dataset& dataset : datasets_) {
    if (RestoreKey(dataset, &rest)) continue;
    for (Dataset& made : datasets_) {
      made.writer.reset();
      made.provenance.reset();
      made.also_writers.clear();
    }
    return false;
  }
  is_open_ = true;
  return true;
}

bool DatasetSink::RestoreKey(Dataset& dataset, std::string_view* rest) {
  const auto state = IndexedDatasetState::Parse(NextState(rest));
  if (!state || !IndexedDatasetWriter::CanResume(dataset.paths, *state)) return false;
  dataset.writer = std::make_unique<IndexedDatasetWriter>(dataset.paths, token_type_, *state);
  if (plan_.provenance) {
    const std::string path = formats::ProvenancePath(dataset.paths.idx);
    const auto its_state = formats::ProvenanceState::Parse(NextState(rest));
    if (!its_state || !formats::ProvenanceWriter::CanResume(path, *its_state)) return false;
    dataset.provenance = std::make_unique<formats::ProvenanceWriter>(path, *its_state);
  }
  for (const formats::TokenOutput& output : dataset.also) {
    const std::string_view its_state = NextState(rest);
    if (its_state.empty()) return false;
    dataset.also_writers.push_back(formats::MakeTokenWriter(output, its_state));
    if (dataset.also_writers.back() == nullptr) return false;
  }
  return true;
}

void DatasetSink::Commit() {
  const bool has_documents = is_open_ && datasets_[0].writer->state().num_documents > 0;
  if (!has_documents && context_.tally.in == 0) {
    throw Error(ErrorKind::kInput, "no document to encode in this part of the input");
  }
  for (const Dataset& dataset : datasets_) {  // before any file gets its name
    if (dataset.writer->state().bin_bytes > 0) continue;
    throw Error(ErrorKind::kInput, "not one token to write: every document was empty",
                dataset.paths.bin);
  }
  for (const Dataset& dataset : datasets_) {
    for (const auto& writer : dataset.also_writers) writer->Commit();
    if (dataset.provenance == nullptr) {
      unlink(formats::ProvenancePath(dataset.paths.idx).c_str());  // an earlier run's
      continue;
    }
    dataset.provenance->Commit([this](uint64_t file) { return context_.inputs.at(file).path; });
  }
  for (auto dataset = datasets_.rbegin(); dataset != datasets_.rend(); ++dataset) {
    dataset->writer->Commit();
  }
  for (const Dataset& dataset : datasets_) AddOutputs(dataset);
}

void DatasetSink::AddOutputs(const Dataset& dataset) {
  const uint64_t num_documents = dataset.writer->state().num_documents;
  std::vector<const OutputFile*> files = {&dataset.writer->bin(), &dataset.writer->idx()};
  if (dataset.provenance != nullptr) files.push_back(&dataset.provenance->file());
  for (const OutputFile* file : files) {
    context_.outputs.push_back({file->path(), num_documents, file->bytes(), file->xxh3()});
  }
  for (const auto& writer : dataset.also_writers) {
    for (OutputRecord& output : writer->outputs()) context_.outputs.push_back(std::move(output));
  }
}

}  // namespace owt::encode
