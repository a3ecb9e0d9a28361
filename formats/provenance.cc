#include "formats/provenance.h"

#include <fmt/format.h>

#include <cstring>

#include "formats/indexed_dataset.h"
#include "formats/indexed_dataset_check.h"
#include "pipeline/error.h"

namespace owt::formats {

std::string ProvenancePath(std::string_view dataset) {
  const std::string idx = IndexedDatasetPaths::Of(dataset).idx;
  return idx.substr(0, idx.size() - std::string_view(".idx").size()) + ".provenance";
}

Provenance::Provenance(std::string path) : file_(std::move(path)) {
  const uint64_t size = file_.size();
  const uint64_t tail = size - std::min(size, kProvenanceTailBytes);
  if (size < kProvenanceTailBytes || file_.bytes().substr(tail + 40) != kProvenanceMagic) {
    throw Error(ErrorKind::kInput, "no provenance file: it does not end with OWTPROV", file_.path(),
                tail);
  }
  if (Load(tail + 32) != kProvenanceVersion) {
    throw Error(ErrorKind::kInput, fmt::format("has version {}; this owt reads 1", Load(tail + 32)),
                file_.path(), tail + 32);
  }
  num_documents_ = Load(tail);
  num_files_ = Load(tail + 8);
  path_bytes_ = Load(tail + 16);
  url_bytes_ = Load(tail + 24);
  // None of them alone passes the size, so that the sum cannot wrap.
  const bool fits = num_documents_ <= tail / 16 && num_files_ <= tail / 16 && path_bytes_ <= tail &&
                    url_bytes_ <= tail &&
                    16 * (num_documents_ + num_files_) + path_bytes_ + url_bytes_ == tail;
  if (!fits) {
    throw Error(ErrorKind::kInput,
                fmt::format("{} bytes cannot hold {} documents of {} files, {} bytes of paths and "
                            "{} of urls",
                            size, num_documents_, num_files_, path_bytes_, url_bytes_),
                file_.path(), tail);
  }
}

uint64_t Provenance::Load(uint64_t offset) const {
  uint64_t value;
  std::memcpy(&value, file_.bytes().data() + offset, sizeof(value));
  return value;
}

// The string whose end stands in the second half of the pair at `pair`, from the end of the one
// before.
std::string_view Provenance::String(uint64_t pair, bool is_first, uint64_t begin,
                                    uint64_t size) const {
  const uint64_t from = is_first ? 0 : Load(pair - 8);
  const uint64_t to = Load(pair + 8);
  if (from > to || to > size) {
    throw Error(ErrorKind::kInput, fmt::format("a text from {} to {} of {}", from, to, size),
                file_.path(), pair + 8);
  }
  return file_.bytes().substr(begin + from, to - from);
}

// The last file whose first document is not behind this one.
uint64_t Provenance::FileOf(uint64_t document) const {
  uint64_t low = 0;
  uint64_t high = num_files_;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    Load(FileOffset(middle)) <= document ? low = middle + 1 : high = middle;
  }
  if (low == 0) {
    throw Error(ErrorKind::kInput, fmt::format("document {} is of no file", document), file_.path(),
                FileOffset(0));
  }
  return low - 1;
}

Provenance::Origin Provenance::Of(uint64_t document) const {
  const uint64_t file = FileOf(document);
  const uint64_t paths = FileOffset(num_files_);
  return {String(FileOffset(file), file == 0, paths, path_bytes_), Load(DocumentOffset(document)),
          String(DocumentOffset(document), document == 0, paths + path_bytes_, url_bytes_)};
}

std::vector<std::string> Provenance::Problems() const {
  std::vector<std::string> problems;
  const auto problem = [&](uint64_t offset, std::string text) {
    if (problems.size() < kMaxProblems) {
      problems.push_back(fmt::format("{}:{}: {}", file_.path(), offset, text));
    }
  };
  uint64_t path_end = 0;
  for (uint64_t f = 0; f < num_files_; ++f) {
    const uint64_t first = Load(FileOffset(f));
    const bool follows = f == 0 ? first == 0 : first > Load(FileOffset(f - 1));
    if (!follows || first >= num_documents_) {
      problem(FileOffset(f), fmt::format("file {} begins with document {}", f, first));
    }
    const uint64_t end = Load(FileOffset(f) + 8);
    if (end <= path_end || end > path_bytes_) {
      problem(FileOffset(f) + 8, fmt::format("the path of file {} ends at {}", f, end));
    }
    path_end = end;
  }
  if (path_end != path_bytes_ || (num_files_ == 0) != (num_documents_ == 0)) {
    problem(FileOffset(0), "the files do not cover the documents and paths");
  }
  uint64_t url_end = 0;
  uint64_t next_file = 0;
  for (uint64_t d = 0; d < num_documents_; ++d) {
    const bool begins_file = next_file < num_files_ && Load(FileOffset(next_file)) == d;
    next_file += begins_file ? 1 : 0;
    if (!begins_file && d > 0 && Load(DocumentOffset(d)) <= Load(DocumentOffset(d - 1))) {
      problem(DocumentOffset(d), fmt::format("document {} stands before the one before it", d));
    }
    const uint64_t end = Load(DocumentOffset(d) + 8);
    if (end < url_end || end > url_bytes_) {
      problem(DocumentOffset(d) + 8, fmt::format("the url of document {} ends at {}", d, end));
    }
    url_end = end;
  }
  if (url_end != url_bytes_) problem(FileOffset(0), "urls are left over");
  return problems;
}

}  // namespace owt::formats
