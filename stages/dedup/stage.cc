// `owt dedup`: drops documents that were there before. Three passes over the input: sign every
// document, collect the shingles of those that may be copies (find_duplicates.h), copy what stays
// (filter.h).
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "formats/explained_sink.h"
#include "formats/input_stream.h"
#include "formats/line_source.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"
#include "pipeline/stage.h"
#include "stages/dedup/add_to_index.h"
#include "stages/dedup/filter.h"
#include "stages/dedup/find_duplicates.h"
#include "stages/dedup/method.h"
#include "stages/dedup/pair_writer.h"
#include "stages/dedup/part_dedup.h"
#include "stages/dedup/sign_documents.h"
#include "stages/dedup/steps.h"
#include "stages/dedup/substring_dedup.h"
#include "stages/dedup/whole_input.h"

namespace owt::stages {
namespace {

using dedup::DocumentReader;
using dedup::Duplicates;
using dedup::OutputMode;

class Dedup : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Flag("lsh", &near_, "drop near duplicates too, found by MinHash and LSH")
        .Detail(
            "Without it only documents whose text equals an earlier one's are dropped. Candidates "
            "are checked by the exact similarity of their shingles; one document of each cluster "
            "stays.")
        .Flag("bands-only", &bands_only_, "write band files instead of documents, and stop")
        .Detail(
            "OUTPUT.band-00 and so on and OUTPUT.exact: the keys by which candidates meet, each "
            "with its document's number (docs/dedup.md).");
    method_options_.Declare(options);
    options
        .Choice("similarity", &similarity_, {"jaccard", "containment"},
                "what of two texts is in common: of both, or of the shorter one")
        .Detail("Candidates are found by the Jaccard index either way.")
        .Text("keep", &keep_, "RULE", "which document of a cluster stays")
        .Detail(
            "first, longest, shortest, max:FIELD, min:FIELD (a number of the record), or "
            "priority:A,B,..., parts of input names, the most wanted first. Of equals the first.")
        .Choice("mode", &mode_, {"drop", "annotate", "list"}, "what becomes of duplicates")
        .Detail(
            "annotate keeps them, with a field \"dedup\" that says why they would go; list writes "
            "a line about each of them and no documents.")
        .Choice("guard", &guard_, {"refuse", "warn"},
                "at a giant cluster of unlike documents, joined by chance")
        .Detail(
            "That is 1,000 or more, of which most are below --threshold with the one that stays.")
        .Text("index", &index_, "FOLDER", "compare with the documents of earlier runs too")
        .Detail(
            "And add those of this run, when its output is complete: its band files, shingles and "
            "removals. An absent folder is an empty index. Old documents stay as they are; a new "
            "one like any of them goes.")
        .Choice("compare", &compare_, {"both", "old", "new"},
                "compare new documents with old ones, with new ones, or both")
        .Flag("frozen-index", &frozen_, "add nothing to --index")
        .Text("explain", &explain_, "FILE", "write why each document was dropped, as jsonl");
    parts_.Declare(options);
    substrings_.Declare(options);
    options.Example("owt dedup --lsh merged.json", "writes merged.dedup.json");
    options.Example("owt dedup --lsh --explain why.jsonl a.json b.json out.json",
                    "names the kept document for each one dropped");
    options.Example("owt dedup --lsh --keep max:score merged.json out.json",
                    "keeps the document of the highest score of each cluster");
    options.Example("owt dedup --lsh --index seen/ november.json out.json",
                    "drops what is in seen/ already, and adds november to it");
    options.Example("owt dedup --lsh --bands-only --bands 14 --rows 8 merged.json merged",
                    "writes merged.band-00 to merged.band-13 and merged.exact");
    options.Example("owt dedup --lines --min-count 6 --keep-count 0 a.json out.json",
                    "takes out lines that are there six times");
    options.Example("owt dedup --substrings 100 a.json out.json",
                    "takes out what was there before, 100 bytes or more");
    steps_.Declare(options);
  }

  // "merged.dedup.json", the name beside the input, stands for "merged.dedup.band-00" and so on.
  std::string OutputName(std::string output) const override {
    return bands_only_ ? std::string(PrefixOf(output)) : output;
  }

  std::vector<std::string> OutputFiles(const RunContext& context) const override {
    if (!bands_only_) return Stage::OutputFiles(context);
    const dedup::Method method = method_options_.Make(context, false);
    return dedup::BandFileNames(context.output, method.geometry.bands);
  }

  void CleanUp(const RunContext& context) override {
    dedup::WorkFolder::Remove(WorkFolderOf(context, Options()));
  }

  void Run(RunContext& context) override {
    steps_.Check(context, near_, explain_);
    if (steps_.wanted()) return RunStep(context);
    for (const InputRecord& input : context.inputs) {
      if (formats::ProbeInput(input.path).is_regular) continue;
      throw Error(ErrorKind::kUsage,
                  "dedup reads its input up to three times and cannot take a pipe; write it to a "
                  "file first",
                  input.path);
    }
    if (parts_.wanted() || substrings_.wanted()) return RunParts(context);
    const dedup::FindOptions options = Options();
    CheckIndex(context);
    const dedup::Method method = method_options_.Make(context, near_);
    const DocumentReader reader(context);
    if (bands_only_) return WriteBands(context, method, reader);

    const dedup::WorkFolder folder(context, WorkFolderOf(context, options));
    context.common.resume = false;  // the folder was there; which pass goes on is its business
    if (steps_.find_only()) return FindOnly(context, method, options, reader, folder);
    const std::unique_ptr<Duplicates> duplicates =
        FindDuplicates(context, method, options, reader, folder);
    Filter(context, reader, *duplicates);
    if (!index_.empty() && !frozen_) AddToIndex(context, method, options, folder, *duplicates);
  }

 private:
  OutputMode Mode() const {
    if (mode_ == "drop") return OutputMode::kDrop;
    return mode_ == "list" ? OutputMode::kList : OutputMode::kAnnotate;
  }

  dedup::FindOptions Options() const {
    dedup::FindOptions options;
    if (similarity_ == "containment") options.measure = dedup::Measure::kContainment;
    options.keep = dedup::KeepRule(keep_);
    options.names_urls = !explain_.empty() || Mode() != OutputMode::kDrop;
    options.refuses_percolation = guard_ == "refuse";
    if (compare_ == "old") options.compared = dedup::Compared::kOld;
    if (compare_ == "new") options.compared = dedup::Compared::kOwn;
    options.index = index_;
    options.adds_to_index = !frozen_;
    return options;
  }

  void CheckIndex(const RunContext& context) const {
    if (index_.empty()) {
      if (compare_ == "both" && !frozen_) return;
      throw Error(ErrorKind::kUsage, "--compare and --frozen-index go with --index");
    }
    if (!near_) throw Error(ErrorKind::kUsage, "--index goes with --lsh");
    if (context.shard().count > 1 && !frozen_) {
      throw Error(ErrorKind::kUsage,
                  "a shard sees the whole input, and would add it to --index each time; give "
                  "parts of the input instead, or --frozen-index");
    }
  }

  void FindOnly(RunContext& context, const dedup::Method& method, dedup::FindOptions options,
                const DocumentReader& reader, const dedup::WorkFolder& folder) const {
    if (!index_.empty()) {
      throw Error(ErrorKind::kUsage, "--find-only knows no --index");
    }
    dedup::RecordSorter pairs(folder.path(), context.memory_bytes() / 8);
    options.pairs = &pairs;
    FindDuplicates(context, method, options, reader, folder);
    pairs.Finish();
    WritePairs(context, reader, &pairs);
  }

  void RunStep(RunContext& context) const {
    if (bands_only_ || parts_.wanted() || substrings_.wanted()) {
      throw Error(ErrorKind::kUsage,
                  "--bands-only, --lines, --paragraphs and --substrings are no steps; run them by "
                  "themselves");
    }
    steps_.Run(context, method_options_, near_, explain_);
  }

  void RunParts(RunContext& context) const {
    if (near_ || bands_only_ || steps_.find_only()) {
      throw Error(ErrorKind::kUsage, "--lsh compares whole documents; run it by itself");
    }
    if (!substrings_.wanted()) return dedup::DedupParts(context, parts_.Make(), explain_);
    if (parts_.wanted()) {
      throw Error(ErrorKind::kUsage, "--substrings is a run by itself, after --lines for example");
    }
    dedup::DedupSubstrings(context, substrings_.window_bytes(), explain_);
  }

  void WriteBands(RunContext& context, const dedup::Method& method,
                  const DocumentReader& reader) const {
    if (!near_ || !explain_.empty() || steps_.find_only()) {
      throw Error(ErrorKind::kUsage, "--bands-only goes with --lsh, and explains nothing");
    }
    if (context.output == "-" || context.output.ends_with('/')) {
      throw Error(ErrorKind::kUsage,
                  "--bands-only writes several files; give the beginning of their names as output",
                  context.output);
    }
    formats::LineSource source(context, true);
    SignDocuments(context, source, method, reader, method.geometry.bands, "");
  }

  // Reads the whole input for a shard too: it does not know where its records begin.
  void Filter(RunContext& context, const DocumentReader& reader,
              const Duplicates& duplicates) const {
    const dedup::RecordRange range = dedup::ShardOf(context, duplicates.own.size);
    formats::LineSource lines = dedup::WholeInput(context);
    dedup::RangeSource source(&lines, range);
    const dedup::FilterTransform transform(context, reader, duplicates, range, Mode(),
                                           !explain_.empty());
    formats::ExplainedSink sink(context, explain_);
    RunFlow(context, source, transform, sink);
  }

  bool near_ = false;
  bool bands_only_ = false;
  dedup::MethodOptions method_options_;
  std::string similarity_ = "jaccard";
  std::string keep_ = "first";
  std::string mode_ = "drop";
  std::string guard_ = "refuse";
  std::string index_;
  std::string compare_ = "both";
  bool frozen_ = false;
  std::string explain_;
  dedup::PartOptions parts_;
  dedup::SubstringOptions substrings_;
  dedup::StepOptions steps_;
};

}  // namespace

std::unique_ptr<Stage> MakeDedup() { return std::make_unique<Dedup>(); }

}  // namespace owt::stages
