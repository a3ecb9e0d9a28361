#include "stages/encode/dataset_sink.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <utility>

#include "pipeline/error.h"
#include "pipeline/paths.h"

namespace owt::encode {
namespace {

// Bytes of the tokens whose packed lengths are given.
size_t TokensBytes(std::string_view packed_lengths, formats::TokenType type) {
  size_t tokens = 0;
  for (size_t i = 0; i < packed_lengths.size(); i += sizeof(int32_t)) {
    int32_t length;
    std::memcpy(&length, packed_lengths.data() + i, sizeof(length));
    tokens += static_cast<size_t>(length);
  }
  return tokens * formats::TokenBytes(type);
}

}  // namespace

DatasetSink::DatasetSink(RunContext& context, const std::vector<std::string>& json_keys,
                         formats::TokenType token_type, const AlsoWrite& also)
    : context_(context), token_type_(token_type) {
  for (const std::string& key : json_keys) {
    const std::string name = fmt::format("{}_{}_document", context.output, key);
    paths_.push_back({name + ".bin", name + ".idx"});
    for (const formats::TokenFormat format : also.formats) {
      also_.push_back({.format = format,
                       .prefix = fmt::format("{}_{}_tokens", context.output, key),
                       .type = token_type,
                       .eot = also.eot});
    }
  }
}

void DatasetSink::Open(const std::vector<formats::IndexedDatasetState>& states) {
  for (size_t i = 0; i < paths_.size(); ++i) {
    writers_.push_back(
        std::make_unique<formats::IndexedDatasetWriter>(paths_[i], token_type_, states[i]));
  }
}

void DatasetSink::Put(BatchResult& result) {
  if (writers_.empty()) {
    Open(std::vector<formats::IndexedDatasetState>(paths_.size()));
    for (const auto& output : also_) also_writers_.push_back(formats::MakeTokenWriter(output));
  }
  std::string_view tokens = result.bytes;
  std::string_view lengths = result.aux;
  const size_t lengths_bytes = lengths.size() / writers_.size();
  const size_t num_also = also_writers_.size() / writers_.size();  // of a key
  for (size_t key = 0; key < writers_.size(); ++key) {
    const std::string_view own_lengths = lengths.substr(0, lengths_bytes);
    const size_t tokens_bytes = TokensBytes(own_lengths, token_type_);
    writers_[key]->AddDocuments(tokens.substr(0, tokens_bytes), own_lengths);
    for (size_t i = key * num_also; i < (key + 1) * num_also; ++i) {
      also_writers_[i]->AddDocuments(tokens.substr(0, tokens_bytes), own_lengths);
    }
    tokens.remove_prefix(tokens_bytes);
    lengths.remove_prefix(lengths_bytes);
  }
}

// The writers' states, one behind the other with ";" between them.
std::string DatasetSink::Checkpoint(std::vector<Fd>* unsynced) {
  std::string state;
  for (const auto& writer : writers_) {
    if (!state.empty()) state += ';';
    state += writer->Checkpoint(unsynced).Text();
  }
  for (const auto& writer : also_writers_) state += ';' + writer->Checkpoint(unsynced);
  return state;
}

bool DatasetSink::Restore(const std::string& text) {
  std::vector<formats::IndexedDatasetState> states;
  std::string_view rest = text;
  for (const formats::IndexedDatasetPaths& paths : paths_) {
    const size_t end = rest.find(';');
    const auto state = formats::IndexedDatasetState::Parse(rest.substr(0, end));
    if (!state || !formats::IndexedDatasetWriter::CanResume(paths, *state)) return false;
    states.push_back(*state);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  std::vector<std::unique_ptr<formats::TokenWriter>> also_writers;
  for (const formats::TokenOutput& output : also_) {
    const size_t end = rest.find(';');
    if (rest.empty()) return false;
    also_writers.push_back(formats::MakeTokenWriter(output, rest.substr(0, end)));
    if (also_writers.back() == nullptr) return false;
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  Open(states);
  also_writers_ = std::move(also_writers);
  return true;
}

void DatasetSink::Commit() {
  if (writers_.empty()) {
    throw Error(ErrorKind::kInput, "no document to encode in this part of the input");
  }
  for (size_t i = 0; i < writers_.size(); ++i) {  // before any file gets its name
    if (writers_[i]->state().bin_bytes > 0) continue;
    throw Error(ErrorKind::kInput, "not one token to write: every document was empty",
                paths_[i].bin);
  }
  for (const auto& writer : also_writers_) writer->Commit();
  for (auto writer = writers_.rbegin(); writer != writers_.rend(); ++writer) (*writer)->Commit();
  for (const auto& writer : writers_) {
    for (const OutputFile* file : {&writer->bin(), &writer->idx()}) {
      context_.outputs.push_back(
          {file->path(), writer->state().num_documents, file->bytes(), file->xxh3()});
    }
  }
  for (const auto& writer : also_writers_) {
    for (OutputRecord& output : writer->outputs()) context_.outputs.push_back(std::move(output));
  }
}

}  // namespace owt::encode
