#include "stages/decontaminate/decontaminate_documents.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "formats/json_text.h"
#include "pipeline/json_string.h"
#include "stages/decontaminate/megatron_cut.h"

namespace owt::decontaminate {
namespace {

constexpr std::string_view kIdField = "split_id";
constexpr std::string_view kReportField = "contamination";

// Calls on_line(begin, end, number) for every line of the batch that is not blank.
template <class OnLine>
void ForEachNumberedRecord(const Batch& batch, const OnLine& on_line) {
  const std::string_view bytes = batch.bytes.view();
  uint64_t number = batch.begin.record;
  for (size_t begin = 0; begin < bytes.size(); ++number) {
    const size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const bool is_blank =
        bytes.substr(begin, end - begin).find_first_not_of(" \t\r") == std::string_view::npos;
    if (!is_blank) on_line(begin, end, number);
    begin = end + 1;
  }
}

std::string PairText(const Span& span) { return fmt::format("[{},{}]", span.begin, span.end); }

// Whether the pieces are the whole text.
bool IsWhole(const CutText& cut, std::string_view text) {
  return cut.pieces.size() == 1 && cut.pieces[0] == Span{0, text.size()};
}

}  // namespace

DecontaminateDocuments::DecontaminateDocuments(const RunContext& context, const NgramKeys& keys,
                                               std::vector<std::string> tasks, const Rules& rules)
    : context_(context),
      keys_(keys),
      tasks_(std::move(tasks)),
      rules_(rules),
      task_names_(fmt::format("{}", fmt::join(tasks_, "-"))),
      workers_([&context, &keys] {
        return Worker{DocumentParser({context.common.text_key, context.common.url_key}),
                      {},
                      NgramSearch(keys),
                      {},
                      {},
                      {}};
      }) {}

void DecontaminateDocuments::CutOut(std::string_view text, Worker* worker) const {
  if (rules_.compat == Compat::kMegatron) {
    return MegatronCut(text, rules_.cut, &worker->search, keys_, &worker->cut);
  }
  worker->search.FindAll(text, &worker->matches);
  CutMatches(text, worker->matches, rules_.cut, &worker->cut);
}

// The beginning of the record's split ids; false where one that it has is no text.
bool DecontaminateDocuments::MakeId(const Record& record, Worker* worker) const {
  const Document& document = worker->document;
  std::string& id = worker->id;
  id.clear();
  const std::optional<std::string_view> old = document.Json(kIdField);
  if (old.has_value()) {
    if (!old->starts_with('"')) return false;
    if (!AppendUnescaped(old->substr(1, old->size() - 2), &id).empty()) return false;
  }
  if (rules_.compat == Compat::kMegatron) {
    id += fmt::format("{}{}-{:010}", old ? "-" : "", task_names_, record.number + 1);
  } else if (!old) {
    id = document.url().empty()
             ? fmt::format("{}-{}", record.batch.begin.file, record.batch.OffsetOf(record.begin))
             : std::string(document.url());
  }
  return true;
}

void DecontaminateDocuments::NoteTasks(const CutText& cut, BatchResult* result) const {
  std::vector<uint16_t> found;
  for (const Cut& one : cut.cuts) found.push_back(keys_.TaskOf(one.key));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const uint16_t task : found) result->tally.Note("contaminated_by_" + tasks_[task], 1);
}

// "task":T,"ngram":G,"ngrams":K
void DecontaminateDocuments::AppendMatch(const Cut& cut, std::string* out) const {
  *out += "\"task\":";
  AppendJsonString(tasks_[keys_.TaskOf(cut.key)], out);
  *out += ",\"ngram\":";
  AppendJsonString(keys_.TextOf(cut.key), out);
  *out += fmt::format(",\"ngrams\":{}", cut.num_keys);
}

std::string DecontaminateDocuments::ReportJson(const CutText& cut) const {
  std::string json = "[";
  for (const Cut& one : cut.cuts) {
    json += json.size() > 1 ? ", {" : "{";
    AppendMatch(one, &json);
    json += fmt::format(",\"match\":{}}}", PairText(one.match));
  }
  return json + ']';
}

void DecontaminateDocuments::Explain(const Record& record, std::string_view outcome,
                                     std::string_view reason, const Worker& worker,
                                     BatchResult* result) const {
  if (!rules_.explain) return;
  std::string* const out = &result->aux;
  *out += "{\"file\":";
  AppendJsonString(context_.inputs[record.batch.begin.file].path, out);
  *out += fmt::format(",\"offset\":{}", record.batch.OffsetOf(record.begin));
  if (!worker.document.url().empty()) {
    *out += ",\"url\":";
    AppendJsonString(worker.document.url(), out);
  }
  *out += fmt::format(R"(,"outcome":"{}")", outcome);
  if (!reason.empty()) *out += fmt::format(R"(,"reason":"{}")", reason);
  *out += ",\"removed\":[";
  const bool is_split = rules_.mode == Mode::kSplit;
  for (const Cut& one : worker.cut.cuts) {
    *out += '{';
    AppendMatch(one, out);
    *out += fmt::format(",\"match\":{}", PairText(one.match));
    if (is_split) *out += fmt::format(",\"cut\":{}", PairText(one.removed));
    *out += "},";
  }
  out->back() = ']';
  if (is_split) {
    *out += ",\"pieces\":[";
    for (const Span& piece : worker.cut.pieces) *out += PairText(piece) + ',';
    if (out->back() == ',') out->pop_back();
    *out += ']';
  }
  *out += "}\n";
}

void DecontaminateDocuments::Drop(const Record& record, std::string_view reason,
                                  const Worker& worker, BatchResult* result) const {
  Explain(record, "dropped", reason, worker, result);
  result->Drop(record.begin, record.end, reason);
}

void DecontaminateDocuments::WritePieces(std::string_view text, Worker* worker,
                                         BatchResult* result) const {
  Document& document = worker->document;
  const std::vector<Span>& pieces = worker->cut.pieces;
  const bool is_whole = IsWhole(worker->cut, text);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const auto [begin, end] = pieces[i];
    if (!is_whole) document.SetText(std::string(text.substr(begin, end - begin)));
    document.SetString(kIdField, fmt::format("{}-{:04}", worker->id, i));
    document.AppendLine(&result->bytes);
  }
  result->tally.Note("pieces_added", pieces.size() - 1);
  result->tally.Note("split", pieces.size() > 1);
  result->tally.Note("trimmed", pieces.size() == 1 && !is_whole);
}

void DecontaminateDocuments::Split(const Record& record, Worker* worker,
                                   BatchResult* result) const {
  const std::string_view text = worker->document.text();  // the parser's, which keeps it
  const bool is_found = !worker->cut.cuts.empty();
  const std::vector<Span>& pieces = worker->cut.pieces;
  if (is_found || rules_.compat == Compat::kMegatron) {
    if (!MakeId(record, worker)) {
      return result->Quarantine(record.begin, record.end, "split_id_not_a_string");
    }
    if (is_found) NoteTasks(worker->cut, result);
    if (pieces.empty()) return Drop(record, "no_piece_left", *worker, result);
    if (pieces.size() > rules_.max_pieces) return Drop(record, "too_many_pieces", *worker, result);
    if (is_found) Explain(record, pieces.size() > 1 ? "split" : "trimmed", "", *worker, result);
    WritePieces(text, worker, result);
    ++result->tally.changed;
  } else {
    worker->document.AppendLine(&result->bytes);
  }
  ++result->tally.out;
}

void DecontaminateDocuments::Judge(const Record& record, Worker* worker,
                                   BatchResult* result) const {
  CutOut(worker->document.text(), worker);
  if (rules_.mode == Mode::kSplit) return Split(record, worker, result);
  if (!worker->cut.cuts.empty()) {
    NoteTasks(worker->cut, result);
    if (rules_.mode == Mode::kDrop) return Drop(record, "contaminated", *worker, result);
    Explain(record, "reported", "", *worker, result);
    worker->document.SetJson(kReportField, ReportJson(worker->cut));
    ++result->tally.changed;
  }
  ++result->tally.out;
  worker->document.AppendLine(&result->bytes);
}

void DecontaminateDocuments::Apply(const Batch& batch, BatchResult* result) const {
  Worker& worker = workers_.local();
  const std::string_view bytes = batch.bytes.view();
  result->bytes.reserve(bytes.size() + bytes.size() / 16);
  ForEachNumberedRecord(batch, [&](size_t begin, size_t end, uint64_t number) {
    ++result->tally.in;
    const std::string_view bad =
        worker.parser.Parse(bytes.substr(begin, end - begin), &worker.document);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    Judge({batch, begin, end, number}, &worker, result);
  });
}

}  // namespace owt::decontaminate
