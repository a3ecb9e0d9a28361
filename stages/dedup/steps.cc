#include "stages/dedup/steps.h"

#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "stages/dedup/band_lines.h"
#include "stages/dedup/components.h"
#include "stages/dedup/drop_documents.h"
#include "stages/dedup/line_fields.h"
#include "stages/dedup/link_lines.h"
#include "stages/dedup/pair_groups.h"

namespace owt::dedup {
namespace {

void RefuseIf(bool is_wrong, const char* message) {
  if (is_wrong) throw Error(ErrorKind::kUsage, message);
}

}  // namespace

void StepOptions::Declare(OptionSet& options) {
  options.Group("Steps for other engines")
      .Choice("step", &step_, {"all", "bands", "links", "components", "drop"},
              "one step of several processes, on plain lines")
      .Detail(
          "bands: documents to lines KEY TAB ID, which anything may sort (LC_ALL=C sort); links: "
          "sorted lines to lines ID TAB SMALLEST; components: those to lines ID TAB ROOT; drop: "
          "documents without those that --components names. Each takes stdin "
          "(docs/dedup-lines.md).")
      .Text("id-key", &id_key_, "KEY", "field that names a document in lines; else its address")
      .Text("id-prefix", &id_prefix_, "PREFIX",
            "a document's name is PREFIX and its number instead")
      .Detail("Another one for each part of the corpus; the number is of 12 digits, from 0.")
      .File("components", &components_, "what --step components wrote, for --step drop");
  options.Group("Steps of Megatron-LM")
      .Flag("find-only", &find_only_, "write pairs of addresses and how alike they are, and stop")
      .Detail("What find_duplicates.py writes, of all pairs that reach --threshold.")
      .Flag("group", &group_, "make groups of such pairs, the input, as group_duplicate_url.py")
      .Real("group-threshold", &group_threshold_, 0, 1, "similarity from which --group joins")
      .File("remove", &remove_, "drop all but the first of each of these groups, by address")
      .Detail("What remove_group_duplicates.py does.")
      .Example("owt dedup --lsh --step bands a.json - | LC_ALL=C sort | owt dedup --step links -",
               "finds who may be alike by three processes (docs/dedup-lines.md)")
      .Example("owt dedup --group pairs.json groups.json", "groups of what --find-only found")
      .Example("owt dedup --remove groups.json corpus.json clean.json",
               "keeps the first document of each group, as find-only and group name them");
}

void StepOptions::Check(const RunContext& context, bool near,
                        const std::string& explain_path) const {
  const int num_steps = (step_ != "all") + find_only_ + group_ + !remove_.empty();
  RefuseIf(num_steps > 1, "--step, --find-only, --group and --remove are a run each");
  if (num_steps == 0) {
    RefuseIf(!id_key_.empty() || !id_prefix_.empty() || !components_.empty(),
             "--id-key, --id-prefix and --components go with --step");
    return;
  }
  const bool has_ids = step_ == "bands" || step_ == "drop";
  const bool drops = step_ == "drop" || !remove_.empty();
  RefuseIf(!has_ids && (!id_key_.empty() || !id_prefix_.empty()),
           "--id-key and --id-prefix go with --step bands and --step drop");
  RefuseIf(!id_key_.empty() && !id_prefix_.empty(), "--id-key and --id-prefix are two names");
  RefuseIf(!id_prefix_.empty() && !IsLineField(id_prefix_),
           "--id-prefix takes no control characters");
  RefuseIf((step_ == "drop") != !components_.empty(), "--step drop goes with --components FILE");
  RefuseIf(near && step_ != "bands" && !find_only_,
           "--lsh goes with --step bands and --find-only; the other steps compare no texts");
  RefuseIf(!drops && !explain_path.empty(), "--explain goes with the steps that drop documents");
  RefuseIf(!drops && context.output.ends_with('/'), "a step writes one file, or standard output");
  const bool is_whole = !(has_ids && id_prefix_.empty()) && remove_.empty();
  RefuseIf(is_whole && context.shard().count > 1,
           "--shard goes with --remove, and with --step bands and drop by --id-key: numbers begin "
           "at 0 in each run, and the other steps need all of their input");
}

void StepOptions::RunDrop(RunContext& context, const std::string& explain_path) const {
  DropList list(context.output == "-" ? "" : FolderOf(context.output), context.memory_bytes() / 2);
  DropRule rule;
  if (remove_.empty()) {
    rule = {{id_key_, id_prefix_}, true};
    ReadComponents(components_, id_prefix_, &list);
  } else {
    ReadGroups(remove_, &list);
  }
  DropDocuments(context, &list, rule, explain_path);
}

void StepOptions::Run(RunContext& context, const MethodOptions& method, bool near,
                      const std::string& explain_path) const {
  // An engine's part may well be empty.
  context.takes_empty_input = true;
  if (group_) return GroupPairs(context, group_threshold_);
  if (step_ == "bands") {
    return WriteBandLines(context, method.Make(context, near), {id_key_, id_prefix_});
  }
  if (step_ == "links") return WriteLinkLines(context);
  if (step_ == "components") return WriteComponents(context);
  RunDrop(context, explain_path);
}

}  // namespace owt::dedup
