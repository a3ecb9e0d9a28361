#include "stages/dedup/components.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "formats/line_source.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
#include "stages/dedup/id_numbers.h"
#include "stages/dedup/line_fields.h"
#include "stages/dedup/output_lines.h"
#include "stages/dedup/recent_lines.h"
#include "stages/dedup/union_find.h"

namespace owt::dedup {
namespace {

class ComponentSink : public Sink {
 public:
  explicit ComponentSink(RunContext& context)
      : context_(context),
        folder_(context.output == "-" ? "" : FolderOf(context.output)),
        sort_bytes_(context.memory_bytes() / 8),
        reader_(context, "an id, a TAB and another id, without control characters"),
        recent_(std::make_unique<RecentLines>(context.memory_bytes() / 8)),
        numbers_(folder_, sort_bytes_) {}

  void Put(BatchResult& result) override {
    // Documents that are alike meet in many bands: most links are there many times.
    reader_.ForEachFields(*result.batch, [&](std::string_view line, const LineFields& fields) {
      if (recent_->Knows(line)) return;
      numbers_.Add(fields.first, next_tag_++);
      numbers_.Add(fields.second, next_tag_++);
    });
  }

  void Commit() override {
    recent_.reset();
    const uint64_t num_ids = numbers_.Finish();
    CheckMemory(num_ids);
    TextSorter roots(folder_, sort_bytes_);
    NameRoots(static_cast<uint32_t>(num_ids), &roots);
    WriteLines(&roots);
  }

 private:
  void CheckMemory(uint64_t num_ids) const {
    const bool fits = num_ids * sizeof(uint32_t) <= context_.memory_bytes() / 2;
    if (fits && num_ids < ~uint32_t{0}) return;
    throw Error(ErrorKind::kResource,
                fmt::format("{} ids take {} of memory, 4 bytes each, of which half of --memory "
                            "may be; give it more (there may be 4294967294 ids)",
                            num_ids, SizeText(num_ids * sizeof(uint32_t))));
  }

  // Adds number and root's id of every id that is not its own root.
  void NameRoots(uint32_t num_ids, TextSorter* names) {
    RecordSorter members(folder_, sort_bytes_);  // root, member, 0
    uint64_t num_components = num_ids;
    {
      UnionFind sets(num_ids);
      uint64_t tag, first, second;
      while (numbers_.NextTag(&tag, &first) && numbers_.NextTag(&tag, &second)) {
        sets.Union(static_cast<uint32_t>(first), static_cast<uint32_t>(second));
      }
      for (uint32_t id = 0; id < num_ids; ++id) {
        const uint32_t root = sets.Find(id);
        if (root == id) continue;
        members.Add({root, id, 0});
        --num_components;
      }
    }
    members.Finish();
    context_.tally.Note("components", num_components);
    context_.tally.Note("merged", context_.tally.in - (num_ids - num_components));
    numbers_.RewindIds();
    std::string entry;
    std::string_view id;
    uint64_t tag;
    RecordSorter::Record member;
    bool has_member = members.Next(&member);
    for (uint64_t number = 0; has_member && numbers_.NextId(&id, &tag); ++number) {
      for (; has_member && member[0] == number; has_member = members.Next(&member)) {
        entry.clear();
        AppendSortable(member[1], &entry);
        entry += id;
        names->Add(entry);
      }
    }
    names->Finish();
  }

  // `names` hold each number once, rising.
  void WriteLines(TextSorter* names) {
    OutputLines output(context_);
    numbers_.RewindIds();
    std::string line;
    std::string_view id;
    uint64_t tag;
    uint64_t next = 0;
    for (std::string_view name; names->Next(&name);) {
      for (const uint64_t number = SortableAt(name, 0); next <= number; ++next) {
        numbers_.NextId(&id, &tag);
      }
      line.assign(id);
      line += '\t';
      line += name.substr(sizeof(uint64_t));
      output.Append(line);
      output.EndLine();
    }
    output.Commit();
  }

  RunContext& context_;
  std::string folder_;
  uint64_t sort_bytes_;
  LineReader reader_;
  std::unique_ptr<RecentLines> recent_;  // until Commit
  IdNumbers numbers_;
  uint64_t next_tag_ = 0;
};

}  // namespace

void WriteComponents(RunContext& context) {
  formats::LineSource source(context, true);
  ComponentSink sink(context);
  RunFlow(context, source, CountLines(), sink);
}

}  // namespace owt::dedup
