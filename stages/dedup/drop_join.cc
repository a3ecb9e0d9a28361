#include "stages/dedup/drop_join.h"

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
#include "stages/dedup/part_passes.h"
#include "stages/dedup/text_key.h"

namespace owt::dedup {
namespace {

// Puts {hash of the id, record} into BatchResult::aux for each document, in native order.
class IdKeys : public BatchTransform {
 public:
  IdKeys(const DropRule& rule, const DocumentReader& reader) : rule_(rule), reader_(reader) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    std::string id;
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      if (!reader_.Parse(batch, begin, end, &document).empty()) return;
      if (!rule_.Id(*document, record, &id).empty() || id.empty()) return;
      const TextKey key = KeyOf(id);
      const RecordSorter::Record put = {key.high, key.low, record};
      result->aux.append(reinterpret_cast<const char*>(put.data()), sizeof(put));
    });
  }

 private:
  const DropRule& rule_;
  const DocumentReader& reader_;
};

class IdKeySink : public Sink {
 public:
  explicit IdKeySink(RecordSorter* keys) : keys_(keys) {}

  void Put(BatchResult& result) override {
    for (size_t at = 0; at < result.aux.size(); at += sizeof(RecordSorter::Record)) {
      RecordSorter::Record record;
      std::memcpy(record.data(), result.aux.data() + at, sizeof(record));
      keys_->Add(record);
    }
  }

  void Commit() override {}

 private:
  RecordSorter* keys_;
};

// `value` with room for the bits of a part behind it.
uint64_t Shifted(uint64_t value) {
  if (value >> (64 - PartPlace::kPartBits) != 0) {
    throw Error(ErrorKind::kResource, "more than 2^40 records or bytes of names; drop in parts");
  }
  return value << PartPlace::kPartBits;
}

}  // namespace

void JoinWithList(RunContext& context, Source& source, const DropRule& rule,
                  const DocumentReader& reader, DropList* list, RecordSorter* removals) {
  RecordSorter documents(context.output == "-" ? "" : FolderOf(context.output),
                         context.memory_bytes() / 8);
  const IdKeys transform(rule, reader);
  IdKeySink sink(&documents);
  RunPass(context, source, transform, sink);
  documents.Finish();

  const auto hash = [](const RecordSorter::Record& record) {
    return std::pair(record[0], record[1]);
  };
  DropList::Entry entry;
  bool has_entry = list->Next(&entry);
  for (RecordSorter::Record document; has_entry && documents.Next(&document);) {
    while (has_entry && hash(entry) < hash(document)) has_entry = list->Next(&entry);
    if (!has_entry || hash(entry) != hash(document)) continue;
    removals->Add({Shifted(document[2]), Shifted(entry[2]), 0});
  }
  removals->Finish();
}

}  // namespace owt::dedup
