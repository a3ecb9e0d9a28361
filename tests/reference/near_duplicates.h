#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace owt::reference {

// The word shingles of an ASCII text, as texts: lower case, words are runs of letters and digits.
std::set<std::string> WordShingles(std::string_view text, size_t size);

// The same for many texts, with a number for each shingle text; sorted.
std::vector<std::vector<uint32_t>> NumberedShingles(const std::vector<std::string>& texts,
                                                    size_t size);

// Of sorted sets.
double Jaccard(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b);

// For every document the first of its cluster, where all pairs with a Jaccard index of at least
// `threshold`, and all pairs of equal texts, are joined. Compares every pair.
std::vector<uint32_t> KeptDocuments(const std::vector<std::string>& texts, size_t size,
                                    double threshold);

}  // namespace owt::reference
