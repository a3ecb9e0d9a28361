#include "stages/text/sentences.h"

#include <fmt/format.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include "pipeline/error.h"

namespace owt::text {
namespace {

void Check(UErrorCode status, std::string_view what) {
  if (U_SUCCESS(status)) return;
  throw Error(ErrorKind::kResource, fmt::format("ICU: {}: {}", what, u_errorName(status)));
}

}  // namespace

struct SentenceSplitter::State {
  State() {
    UErrorCode status = U_ZERO_ERROR;
    iterator = ubrk_open(UBRK_SENTENCE, "", nullptr, 0, &status);
    Check(status, "no rules for sentences; is its data installed?");
  }

  ~State() {
    ubrk_close(iterator);
    utext_close(&text);
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  UBreakIterator* iterator = nullptr;
  UText text = UTEXT_INITIALIZER;
};

SentenceSplitter::SentenceSplitter() : state_(std::make_unique<State>()) {}

SentenceSplitter::~SentenceSplitter() = default;

void SentenceSplitter::Split(std::string_view text,
                             const std::function<void(std::string_view)>& on_sentence) {
  UErrorCode status = U_ZERO_ERROR;
  utext_openUTF8(&state_->text, text.data(), static_cast<int64_t>(text.size()), &status);
  ubrk_setUText(state_->iterator, &state_->text, &status);
  Check(status, "cannot read a text");
  size_t begin = 0;
  // Over UTF-8 its positions are bytes.
  for (int32_t end = ubrk_next(state_->iterator); end != UBRK_DONE;
       end = ubrk_next(state_->iterator)) {
    on_sentence(text.substr(begin, static_cast<size_t>(end) - begin));
    begin = static_cast<size_t>(end);
  }
}

}  // namespace owt::text
