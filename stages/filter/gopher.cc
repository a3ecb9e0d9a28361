#include "stages/filter/gopher.h"

#include "stages/filter/dclm_gopher.h"
#include "stages/filter/dolma_gopher.h"

namespace owt::filter {
namespace {

bool AskQuality(const TextParts& parts, const GopherRules& rules, Findings* findings) {
  if (!rules.quality) return false;
  switch (rules.reading) {
    case GopherReading::kDclm:
      return JudgeDclmQuality(parts, *rules.quality, findings);
    case GopherReading::kDolma:
      return JudgeDolmaQuality(parts, *rules.quality, findings);
    case GopherReading::kDatatrove:
      break;
  }
  return JudgeGopherQuality(parts, *rules.quality, findings);
}

}  // namespace

bool GopherJudge::AskRepetition(const TextParts& parts, const GopherRules& rules,
                                HashCounter* counter, Findings* findings) {
  if (!rules.repetition) return false;
  switch (rules.reading) {
    case GopherReading::kDclm:
      return JudgeDclmRepetition(parts, *rules.repetition, counter, &runs_, findings);
    case GopherReading::kDolma:
      return JudgeDolmaRepetition(parts, *rules.repetition, counter, &runs_, findings);
    case GopherReading::kDatatrove:
      break;
  }
  return JudgeGopherRepetition(parts, *rules.repetition, counter, &ngrams_, findings);
}

bool GopherJudge::Ask(const TextParts& parts, const GopherRules& rules, HashCounter* counter,
                      Findings* findings) {
  if (rules.reading == GopherReading::kDatatrove) {
    return AskRepetition(parts, rules, counter, findings) || AskQuality(parts, rules, findings);
  }
  return AskQuality(parts, rules, findings) || AskRepetition(parts, rules, counter, findings);
}

}  // namespace owt::filter
