#include "stages/cleanup/fix_tasks.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "pipeline/error.h"
#include "pipeline/utf8.h"
#include "stages/cleanup/utf8_reader.h"
#include "stages/text/unicode_class.h"

namespace owt::cleanup {
namespace {

bool IsShorter(std::string_view text, size_t characters) {
  constexpr size_t kMaxBytesPerCharacter = 4;
  return text.size() < kMaxBytesPerCharacter * characters && CountCodePoints(text) < characters;
}

// No other letter than those of ASCII becomes one of these in lower case.
bool SpeaksOfJavascript(std::string_view text) {
  constexpr std::string_view kWord = "javascript";
  return std::search(text.begin(), text.end(), kWord.begin(), kWord.end(), [](char a, char b) {
           return static_cast<char>(std::tolower(static_cast<unsigned char>(a))) == b;
         }) != text.end();
}

bool IsEnglish(std::optional<std::string_view> language) {
  if (!language) {
    throw Error(
        ErrorKind::kInput,
        "--task remove_512_non_english reads the field \"language\", which a record of fewer "
        "than 512 characters lacks; owt langdetect INPUT OUTPUT writes it: run that first, "
        "or put langdetect before cleanup in a recipe of owt run");
  }
  return *language == R"("en")" || *language == R"("eng_Latn")";
}

bool IsWordCharacter(char32_t c) {
  const text::UnicodeClass unicode = text::ClassOf(c);
  return unicode == text::UnicodeClass::kLetter || unicode == text::UnicodeClass::kNumber ||
         c == '_';
}

}  // namespace

FixTasks ParseFixTasks(const std::vector<std::string>& names) {
  FixTasks tasks;
  for (const std::string& name : names) {
    if (name == "remove_512") {
      tasks.remove_512 = true;
    } else if (name == "remove_256_javascript") {
      tasks.remove_256_javascript = true;
    } else if (name == "ftfy_fix_text") {
      tasks.ftfy_fix_text = true;
    } else if (name == "general_cleaning") {
      tasks.general_cleaning = true;
    } else if (name == "remove_512_non_english") {
      tasks.remove_512_non_english = true;
    } else {
      throw Error(ErrorKind::kUsage,
                  "--task: '" + name +
                      "' is not one of remove_512, remove_256_javascript, remove_512_non_english, "
                      "ftfy_fix_text, general_cleaning");
    }
  }
  return tasks;
}

std::string_view RunFixTasks(const FixTasks& tasks, const TextCleaner& cleaner,
                             std::optional<std::string_view> language, std::string* text) {
  if (tasks.remove_512 && IsShorter(*text, 512)) return "remove_512";
  if (tasks.remove_256_javascript && IsShorter(*text, 256) && SpeaksOfJavascript(*text)) {
    return "remove_256_javascript";
  }
  if (tasks.remove_512_non_english && IsShorter(*text, 512) && !IsEnglish(language)) {
    return "remove_512_non_english";
  }
  if (tasks.ftfy_fix_text) {
    cleaner.Clean(*text, text);
  } else if (tasks.general_cleaning) {
    *text = CleanSpaces(*text);
  }
  return {};
}

std::string CleanSpaces(std::string_view text) {
  std::string out;
  bool behind_word = false;
  const char* at = text.data();
  for (const char* const end = at + text.size(); at < end;) {
    const char* const here = at;
    const char32_t c = ReadUtf8(&at);
    if (c == ' ' && at < end && *at == ' ') {
      while (at < end && *at == ' ') ++at;
      out += ' ';
    } else if (c == '\n' && behind_word) {
      while (at < end && *at == '\n') ++at;
      if (at < end && *at == ' ') ++at;
      out += ' ';
    } else {
      out.append(here, at);
    }
    behind_word = IsWordCharacter(c);
  }
  return out;
}

}  // namespace owt::cleanup
