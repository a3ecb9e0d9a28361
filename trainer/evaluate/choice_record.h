#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"

namespace owt::trainer {

// A beginning and several endings, one of which is right.
struct ChoiceRecord {
  std::string context;
  std::vector<std::string> endings;  // two or more, none empty
  size_t label = 0;                  // of the right one
};

// Reads {"ctx":"..","endings":["..",..],"label":N}; "context" does for "ctx", and a text of digits
// for N, as in Hugging Face's copy of HellaSwag. Other fields are passed over. One per thread.
class ChoiceParser {
 public:
  ChoiceParser();

  // As DocumentParser::Parse; further reasons: endings_malformed, label_malformed.
  std::string_view Parse(std::string_view line, ChoiceRecord* record);

 private:
  DocumentParser by_ctx_, by_context_;
  Document document_;
};

}  // namespace owt::trainer
