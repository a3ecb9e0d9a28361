#pragma once

#include <string>
#include <string_view>

namespace owt::filter {

// Appends `line` as CCNet (Wenzek et al. 2020, https://arxiv.org/abs/1911.00359) puts a line before
// it asks a model about it: no white space at its ends, lower case, no accents (nonspacing marks of
// its decomposed form), each decimal digit a 0, some marks of Unicode those of ASCII, no control
// characters, tabs among them. `scratch` is memory that is used again. Linear. REQUIRES: valid
// UTF-8, less than 1 GiB.
void AppendCcnetLine(std::string_view line, std::string* scratch, std::string* out);

}  // namespace owt::filter
