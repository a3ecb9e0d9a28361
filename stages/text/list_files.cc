#include "stages/text/list_files.h"

#include <fmt/format.h>

#include <cstdint>

#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "stages/text/url_lists.h"

namespace owt::text {

std::vector<std::string> ReadNameFiles(const std::vector<std::string>& paths) {
  constexpr uint64_t kMaxBytes = uint64_t{64} << 20;
  std::vector<std::string> names;
  for (const std::string& path : paths) {
    const std::vector<std::string> more = ParseNameList(ReadSmallFile(path, kMaxBytes));
    if (more.empty()) {
      throw Error(ErrorKind::kInput, "this list holds no name (one a line, # for comments)", path);
    }
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

UrlFold ParseFold(const std::vector<std::string>& names) {
  UrlFold fold;
  for (const std::string& name : names) {
    const bool all = name == "all";
    if (!all && name != "scheme" && name != "www" && name != "slash" && name != "tracking") {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--fold takes scheme, www, slash, tracking or all, not '{}'", name));
    }
    fold.scheme = fold.scheme || all || name == "scheme";
    fold.www = fold.www || all || name == "www";
    fold.slash = fold.slash || all || name == "slash";
    fold.tracking = fold.tracking || all || name == "tracking";
  }
  return fold;
}

}  // namespace owt::text
