#include "stages/scrape/page_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "pipeline/manifest.h"
#include "pipeline/output_file.h"
#include "stages/scrape/page_record.h"
#include "stages/scrape/sha256.h"

namespace owt::scrape {
namespace {

namespace fs = std::filesystem;

void Check(const std::error_code& error, std::string message, const std::string& path) {
  if (error) {
    throw Error(ErrorKind::kOutput, std::move(message), path, Error::kNoPosition, error.value());
  }
}

void RemoveAll(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  Check(error, "cannot remove the folder", path);
}

void Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  Check(error, "cannot rename the folder to its final name", to);
}

}  // namespace

std::string PageName(uint64_t ordinal, std::string_view url) {
  return fmt::format("{:07}-{}", ordinal, Sha256Hex(url));
}

PageTreeSink::PageTreeSink(RunContext& context) : context_(context), output_(context.output) {
  while (output_.size() > 1 && output_.ends_with('/')) output_.pop_back();
  context.output = output_;  // a tree is renamed as a whole: the flow must not work inside it
  if (output_ == "-") throw Error(ErrorKind::kUsage, "a tree of files cannot go to stdout");
  partial_ = FolderOf(output_) + "." + NameOf(output_) + ".owt-partial";
  std::error_code error;
  const bool is_foreign = fs::exists(output_, error) && !fs::is_empty(output_, error) &&
                          !FileExists(ManifestPath(context.output));
  if (is_foreign && !context.common.force) {
    throw Error(ErrorKind::kUsage,
                "this exists and was not written by owt; name another output, or --force replaces "
                "it",
                output_);
  }
  RemoveAll(partial_);
  for (const char* part : {"/data", "/meta"}) {
    fs::create_directories(partial_ + part, error);
    Check(error, "cannot make the folder", partial_ + part);
  }
}

PageTreeSink::~PageTreeSink() {
  std::error_code ignored;  // nothing to be done about it here; the next run removes it
  fs::remove_all(partial_, ignored);
}

void PageTreeSink::WriteFile(const std::string& path, std::string_view bytes) {
  Fd::OpenWrite(partial_ + path).Write(bytes);
  last_ = {output_ + path, 1, bytes.size(), Hash64(bytes)};
}

void PageTreeSink::Put(BatchResult& result) {
  std::string_view records = result.bytes;
  std::string_view names = result.aux;
  while (!names.empty()) {
    const size_t end = names.find('\n');
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(end + 1);
    const WebtextParts page = TakeWebtextRecord(&records);
    WriteFile(fmt::format("/meta/{}.json", name), page.meta);
    WriteFile(fmt::format("/data/{}.txt", name), page.text);
    ++num_pages_;
  }
}

void PageTreeSink::Commit() {
  // One call for millions of small files.
  const Fd folder = Fd::OpenRead(partial_);
  if (syncfs(folder.get()) < 0) ThrowErrno(ErrorKind::kOutput, "cannot sync to disk", partial_);
  const std::string old = partial_ + "-old";
  RemoveAll(old);
  std::error_code error;
  if (fs::exists(output_, error)) Rename(output_, old);
  Rename(partial_, output_);
  SyncFolderOf(output_);
  RemoveAll(old);
  if (num_pages_ > 0) context_.outputs.push_back(last_);
}

}  // namespace owt::scrape
