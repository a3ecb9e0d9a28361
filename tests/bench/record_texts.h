#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

// The texts of a file of records: each behind its length, a little-endian u32.
inline std::vector<std::string_view> TextsOf(std::string_view records) {
  std::vector<std::string_view> texts;
  while (records.size() >= sizeof(uint32_t)) {
    uint32_t length;
    std::memcpy(&length, records.data(), sizeof(length));
    texts.push_back(records.substr(sizeof(length), length));
    records.remove_prefix(sizeof(length) + texts.back().size());
  }
  return texts;
}
