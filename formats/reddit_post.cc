#include "formats/reddit_post.h"

#include <simdjson.h>

namespace owt::formats {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

static_assert(RedditPostReader::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr std::string_view kInvalidJson = "invalid_json";

// What is being collected; `has_*` because a missing key differs from a zero.
struct Fields {
  RedditPost* post;
  bool has_url = false;
  bool has_score = false;
};

// A syntax error inside the value, or a value of another type.
std::string_view ReasonOf(simdjson::error_code error, std::string_view wrong_type) {
  return error == simdjson::INCORRECT_TYPE || error == simdjson::NUMBER_OUT_OF_RANGE ||
                 error == simdjson::NUMBER_ERROR
             ? wrong_type
             : kInvalidJson;
}

// Steps over a null; "nul" begins like one.
std::string_view ReadNull(value json) {
  bool is_null = false;
  return json.is_null().get(is_null) || !is_null ? kInvalidJson : std::string_view();
}

std::string_view ReadUrl(value json, Fields* fields) {
  json_type type;
  if (json.type().get(type)) return kInvalidJson;
  fields->has_url = type != json_type::null;
  if (type == json_type::null) return ReadNull(json);
  if (const auto error = json.get_string().get(fields->post->url)) {
    return ReasonOf(error, "wrong_type_url");
  }
  return {};
}

std::string_view ReadScore(value json, Fields* fields) {
  fields->has_score = true;
  if (const auto error = json.get_double().get(fields->post->score)) {
    return ReasonOf(error, "wrong_type_score");
  }
  return {};
}

std::string_view ReadTruth(value json, bool* truth, std::string_view wrong_type) {
  json_type type;
  if (json.type().get(type)) return kInvalidJson;
  switch (type) {
    case json_type::boolean:
      return json.get_bool().get(*truth) ? kInvalidJson : std::string_view();
    case json_type::null:
      *truth = false;
      return ReadNull(json);
    case json_type::number: {
      double number;
      if (json.get_double().get(number)) return wrong_type;
      *truth = number != 0;
      return {};
    }
    case json_type::string: {
      std::string_view text;
      if (json.get_string().get(text)) return kInvalidJson;
      *truth = !text.empty();
      return {};
    }
    default:
      return wrong_type;
  }
}

std::string_view ReadText(value json, std::string_view* text) {
  json_type type;
  if (json.type().get(type)) return kInvalidJson;
  // A text that cannot be decoded is not worth losing the post.
  if (type != json_type::string || json.get_string().get(*text)) *text = {};
  return {};
}

std::string_view ReadField(std::string_view key, value json, Fields* fields) {
  RedditPost* post = fields->post;
  if (key == "url") return ReadUrl(json, fields);
  if (key == "score") return ReadScore(json, fields);
  if (key == "over_18") return ReadTruth(json, &post->over_18, "wrong_type_over_18");
  if (key == "is_self") return ReadTruth(json, &post->is_self, "wrong_type_is_self");
  if (key == "subreddit") return ReadText(json, &post->subreddit);
  if (key == "id") return ReadText(json, &post->id);
  return {};
}

// simdjson looks at the first letter of a scalar only: "not json" may be a null.
std::string_view ReasonForNoObject(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  line.remove_prefix(line.find_first_not_of(kBlanks));
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  const bool is_literal = line == "null" || line == "true" || line == "false";
  const bool is_other = std::string_view("[\"-0123456789").find(line.front()) != line.npos;
  return is_literal || is_other ? "not_an_object" : kInvalidJson;
}

}  // namespace

struct RedditPostReader::Parser {
  simdjson::ondemand::parser json;
};

RedditPostReader::RedditPostReader() : parser_(std::make_unique<Parser>()) {}

RedditPostReader::~RedditPostReader() = default;

std::string_view RedditPostReader::Read(std::string_view line, RedditPost* post) {
  *post = RedditPost();
  if (line.find_first_not_of(" \t\r\n") == line.npos) return "empty_line";
  simdjson::ondemand::document document;
  const simdjson::padded_string_view padded(line, line.size() + kPadding);
  if (const auto error = parser_->json.iterate(padded).get(document)) {
    if (error == simdjson::UTF8_ERROR) return "invalid_utf8";
    return error == simdjson::CAPACITY ? "too_large" : kInvalidJson;
  }
  simdjson::ondemand::object object;
  if (const auto error = document.get_object().get(object)) {
    return error == simdjson::INCORRECT_TYPE ? ReasonForNoObject(line) : kInvalidJson;
  }
  Fields fields{post};
  for (auto field : object) {
    std::string_view key;
    value json;
    if (field.unescaped_key().get(key) || field.value().get(json)) return kInvalidJson;
    if (const std::string_view reason = ReadField(key, json, &fields); !reason.empty()) {
      return reason;
    }
  }
  // Nothing but white space may follow.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return kInvalidJson;
  if (!fields.has_url) return "missing_url";
  return fields.has_score ? std::string_view() : "missing_score";
}

}  // namespace owt::formats
