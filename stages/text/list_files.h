#pragma once

#include <string>
#include <vector>

#include "stages/text/url.h"

namespace owt::text {

// The names in all of these files (see ParseNameList). Throws Error{kInput} for a file that cannot
// be read, is larger than 64 MiB or holds no name.
std::vector<std::string> ReadNameFiles(const std::vector<std::string>& paths);

// What --fold asks for: "scheme", "www", "slash", "tracking", "all". Throws Error{kUsage}.
UrlFold ParseFold(const std::vector<std::string>& names);

}  // namespace owt::text
