#include "stages/filter/word_breaks.h"

#include <fmt/format.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include "pipeline/error.h"

namespace owt::filter {
namespace {

void ExpectIcu(UErrorCode status) {
  if (U_SUCCESS(status) != 0) return;
  throw Error(ErrorKind::kExternal, fmt::format("ICU's word break: {}", u_errorName(status)));
}

}  // namespace

void WordBreaks::Close::operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }

void WordBreaks::Close::operator()(UText* text) const { utext_close(text); }

WordBreaks::WordBreaks() {
  UErrorCode status = U_ZERO_ERROR;
  iterator_.reset(ubrk_open(UBRK_WORD, "", nullptr, 0, &status));
  ExpectIcu(status);
}

std::span<const uint32_t> WordBreaks::Of(std::string_view text) {
  breaks_.clear();
  if (text.size() > INT32_MAX) return {};
  UErrorCode status = U_ZERO_ERROR;
  UText* const opened =
      utext_openUTF8(text_.get(), text.data(), static_cast<int64_t>(text.size()), &status);
  if (text_ == nullptr) text_.reset(opened);
  ExpectIcu(status);
  ubrk_setUText(iterator_.get(), text_.get(), &status);
  ExpectIcu(status);
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = ubrk_next(iterator_.get()); at != UBRK_DONE && at < size;
       at = ubrk_next(iterator_.get())) {
    breaks_.push_back(static_cast<uint32_t>(at));
  }
  return breaks_;
}

}  // namespace owt::filter
