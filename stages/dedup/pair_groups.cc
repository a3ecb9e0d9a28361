#include "stages/dedup/pair_groups.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "formats/line_source.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/json_string.h"
#include "pipeline/output_file.h"
#include "stages/dedup/id_numbers.h"
#include "stages/dedup/line_fields.h"
#include "stages/dedup/output_lines.h"
#include "stages/dedup/pair_lines.h"
#include "stages/dedup/union_find.h"

namespace owt::dedup {
namespace {

// Groups of numbers, each with the number of the line that began it. 8 bytes and a bit a member.
class NumberedGroups {
 public:
  explicit NumberedGroups(uint32_t size) : sets_(size), labels_(size, kNoLabel), joined_(size) {}

  // One line. REQUIRES: not empty.
  void Add(const std::vector<uint32_t>& members) {
    uint32_t label = kNoLabel;
    for (size_t i = 0; i < members.size() && label == kNoLabel; ++i) {
      label = labels_[sets_.Find(members[i])];
    }
    if (label == kNoLabel) label = next_label_++;
    for (const uint32_t member : members) {
      const uint32_t a = sets_.Find(members[0]);
      const uint32_t b = sets_.Find(member);
      if (a == b) continue;
      sets_.Union(a, b);
      joined_[sets_.Find(a)] = true;
    }
    labels_[sets_.Find(members[0])] = label;
  }

  // The group's number; false where it has one member.
  bool Find(uint32_t member, uint32_t* label) {
    const uint32_t root = sets_.Find(member);
    *label = labels_[root];
    return joined_[root];
  }

 private:
  static constexpr uint32_t kNoLabel = ~uint32_t{0};

  UnionFind sets_;
  std::vector<uint32_t> labels_;  // of roots
  std::vector<bool> joined_;      // roots with another member
  uint32_t next_label_ = 0;
};

class GroupSink : public Sink {
 public:
  GroupSink(RunContext& context, double threshold)
      : context_(context),
        threshold_(threshold),
        folder_(context.output == "-" ? "" : FolderOf(context.output)),
        sort_bytes_(context.memory_bytes() / 8),
        reader_(context, std::string(kPairLine)),
        numbers_(folder_, sort_bytes_) {}

  void Put(BatchResult& result) override {
    const auto add = [this](const std::string& url) {
      if (url.size() > kMaxFieldBytes || url.find('\0') != url.npos) {
        reader_.Throw("has an address of more than 32768 bytes, or with a NUL");
      }
      numbers_.Add(url, next_tag_ << 1 | (begins_line_ ? 1 : 0));
      ++next_tag_;
      begins_line_ = false;
    };
    const auto add_like = [&](const std::string& url, double similarity) {
      if (similarity >= threshold_) add(url);
    };
    reader_.ForEach(*result.batch, [&](std::string_view line) {
      begins_line_ = true;
      if (!ReadPairLine(line, add, add_like)) reader_.ThrowDamaged();
    });
  }

  void Commit() override {
    TextSorter members(folder_, sort_bytes_);  // label, first place, address
    FindGroups(&members);
    members.Finish();
    WriteGroups(&members);
  }

 private:
  void FindGroups(TextSorter* members) {
    const uint64_t num_urls = numbers_.Finish();
    if (num_urls * 9 > context_.memory_bytes() / 2 || num_urls >= ~uint32_t{0}) {
      throw Error(ErrorKind::kResource,
                  fmt::format("{} addresses take {} of memory, 9 bytes each, of which half of "
                              "--memory may be; give it more",
                              num_urls, SizeText(num_urls * 9)));
    }
    NumberedGroups groups(static_cast<uint32_t>(num_urls));
    std::vector<uint32_t> line;
    uint64_t tag, number;
    while (numbers_.NextTag(&tag, &number)) {
      if ((tag & 1) != 0 && !line.empty()) {
        groups.Add(line);
        line.clear();
      }
      line.push_back(static_cast<uint32_t>(number));
    }
    if (!line.empty()) groups.Add(line);

    numbers_.RewindIds();
    std::string entry;
    std::string_view url;
    uint32_t label;
    for (uint32_t i = 0; numbers_.NextId(&url, &tag); ++i) {
      if (!groups.Find(i, &label)) continue;
      entry.clear();
      AppendSortable(label, &entry);
      AppendSortable(tag, &entry);
      entry += url;
      members->Add(entry);
    }
  }

  void WriteGroups(TextSorter* members) {
    OutputLines output(context_);
    uint64_t num_groups = 0;
    uint64_t num_urls = 0;
    uint64_t last = 0;
    std::string piece;
    for (std::string_view entry; members->Next(&entry); ++num_urls) {
      const uint64_t label = SortableAt(entry, 0);
      piece.clear();
      if (num_urls > 0 && label == last) {
        piece += ", ";
      } else {
        if (num_urls > 0) output.EndLine("]}");
        piece += fmt::format("{{\"{}\": [", label);
        ++num_groups;
      }
      last = label;
      AppendJsonString(entry.substr(2 * sizeof(uint64_t)), &piece);
      output.Append(piece);
    }
    if (num_urls > 0) output.EndLine("]}");
    context_.tally.Note("groups", num_groups);
    context_.tally.Note("merged", context_.tally.out - num_groups);
    context_.Say(fmt::format("out of {} urls, only {} are unique and {} should be removed",
                             num_urls, num_groups, num_urls - num_groups));
    output.Commit();
  }

  RunContext& context_;
  double threshold_;
  std::string folder_;
  uint64_t sort_bytes_;
  LineReader reader_;
  IdNumbers numbers_;
  uint64_t next_tag_ = 0;
  bool begins_line_ = true;
};

}  // namespace

void GroupPairs(RunContext& context, double threshold) {
  formats::LineSource source(context, true);
  GroupSink sink(context, threshold);
  RunFlow(context, source, CountLines(), sink);
}

}  // namespace owt::dedup
