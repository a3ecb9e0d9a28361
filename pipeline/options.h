#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace owt {

// One declared option. From this row come parsing, the range check, the config key, both helps, the
// man page, completions, the reference table and the manifest.
struct OptionSpec {
  std::string name;         // lower-case-with-hyphens, without dashes; also the config key
  char short_name = 0;      // 'j' for -j, or 0
  std::string group;        // heading in the help
  std::string value_name;   // "N", "SIZE", "FILE"; empty for a flag
  std::string help;         // one line, at most 72 characters, no full stop
  std::string detail;       // further sentences for --help and the man page
  std::string range;        // "1..1024", "a|b|c", or "any"
  std::string fallback;     // the default as text
  bool repeats = false;     // a list: may be given several times
  bool many_words = false;  // a list that takes all words up to the next option
  bool run_only = false;    // how to run, not what to compute: not part of the fingerprint
  // Parses one value ("true"/"false" for a flag) and stores it; throws Error{kUsage}.
  std::function<void(std::string_view)> set;
  std::function<void()> clear;       // empties a list before its first value
  std::function<std::string()> get;  // the current value as text
  // For an option that names files to read: their paths. What they hold is part of the fingerprint.
  std::function<std::vector<std::string>()> files;
};

// "64MB", "1.5 GiB", "256M", "4096": decimal with B after the prefix letter (MB), binary without
// (M) or with i (MiB). Throws Error{kUsage}.
uint64_t ParseSize(std::string_view text);
std::string SizeText(uint64_t bytes);

// The one way to declare options: each call names an option, where its value goes and what it
// means. The value's content at the time of the call is the default. Pointers must outlive the set.
class OptionSet {
 public:
  // The heading for the options that follow.
  OptionSet& Group(std::string name);

  OptionSet& Flag(std::string name, bool* value, std::string help);
  OptionSet& Size(std::string name, uint64_t* bytes, std::string help);
  OptionSet& Text(std::string name, std::string* value, std::string value_name, std::string help);
  OptionSet& Choice(std::string name, std::string* value, std::vector<std::string> choices,
                    std::string help);
  OptionSet& List(std::string name, std::vector<std::string>* values, std::string value_name,
                  std::string help);
  // A list of files whose content decides the output (lists of domains, ...): where it differs from
  // that of an earlier run, the stage runs again.
  OptionSet& Files(std::string name, std::vector<std::string>* paths, std::string help);
  // The same with one file at most.
  OptionSet& File(std::string name, std::string* path, std::string help);
  OptionSet& Real(std::string name, double* value, double min, double max, std::string help);

  // T is any integer type; [min, max] is inclusive.
  template <class T>
  OptionSet& Integer(std::string name, T* value, int64_t min, int64_t max, std::string help) {
    return IntegerAs(
        std::move(name), [value] { return static_cast<int64_t>(*value); },
        [value](int64_t v) { *value = static_cast<T>(v); }, min, max, std::move(help));
  }

  // These qualify the option declared last.
  OptionSet& Short(char letter);
  OptionSet& Detail(std::string sentences);
  OptionSet& RunOnly();
  // Of a list: --name A B C says the same as --name A --name B --name C. For commands without
  // paths, which would be taken for values.
  OptionSet& ManyWords();

  // Of an option whose value is more than a path (NAME=FILE): the files that it names, whose
  // content then counts as that of Files does.
  OptionSet& Reads(std::function<std::vector<std::string>()> files);

  // Takes over the options of `other` under `prefix` + name, for a command that stands for several.
  void Import(const std::string& prefix, const OptionSet& other);

  // A command line for the help, and what it does.
  OptionSet& Example(std::string command, std::string meaning);

  struct ExampleText {
    std::string command, meaning;
  };

  const std::vector<OptionSpec>& specs() const { return specs_; }

  const std::vector<ExampleText>& examples() const { return examples_; }

  // nullptr where there is none.
  const OptionSpec* Find(std::string_view name) const;

  // The declared name nearest to `name`, or empty if none is near.
  std::string Nearest(std::string_view name) const;

 private:
  OptionSet& IntegerAs(std::string name, std::function<int64_t()> get,
                       std::function<void(int64_t)> set, int64_t min, int64_t max,
                       std::string help);
  OptionSpec& Add(std::string name, std::string value_name, std::string help);

  std::string group_ = "Options";
  std::vector<OptionSpec> specs_;
  std::vector<ExampleText> examples_;
};

// The element of `names` nearest to `name` by edit distance, if about a third of it differs at
// most.
std::string NearestName(std::string_view name, const std::vector<std::string>& names);

}  // namespace owt
