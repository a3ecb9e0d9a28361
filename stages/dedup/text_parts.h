#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/text_key.h"

namespace owt::dedup {

// What is compared within texts.
enum class PartUnit {
  kLine,       // between line feeds
  kParagraph,  // lines between lines of white space alone
};

// Bytes [begin, end) of a text: a line without its end, or a paragraph without that of its last
// line.
struct TextPart {
  size_t begin, end;
};

// Whether there is nothing but white space.
bool IsBlank(std::string_view text);

// The parts of a text, in order: all lines, also empty ones, or all paragraphs.
void CutParts(std::string_view text, PartUnit unit, std::vector<TextPart>* parts);

// What a part is compared by: small letters, and one blank for each white space within. Empty where
// it has nothing else. `text` must be valid UTF-8.
void NormalizePart(std::string_view part, std::string* normalized);

// Code points, if there are fewer than `most`; else `most`.
uint64_t CharsUpTo(std::string_view text, uint64_t most);

// The text without the parts whose index is in `removed` (rising). Between two parts that stay is
// what was behind the first of them; what is before the first part of the text and behind the last
// stays too.
std::string WithoutParts(std::string_view text, std::span<const TextPart> parts,
                         std::span<const uint32_t> removed);

}  // namespace owt::dedup
