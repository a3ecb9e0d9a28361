#include "trainer/metrics/appended_file.h"

#include "formats/mapped_file.h"
#include "pipeline/output_file.h"

namespace owt::trainer {

void CutFile(const std::string& path,
             const std::function<uint64_t(std::string_view content)>& kept) {
  uint64_t size = 0, keep = 0;
  {
    const formats::MappedFile content(path);
    size = content.size();
    keep = kept(content.bytes());
  }
  if (keep < size) Fd::OpenWrite(path).Truncate(keep);
}

AppendedFile::AppendedFile(const std::string& path,
                           const std::function<uint64_t(std::string_view content)>& kept) {
  const bool is_new = !FileExists(path);
  if (!is_new) CutFile(path, kept);
  file_ = Fd::OpenWrite(path);
  file_.SeekTo(file_.Size());
  if (is_new) SyncFolderOf(path);
}

void AppendedFile::Flush() {
  if (waiting_.empty()) return;
  file_.Write(waiting_);
  waiting_.clear();
}

void AppendedFile::Sync() {
  Flush();
  file_.SyncData();
}

}  // namespace owt::trainer
