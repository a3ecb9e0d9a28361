#include "stages/filter/filter_map.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "formats/document.h"
#include "stages/filter/finding_text.h"
#include "stages/filter/perplexity.h"

namespace owt::filter {
namespace {

constexpr std::string_view kField = "filter";
constexpr std::string_view kBucketField = "bucket";

// [{"rule":R,"value":V,"threshold":T},..] of the rules that failed.
std::string TagJson(const Findings& findings) {
  std::string json = "[";
  for (const Finding& finding : findings.list()) {
    if (!finding.failed) continue;
    json += json.size() > 1 ? ", {" : "{";
    AppendFinding(finding, &json);
    json += '}';
  }
  return json + ']';
}

// {R:V,..} of all rules.
std::string ScoreJson(const Findings& findings) {
  std::string json = "{";
  for (const Finding& finding : findings.list()) {
    json += fmt::format(R"({}"{}": {})", json.size() > 1 ? ", " : "", finding.rule, finding.value);
  }
  return json + '}';
}

}  // namespace

void AppendFinding(const Finding& finding, std::string* out) {
  *out += fmt::format(R"("rule":"{}","value":{},"threshold":{})", finding.rule, finding.value,
                      finding.threshold);
}

FilterMap::FilterMap(FilterRules rules, Mode mode)
    : rules_(std::move(rules)), mode_(mode), judges_(std::cref(rules_)) {}

Verdict FilterMap::Apply(Document& document) const {
  Judge& judge = judges_.local();
  judge.Read(document.text(), document.url(), mode_ != Mode::kDrop);
  const Findings& findings = judge.findings();
  if (mode_ == Mode::kTag) document.SetJson(kField, TagJson(findings));
  if (mode_ == Mode::kScore) document.SetJson(kField, ScoreJson(findings));
  if (mode_ == Mode::kDrop && findings.failed()) return Verdict::Drop(findings.first_failed().rule);
  if (rules_.perplexity && rules_.perplexity->buckets) {
    document.SetString(kBucketField, judge.bucket());
  }
  if (mode_ != Mode::kDrop) return Verdict::Keep();
  if (judge.text() != document.text()) document.SetText(std::string(judge.text()));
  return Verdict::Keep();
}

Explanation FilterMap::Explain(Document& document) const {
  const std::string before(document.text());
  const Verdict verdict = Apply(document);
  const Judge& judge = judges_.local();
  if (mode_ != Mode::kDrop) return {verdict, FailuresText(judge.findings())};
  if (verdict.keep()) return {verdict, ChangesText(judge.changes())};
  // What was asked about is what the rules before have left.
  const std::string_view of = judge.text() == before ? "" : " of what the rules before it left";
  return {verdict,
          FindingText(judge.findings().first_failed(), judge.text().size()) + std::string(of)};
}

}  // namespace owt::filter
