#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace owt {

// One record of a jsonl file on its way through the maps: its text, its address and its other
// fields. What no map touches is copied byte for byte. Views point into the batch and live as long
// as it does. Not thread-safe; reused from record to record.
class Document {
 public:
  // The decoded text and address; the address is empty where the record has none.
  std::string_view text() const { return text_; }

  std::string_view url() const { return url_; }

  // The JSON of a field as it stands in the record, or nothing. `key` as in the file, unescaped
  // keys only.
  std::optional<std::string_view> Json(std::string_view key) const;

  // Replaces the text. Texts must be valid UTF-8.
  void SetText(std::string text);

  // Gives the field that holds the text another name. REQUIRES: no other field has it.
  void RenameText(std::string key);

  // Replaces or adds a field; `json` is a JSON value.
  void SetJson(std::string_view key, std::string json);

  // The same with a text or a number as value.
  void SetString(std::string_view key, std::string_view value);
  void SetNumber(std::string_view key, double value);

  bool changed() const { return !edits_.empty() || text_edited_ || !new_text_key_.empty(); }

  // The record as one line with its end.
  void AppendLine(std::string* out) const;

 private:
  friend class DocumentParser;

  struct Field {
    std::string_view key;   // as in the file, without quotes
    std::string_view json;  // the value, without white space around it
  };

  struct Edit {
    std::string key;
    std::string json;
  };

  const Field* Find(std::string_view key) const;

  std::string_view line_;
  std::string_view text_;
  std::string_view url_;
  std::string_view text_key_;
  std::vector<Field> fields_;
  std::vector<Edit> edits_;
  std::string owned_text_;
  std::string new_text_key_;  // empty: as it is
  bool text_edited_ = false;
};

// The names of the standard fields.
struct DocumentKeys {
  std::string text = "text";
  std::string url = "url";
};

// Reads records. Keeps its memory between calls; one per thread.
class DocumentParser {
 public:
  // With `replace_surrogates` a lone surrogate in a text is U+FFFD, and no reason to refuse it; the
  // document then counts as changed.
  explicit DocumentParser(DocumentKeys keys, bool replace_surrogates = false);
  ~DocumentParser();

  // Reads `line`, behind which Buffer::kPadding bytes must be readable. Returns the reason to
  // quarantine the record, or an empty text when *document is valid:
  //   invalid_utf8, truncated_json, invalid_json, too_deep, not_an_object, duplicate_key,
  //   missing_text, text_not_a_string, url_not_a_string, lone_surrogate, nul_in_text
  std::string_view Parse(std::string_view line, Document* document);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace owt
