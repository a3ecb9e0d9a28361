#include "formats/stream_sink.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "formats/compressor.h"
#include "pipeline/error.h"
#include "pipeline/hash.h"
#include "pipeline/json.h"
#include "pipeline/manifest.h"

namespace owt::formats {
namespace {

// Uncompressed bytes per compressed frame. Part of the format: changing it changes every output.
constexpr size_t kFrameBytes = size_t{4} << 20;

// The end of the line that holds byte `at`, or npos.
size_t EndOfLine(std::string_view lines, size_t at) {
  const size_t newline = lines.find('\n', at);
  return newline == std::string_view::npos ? newline : newline + 1;
}

}  // namespace

StreamSink::StreamSink(RunContext& context, std::string part_suffix)
    : context_(context),
      part_suffix_(std::move(part_suffix)),
      in_parts_(context.output.ends_with('/')),
      compression_(CompressionForName(in_parts_ ? part_suffix_ : context.output)) {
  if (!in_parts_) return;
  std::error_code error;
  std::filesystem::create_directories(context.output, error);
  if (error) {
    throw Error(ErrorKind::kOutput, "cannot make the folder: " + error.message(), context.output);
  }
}

std::string StreamSink::PartPath() const {
  if (!in_parts_) return context_.output;
  return fmt::format("{}part-{:05}{}", context_.output, finished_.size(), part_suffix_);
}

// Lines that are not yet framed at a checkpoint wait in one of two files by turns: the one of the
// checkpoint before must last until the next is durable.
std::string StreamSink::TailPath(unsigned turn) const {
  return fmt::format("{}.{}.owt-tail{}", FolderOf(context_.output), NameOf(context_.output), turn);
}

void StreamSink::WriteTail(std::vector<Fd>* unsynced) {
  tail_turn_ ^= 1;
  if (pending_.empty()) return;
  Fd tail = Fd::OpenWrite(TailPath(tail_turn_));
  tail.Truncate(0);
  tail.Write(pending_);
  unsynced->push_back(std::move(tail));
}

void StreamSink::OpenPart(uint64_t bytes) {
  if (file_ == nullptr) file_ = std::make_unique<OutputFile>(PartPath(), bytes);
}

void StreamSink::Put(BatchResult& result) {
  std::string_view lines = result.bytes;
  if (!in_parts_) {
    OpenPart(0);
    part_records_ += result.tally.out;
    Append(lines);
    return;
  }
  while (!lines.empty()) {  // batches without a line open no part: their number is not the data's
    OpenPart(0);
    size_t take = lines.size();
    const uint64_t room = context_.common.part_bytes - part_plain_bytes_;
    if (room <= lines.size()) take = std::min(take, EndOfLine(lines, room == 0 ? 0 : room - 1));
    const std::string_view part = lines.substr(0, take);
    part_records_ += static_cast<uint64_t>(std::count(part.begin(), part.end(), '\n'));
    Append(part);
    lines.remove_prefix(take);
    if (part_plain_bytes_ >= context_.common.part_bytes) ClosePart();
  }
}

void StreamSink::Append(std::string_view lines) {
  part_plain_bytes_ += lines.size();
  if (compression_ == Compression::kNone) {
    file_->Write(lines);
    return;
  }
  pending_ += lines;
  if (pending_.size() >= kFrameBytes * static_cast<size_t>(context_.workers() + 1)) Flush(false);
}

// Compresses and writes what is pending, whole frames only unless `all`.
void StreamSink::Flush(bool all) {
  std::vector<std::string_view> frames;
  std::string_view rest = pending_;
  while (rest.size() >= kFrameBytes) {
    const size_t end = EndOfLine(rest, kFrameBytes - 1);
    if (end == std::string_view::npos) break;
    frames.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  if (all && !rest.empty()) {
    frames.push_back(rest);
    rest = {};
  }
  std::vector<std::string> packed(frames.size());
  // Isolated: a thread that waits here must not start on another batch.
  oneapi::tbb::this_task_arena::isolate([&] {
    oneapi::tbb::parallel_for(size_t{0}, frames.size(), [&](size_t i) {
      CompressFrame(compression_, frames[i], &packed[i]);
    });
  });
  for (const std::string& frame : packed) file_->Write(frame);
  pending_.erase(0, pending_.size() - rest.size());
}

void StreamSink::ClosePart() {
  if (compression_ != Compression::kNone) {
    Flush(true);
    if (file_->bytes() == 0) {  // an empty file is no valid frame for every reader
      std::string frame;
      CompressFrame(compression_, {}, &frame);
      file_->Write(frame);
    }
  }
  finished_.push_back({file_->path(), part_records_, file_->bytes(), file_->xxh3()});
  file_->Commit();
  file_.reset();
  part_plain_bytes_ = 0;
  part_records_ = 0;
}

std::string StreamSink::Checkpoint(std::vector<Fd>* unsynced) {
  if (context_.output == "-") return {};
  if (compression_ != Compression::kNone && file_ != nullptr) Flush(false);
  nlohmann::json state;
  state["finished"] = nlohmann::json::array();
  for (const OutputRecord& part : finished_) {
    state["finished"].push_back({part.path, part.records, part.bytes, part.xxh3});
  }
  state["open"] = file_ != nullptr;
  state["bytes"] = file_ == nullptr ? 0 : file_->bytes();
  state["xxh3"] = file_ == nullptr ? 0 : file_->xxh3();
  state["plain_bytes"] = part_plain_bytes_;
  state["records"] = part_records_;
  WriteTail(unsynced);
  state["tail_turn"] = tail_turn_;
  state["tail_xxh3"] = Hash64(pending_);
  if (file_ != nullptr) file_->Keep(unsynced);
  return JsonText(state);
}

bool StreamSink::Restore(const std::string& text) {
  const auto state = ParseJson(text);
  finished_.clear();
  for (const auto& part : state.at("finished")) {
    finished_.push_back({part[0], part[1], part[2], part[3]});
    if (!FileExists(part[0])) return false;
  }
  const uint64_t bytes = state.at("bytes");
  pending_.clear();
  tail_turn_ = state.at("tail_turn").get<unsigned>() & 1;
  if (state.at("tail_xxh3") != Hash64({})) {
    const std::string tail = TailPath(tail_turn_);
    if (!FileExists(tail)) return false;
    pending_ = ReadSmallFile(tail, ~uint64_t{0});
    if (state.at("tail_xxh3") != Hash64(pending_)) return false;
  }
  if (state.at("open").get<bool>()) {
    const std::string partial = OutputFile::PartialPath(PartPath());
    // The part may have been completed after the checkpoint: it is cut back and filled again.
    if (!FileExists(partial)) rename(PartPath().c_str(), partial.c_str());
    if (!FileExists(partial) || Fd::OpenRead(partial).Size() < bytes) return false;
    OpenPart(bytes);
    if (file_->xxh3() != state.at("xxh3").get<uint64_t>()) {
      file_.reset();
      return false;
    }
  }
  part_plain_bytes_ = state.at("plain_bytes");
  part_records_ = state.at("records");
  return true;
}

void StreamSink::Commit() {
  if (file_ == nullptr && finished_.empty()) OpenPart(0);
  if (file_ != nullptr) ClosePart();
  if (context_.output == "-") return;
  if (in_parts_ && FileExists(ManifestPath(context_.output))) {
    // Parts of an earlier, longer run.
    for (const OutputRecord& old : ReadManifest(ManifestPath(context_.output)).outputs) {
      const bool ours =
          std::any_of(finished_.begin(), finished_.end(),
                      [&](const OutputRecord& part) { return part.path == old.path; });
      if (!ours) unlink(old.path.c_str());
    }
  }
  for (const unsigned turn : {0U, 1U}) unlink(TailPath(turn).c_str());
  context_.outputs = finished_;
}

}  // namespace owt::formats
