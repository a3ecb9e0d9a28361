// Any bytes through dedup's text path: words are those of the slow reference with every set of
// instructions, hashes are as many as shingles, equal where these are, and all families take it.
// Then as a line between two steps: what is read is what was written.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "pipeline/json_string.h"
#include "pipeline/utf8.h"
#include "stages/dedup/line_fields.h"
#include "stages/dedup/pair_lines.h"
#include "stages/dedup/sketch.h"
#include "tests/reference/folded_words.h"

namespace {

using namespace owt::dedup;

const owt::text::BpeModel& Tokens() {
  static const owt::text::BpeModel model(owt::formats::Gpt2Vocab::Embedded());
  return model;
}

void CheckWords(std::string_view text) {
  const std::vector<std::string> expected = owt::reference::FoldedWords(text);
  for (const owt::text::SimdTier tier : owt::text::SimdTiers()) {
    WordFolder folder(tier);
    std::vector<std::string> words;
    folder.Start(text);
    while (folder.Next()) {
      for (size_t i = 0; i < folder.size(); ++i) words.emplace_back(folder.word(i));
    }
    if (words != expected) abort();
  }
}

void CheckShingles(std::string_view text, Shingler* shingler) {
  std::vector<std::string> texts;
  shingler->ForEachText(text, [&](std::string_view one) { texts.emplace_back(one); });
  const std::vector<uint64_t>& hashes = shingler->Make(text);
  if (hashes.size() != texts.size()) abort();
  std::map<std::string, uint64_t> hash_of;
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (hash_of.emplace(texts[i], hashes[i]).first->second != hashes[i]) abort();
  }
}

void CheckFamily(std::string_view text, Family family) {
  const MinHasher hasher(family, 16, 1);
  Sketcher sketcher(hasher, TraitsOf(family).shingles, {4, 4}, &Tokens());
  if (sketcher.Sketch(text) && text.empty()) abort();
}

// A field of a line, and an address of a pair and of a group, come back as they went.
void CheckLine(std::string_view line) {
  LineFields fields;
  if (SplitFields(line, &fields)) {
    if (std::string(fields.first) + '\t' + std::string(fields.second) != line) abort();
    if (line.find_first_of(std::string_view("\0\n\r", 3)) != line.npos) abort();
  }
  const auto ignore_main = [](const std::string&) {};
  const auto ignore_pair = [](const std::string&, double) {};
  ReadPairLine(line, ignore_main, ignore_pair);
  ReadGroupLine(line, [](size_t, const std::string&) {});

  const std::string url = owt::ReplaceInvalidUtf8(line);
  std::string pair = "{\"a\": [";
  AppendPair(url, 0.5, &pair);
  bool is_same = false;
  const auto compare = [&](const std::string& other, double similarity) {
    is_same = other == url && similarity == 0.5;
  };
  if (!ReadPairLine(pair + "]}", ignore_main, compare) || !is_same) abort();
  std::string group = "{\"0\": [";
  owt::AppendJsonString(url, &group);
  is_same = false;
  const auto compare_url = [&](size_t place, const std::string& other) {
    is_same = place == 0 && other == url;
  };
  if (!ReadGroupLine(group + "]}", compare_url) || !is_same) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static std::vector<Shingler*> shinglers = [] {
    std::vector<Shingler*> made;  // for good: the process ends with them
    for (const char* rule : {"word:3", "char:4", "byte:5", "token:2"}) {
      made.push_back(new Shingler(ParseShingleRule(rule), &Tokens()));
    }
    return made;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckWords(text);
  CheckLine(text);
  for (Shingler* shingler : shinglers) CheckShingles(text, shingler);
  // Families see what the reader of records lets through.
  const std::string valid = owt::ReplaceInvalidUtf8(text);
  for (const std::string& name : FamilyNames()) CheckFamily(valid, ParseFamily(name));
  return 0;
}
