#pragma once

namespace owt::filter {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace owt::filter
