// encode_speed RECORDS TIER THREADS ROUNDS [IDS]: encodes texts that are in memory, ROUNDS times,
// or for "-" as often as a line comes, and prints a line a round: seconds of wall clock and of CPU.
// RECORDS holds texts, each behind its length (little-endian u32); IDS gets the ids of the first
// round, u16 each, in order. The caches stay from round to round, so that the first is cold and the
// others are warm.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "stages/text/bpe_encoder.h"
#include "tests/bench/record_texts.h"

namespace {

using owt::text::SimdTier;

constexpr size_t kIdsRoom = size_t{1} << 16;

// Neighbouring texts of about this size go to one worker, the next to the next: files of one kind
// stand together, and some kinds take longer than others.
constexpr size_t kShareBytes = size_t{256} << 10;

struct Worker {
  owt::text::BpeEncoder encoder;
  std::vector<std::vector<std::string_view>> shares;
  owt::Buffer ids;
  std::vector<size_t> ends;  // of the ids of each share

  // What a program that encodes has from earlier texts: room for ids, in pages that were touched.
  void MakeRoom() {
    size_t num_bytes = 0;
    for (const auto& texts : shares) {
      for (const std::string_view text : texts) num_bytes += text.size();
    }
    ids.Resize(num_bytes * sizeof(uint16_t) + kIdsRoom);  // an id a byte at most
    std::memset(ids.data(), 0, ids.size());
  }

  void Run() {
    ids.Clear();
    ends.clear();
    for (const auto& texts : shares) {
      for (const std::string_view text : texts) encoder.EncodePacked(text, &ids);
      ends.push_back(ids.size());
    }
  }
};

double Seconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void Deal(const std::vector<std::string_view>& texts, std::vector<Worker>* workers) {
  size_t share = 0, filled = kShareBytes;
  for (const std::string_view text : texts) {
    if (filled >= kShareBytes) {
      (*workers)[share++ % workers->size()].shares.emplace_back();
      filled = 0;
    }
    (*workers)[(share - 1) % workers->size()].shares.back().push_back(text);
    filled += text.size();
  }
}

// All ids in the order of the texts.
void WriteIds(const std::vector<Worker>& workers, const char* path) {
  std::ofstream out(path, std::ios::binary);
  for (size_t share = 0;; ++share) {
    const Worker& worker = workers[share % workers.size()];
    const size_t turn = share / workers.size();
    if (turn >= worker.ends.size()) return;
    const size_t begin = turn == 0 ? 0 : worker.ends[turn - 1];
    out << worker.ids.view().substr(begin, worker.ends[turn] - begin);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: encode_speed RECORDS TIER|best THREADS ROUNDS [IDS]\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string records((std::istreambuf_iterator<char>(file)), {});
  const std::vector<std::string_view> texts = TextsOf(records);

  owt::text::BpeEncoderOptions options;
  options.cache_bytes = size_t{32} << 20;
  bool known = std::string_view(argv[2]) == "best";
  for (const SimdTier tier : owt::text::SimdTiers()) {
    if (SimdTierName(tier) != argv[2]) continue;
    options.tier = tier;
    known = true;
  }
  if (!known) {
    std::fprintf(stderr, "this machine has no tier '%s'\n", argv[2]);
    return 3;
  }
  const owt::text::BpeModel model(owt::formats::Gpt2Vocab::Embedded());
  std::vector<Worker> workers;
  for (int i = 0; i < std::stoi(argv[3]); ++i) {
    workers.push_back({owt::text::BpeEncoder(model, options), {}, {}, {}});
  }
  Deal(texts, &workers);
  for (Worker& worker : workers) worker.MakeRoom();
  const bool asked = std::string_view(argv[4]) == "-";
  const int rounds = asked ? 0 : std::stoi(argv[4]);
  std::string line;
  for (int round = 0; asked ? bool(std::getline(std::cin, line)) : round < rounds; ++round) {
    const double wall = Seconds(CLOCK_MONOTONIC), cpu = Seconds(CLOCK_PROCESS_CPUTIME_ID);
    std::vector<std::thread> threads;
    for (size_t i = 1; i < workers.size(); ++i) threads.emplace_back(&Worker::Run, &workers[i]);
    workers[0].Run();
    for (std::thread& thread : threads) thread.join();
    const double wall_seconds = Seconds(CLOCK_MONOTONIC) - wall;
    const double cpu_seconds = Seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (round == 0 && argc > 5) WriteIds(workers, argv[5]);
    fmt::print("{:.6f} {:.6f}\n", wall_seconds, cpu_seconds);
    std::fflush(stdout);
  }
  return 0;
}
