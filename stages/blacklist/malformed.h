#pragma once

#include <string_view>

namespace owt::blacklist {

// Whether `url` is no address of a web page that could be fetched. Well formed is: http or https in
// any case, "://", a host, an optional ":port" (1 to 65535), then nothing or one of / ? # and
// anything without white space and control characters. The host is a dotted quad of numbers up to
// 255, or a name of two labels at least: letters, digits, '-', '_' and what is not ASCII, 1 to 63
// bytes each, no '-' at either end, the last one not a number, 253 bytes in all; a final dot is
// allowed. So user names, IPv6 literals and single names ("localhost") are malformed.
// REQUIRES: valid UTF-8. One pass, no backtracking.
bool IsMalformed(std::string_view url);

// The same question as the reference's regular expression answers it (blacklist_urls.py in
// Megatron-LM, Python's re with IGNORECASE on text), in particular: no '_' in a host, a dotted quad
// without a range check, no fragment directly after the host, white space by Unicode, digits of
// every script in ports and quads, and i with and without dot, long s and the Kelvin sign as
// letters. REQUIRES: valid UTF-8.
bool IsMalformedForMegatron(std::string_view url);

}  // namespace owt::blacklist
