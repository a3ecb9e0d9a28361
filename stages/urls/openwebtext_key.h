#pragma once

#include <string>
#include <string_view>

namespace owt::urls {

// Appends to `key` what deduplicate_urls.py of openwebtext calls one URL, as Python's urllib.parse
// sees it (since the fix of CVE-2025-0938, which is stricter about brackets): scheme, authority,
// path with %XX and + decoded, parameters, the set of (name, value) pairs of the query without
// blank values, and fragment. Host case, www, a trailing slash and http or https make a difference,
// the order of query parameters does not.
//
// False, with `key` unspecified, where the script reports a problem and skips the URL: brackets
// without an IPv6 address, and hosts that turn into another URL under NFKC.
// REQUIRES: valid UTF-8.
bool AppendOpenWebTextKey(std::string_view url, std::string* key);

}  // namespace owt::urls
