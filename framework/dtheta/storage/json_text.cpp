#include "dtheta/storage/json_text.hpp"

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {

nlohmann::ordered_json parse_json(std::string_view text) {
  using Json = nlohmann::ordered_json;
  constexpr int most_levels = 64;
  const auto check_depth = [](int depth, Json::parse_event_t, const Json&) {
    if (depth > most_levels) throw DataError("JSON nested too deeply");
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::exception& error) {
    throw DataError("not JSON: " + printable(error.what()));
  }
}

}  // namespace dtheta
