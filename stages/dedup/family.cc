#include "stages/dedup/family.h"

#include <array>

namespace owt::dedup {
namespace {

using Unit = ShingleRule::Unit;
using Words = ShingleRule::Words;

constexpr ShingleRule kOwnWords = {Unit::kWord, 5, Words::kOwn};
constexpr ShingleRule kDatatroveWords = {Unit::kWord, 5, Words::kDatatrove};
constexpr ShingleRule kLshBytes = {Unit::kByte, 5, Words::kOwn};

const std::array<FamilyTraits, 6> kFamilies = {{
    {"kperm32", kOwnWords, std::nullopt, {}, 4, true, true},
    {"datasketch", kOwnWords, 1, {}, 4, true, false},
    {"datasketch-1", kOwnWords, 1, {}, 4, true, true},
    {"datatrove", kDatatroveWords, 1, {14, 8}, 8, false, true},
    {"datatrove-sha1", kDatatroveWords, 1, {14, 8}, 8, false, true},
    {"megatron", kLshBytes, 1234, {10, 10}, 4, false, true},
}};

}  // namespace

const FamilyTraits& TraitsOf(Family family) { return kFamilies[static_cast<size_t>(family)]; }

std::vector<std::string> FamilyNames() {
  std::vector<std::string> names;
  for (const FamilyTraits& family : kFamilies) names.emplace_back(family.name);
  return names;
}

Family ParseFamily(std::string_view name) {
  size_t i = 0;
  while (kFamilies[i].name != name) ++i;
  return static_cast<Family>(i);
}

}  // namespace owt::dedup
