#include "stages/langdetect/cld2_answer.h"

#include <memory>
#include <optional>

#include "stages/langdetect/chunk_scores.h"
#include "stages/langdetect/cld2_tables.h"
#include "stages/langdetect/gram_hits.h"
#include "stages/langdetect/script_spans.h"

// How the passes over a text follow each other. What is asked once a text or seldom is the
// library's own code: the trial and the squeezing of texts that repeat themselves, the summary.

namespace owt::langdetect {
namespace {

constexpr int kSqueezeTrialFrom = 2048;  // bytes of a span
constexpr int kSqueezeTrialBytes = 256;
constexpr int kUsualSqueezeChunk = 0;
constexpr int kShortText = 256;  // bytes; gets no second pass
constexpr int kGoodPercent = 70;
constexpr int kGoodPercentOfTwo = 93;
constexpr bool kNoHtml = false;
constexpr bool kNotQuiet = false;

// Memory of a thread.
struct Workspace {
  std::array<char, ScriptSpans::kBufferBytes> span = {};
  GramHits hits;
  std::array<int, 4096> predictions;  // for the words that repeat themselves
};

bool HasHints(const CLD2::CLDHints& hints) {
  return hints.content_language_hint != nullptr || hints.tld_hint != nullptr ||
         hints.encoding_hint != CLD2::UNKNOWN_ENCODING ||
         hints.language_hint != CLD2::UNKNOWN_LANGUAGE;
}

class TextJudge {
 public:
  TextJudge(std::string_view text, const CLD2::CLDHints& hints, Workspace* workspace)
      : tables_(Cld2Tables::Get()), text_(text), workspace_(workspace) {
    context_.ulscript = CLD2::ULScript_Common;
    context_.prior_chunk_lang = CLD2::UNKNOWN_LANGUAGE;
    if (HasHints(hints)) {
      constexpr bool kPlainText = true;
      CLD2::ApplyHints(text.data(), static_cast<int>(text.size()), kPlainText, &hints, &context_);
    }
  }

  Cld2Answer Judge(int flags) {
    while (true) {
      const std::optional<int> again = Pass(flags);
      if (!again) return answer_;
      flags |= *again;
    }
  }

 private:
  // Sets answer_, or returns the flags to add for another pass.
  std::optional<int> Pass(int flags) {
    CLD2::DocTote totals;
    ChunkScorer scorer(tables_, context_, &totals);
    ScriptSpans spans(text_, workspace_->span.data());
    ScriptSpan span;
    int text_bytes = 0;
    int hash = 0;
    if ((flags & CLD2::kCLDFlagRepeats) != 0) workspace_->predictions.fill(0);
    while (spans.Next(&span)) {
      if ((flags & CLD2::kCLDFlagSqueeze) != 0) {
        span.bytes = CLD2::CheapSqueezeInplace(span.text, span.bytes, kUsualSqueezeChunk);
      } else if (span.bytes > kSqueezeTrialFrom && (flags & CLD2::kCLDFlagFinish) == 0 &&
                 CLD2::CheapSqueezeTriggerTest(span.text, span.bytes, kSqueezeTrialBytes)) {
        return CLD2::kCLDFlagSqueeze;
      }
      if ((flags & CLD2::kCLDFlagRepeats) != 0) {
        span.bytes = CLD2::CheapRepWordsInplace(span.text, span.bytes, &hash,
                                                workspace_->predictions.data());
      }
      ScoreSpan(span, &scorer, &totals);
      text_bytes += span.bytes;
    }
    return Summarize(flags, text_bytes, &totals);
  }

  void ScoreSpan(const ScriptSpan& span, ChunkScorer* scorer, CLD2::DocTote* totals) {
    const ScriptFacts& script = tables_.scripts[span.script];
    if (script.how == CLD2::RTypeNone || script.how == CLD2::RTypeOne) {
      totals->Add(static_cast<CLD2::uint16>(script.default_language), span.bytes, span.bytes, 100);
      return;
    }
    const bool han = script.how == CLD2::RTypeCJK;
    GramHits* const hits = &workspace_->hits;
    for (int begin = 1; begin < span.bytes;) {
      const int next = han ? FindHanHits(tables_, span, begin, hits)
                           : FindLetterHits(tables_, span, begin, hits);
      scorer->Score(span.script, han, begin, next, hits);
      begin = next;
    }
  }

  std::optional<int> Summarize(int flags, int text_bytes, CLD2::DocTote* totals) {
    CLD2::RefineScoredClosePairs(totals, nullptr, kNoHtml, kNotQuiet);
    Extract(text_bytes, totals);
    if (!IsGood(flags, text_bytes)) {
      constexpr int kLonger = CLD2::kCLDFlagTop40 | CLD2::kCLDFlagRepeats | CLD2::kCLDFlagFinish;
      return kLonger;
    }
    if ((flags & CLD2::kCLDFlagBestEffort) == 0) {
      CLD2::RemoveUnreliableLanguages(totals, kNoHtml, kNotQuiet);
    }
    Extract(text_bytes, totals);
    CLD2::Language summary;
    CLD2::CalcSummaryLang(totals, text_bytes, reliable_percents_.data(), answer_.languages.data(),
                          answer_.percents.data(), &summary, &answer_.reliable, kNoHtml, kNotQuiet,
                          flags);
    return std::nullopt;
  }

  void Extract(int text_bytes, CLD2::DocTote* totals) {
    constexpr int kAsked = 3;
    totals->Sort(kAsked);
    CLD2::ExtractLangEtc(totals, text_bytes, reliable_percents_.data(), answer_.languages.data(),
                         answer_.percents.data(), answer_.scores.data(), &answer_.text_bytes,
                         &answer_.reliable);
  }

  bool IsGood(int flags, int text_bytes) const {
    if ((flags & CLD2::kCLDFlagFinish) != 0 || text_bytes <= kShortText) return true;
    return answer_.reliable && (answer_.percents[0] >= kGoodPercent ||
                                answer_.percents[0] + answer_.percents[1] >= kGoodPercentOfTwo);
  }

  const Cld2Tables& tables_;
  std::string_view text_;
  Workspace* workspace_;
  CLD2::ScoringContext context_ = {};
  std::array<int, 3> reliable_percents_ = {};
  Cld2Answer answer_;
};

}  // namespace

Cld2Answer AskCld2(std::string_view text, const CLD2::CLDHints& hints, int flags) {
  thread_local const auto workspace = std::make_unique<Workspace>();
  if (text.empty()) {
    Cld2Answer nothing;
    nothing.languages.fill(CLD2::UNKNOWN_LANGUAGE);
    return nothing;
  }
  return TextJudge(text, hints, workspace.get()).Judge(flags);
}

}  // namespace owt::langdetect
