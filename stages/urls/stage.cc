// `owt urls`: the URLs that Reddit's users posted, from Pushshift dumps.
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "formats/line_source.h"
#include "formats/reddit_post.h"
#include "pipeline/context.h"
#include "pipeline/flow.h"
#include "pipeline/stage.h"
#include "stages/text/first_seen_sink.h"
#include "stages/text/list_files.h"
#include "stages/text/public_suffix.h"
#include "stages/urls/found_line.h"
#include "stages/urls/post_filter.h"

namespace owt::stages {
namespace {

using urls::Compat;
using urls::Provenance;

static_assert(Buffer::kPadding >= formats::RedditPostReader::kPadding);

class UrlsTransform : public BatchTransform {
 public:
  UrlsTransform(const urls::PostRules& rules, Provenance provenance)
      : provenance_(provenance), workers_([&rules] { return Worker(rules); }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    const std::string_view bytes = batch.bytes.view();
    Worker& worker = workers_.local();
    for (size_t begin = 0; begin < bytes.size();) {
      const size_t end = std::min(bytes.find('\n', begin), bytes.size());
      ++result->tally.in;
      Judge(bytes, begin, end, worker, result);
      begin = end + 1;
    }
  }

 private:
  struct Worker {
    explicit Worker(const urls::PostRules& rules) : filter(&rules) {}

    formats::RedditPostReader reader;
    urls::PostFilter filter;
    urls::FoundUrl found;
  };

  void Judge(std::string_view bytes, size_t begin, size_t end, Worker& worker,
             BatchResult* result) const {
    formats::RedditPost post;
    std::string_view reason = worker.reader.Read(bytes.substr(begin, end - begin), &post);
    if (!reason.empty()) {
      result->Quarantine(begin, end, reason);
      return;
    }
    reason = worker.filter.Judge(post, &worker.found);
    if (!reason.empty()) {
      result->Drop(begin, end, reason);
      return;
    }
    ++result->tally.out;
    ++result->tally.changed;
    const size_t line_begin = result->bytes.size();
    urls::AppendFoundLine(provenance_, worker.found.url, post, &result->bytes);
    text::FirstSeenSink::AppendEntry(
        {worker.found.key, result->bytes.size() - line_begin, begin, end, true}, &result->aux);
  }

  Provenance provenance_;
  mutable oneapi::tbb::enumerable_thread_specific<Worker> workers_;
};

class UrlsStage : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Posts")
        .Integer("min-score", &min_score_, -1000000000, 1000000000, "posts below this are dropped")
        .Flag("keep-over-18", &keep_over_18_, "keep posts marked as over 18")
        .Flag("keep-self-posts", &keep_self_posts_, "keep posts that link to their own text");
    options.Group("Lists")
        .Files("domains", &domain_files_, "more domains to leave out, one a line")
        .Detail(
            "A name without a dot is the label below any public suffix; a name with dots is that "
            "host and all below it. May be repeated.")
        .Files("extensions", &extension_files_, "more file extensions to leave out");
    options.Group("Rules")
        .List("fold", &fold_, "WHAT", "URLs that differ in this only are duplicates")
        .Detail(
            "scheme (https = http), www, slash (at the end of the path), tracking (utm_*, fbclid, "
            "...) or all; may be repeated. Host case, default ports, escapes of plain characters "
            "and fragments never make a difference.")
        .Choice("compat", &compat_, {"none", "openwebtext"}, "follow a reference tool exactly")
        .Detail(
            "openwebtext: extract_urls.py and deduplicate_urls.py. Give the dumps in the order of "
            "their months, as a sorted folder has them.");
    options.Group("Output").Choice("provenance", &provenance_, {"none", "tsv", "jsonl"},
                                   "write subreddit, score and id with each URL");
    options.Example("owt urls dumps/ urls.txt", "the URLs of all dumps below dumps/");
    options.Example("owt urls --provenance jsonl RS_2015-01.zst found.jsonl",
                    "with subreddit, score and id");
  }

  void Run(RunContext& context) override {
    urls::PostRules rules(compat_ == "openwebtext" ? Compat::kOpenWebText : Compat::kNone,
                          text::ReadNameFiles(domain_files_),
                          text::ReadNameFiles(extension_files_));
    rules.min_score = static_cast<double>(min_score_);
    rules.keep_over_18 = keep_over_18_;
    rules.keep_self_posts = keep_self_posts_;
    rules.fold = text::ParseFold(fold_);
    const UrlsTransform transform(rules, provenance_ == "tsv"     ? Provenance::kTsv
                                         : provenance_ == "jsonl" ? Provenance::kJsonl
                                                                  : Provenance::kNone);
    if (context.common.verbose) {
      context.Say("public suffixes of " + text::PublicSuffix::Version());
    }
    formats::LineSource source(context);
    text::FirstSeenSink sink(context, provenance_ == "jsonl" ? ".jsonl" : ".txt");
    RunFlow(context, source, transform, sink);
  }

 private:
  int64_t min_score_ = 3;
  bool keep_over_18_ = false;
  bool keep_self_posts_ = false;
  std::vector<std::string> domain_files_;
  std::vector<std::string> extension_files_;
  std::vector<std::string> fold_;
  std::string compat_ = "none";
  std::string provenance_ = "none";
};

}  // namespace

std::unique_ptr<Stage> MakeUrls() { return std::make_unique<UrlsStage>(); }

}  // namespace owt::stages
