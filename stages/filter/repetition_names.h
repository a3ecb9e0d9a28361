#pragma once

#include <string_view>

namespace owt::filter {

// Reasons of rules on repeated words, by n.
inline constexpr std::string_view kTopRules[] = {"top_2_gram", "top_3_gram", "top_4_gram"};
inline constexpr std::string_view kRepeatedRules[] = {
    "duplicated_5_n_grams", "duplicated_6_n_grams", "duplicated_7_n_grams",
    "duplicated_8_n_grams", "duplicated_9_n_grams", "duplicated_10_n_grams"};

}  // namespace owt::filter
