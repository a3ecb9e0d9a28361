#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace owt::dedup {

// The files between the steps of Megatron-LM's tools/openwebtext (2023 to 2025): jsonl.
//
// Pairs, which find_duplicates.py writes and group_duplicate_url.py reads: an address, and those
// that are like it with the similarity. One address a line, as a rule.
inline constexpr std::string_view kPairLine = R"({"ADDRESS": [{"ADDRESS": SIMILARITY}, ...]})";

// Groups, which group_duplicate_url.py writes and remove_group_duplicates.py reads.
inline constexpr std::string_view kGroupLine = R"({"NUMBER": ["ADDRESS", "ADDRESS", ...]})";

// Calls on_main for each key and on_other for each pair behind it, in the order of the line. False
// where it is no such line; what was called before is then of no use. Any bytes will do.
bool ReadPairLine(std::string_view line, const std::function<void(const std::string& url)>& on_main,
                  const std::function<void(const std::string& url, double similarity)>& on_other);

// Calls on_url for each address with its place in its list, from 0.
bool ReadGroupLine(std::string_view line,
                   const std::function<void(size_t place, const std::string& url)>& on_url);

// Appends `{"OTHER": SIMILARITY}`, the number as Python writes it.
void AppendPair(std::string_view other, double similarity, std::string* out);

}  // namespace owt::dedup
