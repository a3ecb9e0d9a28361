#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace owt {

// What happened to records: the numbers behind the first promise,
//   in = out + dropped (by reason) + quarantined (by reason).
// One per batch while it is worked on, merged in order by the flow; one per run in the manifest.
// Not thread-safe.
struct Tally {
  uint64_t in = 0;
  uint64_t out = 0;
  uint64_t changed = 0;  // of those out: bytes differ from the input's
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  std::map<std::string, uint64_t, std::less<>> dropped;
  std::map<std::string, uint64_t, std::less<>> quarantined;
  std::map<std::string, uint64_t, std::less<>> noted;  // in records, whatever became of them

  void Drop(std::string_view reason, uint64_t count = 1);
  void Quarantine(std::string_view reason, uint64_t count = 1);

  // Something worth a line in the summary that decides nothing, such as a special token in a text.
  void Note(std::string_view what, uint64_t count);

  void Merge(const Tally& other);

  uint64_t num_dropped() const;
  uint64_t num_quarantined() const;

  // Whether the first promise holds.
  bool balanced() const { return in == out + num_dropped() + num_quarantined(); }
};

// {"in":..,"out":..,"changed":..,"bytes_in":..,"bytes_out":..,"dropped":{..},"quarantined":{..}},
// and "noted":{..} where something is.
nlohmann::ordered_json TallyJson(const Tally& tally);

// Reads what TallyJson wrote; throws Error{kInput} on anything else.
Tally ParseTally(const nlohmann::json& json);

}  // namespace owt
