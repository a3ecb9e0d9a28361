// From texts to cuts without files of documents: all steps of repeats.h and the sweep, beside a
// table of all windows.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "stages/dedup/claims.h"
#include "stages/dedup/repeats.h"
#include "tests/support/scratch_folder.h"

namespace owt::dedup {
namespace {

using Runs = std::vector<std::pair<uint64_t, uint64_t>>;  // of one text

struct Marks {
  std::vector<bool> later, first;
};

std::vector<Runs> SlowRuns(const std::vector<std::string>& texts, size_t window) {
  std::map<std::string, std::vector<std::pair<size_t, size_t>>> places;
  std::vector<Marks> marks;
  for (size_t t = 0; t < texts.size(); ++t) {
    marks.push_back({std::vector<bool>(texts[t].size()), std::vector<bool>(texts[t].size())});
    for (size_t i = 0; i + window <= texts[t].size(); ++i) {
      places[texts[t].substr(i, window)].emplace_back(t, i);
    }
  }
  for (const auto& [content, all] : places) {
    for (size_t i = 0; i < all.size() && all.size() > 1; ++i) {
      const auto [text, at] = all[i];
      auto& marked = i == 0 ? marks[text].first : marks[text].later;
      std::fill_n(marked.begin() + static_cast<ptrdiff_t>(at), window, true);
    }
  }
  std::vector<Runs> runs(texts.size());
  for (size_t t = 0; t < texts.size(); ++t) {
    for (size_t i = 0, begin = 0; i <= texts[t].size(); ++i) {
      if (i < texts[t].size() && marks[t].later[i] && !marks[t].first[i]) continue;
      if (i - begin >= window) runs[t].emplace_back(begin, i);
      begin = i + 1;
    }
  }
  return runs;
}

// What the sweep writes, joined; each piece must stand in the text that it names.
std::vector<Runs> FastRuns(const std::vector<std::string>& texts, size_t window, uint64_t memory) {
  const tests::ScratchFolder scratch;
  const std::string folder = scratch.File(".");
  const WindowSize size(window);
  TextStore store(folder, memory);
  for (size_t t = 0; t < texts.size(); ++t) store.Add(t, texts[t]);
  store.FinishWriting();
  RecordSorter anchors(folder, memory), claims(folder, memory), hulls(folder, memory);
  RecordSorter blocks(folder, memory), blocks_in_doubt(folder, memory), windows(folder, memory);
  SampleTexts(store, size, 2, &anchors);
  CompareHulls(size, &anchors, &claims, &hulls);
  CutBlocks(store, size, &hulls, &blocks);
  CompareHulls(size, &blocks, &claims, &blocks_in_doubt);
  HashWindows(store, size, &blocks_in_doubt, &windows);
  CompareWindows(size, &windows, &claims);
  claims.Finish();
  text::ScratchFile file(folder, 1000);
  ClaimSweep sweep(store, size, &file);
  for (RecordSorter::Record record; claims.Next(&record);) sweep.Take(Claim::Of(record));
  sweep.Finish();
  file.FinishWriting();
  std::vector<Cut> cuts(file.size() / sizeof(Cut));
  file.ReadAt(0, reinterpret_cast<char*>(cuts.data()), file.size());
  std::vector<Runs> runs(texts.size());
  for (const Cut& cut : cuts) {
    Runs& of_text = runs[cut.record];
    const std::string piece = texts[cut.record].substr(cut.begin, cut.end - cut.begin);
    const size_t found = texts[cut.first].find(piece);
    EXPECT_TRUE(cut.first < cut.record ? found != std::string::npos : found < cut.begin);
    if (!of_text.empty() && of_text.back().second == cut.begin) {
      of_text.back().second = cut.end;
    } else {
      of_text.emplace_back(cut.begin, cut.end);
    }
  }
  return runs;
}

std::string Letters(size_t size, int letters, std::mt19937_64* random) {
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('a' + (*random)() % static_cast<uint64_t>(letters));
  return text;
}

TEST(SubstringCutsTest, AreThoseOfATableOfAllWindows) {
  std::mt19937_64 random(5);
  size_t num_runs = 0;
  for (int round = 0; round < 150; ++round) {
    const size_t window = 32 + random() % 3 * 9;
    std::vector<std::string> phrases;
    for (int i = 0; i < 6; ++i) {
      phrases.push_back(Letters(1 + random() % (2 * window), random() % 3 ? 26 : 1, &random));
    }
    std::vector<std::string> texts;
    for (int i = 0; i < 30; ++i) {
      std::string text;
      for (uint64_t parts = random() % 9; parts > 0; --parts) {
        text +=
            random() % 3 ? phrases[random() % phrases.size()] : Letters(random() % 40, 26, &random);
      }
      texts.push_back(text.substr(0, random() % 2 ? text.size() : random() % (text.size() + 1)));
    }
    const std::vector<Runs> slow = SlowRuns(texts, window);
    EXPECT_EQ(FastRuns(texts, window, round % 2 ? 1 << 20 : 1), slow) << round;
    for (const Runs& runs : slow) num_runs += runs.size();
  }
  EXPECT_GT(num_runs, 1000u);
}

// Texts beyond the pieces in which they are sampled and compared.
TEST(SubstringCutsTest, LongTexts) {
  std::mt19937_64 random(6);
  const std::string a = Letters(300000, 26, &random);
  const std::string b = Letters(200000, 26, &random);
  const std::string run(150000, 'x');
  const std::vector<std::string> texts = {a + run, b, "?" + a + "!" + b, "(" + run + ")", a};
  const std::vector<Runs> runs = FastRuns(texts, 100, 1 << 20);
  EXPECT_EQ(runs[0], (Runs{{300100, 450000}}));
  EXPECT_TRUE(runs[1].empty());
  EXPECT_EQ(runs[2], (Runs{{1, 300001}, {300002, 500002}}));
  EXPECT_EQ(runs[3], (Runs{{1, 150001}}));
  EXPECT_EQ(runs[4], (Runs{{0, 300000}}));
  EXPECT_EQ(FastRuns(texts, 100, 1), runs);
}

TEST(TextStoreTest, FindsTheTextOfAPlace) {
  const tests::ScratchFolder scratch;
  std::mt19937_64 random(7);
  TextStore store(scratch.File("."), 1000);

  struct Text {
    uint64_t begin, record;
    std::string text;
  };

  std::vector<Text> texts;
  for (uint64_t i = 0, begin = 0; i < 5000; ++i) {
    texts.push_back({begin, i * 3, Letters(1 + random() % 20, 26, &random)});
    begin += texts.back().text.size() + 1;
    store.Add(texts.back().record, texts.back().text);
  }
  store.FinishWriting();
  TextFinder finder(&store);
  for (int i = 0; i < 5000; ++i) {
    const Text& text = texts[i % 2 ? random() % texts.size() : static_cast<size_t>(i)];
    const TextStore::Entry entry = finder.Find(text.begin + random() % text.text.size());
    EXPECT_EQ(entry.begin, text.begin);
    EXPECT_EQ(entry.end, text.begin + text.text.size());
    EXPECT_EQ(entry.record, text.record);
    std::string read;
    store.Read(text.begin, text.text.size() + 1, &read);
    EXPECT_EQ(read, text.text + '\0');
  }
}

}  // namespace
}  // namespace owt::dedup
