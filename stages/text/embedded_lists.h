#pragma once

#include <string_view>

namespace owt::text {

// The lists of data/blacklist/ as the build embedded them; see ParseNameList.
std::string_view BlacklistDomains();       // domains.txt
std::string_view BlacklistExtensions();    // extensions.txt
std::string_view MegatronExtensions();     // extensions-megatron.txt
std::string_view OpenWebTextDomains();     // openwebtext-domains.txt
std::string_view OpenWebTextExtensions();  // openwebtext-extensions.txt

}  // namespace owt::text
