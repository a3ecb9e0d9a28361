#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace owt::text {

// Cuts texts into sentences by ICU's sentence break iterator (Unicode UAX #29, root locale). White
// space behind a sentence belongs to it, so that the sentences one after the other are the text.
// Rules and Unicode version are those of the ICU that is installed. Any bytes are accepted;
// ill-formed UTF-8 counts as U+FFFD. Keeps its iterator from text to text: one per thread.
class SentenceSplitter {
 public:
  // Throws Error{kResource} where ICU has no rules for sentences.
  SentenceSplitter();
  ~SentenceSplitter();

  // Calls on_sentence for each sentence, none of which is empty. REQUIRES: text below 2 GiB.
  void Split(std::string_view text, const std::function<void(std::string_view)>& on_sentence);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace owt::text
