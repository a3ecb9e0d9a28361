#include "pipeline/tally.h"

#include <nlohmann/json.hpp>

#include "pipeline/batch.h"
#include "pipeline/error.h"

namespace owt {
namespace {

using Counts = std::map<std::string, uint64_t, std::less<>>;

void Count(Counts& counts, std::string_view reason, uint64_t count) {
  const auto found = counts.find(reason);
  if (found != counts.end()) {
    found->second += count;
  } else {
    counts.emplace(reason, count);
  }
}

uint64_t Sum(const Counts& counts) {
  uint64_t sum = 0;
  for (const auto& [reason, count] : counts) sum += count;
  return sum;
}

}  // namespace

void Tally::Drop(std::string_view reason, uint64_t count) { Count(dropped, reason, count); }

void Tally::Quarantine(std::string_view reason, uint64_t count) {
  Count(quarantined, reason, count);
}

void Tally::Note(std::string_view what, uint64_t count) {
  if (count > 0) Count(noted, what, count);
}

void Tally::Merge(const Tally& other) {
  in += other.in;
  out += other.out;
  changed += other.changed;
  bytes_in += other.bytes_in;
  bytes_out += other.bytes_out;
  for (const auto& [reason, count] : other.dropped) Drop(reason, count);
  for (const auto& [reason, count] : other.quarantined) Quarantine(reason, count);
  for (const auto& [what, count] : other.noted) Note(what, count);
}

uint64_t Tally::num_dropped() const { return Sum(dropped); }

uint64_t Tally::num_quarantined() const { return Sum(quarantined); }

nlohmann::ordered_json TallyJson(const Tally& tally) {
  nlohmann::ordered_json json;
  json["in"] = tally.in;
  json["out"] = tally.out;
  json["changed"] = tally.changed;
  json["bytes_in"] = tally.bytes_in;
  json["bytes_out"] = tally.bytes_out;
  json["dropped"] = tally.dropped;
  json["quarantined"] = tally.quarantined;
  if (!tally.noted.empty()) json["noted"] = tally.noted;
  return json;
}

Tally ParseTally(const nlohmann::json& json) {
  try {
    Tally tally;
    tally.in = json.at("in");
    tally.out = json.at("out");
    tally.changed = json.at("changed");
    tally.bytes_in = json.at("bytes_in");
    tally.bytes_out = json.at("bytes_out");
    for (const auto& [reason, count] : json.at("dropped").items()) tally.Drop(reason, count);
    for (const auto& [reason, count] : json.at("quarantined").items()) {
      tally.Quarantine(reason, count);
    }
    if (json.contains("noted")) {
      for (const auto& [what, count] : json.at("noted").items()) tally.Note(what, count);
    }
    return tally;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::kInput, std::string("not a ledger: ") + error.what());
  }
}

void BatchResult::Drop(size_t begin, size_t end_index, std::string_view reason) {
  notes.push_back({begin, end_index, reason, false});
  tally.Drop(reason);
}

void BatchResult::Quarantine(size_t begin, size_t end_index, std::string_view reason) {
  notes.push_back({begin, end_index, reason, true});
  tally.Quarantine(reason);
}

void BatchResult::Clear() {
  bytes.clear();
  packed.Clear();
  aux.clear();
  notes.clear();
  tally = Tally();
}

}  // namespace owt
