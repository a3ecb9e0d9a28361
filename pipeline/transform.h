#pragma once

#include <string>
#include <string_view>

namespace owt {

class Document;  // formats/document.h: a record's text, url and fields

// What a map decided about one record. The reason is a literal in snake_case.
struct Verdict {
  std::string_view drop_reason;  // empty: keep

  bool keep() const { return drop_reason.empty(); }

  static Verdict Keep() { return {}; }

  static Verdict Drop(std::string_view reason) { return {reason}; }
};

// A verdict and what it rests on, for people.
struct Explanation {
  Verdict verdict;
  // One line: of a drop, what was measured, the threshold and the bytes of the text; of a record
  // that stays, what was changed and where. Empty where there is no more to say.
  std::string details;
};

// A step per document: parallel, pure, no files. It may change the document's text and fields.
// Counting, timing, quarantine and order are the flow's job. Neighbouring maps can run fused in
// one process (`owt run`).
class MapTransform {
 public:
  virtual ~MapTransform() = default;
  virtual Verdict Apply(Document& document) const = 0;

  // Does to the document what Apply does, and says why: the answers of `owt why`.
  virtual Explanation Explain(Document& document) const { return {Apply(document), {}}; }

  // Whether half of a surrogate pair in a text, such as \ud83d alone, is to be U+FFFD, and the
  // text then changed. The first of several maps decides; otherwise such a record is a bad one.
  virtual bool replaces_surrogates() const { return false; }
};

}  // namespace owt
