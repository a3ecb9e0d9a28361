#include "stages/why/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "formats/document.h"
#include "pipeline/buffer.h"
#include "stages/why/verdict.h"

namespace owt::why {
namespace {

// The decoded text of a record; nothing for a line of a URL list.
std::optional<std::string> TextOf(const std::string& line, const std::string& text_key) {
  Buffer padded;
  padded.Append(line);
  DocumentParser parser({text_key, ""});
  Document document;
  if (!parser.Parse(padded.view(), &document).empty()) return std::nullopt;
  return std::string(document.text());
}

// How the text changed from one stage to the next, or an empty text.
std::string ChangeOf(const FoundRecord& before, const FoundRecord& now,
                     const std::string& text_key) {
  const auto old_text = TextOf(before.line, text_key), new_text = TextOf(now.line, text_key);
  if (!old_text || !new_text || *old_text == *new_text) return "";
  const auto differs =
      std::mismatch(old_text->begin(), old_text->end(), new_text->begin(), new_text->end());
  return fmt::format("; text changed from its byte {} on, {} -> {} bytes",
                     differs.first - old_text->begin(), old_text->size(), new_text->size());
}

}  // namespace

std::string ChangeText(const Manifest& manifest, const FoundRecord& before, const FoundRecord& now,
                       const RunContext& context) {
  if (before.line == now.line) return "";
  const auto key = manifest.options.find("text-key");
  const std::string change =
      ChangeOf(before, now, key == manifest.options.end() ? "" : key->second);
  const Answer answer = AskMaps(manifest, before.line, context);
  if (!answer.reason.empty() || answer.details.empty()) return change;
  return fmt::format("{}: {}", change.empty() ? "; changed" : change, answer.details);
}

}  // namespace owt::why
