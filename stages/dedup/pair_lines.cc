// Lines are read event by event, so that what is nested deeper than it may be ends at once.
#include "stages/dedup/pair_lines.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "pipeline/json_string.h"

namespace owt::dedup {
namespace {

// Refuses everything; the two below allow what they know.
class LineEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return false; }

  bool boolean(bool) override { return false; }

  bool number_integer(int64_t) override { return false; }

  bool number_unsigned(uint64_t) override { return false; }

  bool number_float(double, const std::string&) override { return false; }

  bool string(std::string&) override { return false; }

  bool binary(nlohmann::json::binary_t&) override { return false; }

  bool start_object(size_t) override { return false; }

  bool start_array(size_t) override { return false; }

  bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

  // Only what was begun can end: by then it was allowed.
  bool end_object() override {
    --depth_;
    return true;
  }

  bool end_array() override {
    --depth_;
    return true;
  }

 protected:
  // Whether what begins here stands in so many others.
  bool Begin(int depth) { return depth_++ == depth; }

  int depth() const { return depth_; }

 private:
  int depth_ = 0;
};

class PairEvents : public LineEvents {
 public:
  PairEvents(const std::function<void(const std::string&)>& on_main,
             const std::function<void(const std::string&, double)>& on_other)
      : on_main_(on_main), on_other_(on_other) {}

  bool start_object(size_t) override { return depth() == 0 ? Begin(0) : Begin(2); }

  bool start_array(size_t) override { return Begin(1); }

  bool key(std::string& name) override {
    if (depth() == 1) {
      on_main_(name);
    } else {
      other_ = name;
    }
    return true;
  }

  bool number_integer(int64_t number) override { return Take(static_cast<double>(number)); }

  bool number_unsigned(uint64_t number) override { return Take(static_cast<double>(number)); }

  bool number_float(double number, const std::string&) override { return Take(number); }

 private:
  bool Take(double similarity) {
    if (depth() != 3) return false;
    on_other_(other_, similarity);
    return true;
  }

  const std::function<void(const std::string&)>& on_main_;
  const std::function<void(const std::string&, double)>& on_other_;
  std::string other_;
};

class GroupEvents : public LineEvents {
 public:
  explicit GroupEvents(const std::function<void(size_t, const std::string&)>& on_url)
      : on_url_(on_url) {}

  bool start_object(size_t) override { return Begin(0); }

  bool start_array(size_t) override {
    place_ = 0;
    return Begin(1);
  }

  bool key(std::string&) override { return true; }

  bool string(std::string& url) override {
    if (depth() != 2) return false;
    on_url_(place_++, url);
    return true;
  }

 private:
  const std::function<void(size_t, const std::string&)>& on_url_;
  size_t place_ = 0;
};

}  // namespace

bool ReadPairLine(std::string_view line, const std::function<void(const std::string&)>& on_main,
                  const std::function<void(const std::string&, double)>& on_other) {
  PairEvents events(on_main, on_other);
  return nlohmann::json::sax_parse(line.begin(), line.end(), &events);
}

bool ReadGroupLine(std::string_view line,
                   const std::function<void(size_t, const std::string&)>& on_url) {
  GroupEvents events(on_url);
  return nlohmann::json::sax_parse(line.begin(), line.end(), &events);
}

void AppendPair(std::string_view other, double similarity, std::string* out) {
  *out += '{';
  AppendJsonString(other, out);
  *out += fmt::format(": {}{}}}", similarity, std::trunc(similarity) == similarity ? ".0" : "");
}

}  // namespace owt::dedup
