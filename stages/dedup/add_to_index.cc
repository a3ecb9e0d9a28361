#include "stages/dedup/add_to_index.h"

#include "pipeline/manifest.h"
#include "pipeline/output_file.h"
#include "stages/dedup/sign_documents.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kRecordsAtOnce = uint64_t{1} << 16;

}  // namespace

void AddToIndex(const RunContext& context, const Method& method, const FindOptions& options,
                const WorkFolder& work, const Duplicates& found) {
  const std::string& folder = work.path();
  OutputFile removals(folder + "removals");
  for (uint64_t begin = 0; begin < found.own.size; begin += kRecordsAtOnce) {
    const uint64_t first = found.own.begin + begin;
    for (const Removal& removal : found.removals->In(first, first + kRecordsAtOnce)) {
      const bool is_own = removal.kept >= found.own.begin;
      const size_t part = is_own ? found.old.parts().size() : found.old.PartOf(removal.kept);
      const uint64_t part_begin = is_own ? found.own.begin : found.old.parts()[part].begin;
      const OldRemoval old = {static_cast<uint32_t>(removal.document - found.own.begin),
                              static_cast<uint32_t>(removal.kept - part_begin),
                              static_cast<uint32_t>(found.old.parts().size() - part)};
      removals.Write({reinterpret_cast<const char*>(&old), sizeof(old)});
    }
  }
  removals.Commit();
  WriteRecordSet(folder + "comparable", found.Comparable());
  WriteRecordSet(folder + "facts", found.facts.back());
  std::string inputs;
  for (const InputRecord& input : context.inputs) inputs += input.path + "\n";
  WriteFileAtomically(folder + "inputs.txt", inputs);
  work.KeepForIndex();
  IndexFolder(options.index, HeaderOf(method, method.geometry.bands), ResumeFingerprint(context))
      .Publish(folder);
}

}  // namespace owt::dedup
