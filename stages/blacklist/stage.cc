// `owt blacklist`: drops URLs that are not worth fetching, and repetitions.
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "formats/line_source.h"
#include "pipeline/context.h"
#include "pipeline/flow.h"
#include "pipeline/stage.h"
#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/blacklist/matcher.h"
#include "stages/text/first_seen_sink.h"
#include "stages/text/list_files.h"
#include "stages/text/public_suffix.h"

namespace owt::stages {
namespace {

using blacklist::Compat;

// What counts as a repetition: the same bytes, or the same key when something is folded.
struct Identity {
  bool exact = true;
  text::UrlFold fold;
};

class BlacklistTransform : public BatchTransform {
 public:
  BlacklistTransform(const blacklist::Blacklist& lists, Identity identity)
      : identity_(identity),
        whole_line_(lists.compat() == Compat::kMegatron),
        matchers_([&lists] { return blacklist::Matcher(&lists); }) {}

  // Blank lines are records too: the reference counts them as short.
  void Apply(const Batch& batch, BatchResult* result) const override {
    const std::string_view bytes = batch.bytes.view();
    blacklist::Matcher& matcher = matchers_.local();
    for (size_t begin = 0; begin < bytes.size();) {
      const size_t end = std::min(bytes.find('\n', begin), bytes.size());
      ++result->tally.in;
      Judge(bytes, begin, end, matcher, result);
      begin = end + 1;
    }
  }

 private:
  void Judge(std::string_view bytes, size_t begin, size_t end, blacklist::Matcher& matcher,
             BatchResult* result) const {
    const std::string_view line = StripWhiteSpace(bytes.substr(begin, end - begin));
    if (FindInvalidUtf8(line) != line.npos) {
      result->Quarantine(begin, end, "invalid_utf8");
      return;
    }
    const std::string_view url =
        whole_line_ ? line : StripWhiteSpace(line.substr(0, line.find('\t')));
    if (const std::string_view reason = matcher.DropReason(url); !reason.empty()) {
      result->Drop(begin, end, reason);
      return;
    }
    ++result->tally.out;
    const bool changed = line.size() != end - begin;
    result->tally.changed += changed;
    result->bytes += line;
    result->bytes.push_back('\n');
    text::FirstSeenSink::AppendEntry({KeyOf(url), line.size() + 1, begin, end, changed},
                                     &result->aux);
  }

  text::RecordKey KeyOf(std::string_view url) const {
    if (identity_.exact) return text::KeyOf(url);
    std::string key;
    text::AppendUrlKey(text::SplitUrl(url), identity_.fold, &key);
    return text::KeyOf(key);
  }

  Identity identity_;
  bool whole_line_;
  mutable oneapi::tbb::enumerable_thread_specific<blacklist::Matcher> matchers_;
};

class BlacklistStage : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Lists")
        .Files("domains", &domain_files_, "more domains to drop, one a line")
        .Detail(
            "A name without a dot is the label below any public suffix (amazon drops amazon.de and "
            "aws.amazon.com); a name with dots is that host and all below it. May be repeated.")
        .Files("extensions", &extension_files_, "more file extensions to drop, one a line");
    options.Group("Rules")
        .List("fold", &fold_, "WHAT", "URLs that differ in this only are duplicates")
        .Detail(
            "scheme (https = http), www, slash (at the end of the path), tracking (utm_*, fbclid, "
            "...) or all; may be repeated. With any of them host case, default ports, escapes of "
            "plain characters and fragments make no difference either. Without, a duplicate is "
            "the same text.")
        .Choice("compat", &compat_, {"none", "megatron"}, "follow a reference tool exactly")
        .Detail(
            "megatron: blacklist_urls.py of Megatron-LM with its slips (.7z and .ai pass, case "
            "of the domain counts, fragments hide an extension, a host can be a file); the order "
            "is "
            "that of the input, where the script's is random.");
    options.Example("owt blacklist urls/ clean_urls.txt", "the URLs of all files below urls/");
    options.Example("owt blacklist --fold all --domains mine.txt urls.txt",
                    "writes urls.blacklist.txt");
  }

  void Run(RunContext& context) override {
    const blacklist::Blacklist lists(compat_ == "megatron" ? Compat::kMegatron : Compat::kNone,
                                     text::ReadNameFiles(domain_files_),
                                     text::ReadNameFiles(extension_files_));
    const BlacklistTransform transform(lists, {fold_.empty(), text::ParseFold(fold_)});
    if (context.common.verbose) {
      context.Say("public suffixes of " + text::PublicSuffix::Version());
    }
    formats::LineSource source(context);
    text::FirstSeenSink sink(context, ".txt");
    RunFlow(context, source, transform, sink);
  }

 private:
  std::vector<std::string> domain_files_;
  std::vector<std::string> extension_files_;
  std::vector<std::string> fold_;
  std::string compat_ = "none";
};

}  // namespace

std::unique_ptr<Stage> MakeBlacklist() { return std::make_unique<BlacklistStage>(); }

}  // namespace owt::stages
