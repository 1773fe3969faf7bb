#include "hdf5_summary.hpp"

#include <fmt/format.h>

#include "text.hpp"

namespace dtheta::cli {

std::string contents_text(const std::vector<Hdf5Object>& objects) {
  std::vector<std::vector<std::string>> rows{{"/", "", "", ""}};
  for (const Hdf5Object& object : objects) {
    std::string range = object.problem;
    if (object.range) {
      range = fmt::format("from {:.6g} to {:.6g}", object.range->lowest, object.range->highest);
    }
    rows.push_back({object.label, object.type, object.storage, range});
  }
  return table_text(rows, {Align::left, Align::left, Align::left, Align::left});
}

nlohmann::ordered_json contents_json(const std::vector<Hdf5Object>& objects) {
  auto json = nlohmann::ordered_json::array();
  for (const Hdf5Object& object : objects) {
    auto& entry = json.emplace_back(nlohmann::ordered_json{{"path", object.path}});
    if (!object.type.empty()) entry["type"] = object.type;
    if (!object.storage.empty()) entry["storage"] = object.storage;
    if (object.range) {
      entry["lowest"] = object.range->lowest;
      entry["highest"] = object.range->highest;
    }
    if (!object.problem.empty()) entry["problem"] = object.problem;
  }
  return json;
}

}  // namespace dtheta::cli
