#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stages/filter/changes.h"
#include "stages/filter/findings.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// The rules of C4 (Raffel et al. 2020, https://arxiv.org/abs/1910.10683, section 2.2) as
// datatrove's C4QualityFilter reads them, on lines of text.splitlines().
struct C4Rules {
  // Lines go that
  uint64_t max_word_length = 1000;  // hold a longer word, in code points; 0: none goes
  bool terminal_marks = true;       // do not end in . ? ! " ' or end in ...
  uint64_t min_line_words = 3;      // have fewer words
  bool javascript = true;           // mention it
  bool policies = true;             // speak of terms of use, privacy and cookies
  // and from the others "[1]", "[edit]" and "[citation needed]".
  bool citations = true;
  // Texts go that
  bool lorem_ipsum = true;     // hold these words in a line that would stay
  bool curly_brackets = true;  // hold a { in such a line
  uint64_t min_sentences = 5;  // have fewer sentences in the lines that stay (sentences.h)
};

// Applies the rules. Keeps its memory from text to text: one per thread.
class C4Editor {
 public:
  // True: no rule needs to be asked any more. Reasons are lorem_ipsum, curly_bracket and
  // too_few_sentences. Where the findings take all, the first two say in how many lines they are,
  // and these lines go as well.
  bool Edit(const TextParts& parts, const C4Rules& rules, Findings* findings, Changes* changes);

  // The lines that stay, as datatrove joins them. Valid until the next call.
  const std::string& text() const { return text_; }

 private:
  // What a whole text holds; a line of it is asked only for that.
  struct Phrases {
    bool lorem_ipsum = false;
    bool javascript = false;
    bool policies = false;
  };

  std::string_view RuleAgainst(const TextParts& parts, const Line& line, const C4Rules& rules,
                               std::string_view* content);
  void Lower(const TextParts& parts);
  void FindPhrases();
  static bool HasNext(std::string_view text, char byte, size_t position, size_t size, size_t* next);
  Phrases PhrasesOf(std::string_view content, size_t position);

  std::string text_;
  std::string without_citations_;
  std::string lower_;  // the text with A-Z lowered, each byte in its place
  std::string lower_line_;
  Phrases phrases_;
  size_t next_citation_ = 0;  // where the next '[' stands, where the next '{'
  size_t next_bracket_ = 0;
  bool all_lines_ = false;  // ask each line, since lower_ does not tell
};

// mC4's rule: lines of text.split("\n") of at least so many code points. Its reason is
// too_few_paragraphs, where datatrove says "< 3 paragraphs".
struct C4ParagraphRules {
  uint64_t min_paragraphs = 3;
  uint64_t min_length = 200;
};

bool JudgeC4Paragraphs(const TextParts& parts, const C4ParagraphRules& rules, Findings* findings);

}  // namespace owt::filter
